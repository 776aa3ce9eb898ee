"""The webhook's edge: who gets in, and that nothing that gets in does harm."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.telegram.endpoints import BODY_MAX
from kit.clock import FrozenClock
from kit.log import log
from tests.channels.telegram.bot import SECRET, OurBot, open_bot
from tests.support.ground import open_ground
from tests.support.trying import tries

CHAT = {"id": 5, "type": "private"}
LI = {"id": 5, "is_bot": False, "first_name": "小李"}


def message(**fields: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 1, "chat": CHAT, "from": LI, "date": 1, **fields}}


class TestDoor:
    @pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "秘密"])
    async def test_without_the_secret_nobody_comes_in(self, bot: OurBot, secret: str | None) -> None:
        assert await bot.push(message(text="在吗"), secret=secret) == 403
        assert (await bot.heard(), await bot.unparsed()) == ([], [])

    async def test_an_address_that_is_none_looks_like_a_wrong_secret(self, bot: OurBot) -> None:
        assert await bot.push(message(text="在吗"), hook="nowhere") == 403
        assert await bot.push(message(text="在吗"), hook="nowhere", secret="") == 403

    async def test_nothing_of_a_stranger_is_read(self, bot: OurBot) -> None:
        assert await bot.push(b"[" * 10_000_000, secret="wrong") == 403

    async def test_other_methods_are_not_there(self, bot: OurBot) -> None:
        assert (await bot.web.get(bot.hook)).status_code == 405


class TestJunk:
    @pytest.mark.parametrize(
        "update",
        [
            {},
            [],
            "text",
            7,
            None,
            {"update_id": "7", "message": {}},
            {"update_id": 7.5},
            {"update_id": -1},
            {"update_id": 2**63},
            {"update_id": True},
            {"update_id": 7, "message": {}},
            {"update_id": 7, "message": []},
            {"update_id": 7, "message": {"message_id": 1}},
            {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 10**30}}},
            {"update_id": 7, "message": {"message_id": 1, "chat": None, "text": "x"}},
            {"update_id": 7, "callback_query": {"id": 7}},
            {"update_id": 7, "callback_query": {"id": "", "from": LI}},
            {"update_id": 7, "my_chat_member": {"chat": CHAT}},
            {"update_id": 7, "edited_message": "x"},
            b"",
            b"{",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"update_id": NaN}',
            b"1" * 5000,
            b'{"update_id":7,"message":' * 2000,
        ],
    )
    async def test_what_cannot_be_read_is_kept_and_taken(self, bot: OurBot, update: Any) -> None:
        assert await bot.push(update) == 200
        (kept,) = await bot.unparsed()
        assert kept.body == (update if isinstance(update, bytes) else httpx.Request("POST", "/", json=update).content)
        assert kept.reason

    async def test_too_much_is_kept_in_part_and_taken_or_it_would_come_for_ever(self, bot: OurBot) -> None:
        big = json.dumps(message(text="x" * (BODY_MAX + 1))).encode()
        assert await bot.push(big) == 200
        (kept,) = await bot.unparsed()
        assert kept.body == big[:BODY_MAX]

    @pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x07b", "\x00"])
    async def test_what_no_database_can_store_is_left_out(self, bot: OurBot, text: str) -> None:
        name = {**LI, "first_name": f"李\x00{text}"}
        document = {"file_id": f"f{text}", "file_name": text}
        update = json.dumps(message(text=text, **{"from": name}, document=document)).encode()
        assert await bot.push(update) == 200
        (heard,) = await bot.heard()
        assert heard.text in {"ab", ""}
        assert "\x00" not in heard.media[0]["ref"]

    @pytest.mark.parametrize("date", [10**18, -(10**18), "x", None])
    async def test_an_impossible_date_is_no_date(self, bot: OurBot, date: Any) -> None:
        assert await bot.push(message(text="在吗", date=date)) == 200
        assert await bot.texts() == ["在吗"]

    async def test_a_fault_of_ours_costs_one_message_a_look_and_no_other(
        self, bot: OurBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        complaints: list[str] = []
        monkeypatch.setattr(log, "exception", lambda event, **_: complaints.append(event), raising=False)
        with monkeypatch.context() as patched:
            patched.setattr("channels.telegram.arriving.translate", lambda *_: 1 / 0)
            assert await bot.push(message(text="在吗")) == 200
        (kept,) = await bot.unparsed()
        assert "ZeroDivisionError" in kept.reason
        assert complaints == ["update not understood"]


#: One of each kind that Telegram sends, to be spoilt.
PRIVATE = {"message_id": 11, "chat": CHAT, "from": {**LI, "language_code": "zh-hans"}, "date": 1_790_000_000}
FILE = {"file_id": "AgAC", "file_size": 1200, "file_name": "账单.pdf", "emoji": "👍"}
GROUP = {**PRIVATE, "chat": {"id": -9, "type": "group"}}
UPDATES: list[dict[str, Any]] = [
    {"message": {**PRIVATE, "text": "/lang en"}},
    {"message": {**PRIVATE, "caption": "看图", "photo": [FILE, FILE], "document": FILE}},
    {"message": {**PRIVATE, "sticker": FILE, "voice": FILE, "animation": FILE, "dice": {"emoji": "🎲"}}},
    {"message": {**PRIVATE, "location": {"latitude": 1.5, "longitude": 2.5}, "venue": {"title": "a", "address": "b"}}},
    {"message": {**PRIVATE, "contact": {"phone_number": "1", "first_name": "a"}, "poll": {"question": "b"}}},
    {"message": {**GROUP, "text": "@bot 在吗", "migrate_to_chat_id": -10012}},
    {"message": {**GROUP, "text": "@bot 在吗"}},
    {"edited_message": {**PRIVATE, "text": "改了", "edit_date": 1_790_000_001}},
    {"callback_query": {"id": "44", "from": LI, "data": "abc", "message": {"message_id": 9, "chat": CHAT}}},
    {"my_chat_member": {"chat": CHAT, "from": LI, "date": 1, "new_chat_member": {"status": "kicked"}}},
    {"my_chat_member": {"chat": GROUP["chat"], "from": LI, "new_chat_member": {"status": "member"}}},
    {"channel_post": {**PRIVATE, "text": "x"}},
]
GONE = object()
#: What databases, sizes and encodings may stumble over.
NUMBERS = [0, -1, 7.5, 2**31, 2**63 - 1, 2**63, -(2**63), 10**400, float("nan"), float("inf")]
TEXTS = ["", "7", "\x00", "\ud800", "👨\u200d👩\u200d👧", "长" * 5000, "/start \x00", "a" * 300]
SPOILT = st.sampled_from([GONE, None, True, *NUMBERS, *TEXTS, [], {}, [[]], [None], {"id": 1}, {"": ""}]) | st.text(
    max_size=4
)
#: Which field (counted through all of them), and what stands there instead.
WOUNDS = st.lists(st.tuples(st.integers(0, 60), SPOILT), max_size=4)
BODIES = st.builds(
    lambda update, number, wounds, cut: spoil({"update_id": number, **_numbered(update, number)}, wounds, cut),
    st.sampled_from(UPDATES),
    st.integers(1, 50_000),
    WOUNDS,
    st.sampled_from([None] * 12 + [1, 20]),
) | st.binary(max_size=64)


def _numbered(update: dict[str, Any], number: int) -> dict[str, Any]:
    """No two of them are the same message."""
    return {kind: {**what, "message_id": number} if "message_id" in what else what for kind, what in update.items()}


def spoil(update: dict[str, Any], wounds: list[tuple[int, Any]], cut: int | None) -> bytes:
    """The update with some of its fields wrong or missing, and its last bytes maybe lost."""
    whole = json.loads(json.dumps(update))
    for place, value in wounds:
        fields = list(_fields(whole))
        if not fields:
            continue
        holder, name = fields[place % len(fields)]
        if value is GONE:
            del holder[name]
        else:
            holder[name] = deepcopy(value)
    text = json.dumps(whole, ensure_ascii=cut is None)
    return text.encode("utf8", errors="replace")[: -cut if cut else None]


def _fields(value: Any) -> Iterator[tuple[Any, Any]]:
    names = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in list(names):
        yield value, name
        yield from _fields(value[name])


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of lines about junk are of no use to anybody."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("quiet")
def test_nothing_that_can_be_pushed_is_too_much_for_us(tmp_path: Path, clock: FrozenClock, database_url: str) -> None:
    examples = tries(10_000)
    checks = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    with asyncio.Runner() as runner:

        @checks
        @given(BODIES)
        def push(body: bytes) -> None:
            assert runner.run(bot.push(body)) == 200

        opened = AsyncExitStack()
        ground = runner.run(opened.enter_async_context(open_ground(tmp_path, clock=clock, url=database_url)))
        bot = runner.run(opened.enter_async_context(open_bot(ground, clock)))
        try:
            push()
            assert len(runner.run(bot.heard())) > examples / 50
            # A fault of ours would have been kept under its name.
            assert [
                kept.reason for kept in runner.run(bot.unparsed()) if "Error(" in kept.reason and not known(kept.reason)
            ] == []
        finally:
            runner.run(opened.aclose())


def known(reason: str) -> bool:
    """What JSON that is none is refused with."""
    return reason.startswith(("JSONDecodeError(", "UnicodeDecodeError(", "ValueError(", "RecursionError("))
