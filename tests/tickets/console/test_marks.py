"""What a message's bubble says at first sight of the message as a whole."""

import pytest

from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one
from tests.tickets.console.test_platforms import say
from tickets.conversations.models import Author


async def page_of(ground: Ground, person: Person, lang: str = "zh", **values: object) -> str:
    opened = await open_one(ground)
    await say(ground, opened.conversation_id, Author.CUSTOMER, **values)
    return await person.page(f"/console/tickets/{opened.ticket_id}", lang)


async def test_who_may_not_be_who_they_say(ground: Ground, wang: Person) -> None:
    page = await page_of(ground, wang, marks=["unproven"])
    assert "发件人未经验证</span>" in page
    assert 'title="没有办法确认' in page
    assert "自动回复</span>" not in page


async def test_what_a_machine_wrote(ground: Ground, wang: Person) -> None:
    page = await page_of(ground, wang, "en", marks=["automatic"])
    assert "Automatic</span>" in page
    assert 'title="A machine sent it' in page


async def test_a_mark_nobody_has_words_for_is_shown_as_it_is(ground: Ground, wang: Person) -> None:
    assert "yc-mark-odd" in await page_of(ground, wang, marks=["odd"])


async def test_the_whole_of_it_is_one_click_away(ground: Ground, wang: Person) -> None:
    page = await page_of(ground, wang, original="/console/mail/7")
    assert '<a href="/console/mail/7">' in page
    assert "查看原邮件" in page


async def test_a_foreign_address_is_no_original(ground: Ground, wang: Person) -> None:
    assert "查看原邮件" not in await page_of(ground, wang, original="javascript:alert(1)")
    assert "查看原邮件" not in await page_of(ground, wang)


class TestFilesFromOutside:
    @pytest.mark.parametrize(("scan", "marked"), [({}, True), ({"scan": ""}, True), ({"scan": "clean"}, False)])
    async def test_that_no_scanner_has_seen_say_so(
        self, ground: Ground, wang: Person, scan: dict[str, str], *, marked: bool
    ) -> None:
        file = {"id": "ab12", "name": "a.pdf", "mime": "application/pdf", "size": 2048, **scan}
        assert ("未扫描" in await page_of(ground, wang, attachments=[file])) == marked

    async def test_of_ours_are_not_doubted(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        file = {"id": "ab12", "name": "a.pdf", "mime": "application/pdf", "size": 2048}
        await say(ground, opened.conversation_id, Author.STAFF, attachments=[file])
        assert "未扫描" not in await wang.page(f"/console/tickets/{opened.ticket_id}")

    async def test_that_hold_a_virus_are_only_named(self, ground: Ground, wang: Person) -> None:
        file = {"id": "", "name": "a.zip", "mime": "", "size": 2048, "scan": "infected"}
        page = await page_of(ground, wang, attachments=[file])
        assert "a.zip（已拦截：含病毒）" in page
        assert "/console/files/" not in page
