"""What the bot says is put in other words in administration, and said so at once."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import col, select

from kit.audit import Author, history, take_turn
from kit.ground import Ground
from kit.i18n import catalogue, translate
from tests.support.console import Person
from tests.tickets.admin.answers import edit
from tickets.config.changing import apply, plan
from tickets.config.document import export, read
from tickets.config.section import Hand
from tickets.config.texts import placeholders, texts
from tickets.desk.models import DeskSetting
from tickets.rhythm import Choices

GREETING = "您好，这里是{organisation}的小应。"


@pytest.fixture(autouse=True)
async def _as_brought_along() -> AsyncIterator[None]:
    yield
    catalogue().choose({})


async def stored(ground: Ground) -> dict[str, object]:
    async with ground.db.reading() as session:
        rows = await session.exec(select(DeskSetting).where(col(DeskSetting.key).startswith("text.")))
        return {row.key: row.value for row in rows.all()}


def ours() -> str:
    return texts()["say.greet"]["zh"].format(organisation="应票")


async def taken_in(ground: Ground, document: str) -> None:
    async with ground.db.transaction() as session:
        await take_turn(session)
        steps = await plan(session, await read(session, document), prune=False)
        await apply(Hand(session, ground.clock.now(), Author("赵敏")), steps)


class TestOtherWords:
    async def test_the_list_has_every_text_and_the_form_ours_beside_theirs(self, zhao: Person) -> None:
        page = await zhao.page("/console/admin/texts")
        assert "对客户说的话" in page
        assert page.count('href="/console/admin/texts/item?key=') == len(texts())
        form = await zhao.page("/console/admin/texts/item?key=say.greet")
        assert texts()["say.greet"]["zh"].split("\n")[0] in form
        assert "/console/admin/texts/new" not in page

    async def test_they_are_said_as_soon_as_the_process_hears_of_it(self, zhao: Person, ground: Ground) -> None:
        assert (await edit(zhao, "texts", "say.greet", zh=GREETING)).status_code == 303
        await Choices(ground).refresh()
        assert translate("say.greet", "zh", organisation="应票") == "您好，这里是应票的小应。"
        assert translate("say.greet", "en", organisation="Yingpiao") == texts()["say.greet"]["en"].format(
            organisation="Yingpiao"
        )
        async with ground.db.reading() as session:
            (entry,) = await history(session, "texts", "say.greet")
        assert entry.after == {"zh": GREETING, "en": None}

    async def test_saved_empty_ours_is_said_again(self, zhao: Person, ground: Ground) -> None:
        await edit(zhao, "texts", "say.greet", zh=GREETING)
        assert "恢复默认" in await zhao.page("/console/admin/texts/item?key=say.greet")
        assert (await edit(zhao, "texts", "say.greet", zh="")).status_code == 303
        await Choices(ground).refresh()
        assert await stored(ground) == {}
        assert translate("say.greet", "zh", organisation="应票") == ours()

    @pytest.mark.parametrize("text", ["您好", "您好，{organisation}{name}", "您好，{organisation", "{organisation!r}"])
    async def test_other_placeholders_than_ours_are_refused(self, zhao: Person, ground: Ground, text: str) -> None:
        answer = await edit(zhao, "texts", "say.greet", zh=text)
        assert (answer.status_code, "花括号里的内容要和默认文字的一样" in answer.text) == (422, True)
        assert await stored(ground) == {}

    async def test_supervisors_read_them_only(self, li: Person) -> None:
        assert "修改请找管理员" in await li.page("/console/admin/texts/item?key=say.greet")
        assert (await edit(li, "texts", "say.greet", zh=GREETING)).status_code == 403


class TestTheDocument:
    async def test_only_what_was_chosen_goes_out_and_comes_in_again(self, zhao: Person, ground: Ground) -> None:
        await edit(zhao, "texts", "say.greet", zh=GREETING)
        async with ground.db.reading() as session:
            document = await export(session)
        assert "say.greet" in document
        assert "say.abstain" not in document
        await edit(zhao, "texts", "say.greet", zh="")
        await taken_in(ground, document)
        assert await stored(ground) == {"text.say.greet": {"zh": GREETING}}


def test_every_text_of_ours_names_what_both_languages_have() -> None:
    for brought in texts().values():
        assert placeholders(brought["zh"]) is not None


def test_what_no_longer_fits_is_said_as_brought_along() -> None:
    catalogue().choose({"say.greet": {"zh": "{gone}"}})
    assert translate("say.greet", "zh", organisation="应票") == ours()
