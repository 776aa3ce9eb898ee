"""Replies through the adapter, and what the platform's answers mean."""

from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)
from channels.port import Media, MediaKind, Outbound
from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from channels.weibo.adapter import TEXT_LIMIT, Weibo
from channels.weibo.checks import check
from channels.weibo.windows import read_rules
from tests.channels.weibo.square import UID, Square


async def sent(square: Square, address: str, text: str = "您好") -> None:
    await square.channel.send(key="k1", account=UID, address=address, message=Outbound(text=text))


async def test_a_reply_arrives(square: Square) -> None:
    person = await square.platform.person("li")
    await person.says("在吗")
    await sent(square, person.uid, "您好 & <请稍等> 😀\n换行")
    assert person.texts == ["您好 & <请稍等> 😀\n换行"]
    assert square.platform.violations == []
    assert square.platform.calls[-1].body["type"] == "text"


async def test_the_longest_text_is_taken(square: Square) -> None:
    person = await square.platform.person("li")
    await person.says("在吗")
    await sent(square, person.uid, "票" * TEXT_LIMIT)
    assert len(person.last.text) == TEXT_LIMIT


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10001, DeliveryDelayedError),
        (10023, AccountClosedError),
        (21327, AccountClosedError),
        (20003, PersonUnreachableError),
        (20013, DeliveryRefusedError),
        (99999, DeliveryDelayedError),
    ],
)
async def test_a_refusal_means_what_its_code_says(square: Square, code: int, kind: type[Exception]) -> None:
    square.platform.faults.add("reply", Refuse(code=code, text="the platform's words"))
    with pytest.raises(kind) as refused:
        await sent(square, "1")
    assert type(refused.value) is kind
    assert "the platform's words" in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Stall(), OutcomeUnknownError),
        (Unreachable(), DeliveryDelayedError),
        (Garbage(), DeliveryDelayedError),
        (Garbage(status=502), OutcomeUnknownError),
        (Garbage(status=429), AccountClosedError),
        (Garbage(body="torn", status=200), OutcomeUnknownError),
    ],
)
async def test_what_is_between_us_says_less(square: Square, fault: Garbage, kind: type[Exception]) -> None:
    square.platform.faults.add("reply", fault)
    with pytest.raises(kind):
        await sent(square, "1")


async def test_a_picture_is_fetched(square: Square) -> None:
    ref = square.platform.keep(b"picture")
    fetched = await square.channel.fetch(account=UID, media=Media(ref=ref, kind=MediaKind.IMAGE))
    assert (fetched.name, b"".join([piece async for piece in fetched.content])) == ("image.jpg", b"picture")
    with pytest.raises(DeliveryRefusedError):
        await square.channel.fetch(account=UID, media=Media(ref="1", kind=MediaKind.IMAGE))


async def test_switched_off_nothing_leaves(square: Square) -> None:
    off = replace(square.ground, settings=square.ground.settings.model_copy(update={"weibo": False}))
    with pytest.raises(AccountClosedError):
        await Weibo(replace(square.context, ground=off)).send(
            key="k", account=UID, address="1", message=Outbound(text="x")
        )
    assert square.platform.calls == []


async def test_the_form_is_quoted_once(square: Square) -> None:
    person = await square.platform.person("li")
    await person.says("在吗")
    await sent(square, person.uid, "100%")
    assert parse_qs("data=" + '{"text": "100%25"}')["data"] == [square.platform.calls[-1].body["data"]]


async def test_the_check_finds_the_address(square: Square) -> None:
    account = await square.context.accounts.named("weibo", UID)
    assert [step.ok for step in await check(square.context, account)] == [True, True]
    broken = replace(account, secrets={})
    assert [step.ok for step in await check(square.context, broken)] == [False]


@pytest.mark.parametrize("entered", ["message", "message=5", "wink=1/48h", "message=5/48w"])
def test_rules_nobody_can_read_are_refused(entered: str) -> None:
    with pytest.raises(ValueError, match="not a rule"):
        read_rules(entered)
