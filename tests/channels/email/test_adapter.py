"""A queued message becomes a mail that any program reads, answers and sorts rightly."""

from email.message import EmailMessage

import pytest

from channels.email.naming import Names
from channels.port import Attachment, Button, Link, Notice, Outbound
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.mailing import ADDRESS, LI, open_mailing

NUMBER = "YP-261124-0042"
PAGE = "http://desk.test/t/abc?lang=zh"
ABOUT = Notice(kind="stage", values={"number": NUMBER, "page": PAGE})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def key_in(ground: Ground, text: object) -> str | None:
    return Names(ground.settings.secret_key()).key_in(str(text))


def attached(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}  # type: ignore[misc]  # decoded, it is bytes.


class TestHead:
    async def test_a_first_mail_says_from_whom_it_is_and_what_about(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock, sender_name="云杉科技客服") as mailing:
            await mailing.put(
                Outbound(text="您好，已经在查了。", author="system", subject="发票抬头错了", notice=ABOUT)
            )
            await mailing.work()
            (mail,) = mailing.sink.mails
            message = mail.message
            assert (message["From"], message["To"]) == (f"云杉科技客服 <{ADDRESS}>", LI)
            assert message["Subject"] == f"发票抬头错了 [#{NUMBER}]"
            assert message["Date"].datetime == clock.now()
            assert key_in(ground, message["Message-ID"]) == "system:1"
            assert message["Message-ID"].endswith("@yunshan.example>")
            assert (message["In-Reply-To"], message["References"], message["Reply-To"]) == (None, None, None)
            assert mailing.sink.violations == []

    async def test_an_answer_hangs_on_the_persons_newest_mail(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("第一封", message_id="a1@kehu.example", subject="别的事")
            await mailing.hear(
                "还是登录不上", message_id="a2@kehu.example", references=["a1@kehu.example"], subject="回复: 登录不上"
            )
            mail = await mailing.send(Outbound(text="请换个浏览器试试。", notice=ABOUT))
            message = mail.message
            assert message["Subject"] == f"Re: 登录不上 [#{NUMBER}]"
            assert message["In-Reply-To"] == "<a2@kehu.example>"
            assert message["References"] == "<a1@kehu.example> <a2@kehu.example>"

    async def test_a_machines_mail_is_not_what_we_answer(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("登录不上", message_id="a1@kehu.example", subject="登录不上")
            await mailing.hear(
                "我在休假", message_id="a2@kehu.example", subject="自动回复: 登录不上", automatic="auto-submitted"
            )
            mail = await mailing.send(Outbound(text="好了。", author="staff"))
            assert mail.message["In-Reply-To"] == "<a1@kehu.example>"
            assert mail.message["Subject"] == "Re: 登录不上"

    async def test_without_any_subject_there_is_one_all_the_same(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            assert (await mailing.send("在的。")).message["Subject"] == "您的来信"
            english = Outbound(text="We are on it.", locale="en", author="staff")
            assert (await mailing.send(english)).message["Subject"] == "Your message"

    async def test_staff_write_under_their_own_name(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock, sender_name="云杉科技") as mailing:
            mail = await mailing.send(Outbound(text="我看一下。", author="staff", author_name="王芳"))
            assert mail.message["From"] == f"王芳 · 云杉科技 <{ADDRESS}>"
            assert "王芳 · 云杉科技" in mail.body()

    @pytest.mark.parametrize(
        ("author", "submitted", "path"),
        [("bot", "auto-replied", ""), ("system", "auto-generated", ADDRESS), ("staff", None, ADDRESS)],
    )
    async def test_machines_say_that_they_are_machines(
        self, ground: Ground, clock: FrozenClock, author: str, submitted: str | None, path: str
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            mail = await mailing.send(Outbound(text="您好。", author=author))
            assert mail.message["Auto-Submitted"] == submitted
            assert mail.message["X-Auto-Response-Suppress"] == ("All" if submitted else None)
            assert mail.sender == path

    async def test_with_plus_addresses_answers_and_failures_name_the_mail(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock, plus_addresses=True) as mailing:
            mail = await mailing.send(Outbound(text="您好。"))
            assert mail.sender == mail.message["Reply-To"]
            assert mail.sender.startswith("support+m-")
            assert key_in(ground, mail.sender) == "bot:1"

    async def test_a_server_that_takes_only_the_mailbox_itself_gets_it(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock, plus_addresses=True) as mailing:
            mailing.sink.only_sender = ADDRESS
            assert (await mailing.send("您好。")).sender == ADDRESS
            assert mailing.sink.connections == 1

    async def test_an_address_that_would_grow_too_long_stays_plain(self, ground: Ground, clock: FrozenClock) -> None:
        long = "the-customer-service-of-our-whole-company@yunshan.example"
        async with open_mailing(ground, clock, plus_addresses=True, address=long) as mailing:
            receipt = await mailing.channel.send(
                key="bot:1", account=long, address=LI, message=Outbound(text="您好。", author="system")
            )
            (mail,) = mailing.sink.mails
            assert (mail.sender, mail.message["Reply-To"]) == (long, None)
            assert mail.message["Message-ID"] == f"<{receipt.provider_id}>"


class TestBodies:
    async def test_both_say_the_same(self, ground: Ground, clock: FrozenClock) -> None:
        link = Link(label="查看进展", url=PAGE)
        async with open_mailing(ground, clock) as mailing:
            message = Outbound(text="第一段。\n\n<b>第二段</b>", author="system", links=(link,), notice=ABOUT)
            mail = await mailing.send(message)
            text, html = mail.body(), mail.body("html")
            assert mail.message.get_content_type() == "multipart/alternative"
            assert all(part in text for part in ("第一段。", "<b>第二段</b>", "查看进展", PAGE, f"工单 {NUMBER}"))
            assert all(part in html for part in ("第一段。", "&lt;b&gt;第二段", "查看进展", f"工单 {NUMBER}"))
            assert f'href="{PAGE}"' in html

    async def test_what_quotes_the_mail_can_be_cut_there(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            mail = await mailing.send("您好。")
            token = Names(ground.settings.secret_key()).token("bot:1")
            assert mail.body().startswith("——— 请在此线上方回复 / Please reply above this line ———")
            assert f'id="yp-reply-{token}" data-yp-reply="{token}"' in mail.body("html")

    async def test_english_is_english(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("I cannot sign in", subject="Sign in")
            mail = await mailing.send(Outbound(text="Please try again.", locale="en", author="system", notice=ABOUT))
            assert mail.message["Content-Language"] == "en"
            assert f"Ticket {NUMBER}" in mail.body()
            assert "you wrote:" in mail.body()
            assert mail.body().count("请") == 1

    async def test_quick_replies_are_words_to_answer_with(self, ground: Ground, clock: FrozenClock) -> None:
        asked = Outbound(
            text="真的好了吗？",
            author="system",
            subject="登录不上",
            buttons=(Button(id="works:1", label="好了"), Button(id="broken:1", label="没好")),
        )
        async with open_mailing(ground, clock, plus_addresses=True) as mailing:
            mail = await mailing.send(asked)
            assert "写“好了”或“没好”就行" in mail.body()
            html = mail.body("html")
            assert f'href="mailto:{mail.message["Reply-To"]}?subject=' in html
            assert "body=%E5%A5%BD%E4%BA%86" in html

    async def test_many_or_long_ones_are_a_list(self, ground: Ground, clock: FrozenClock) -> None:
        labels = ["忘记密码了怎么找回", "账号被锁定了怎么办", "都不是"]
        buttons = tuple(Button(id=f"article:{label}", label=label) for label in (*labels, "转人工"))
        async with open_mailing(ground, clock) as mailing:
            mail = await mailing.send(Outbound(text="您说的是哪一种？", buttons=buttons))
            assert all(f"· {label}\n" in mail.body() for label in labels)


class TestQuotedHistory:
    async def test_what_the_person_wrote_last_stands_below(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("登录不上\n提示密码错误")
            mail = await mailing.send(Outbound(text="请重置密码。", author="staff"))
            assert mail.body().endswith("您在11月24日 10:00写道：\n> 登录不上\n> 提示密码错误\n")
            assert "<blockquote" in mail.body("html")

    async def test_never_more_than_twenty_lines(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("\n".join(f"第{number}行" for number in range(50)))
            mail = await mailing.send(Outbound(text="好。", author="staff"))
            assert mail.body().endswith("> 第19行\n> …\n")

    async def test_not_where_the_mailbox_wants_none(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock, quote_history=False) as mailing:
            await mailing.hear("登录不上")
            assert "> 登录不上" not in (await mailing.send(Outbound(text="好。", author="staff"))).body()

    async def test_nobody_has_us_send_words_to_a_stranger(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("便宜卖发票，加微信 123", proven=False)
            assert "发票" not in (await mailing.send("您好，请问有什么可以帮您？")).body()
            assert "发票" in (await mailing.send(Outbound(text="是您写的吗？", author="staff"))).body()

    async def test_nor_puts_a_subject_over_our_news(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.hear("登录不上", message_id="own@kehu.example")
            await mailing.hear(
                "x", subject="账号已停用，请打开 evil.example", message_id="a2@evil.example", proven=False
            )
            news = await mailing.send(Outbound(text="有进展了。", author="system"))
            answer = await mailing.send(Outbound(text="您好。", author="bot"))
        assert (news.message["Subject"], news.message["In-Reply-To"]) == ("Re: 登录不上", "<own@kehu.example>")
        assert answer.message["In-Reply-To"] == "<a2@evil.example>"


class TestFiles:
    async def test_names_survive_in_both_ways_of_writing_them(self, ground: Ground, clock: FrozenClock) -> None:
        name = "错误截图（登录页面，提示密码错误，换了浏览器也一样）.png"
        async with open_mailing(ground, clock) as mailing:
            files = (await mailing.stored(PNG, name), await mailing.stored(b"a,b\n", "log.csv"))
            mail = await mailing.send(Outbound(text="见附件。", author="staff", attachments=files))
            assert attached(mail.message) == {name: PNG, "log.csv": b"a,b\n"}
            first = next(mail.message.iter_attachments())
            del first["Content-Disposition"]
            assert first.get_param("name") == name
            assert "见附件。" in mail.body()
            assert mailing.sink.violations == []

    async def test_a_file_that_is_gone_stops_the_mail(self, ground: Ground, clock: FrozenClock) -> None:
        gone = Attachment(id="0" * 32, name="截图.png", mime="image/png", size=3)
        async with open_mailing(ground, clock) as mailing:
            await mailing.put(Outbound(text="见附件。", author="staff", attachments=(gone,)))
            await mailing.work()
            (row,) = await mailing.deliveries()
            assert (row.state, row.error_code, row.error_text) == ("failed", "file_missing", "截图.png")
            assert mailing.sink.mails == []

    async def test_more_than_a_mail_can_carry_is_refused_before_it_is_sent(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            small = await mailing.stored(PNG, "a.png")
            large = small.model_copy(update={"size": 20 * 1024 * 1024})
            await mailing.put(Outbound(text="见附件。", author="staff", attachments=(large,)))
            await mailing.work()
            assert (await mailing.deliveries())[0].error_code == "files_too_large"


class TestOnce:
    async def test_the_same_words_do_not_go_out_twice_within_minutes(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.put("请问有什么可以帮您？", "请问有什么可以帮您？", "您的手机号是多少？")
            await mailing.work()
            assert await mailing.states() == ["sent", "failed", "sent"]
            assert (await mailing.deliveries())[1].error_code == "repeated"
            await mailing.later(seconds=660, step=60)
            await mailing.send("请问有什么可以帮您？")
            assert (await mailing.states())[-1] == "sent"

    async def test_other_people_may_hear_the_same(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.send("您好。")
            await mailing.send("您好。", to="zhang@kehu.example")
            assert await mailing.states() == ["sent", "sent"]

    async def test_staff_may_say_a_thing_twice(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.send(Outbound(text="在吗？", author="staff"), Outbound(text="在吗？", author="staff"))
            assert await mailing.states() == ["sent", "sent"]

    async def test_every_mail_is_in_the_log_before_it_is_sent(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            mail = await mailing.send("您好。")
            (record,) = await mailing.sent_records()
            assert mail.message["Message-ID"] == f"<{record.message_id}>"
            assert (record.key, record.thread, record.original) == ("bot:1", f"email:{ADDRESS}:{LI}", None)

    async def test_the_limit_of_a_minute_holds_and_everything_goes_out_in_the_end(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock, per_minute=12) as mailing:
            mailing.sink.per_minute = 12
            await mailing.put(*[Outbound(text=f"通知 {number}", author="system") for number in range(30)])
            await mailing.work()
            assert 1 <= len(mailing.sink.mails) <= 12
            await mailing.later(seconds=200)
            assert await mailing.states() == ["sent"] * 30
            assert mailing.sink.violations == []

    @pytest.mark.parametrize(
        "address", ["no-at", "王@kehu.example", "a b@kehu.example", "a@", "a\r\nRCPT TO:<b@c>@d.example"]
    )
    async def test_what_is_no_address_is_refused(self, ground: Ground, clock: FrozenClock, address: str) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.put("您好。", to=address)
            await mailing.work()
            assert (await mailing.deliveries())[0].error_code == "address"
            assert mailing.sink.mails == []

    async def test_a_chinese_domain_travels_in_ascii(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            await mailing.put("您好。", to="li@例子.example")
            await mailing.work()
            assert mailing.sink.mails[0].recipients == ("li@xn--fsqu00a.example",)
