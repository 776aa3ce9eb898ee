"""Who is here, who writes, who follows, who is called by name, and what is stuck to a ticket."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import WANG, kinds_of, open_one, ticket_now
from tests.support.web import add_staff
from tickets.actors import Actor, ActorKind
from tickets.models import EventKind, TicketTag
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.repository import change, get_ticket
from tickets.watching.followers import follow, followers, tell_watchful, unfollow
from tickets.watching.mentions import call_mentioned, mentioned
from tickets.watching.tagging import TagTooLongError, TooManyTagsError, change_tags, set_tags
from tickets.watching.viewers import forget_gone, look_at, look_away, watchers


async def hire(ground: Ground, *names: str) -> list[int]:
    return [
        (await add_staff(ground, role=Role.AGENT, login=f"n{n}", name=name)).id or 0 for n, name in enumerate(names)
    ]


def person(name: str) -> Staff:
    return Staff(login=name, name=name, role=Role.AGENT, password_hash="-", created_at=NOW)


NOW = datetime(2026, 11, 24, tzinfo=UTC)


class TestViewers:
    async def see(self, ground: Ground, ticket_id: int, but: int) -> list[tuple[str, bool]]:
        async with ground.db.reading() as session:
            here = await watchers(session, ground.clock.now(), ticket_id, but=but)
        return [(one.name, one.typing) for one in here]

    async def test_come_write_and_go(self, ground: Ground, clock: FrozenClock) -> None:
        me, other = await hire(ground, "王芳", "李清")
        ticket_id = (await open_one(ground)).ticket_id

        async def other_looks(*, typing: bool | None) -> None:
            async with ground.db.transaction() as session:
                await look_at(session, clock.now(), ticket_id, other, typing=typing)

        await other_looks(typing=False)
        assert await self.see(ground, ticket_id, me) == [("李清", False)]
        assert await self.see(ground, ticket_id, other) == []
        await other_looks(typing=True)
        clock.advance(seconds=9)
        await other_looks(typing=None)
        assert await self.see(ground, ticket_id, me) == [("李清", True)]
        clock.advance(seconds=1)
        assert await self.see(ground, ticket_id, me) == [("李清", False)]
        clock.advance(seconds=23)
        assert await self.see(ground, ticket_id, me) == [("李清", False)]
        clock.advance(seconds=1)
        assert await self.see(ground, ticket_id, me) == []

    async def test_whoever_closes_the_page_is_gone_at_once(self, ground: Ground, clock: FrozenClock) -> None:
        me, other = await hire(ground, "王芳", "李清")
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            await look_at(session, clock.now(), ticket_id, other)
            await look_away(session, ticket_id, other)
        assert await self.see(ground, ticket_id, me) == []

    async def test_colleagues_hear_of_a_change_and_of_nothing_else(self, ground: Ground, clock: FrozenClock) -> None:
        [other] = await hire(ground, "李清")
        ticket_id = (await open_one(ground)).ticket_id
        heard = []
        async with ground.db.bus.listening(f"watching:{ticket_id}") as listener:
            for typing in (False, False, True, True, False):
                async with ground.db.transaction() as session:
                    await look_at(session, clock.now(), ticket_id, other, typing=typing)
                heard.append(await listener.wait(0.001))
                clock.advance(seconds=3)
        assert heard == [True, False, True, False, True]

    async def test_old_rows_are_forgotten(self, ground: Ground, clock: FrozenClock) -> None:
        [other] = await hire(ground, "李清")
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            await look_at(session, clock.now(), ticket_id, other)
            clock.advance(hours=1)
            await forget_gone(session, clock.now())
            clock.advance(hours=-1)
            assert await watchers(session, clock.now(), ticket_id) == []


class TestFollowers:
    async def test_follow_twice_and_leave(self, ground: Ground) -> None:
        me, other = await hire(ground, "王芳", "李清")
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            for _ in range(2):
                await follow(session, ground.clock.now(), ticket_id, [me, other])
            await unfollow(session, ticket_id, me)
            assert await followers(session, ticket_id) == [(other, "李清")]

    async def test_owner_and_followers_are_told_once_each_but_not_the_doer(self, ground: Ground) -> None:
        owner, one, doer, stranger = await hire(ground, "王芳", "李清", "赵明", "周六")
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, ticket_id)
            await change(session, ground.clock.now(), ticket, assignee_id=owner)
            await follow(session, ground.clock.now(), ticket_id, [owner, one, doer])
            await tell_watchful(session, ground.clock.now(), NoticeKind.FOLLOWED, ticket, but=doer, by="赵明")
            rows = (await session.exec(select(StaffNotice))).all()
        assert sorted(row.staff_id for row in rows) == sorted([owner, one])
        assert {(row.kind, row.data["by"], row.at) for row in rows} == {("followed", "赵明", ground.clock.now())}
        assert stranger not in {row.staff_id for row in rows}


class TestMentions:
    @pytest.mark.parametrize(
        ("text", "called"),
        [
            ("@王芳 看一下", ["王芳"]),
            ("请@王芳芳看一下", ["王芳芳"]),
            ("@王芳，@Ann Lee 都看看", ["王芳", "Ann Lee"]),
            ("@ann lee?", ["Ann Lee"]),
            ("@Ann Leeds", []),
            ("写到 wang@王", []),
            ("王芳 看一下", []),
            ("@王芳 @王芳", ["王芳"]),
        ],
    )
    def test_who_is_meant(self, text: str, called: list[str]) -> None:
        people = [person("王芳"), person("王芳芳"), person("Ann Lee")]
        assert [one.name for one in mentioned(text, people)] == called

    async def test_they_are_told_and_follow(self, ground: Ground) -> None:
        me, other = await hire(ground, "王芳", "李清")
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, ticket_id)
            staff = Actor(ActorKind.STAFF, me, "王芳")
            await call_mentioned(session, ground.clock.now(), ticket, text="@李清 @王芳 证书过期了？", staff=staff)
            notices = (await session.exec(select(StaffNotice))).all()
            assert await followers(session, ticket_id) == [(other, "李清")]
        assert [(one.staff_id, one.kind, one.data["by"]) for one in notices] == [(other, "mentioned", "王芳")]
        assert (await kinds_of(ground, ticket_id))[-1] == EventKind.MENTIONED


class TestTags:
    async def test_put_on_and_taken_off(self, ground: Ground) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            ticket, now = await get_ticket(session, ticket_id), ground.clock.now()
            await set_tags(session, now, ticket, names=["月末", "#上传", "月末", " "], staff=WANG)
            await change_tags(session, now, ticket, add=["急"], remove=["上传"], staff=WANG)
            await change_tags(session, now, ticket, add=["急"], staff=WANG)
            links = (await session.exec(select(TicketTag))).all()
        assert ((await ticket_now(ground, ticket_id)).tags, len(links)) == (["月末", "急"], 2)
        assert (await kinds_of(ground, ticket_id)).count(EventKind.TAGGED) == 2

    @pytest.mark.parametrize(
        ("names", "refusal"), [(["长" * 25], TagTooLongError), ([str(n) for n in range(13)], TooManyTagsError)]
    )
    async def test_what_is_no_tag_any_more(self, ground: Ground, names: list[str], refusal: type[Exception]) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, ticket_id)
            with pytest.raises(refusal):
                await set_tags(session, ground.clock.now(), ticket, names=names, staff=WANG)
        assert (await ticket_now(ground, ticket_id)).tags is None
