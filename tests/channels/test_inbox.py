import pytest
from sqlmodel import func, select

from channels.inbox import IN_QUEUE, accept, mark_handled, unhandled, waiting_texts
from channels.port import Inbound
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import claim
from kit.outbox.models import Job


def message(platform_id: str, text: str = "开不了票") -> Inbound:
    return Inbound(channel="fake", account="main", address="li", platform_id=platform_id, text=text)


async def accepted(ground: Ground, inbound: Inbound) -> bool:
    async with ground.db.transaction() as session:
        return await accept(session, ground.clock.now(), inbound)


class TestAccept:
    async def test_the_same_platform_id_is_accepted_once(self, ground: Ground) -> None:
        assert await accepted(ground, message("1"))
        assert not await accepted(ground, message("1", "again"))
        async with ground.db.reading() as session:
            assert [row.text for row in await unhandled(session, "fake:main:li")] == ["开不了票"]
            assert (await session.exec(select(func.count()).select_from(Job))).one() == 1

    async def test_one_id_on_two_accounts_is_two_messages(self, ground: Ground) -> None:
        other = Inbound(channel="fake", account="other", address="li", platform_id="1", text="x")
        assert await accepted(ground, message("1"))
        assert await accepted(ground, other)

    async def test_the_row_and_its_job_are_one_transaction(self, ground: Ground) -> None:
        async def break_after_accepting() -> None:
            async with ground.db.transaction() as session:
                await accept(session, ground.clock.now(), message("1"))
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await break_after_accepting()
        assert await accepted(ground, message("1"))

    async def test_what_was_handled_is_not_handled_again(self, ground: Ground) -> None:
        await accepted(ground, message("1"))
        await accepted(ground, message("2"))
        async with ground.db.transaction() as session:
            await mark_handled(session, ground.clock.now(), await unhandled(session, "fake:main:li"))
            assert await unhandled(session, "fake:main:li") == []

    async def test_nobody_looks_at_a_typed_message_before_it_has_settled(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        pressed = Inbound(channel="fake", account="main", address="wang", platform_id="2", button="yes")
        async with ground.db.transaction() as session:
            await accept(session, clock.now(), message("1"), settle_s=0.4)
            await accept(session, clock.now(), pressed, settle_s=0.4)
        assert await self.given_out(ground) == ["fake:main:wang"]
        clock.advance(seconds=0.401)
        assert await self.given_out(ground) == ["fake:main:li"]

    async def given_out(self, ground: Ground) -> list[str]:
        async with ground.db.transaction() as session:
            jobs = await claim(session, ground.clock.now(), queue=IN_QUEUE, limit=9, lease_s=30)
        return [job.payload["thread"] for job in jobs]


async def test_the_waiting_texts_of_several_threads_are_told_at_once(ground: Ground) -> None:
    for number, text in enumerate(["开不了票", "急"]):
        await accepted(ground, message(str(number), text))
    await accepted(ground, Inbound(channel="fake", account="main", address="wang", platform_id="2", text="登录不了"))
    await accepted(ground, Inbound(channel="fake", account="main", address="zhao", platform_id="3", text="别的"))
    async with ground.db.reading() as session:
        texts = await waiting_texts(session, ["fake:main:li", "fake:main:wang"])
    assert sorted(texts) == sorted(["开不了票\n急", "登录不了"])
