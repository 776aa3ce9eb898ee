"""Whatever is joined and parted in whatever order: everything belongs to whom the links that stand say."""

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.ground import open_ground
from tests.support.links import Owners, accepted, give_code, offered, owners
from tests.support.tickets import Opened, open_one
from tickets.actors import CUSTOMER
from tickets.linking.models import ContactLink, LinkState
from tickets.linking.service import Outcome, undo_link

NAMES = "abcde"
PHONE = "13800138000"
#: Two addresses to join, or the number of a link to undo, counted over those that stand.
STEPS = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(0, 3),
)
FACTS = st.fixed_dictionaries(
    {"region": st.sampled_from([None, "北京", "上海"]), "phone": st.sampled_from([None, PHONE])}
)


@settings(max_examples=6, deadline=None)
@given(facts=st.tuples(*[FACTS] * len(NAMES)), steps=st.lists(STEPS, min_size=1, max_size=10))
def test_links_never_mix_people_up(
    database_url: str, facts: tuple[dict[str, str | None], ...], steps: list[tuple[str, str] | int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), database_url, facts, steps))


async def _play(
    folder: Path, url: str, facts: tuple[dict[str, str | None], ...], steps: list[tuple[str, str] | int]
) -> None:
    clock = FrozenClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    async with open_ground(folder, clock=clock, url=url) as ground:
        people = {name: await open_one(ground, who=name, person=told) for name, told in zip(NAMES, facts, strict=True)}
        at_first = await owners(ground)
        for step in steps:
            clock.advance(minutes=1)
            await (_part(ground, step) if isinstance(step, int) else _join(ground, people[step[0]], people[step[1]]))
            _check(await owners(ground), at_first, await _standing(ground))
        while standing := await _standing(ground):
            await _undo(ground, standing[-1])
        assert await owners(ground) == at_first


async def _join(ground: Ground, one: Opened, other: Opened) -> None:
    before = await owners(ground)
    link_id = await offered(ground, other, await give_code(ground, one))
    if link_id is None:
        assert _owner_of(before, one) == _owner_of(before, other)
        return
    assert await accepted(ground, other, link_id) is Outcome.LINKED
    joined = await owners(ground)
    (newest,) = [link for link in await _standing(ground) if link.id == link_id]
    await _undo(ground, newest)
    assert await owners(ground) == before
    again = await offered(ground, other, await give_code(ground, one))
    assert again is not None
    await accepted(ground, other, again)
    assert await owners(ground) == joined


async def _part(ground: Ground, number: int) -> None:
    standing = await _standing(ground)
    if standing:
        await _undo(ground, standing[number % len(standing)])


async def _undo(ground: Ground, link: ContactLink) -> None:
    async with ground.db.transaction() as session:
        await undo_link(session, ground.clock.now(), link.id, by=CUSTOMER)


async def _standing(ground: Ground) -> list[ContactLink]:
    linked = select(ContactLink).where(ContactLink.state == LinkState.LINKED).order_by(col(ContactLink.id))
    async with ground.db.reading() as session:
        return list((await session.exec(linked)).all())


def _owner_of(now: Owners, one: Opened) -> int:
    return now.tickets[one.ticket_id]


def _check(now: Owners, at_first: Owners, standing: list[ContactLink]) -> None:
    above = {link.source_id: link.target_id for link in standing}
    assert len(above) == len(standing)
    assert now.identities == {address: _root(above, home) for address, home in at_first.identities.items()}
    assert now.conversations == now.identities
    assert now.tickets == {ticket: _root(above, home) for ticket, home in at_first.tickets.items()}
    for link in standing:
        # Nobody is in two of a person's links side by side.
        beside = [one for one in standing if one.target_id == link.target_id and one.id != link.id]
        assert not any(set(link.moved["identities"]) & set(one.moved["identities"]) for one in beside)


def _root(above: Mapping[int, int], contact: int) -> int:
    while contact in above:
        contact = above[contact]
    return contact
