"""Mails as staff see them: the log, one mail, its HTML in a frame, its files, the original."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from channels.email.models import Direction, MailRecord
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.scanning import VIRUS, SuspiciousScanner
from tests.support.web import open_client

LIST = "/console/mail"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Postbox:
    """Puts mails into the log as they are stored on arriving."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.put = 0

    async def mail(self, raw: bytes | None = None, **values: Any) -> int:
        self.put += 1
        row: dict[str, Any] = {
            "account": "help@desk.example",
            "direction": Direction.IN.value,
            "thread": "email:help@desk.example:wang.fang@kehu.example",
            "platform_id": str(self.put),
            "message_id": f"{self.put}@kehu.example",
            "references": [],
            "subject": "发票抬头写错了",
            "sender": "wang.fang@kehu.example",
            "sender_name": "王芳",
            "digest": "",
            "verdict": {"spf": "pass", "dkim": "fail", "dmarc": ""},
            "size": len(raw or b""),
            "at": self.ground.clock.now(),
            **values,
        }
        record = MailRecord(**row, original=await self.ground.files.keep(raw) if raw is not None else None)
        async with self.ground.db.transaction() as session:
            session.add(record)
            await session.flush()
            return record.id


def letter(
    html: str = "",
    text: str = "抬头应为杭州云杉。",
    *,
    files: tuple[tuple[str, bytes], ...] = (),
    picture: bytes = PNG,
) -> bytes:
    mail = EmailMessage()
    mail["From"] = "王芳 <wang.fang@kehu.example>"
    mail["To"] = "客服 <help@desk.example>"
    mail["Cc"] = "cai.wu@kehu.example"
    mail["Subject"] = "发票抬头写错了"
    mail["Date"] = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
        part = mail.get_payload()[1]  # type: ignore[index]  # two alternatives are a list.
        part.add_related(picture, "image", "png", cid="<logo@1>")  # type: ignore[union-attr]  # of messages.
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


@pytest.fixture
def postbox(ground: Ground) -> Postbox:
    return Postbox(ground)


class TestTheLog:
    async def test_shows_what_came_in_newest_first(self, postbox: Postbox, agent: Person) -> None:
        await postbox.mail(subject="第一封")
        await postbox.mail(subject="第二封")
        await postbox.mail(subject="我们发出的", direction=Direction.OUT.value)
        page = await agent.page(LIST)
        assert page.index("第二封") < page.index("第一封")
        assert "我们发出的" not in page
        assert "w•••@kehu.example" in page
        assert "wang.fang" not in page

    @pytest.mark.parametrize(
        ("shown", "expected"),
        [
            ("", {"人写的", "自动的", "退信的", "冒名的", "自己的"}),
            ("automatic", {"自动的", "自己的"}),
            ("reports", {"退信的"}),
            ("unproven", {"冒名的"}),
            ("nonsense", {"人写的", "自动的", "退信的", "冒名的", "自己的"}),
        ],
    )
    async def test_is_narrowed(self, postbox: Postbox, agent: Person, shown: str, expected: set[str]) -> None:
        await postbox.mail(subject="人写的")
        await postbox.mail(subject="自动的", automatic="auto-submitted: auto-replied")
        await postbox.mail(subject="退信的", kind="bounce", automatic="report", proven=False)
        await postbox.mail(subject="冒名的", proven=False)
        await postbox.mail(subject="自己的", kind="own", automatic="own_address", proven=False)
        page = await agent.page(f"{LIST}?shown={shown}")
        assert {
            subject for subject in ("人写的", "自动的", "退信的", "冒名的", "自己的") if subject in page
        } == expected

    async def test_goes_on_over_pages(self, postbox: Postbox, agent: Person) -> None:
        for number in range(33):
            await postbox.mail(subject=f"第{number:02}号", proven=number % 40 > 0)
        first = await agent.page(LIST)
        assert "第32号" in first
        assert "第02号" not in first
        second = await agent.page(first.split('rel="next" href="')[1].split('"')[0])
        assert "第02号" in second
        assert "第03号" not in second

    async def test_says_when_there_is_nothing(self, agent: Person) -> None:
        assert "还没有收到邮件" in await agent.page(LIST)
        assert "没有这样的邮件" in await agent.page(f"{LIST}?shown=reports")

    async def test_refuses_what_is_no_cursor(self, agent: Person) -> None:
        assert (await agent.client.get(f"{LIST}?after=nonsense")).status_code == 422


class TestOneMail:
    async def test_shows_who_wrote_when_and_what(self, postbox: Postbox, agent: Person) -> None:
        page = await agent.page(f"{LIST}/{await postbox.mail(letter())}")
        assert "抬头应为杭州云杉" in page
        for said in ("王芳", "w•••@kehu.example", "c•••@kehu.example", "SPF: 通过", "DKIM: 未通过", "DMARC: 没有结果"):
            assert said in page, said
        assert "wang.fang@" not in page.replace("wang.fang%40", "")
        assert "cai.wu" not in page

    async def test_explains_what_is_to_be_known_of_it(self, postbox: Postbox, agent: Person) -> None:
        forged = await agent.page(f"{LIST}/{await postbox.mail(letter(), proven=False)}")
        assert "任何人都可能冒用" in forged
        automatic = await agent.page(f"{LIST}/{await postbox.mail(letter(), automatic='precedence: bulk')}")
        assert "依据：precedence: bulk" in automatic
        repeated = await agent.page(f"{LIST}/{await postbox.mail(letter(), automatic='repeated')}")
        assert "同样的内容反复发来" in repeated

    async def test_folds_what_is_quoted(self, postbox: Postbox, agent: Person) -> None:
        text = "好的，谢谢。\n\n在 2026年1月4日，应票 <help@desk.example> 写道：\n> 请核对新发票。\n"
        page = await agent.page(f"{LIST}/{await postbox.mail(letter(text=text))}")
        shown, folded = page.split("显示全文")
        assert "好的，谢谢" in shown
        assert "请核对新发票" not in shown
        assert "请核对新发票" in folded

    async def test_prints_nothing_of_it_unescaped(self, postbox: Postbox, agent: Person) -> None:
        raw = letter(text="<script>alert(1)</script>", files=(("<b>.txt", b"x"),))
        page = await agent.page(f"{LIST}/{await postbox.mail(raw, subject='<script>alert(2)</script>')}")
        assert "<script>alert" not in page
        assert "<b>.txt" not in page

    async def test_of_which_only_the_head_was_taken(self, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(None)
        assert "邮件全文没有保存" in await agent.page(f"{LIST}/{mail}")
        for rest in ("body", "files/0"):
            assert (await agent.client.get(f"{LIST}/{mail}/{rest}")).status_code == 404

    async def test_that_nobody_could_read_is_shown_as_far_as_it_can_be(self, postbox: Postbox, agent: Person) -> None:
        raw = b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n\xff\xfe<p>\x00\x80"
        mail = await postbox.mail(raw)
        assert (await agent.client.get(f"{LIST}/{mail}")).status_code == 200
        assert (await agent.client.get(f"{LIST}/{mail}/body")).status_code in {200, 404}

    async def test_is_kept_by_no_cache(self, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(letter("<p>x</p>", files=(("a.txt", b"x"),)))
        for rest in ("", "/body", "/files/0"):
            answer = await agent.client.get(f"{LIST}/{mail}{rest}")
            assert answer.headers["cache-control"] == "private, no-store", rest


class TestTheFrame:
    async def test_holds_a_page_that_may_do_nothing(self, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(letter("<p onclick='x()'>原样</p><script>alert(1)</script><img src='cid:logo@1'>"))
        outer = await agent.page(f"{LIST}/{mail}")
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"' in outer
        answer = await agent.client.get(f"{LIST}/{mail}/body")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "sandbox allow-popups" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<p>原样</p>" in answer.text
        assert "alert(1)" not in answer.text
        assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in answer.text

    async def test_fetches_pictures_only_when_asked(self, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(letter('<img src="https://a.example/1.png">'))
        assert "有 1 张外部图片没有显示" in await agent.page(f"{LIST}/{mail}")
        shut = await agent.client.get(f"{LIST}/{mail}/body")
        assert "a.example" not in shut.text
        assert "https:" not in shut.headers["content-security-policy"]
        shown = await agent.page(f"{LIST}/{mail}?images=1")
        assert "body?images=1" in shown
        assert "正在显示 1 张外部图片" in shown
        opened = await agent.client.get(f"{LIST}/{mail}/body?images=1")
        assert "https://a.example/1.png" in opened.text
        assert "img-src data: https:;" in opened.headers["content-security-policy"]

    async def test_takes_no_script_for_a_picture(self, postbox: Postbox, agent: Person) -> None:
        raw = letter("<img src='cid:logo@1'>", picture=b"<svg onload='x()'/>")
        answer = await agent.client.get(f"{LIST}/{await postbox.mail(raw)}/body")
        assert "data:" not in answer.text


class TestFiles:
    async def test_pictures_are_shown_and_all_else_is_saved(self, postbox: Postbox, agent: Person) -> None:
        files = (("照片.png", PNG), ("发票.html", b"<script>alert(1)</script>"), ("a.pdf", b"%PDF-1.7 x"))
        mail = await postbox.mail(letter(files=files))
        page = await agent.page(f"{LIST}/{mail}")
        assert f'<img src="{LIST}/{mail}/files/0"' in page
        picture, script, paper = [await agent.client.get(f"{LIST}/{mail}/files/{number}") for number in range(3)]
        assert picture.content == PNG
        assert picture.headers["content-type"] == "image/png"
        assert picture.headers["content-disposition"].startswith("inline;")
        for answer in (script, paper):
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await agent.client.get(f"{LIST}/{mail}/files/9")).status_code == 404

    async def test_a_picture_is_one_by_its_content(self, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(letter(files=(("a.png", b"<html><script>alert(1)</script>"),)))
        answer = await agent.client.get(f"{LIST}/{mail}/files/0")
        assert answer.headers["content-type"] == "application/octet-stream"


class TestScanning:
    async def test_nobody_gets_what_is_infected(self, ground: Ground, postbox: Postbox, agent: Person) -> None:
        mail = await postbox.mail(letter(files=(("a.exe", VIRUS), ("b.txt", b"b"))))
        assert "未扫描" in await agent.page(f"{LIST}/{mail}")
        ground.files.scanner = SuspiciousScanner()
        assert "未扫描" not in await agent.page(f"{LIST}/{mail}")
        refused = await agent.client.get(f"{LIST}/{mail}/files/0")
        assert refused.status_code == 422
        assert "含有病毒" in refused.text
        assert (await agent.client.get(f"{LIST}/{mail}/files/1")).content == b"b"


class TestWhoMay:
    async def test_a_supervisor_saves_the_original(self, postbox: Postbox, supervisor: Person, agent: Person) -> None:
        raw = letter()
        mail = await postbox.mail(raw)
        with capture_logs() as logs:
            answer = await supervisor.client.get(f"{LIST}/{mail}/original")
        assert answer.content == raw
        assert {"mail": mail, "staff": "li"}.items() <= logs[-1].items()
        assert answer.headers["content-disposition"] == f'attachment; filename="mail-{mail}.eml"'
        assert "sandbox" in answer.headers["content-security-policy"]
        assert (await agent.client.get(f"{LIST}/{mail}/original")).status_code == 403
        assert "/original" not in await agent.page(f"{LIST}/{mail}")

    async def test_a_supervisor_sees_addresses_and_that_is_noted(
        self, postbox: Postbox, supervisor: Person, agent: Person
    ) -> None:
        mail = await postbox.mail(letter())
        with capture_logs() as logs:
            answer = await supervisor.client.post(f"{LIST}/{mail}/reveal", headers=HTMX)
        assert "wang.fang@kehu.example" in answer.text
        assert "cai.wu@kehu.example" in answer.text
        assert {"mail": mail, "staff": "li"}.items() <= logs[-1].items()
        assert (await agent.client.post(f"{LIST}/{mail}/reveal", headers=HTMX)).status_code == 403

    async def test_an_editor_and_a_stranger_see_nothing(self, app: FastAPI, postbox: Postbox, editor: Person) -> None:
        mail = await postbox.mail(letter("<p>x</p>"))
        async with open_client(app) as stranger:
            for address in (LIST, f"{LIST}/{mail}", f"{LIST}/{mail}/body", f"{LIST}/{mail}/files/0"):
                assert (await editor.client.get(address)).status_code == 403, address
                assert (await stranger.get(address)).status_code == 303, address

    async def test_one_that_is_not_there(self, supervisor: Person) -> None:
        for rest in ("", "/body", "/files/0", "/original"):
            assert (await supervisor.client.get(f"{LIST}/77{rest}")).status_code == 404, rest
