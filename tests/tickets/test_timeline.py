from typing import Any

import pytest

from kit.clock import FrozenClock
from kit.i18n import LOCALES, catalogue
from kit.settings import Locale
from tickets import errors
from tickets.models import EventKind, TicketEvent
from tickets.stages import Priority, Stage
from tickets.timeline import describe, spoken

ZONE = "Asia/Shanghai"


def event(clock: FrozenClock, kind: str, **data: Any) -> TicketEvent:
    return TicketEvent(ticket_id=1, kind=kind, actor="staff", data=data, at=clock.now())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_can_be_said_even_without_details(clock: FrozenClock, kind: str, locale: Locale) -> None:
    assert describe(event(clock, kind), locale, ZONE)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("stage", {"source": "accepted", "target": "processing"}, "阶段：已受理 → 处理中"),
        ("priority", {"source": 3, "target": 1}, "优先级：普通 → 紧急"),
        ("assigned", {"to": "李清"}, "分配给李清"),
        ("promised", {"by": "2026-11-24T06:00:00+00:00"}, "承诺 11月24日 14:00 前给出进展"),
        ("alarm", {"reason": "promise_lapsed"}, "提醒：承诺时间已过"),
        ("reopened", {"reason": "还是 {开} 不了 %s"}, "重新打开：还是 {开} 不了 %s"),
    ],
)
def test_the_details_are_in_words(clock: FrozenClock, kind: str, data: dict[str, Any], text: str) -> None:
    assert describe(event(clock, kind, **data), "zh", ZONE) == text


def test_staff_read_the_customers_turn_as_theirs_not_as_their_own(clock: FrozenClock) -> None:
    line = event(clock, "stage", source="processing", target="waiting")
    assert describe(line, "zh", ZONE).endswith("待您补充")
    assert describe(line, "zh", ZONE, stages="console.stages").endswith("待客户补充")


def test_a_name_nobody_knows_is_shown_as_it_is() -> None:
    assert spoken("console.channel", "carrier pigeon", "en") == "carrier pigeon"


def test_every_stage_priority_and_refusal_has_its_text() -> None:
    codes = [value.code for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "code")]
    needed = [*(f"stage.{s}" for s in Stage), *(f"console.stages.{s}" for s in Stage)]
    needed += [*(f"priority.{int(p)}" for p in Priority), *(f"error.{code}" for code in codes)]
    needed += [f"console.change.{kind}" for kind in EventKind]
    assert [key for key in needed if key not in catalogue().texts] == []
