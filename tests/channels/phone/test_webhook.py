"""Where a telephone system tells of calls: who gets in, and that nothing that gets in does harm."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from channels.phone.calls import CALL_ENDED
from channels.phone.endpoints import BODY_MAX
from channels.phone.signatures import TOLERANCE, sign
from kit.clock import FrozenClock
from kit.outbox.models import Job
from tests.channels.phone.exchange import NUMBER, SECRET, Exchange
from tests.support.trying import tries

RING = {"event": "ring", "call_id": "c1", "from": "13800138000", "to": "4008001234", "extension": "801"}


class TestDoor:
    @pytest.mark.parametrize("shown", ["", "t=1,v1=0", "秘密"])
    async def test_without_a_signature_nobody_comes_in(self, exchange: Exchange, shown: str) -> None:
        assert await exchange.push(RING, shown=shown) == 403
        assert await exchange.calls() == []

    async def test_nor_with_another_secret_or_at_another_address(self, exchange: Exchange) -> None:
        assert await exchange.push(RING, secret="another") == 403
        assert await exchange.push(RING, hook="nowhere") == 403
        assert (await exchange.calls(), await exchange.unparsed()) == ([], [])

    async def test_nor_with_a_recording(self, exchange: Exchange, clock: FrozenClock) -> None:
        body = b'{"event": "ring", "call_id": "c1"}'
        shown = sign(SECRET, body, at=clock.now())
        clock.advance(seconds=(TOLERANCE + timedelta(seconds=2)).total_seconds())
        assert await exchange.push(body, shown=shown) == 403

    async def test_what_is_too_long_is_refused(self, exchange: Exchange) -> None:
        assert await exchange.push(b"[" * BODY_MAX) == 200
        assert await exchange.push(b"[" * (BODY_MAX + 1)) == 413


class TestCalls:
    async def test_a_call_is_one_row_that_fills(self, exchange: Exchange, clock: FrozenClock) -> None:
        began = clock.now()
        await exchange.tells("ring", extension="801")
        clock.advance(seconds=5)
        await exchange.tells("answer", extension="802")
        clock.advance(seconds=83)
        await exchange.tells("hangup")
        (call,) = await exchange.calls()
        assert (call.account, call.call_id, call.number, call.extension) == ("main", "c1", NUMBER, "802")
        assert (call.rang_at, call.seconds) == (began, 83)

    async def test_what_is_told_twice_changes_nothing(self, exchange: Exchange, clock: FrozenClock) -> None:
        for _ in range(2):
            await exchange.tells("ring")
            await exchange.tells("answer")
            await exchange.tells("hangup")
            clock.advance(seconds=20)
        (call,) = await exchange.calls()
        assert call.seconds == 0
        assert await self._told(exchange) == [call.id]

    async def test_the_order_in_which_events_arrive_does_not_matter(
        self, exchange: Exchange, clock: FrozenClock
    ) -> None:
        now = clock.now().timestamp()
        await exchange.tells("hangup", at=now)
        await exchange.tells("answer", at=now - 60, extension=801)
        await exchange.tells("ring", at=now - 70, extension=802)
        (call,) = await exchange.calls()
        assert (call.seconds, call.extension) == (60, "801")

    async def test_a_clock_that_is_plainly_wrong_is_not_believed(self, exchange: Exchange, clock: FrozenClock) -> None:
        await exchange.tells("ring", at=0)
        assert (await exchange.calls())[0].rang_at == clock.now()

    async def test_a_call_nobody_answered_has_no_length(self, exchange: Exchange) -> None:
        await exchange.tells("ring")
        await exchange.tells("hangup")
        assert (await exchange.calls())[0].seconds is None

    async def test_the_other_end_of_a_call_of_ours_is_whom_we_called(self, exchange: Exchange) -> None:
        await exchange.tells("ring", direction="outbound", **{"from": "801", "to": "010-6512 3456"})
        (call,) = await exchange.calls()
        assert (call.outgoing, call.number) == (True, "+861065123456")

    async def test_a_caller_without_a_number_is_a_call_too(self, exchange: Exchange) -> None:
        await exchange.tells("ring", **{"from": "anonymous"})
        assert (await exchange.calls())[0].number == "anonymous"

    async def _told(self, exchange: Exchange) -> list[int]:
        async with exchange.ground.db.reading() as session:
            jobs = (await session.exec(select(Job).where(Job.kind == CALL_ENDED))).all()
        return [job.payload["id"] for job in jobs]


class TestJunk:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe",
            b"null",
            b"[]",
            b"{}",
            b'{"event": "ring"}',
            b'{"event": "explode", "call_id": "c1"}',
            b'{"event": "ring", "call_id": ""}',
            b'{"event": "ring", "call_id": "\\u0000"}',
            b'{"event": "ring", "call_id": "c1", "at": 1e999}',
            b'{"event": "ring", "call_id": "c1", "from": ["13800138000"]}',
            b'{"event": "ring", "call_id": "' + b"x" * 1000 + b'"}',
            b"[" * 60_000,
        ],
    )
    async def test_what_cannot_be_read_is_kept_and_answered(self, exchange: Exchange, body: bytes) -> None:
        assert await exchange.push(body) == 200
        (kept,) = await exchange.unparsed()
        assert (kept.channel, kept.account, kept.body) == ("phone", "main", body)
        assert await exchange.calls() == []

    async def test_what_we_do_not_know_is_left_aside(self, exchange: Exchange) -> None:
        await exchange.tells("ring", queue="support", recording={"url": "x"}, agent=801)
        assert (await exchange.calls())[0].extension == "801"
        assert await exchange.unparsed() == []


_words = st.text(max_size=30) | st.sampled_from(["c1", "13800138000", "+86 138-0013-8000", "\x00", "801"])
_values = st.none() | st.booleans() | st.integers() | st.floats() | _words | st.lists(_words, max_size=2)
_events = st.fixed_dictionaries(
    {"event": st.sampled_from(["ring", "answer", "hangup", 1]), "call_id": _words},
    optional=dict.fromkeys(("from", "to", "extension", "agent", "direction", "at"), _values),
)


def examples() -> list[Any]:
    """Events of many shapes, and plain bytes."""
    collected: list[Any] = []

    @settings(
        max_examples=tries(500),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    @given(_events | st.binary(max_size=200))
    def collect(event: Any) -> None:
        collected.append(event)

    collect()
    return collected


async def test_no_event_of_whatever_shape_is_answered_by_a_fault(exchange: Exchange) -> None:
    events = examples()
    assert len(events) > tries(500) / 2
    assert {await exchange.push(event) for event in events} == {200}
    assert await exchange.calls()
    assert await exchange.unparsed()
    # Everything is read in vain, not failed on: what was kept says which field was wrong.
    assert all("Error(" not in kept.reason for kept in await exchange.unparsed())
