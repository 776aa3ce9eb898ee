"""What we say as it arrives at a simulated Telegram, and what its refusals and silences come to."""

import pytest

from channels.port import Button, Link, Outbound
from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from tests.channels.telegram.bot import BOT, OurBot

STAFF = {"author": "staff", "author_name": "王芳"}


class TestText:
    async def test_messages_arrive_in_order_one_a_second(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        await bot.say("一", "二", "三", to=person)
        await bot.work()
        assert person.texts == ["一"]
        await bot.later(seconds=4)
        assert person.texts == ["一", "二", "三"]
        assert await bot.states() == ["sent"] * 3
        assert bot.platform.violations == []

    async def test_what_people_write_can_neither_break_the_markup_nor_use_it(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        text = "税率 <3% & 金额 >1 </b> <a href='x'>点我</a> \"引号\" _下划线_ *星* [x](y) `代码` ~#+-=|{}.!"
        await bot.say(Outbound(text=text, **STAFF), to=person)
        await bot.work()
        assert person.texts == [f"王芳\n{text}"]
        assert person.last.raw["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
        assert bot.platform.violations == []

    async def test_links_are_shown_by_their_names(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        link = Link(label="看 <看> 进度", url='https://desk.test/t/7?a=1&b="2"')
        await bot.say(Outbound(text="好的", links=(link,)), to=person)
        await bot.work()
        assert person.texts == ["好的\n\n看 <看> 进度"]
        (entity,) = person.last.raw["entities"]
        assert (entity["type"], entity["url"]) == ("text_link", link.url)

    async def test_a_long_text_comes_in_parts_that_fit_and_lose_nothing(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        text = "🧾👨‍👩‍👧‍👦开票" * 1000
        links = tuple(Link(label="很长的名字" * 60, url=f"https://desk.test/{n}") for n in range(3))
        await bot.say(Outbound(text=text, links=links, **STAFF), to=person)
        await bot.later(seconds=9)
        assert await bot.states() == ["sent"]
        assert bot.platform.violations == []
        said = "".join(arrived.text.removeprefix("王芳\n").split("\n\n")[0] for arrived in person.inbox)
        assert said == text
        assert len(person.inbox) > 1
        assert [entity["type"] for entity in person.last.raw["entities"]].count("text_link") == 3

    async def test_a_refused_markup_is_sent_once_more_without_any(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        words = "Bad Request: can't parse entities: Unsupported start tag"
        bot.platform.faults.add("sendMessage", Refuse(code=400, text=words))
        link = Link(label="进度", url="https://desk.test/t/7")
        await bot.say(Outbound(text="a < b", links=(link,), **STAFF), to=person)
        await bot.work()
        assert person.texts == ["王芳\na < b\n\n进度\nhttps://desk.test/t/7"]
        assert (await bot.states(), bot.calls("sendMessage")) == (["sent"], 2)

    async def test_halves_of_characters_do_no_harm(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        receipt = await bot.channel.send(
            key="k", account=BOT, address=person.address, message=Outbound(text="坏\ud83d字")
        )
        assert person.texts == ["坏字"]
        assert receipt.provider_id.startswith(f"m:{person.id}:")


class TestButtons:
    async def test_short_ones_stand_side_by_side_and_tell_telegram_nothing(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        stars = tuple(Button(id=f"rate:8812:{n}", label=str(n)) for n in range(1, 6))
        long = Button(id="article:fix-offline-not-uploaded", label="离线开的发票一直上传不了怎么办")
        await bot.say(Outbound(text="打几分？", buttons=(*stars, long)), to=person)
        await bot.work()
        rows = person.last.raw["reply_markup"]["inline_keyboard"]
        assert [[key["text"] for key in row] for row in rows] == [list("12345"), [long.label]]
        data = [key["callback_data"] for row in rows for key in row]
        assert all(len(each.encode()) <= 64 and "rate" not in each and "8812" not in each for each in data)
        assert len(set(data)) == 6


class TestRefusals:
    async def test_a_429_closes_the_account_for_as_long_as_telegram_says(self, bot: OurBot) -> None:
        person, other = await bot.platform.person(), await bot.platform.person("wang", name="老王")
        bot.platform.faults.add(
            "sendMessage", Refuse(code=429, text="Too Many Requests: retry after 30", retry_after=30)
        )
        await bot.say("一", to=person)
        await bot.work()
        await bot.say("二", to=other)
        await bot.later(seconds=29)
        assert (person.texts, other.texts, bot.calls("sendMessage")) == ([], [], 1)
        await bot.later(seconds=3)
        assert (person.texts, other.texts) == (["一"], ["二"])

    async def test_who_blocks_us_is_left_alone_until_they_write(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        # Telegram's own notice is lost, so that the refusal is all we know.
        person.chat.shut_with("bot was blocked by the user")
        await bot.say("一", "二", to=person)
        await bot.later(seconds=3)
        first, second = await bot.deliveries()
        assert (first.state, first.error_code) == ("failed", "403")
        assert "bot was blocked by the user" in (first.error_text or "")
        assert (second.state, bot.calls("sendMessage")) == ("failed", 1)
        person.chat.shut_with(None)
        await person.says("我回来了")
        await bot.say("三", to=person)
        await bot.later(seconds=2)
        assert person.texts == ["三"]

    @pytest.mark.parametrize("words", ["Bad Request: chat not found", "Forbidden: user is deactivated"])
    async def test_nobody_there_is_nobody_reached(self, bot: OurBot, words: str) -> None:
        person = await bot.platform.person()
        code = 403 if words.startswith("Forbidden") else 400
        bot.platform.faults.add("sendMessage", Refuse(code=code, text=words))
        await bot.say("一", "二", to=person)
        await bot.later(seconds=3)
        assert (await bot.states(), bot.calls("sendMessage")) == (["failed", "failed"], 1)

    async def test_another_400_is_about_this_message_only(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendMessage", Refuse(code=400, text="Bad Request: something about this message"))
        await bot.say("一", "二", to=person)
        await bot.later(seconds=3)
        assert await bot.states() == ["failed", "sent"]
        assert person.texts == ["二"]

    @pytest.mark.parametrize(("code", "words"), [(401, "Unauthorized"), (404, "Not Found")])
    async def test_a_wrong_token_stops_the_account_and_loses_nothing(self, bot: OurBot, code: int, words: str) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendMessage", Refuse(code=code, text=words))
        await bot.say("一", to=person)
        await bot.later(seconds=60)
        assert (await bot.states(), bot.calls("sendMessage")) == (["queued"], 1)
        await bot.later(seconds=600, step=60)
        assert person.texts == ["一"]

    async def test_a_group_that_moved_gets_what_waited_for_it_once(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        group = await bot.platform.group("财务部", by=person)
        old = group.address
        new = await group.upgrades(person)
        await bot.work()
        said = len(group.texts)
        await bot.say("一", "二", to=old)
        await bot.later(seconds=4)
        assert group.texts[said:] == ["一", "二"]
        assert [(each.state, each.address) for each in await bot.deliveries()] == [("sent", str(new))] * 2
        assert len(await bot.jobs("address.moved")) == 1


class TestSilences:
    async def test_a_stall_after_the_request_is_unknown_and_never_repeated(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendMessage", Stall(seconds=30))
        await bot.say("一", "二", to=person)
        await bot.later(seconds=120, step=10)
        assert await bot.states() == ["unknown", "sent"]
        assert person.texts == ["一", "二"]
        assert bot.calls("sendMessage") == 2

    async def test_a_connection_that_never_was_is_tried_again(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendMessage", Unreachable(), times=2)
        await bot.say("一", to=person)
        await bot.later(seconds=30, step=5)
        assert (await bot.states(), person.texts) == (["sent"], ["一"])

    @pytest.mark.parametrize(
        ("fault", "state"),
        [
            (Garbage(status=502), "sent"),
            (Refuse(code=503, text="Service Unavailable"), "sent"),
            (Garbage(status=504), "unknown"),
            (Refuse(code=500, text="Internal Server Error"), "unknown"),
            (Garbage(status=200), "unknown"),
            (Refuse(code=499, text="What is this"), "sent"),
        ],
    )
    async def test_a_gateway_without_a_server_behind_it_is_asked_again_and_any_other_is_not(
        self, bot: OurBot, fault: Garbage | Refuse, state: str
    ) -> None:
        person = await bot.platform.person()
        bot.platform.faults.add("sendMessage", fault)
        await bot.say("一", to=person)
        await bot.later(seconds=60, step=5)
        assert await bot.states() == [state]

    async def test_no_words_of_ours_show_the_token(self, bot: OurBot) -> None:
        person = await bot.platform.person()
        token = bot.account.secrets["bot_token"]
        bot.platform.faults.add("sendMessage", Refuse(code=400, text=f"cannot serve /bot{token}/sendMessage"))
        await bot.say("一", to=person)
        await bot.work()
        (delivery,) = await bot.deliveries()
        assert delivery.error_text == "cannot serve /bot…/sendMessage"


async def test_no_second_sees_more_than_thirty_messages(bot: OurBot) -> None:
    people = [await bot.platform.person(f"p{n}") for n in range(80)]
    for person in people:
        await bot.say("通知", to=person)
    await bot.later(seconds=6, step=0.1)
    assert [person.texts for person in people] == [["通知"]] * 80
    assert bot.platform.violations == []
