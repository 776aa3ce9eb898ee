from sqlmodel import select

from bot import searching
from kit.audit import AuditEntry
from kit.ground import Ground
from knowledge.search.calibration import PLAIN_LEXICAL
from knowledge.tuning.calibrations import current_calibration, propose_calibration


async def entries(ground: Ground) -> list[tuple[str, str, str]]:
    async with ground.db.reading() as session:
        rows = (await session.exec(select(AuditEntry).order_by(AuditEntry.id))).all()  # type: ignore[arg-type]  # A column at class level.
    return [(row.kind, row.action, row.key) for row in rows]


async def test_words_are_taught_listed_and_forgotten_and_the_log_knows(ground: Ground) -> None:
    [taught] = await searching.teach("zh", "税控盘", "小白盒")(ground)
    number = int(taught.split(":")[0])
    assert taught == f"{number}: 小白盒 = 税控盘"
    assert [line.startswith(taught) for line in await searching.words(ground)] == [True]
    await searching.forget(number)(ground)
    assert await searching.words(ground) == []
    kind, key = "search_synonym", str(number)
    assert await entries(ground) == [(kind, "added", key), (kind, "removed", key)]


async def test_an_accepted_fit_counts_and_is_in_the_log(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        now = ground.clock.now()
        row = await propose_calibration(session, now, PLAIN_LEXICAL, encoder="", figures={}, by="wang")
    await searching.accept(row.id)(ground)
    async with ground.db.reading() as session:
        assert await current_calibration(session, "") == PLAIN_LEXICAL
    assert await entries(ground) == [("search_fit", "accepted", str(row.id))]


async def test_a_refusal_is_told_in_words(ground: Ground) -> None:
    [line] = await searching.told(ground, searching.accept(7))
    assert "校准" in line
