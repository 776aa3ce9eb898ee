"""The simulated people write as their programs do, and we find what they wrote."""

from collections.abc import AsyncIterator

import pytest

import bot.schema  # noqa: F401 - the tables.
from channels.simulator.email.people import PROGRAMS, AnsweringMachine, Correspondent
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.arrivals import LI, MX, OURS, OurMailbox, mail, open_mailbox


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock) as opened:
        yield opened


async def ours(box: OurMailbox) -> tuple[str, bytes]:
    """A mail of ours to Li, and what it carried."""
    key = await box.sent()
    said = f"收到了，第{key.partition(':')[2]}次。\n我们会尽快处理。"
    raw = mail(said, subject="Re: 打印机 [#YP-261124-0001]", sender=f"客服 <{OURS}>", to=LI, message_id=box.named(key))
    return key, raw


@pytest.mark.parametrize("program", PROGRAMS)
async def test_only_what_is_new_of_an_answer_is_the_message(box: OurMailbox, program: str) -> None:
    li = Correspondent(LI, "小李", box.clock, program=program)
    key, raw = await ours(box)
    await box.take(li.answers(raw, "还是不行，灯一直闪。"))
    [heard] = await box.heard()
    assert (heard.text, heard.answers, heard.number, heard.proven) == (
        "还是不行，灯一直闪。",
        key,
        "YP-261124-0001",
        True,
    )


@pytest.mark.parametrize("proven_by", [MX, ""])
async def test_our_server_vouches_for_a_new_mail_or_does_not(box: OurMailbox, proven_by: str) -> None:
    await box.take(Correspondent(LI, "小李", box.clock, proven_by=proven_by).writes(OURS, "打印机", "坏了"))
    assert [heard.proven for heard in await box.heard()] == [bool(proven_by)]


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_machine_is_known_by_its_second_word_at_the_latest(
    box: OurMailbox, program: str, *, honest: bool
) -> None:
    machine = AnsweringMachine(LI, "小李", box.clock, program=program, honest=honest)
    for _ in range(3):
        sent = (await ours(box))[1]
        box.clock.advance(minutes=5)
        await box.take(machine.reacts(sent))
    assert [heard.automatic for heard in await box.heard()] == [honest, True, True]


@pytest.mark.parametrize("program", PROGRAMS)
async def test_one_that_reacts_at_once_is_known_by_its_first(box: OurMailbox, program: str) -> None:
    machine = AnsweringMachine(LI, "小李", box.clock, program=program, honest=False)
    await box.take(machine.reacts((await ours(box))[1]))
    assert [one.automatic for one in await box.log() if one.direction == "in"] == ["too_fast"]


async def test_a_person_is_slower(box: OurMailbox) -> None:
    person = Correspondent(LI, "小李", box.clock)
    sent = (await ours(box))[1]
    box.clock.advance(seconds=20)
    await box.take(person.answers(sent, "好了，谢谢"))
    assert [heard.automatic for heard in await box.heard()] == [False]
