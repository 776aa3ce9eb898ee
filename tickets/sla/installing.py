"""What a new installation promises: around the clock as we bring it along, and working hours to be switched on."""

from typing import Any

from kit.db import AsyncSession
from tickets.sla.models import BusinessCalendar, ClockKind, SlaPolicy
from tickets.sla.policies import PAUSES, default_target
from tickets.stages import Priority

__all__ = ["install_policies"]

_OFFICE = [[9 * 60, 12 * 60], [13 * 60 + 30, 18 * 60]]
_WEEKEND: list[list[int]] = []
_HOUR = 3600
#: A working day has seven and a half hours.
_DAY = 27_000
_IN_HOURS = {
    Priority.URGENT: (_HOUR, _DAY),
    Priority.HIGH: (2 * _HOUR, 2 * _DAY),
    Priority.NORMAL: (_DAY, 5 * _DAY),
    Priority.LOW: (_DAY, 10 * _DAY),
}


async def install_policies(session: AsyncSession) -> None:
    """The policy in force, and another one by working hours that somebody has to switch on."""
    week = [*[_OFFICE] * 5, _WEEKEND, _WEEKEND]
    calendar = BusinessCalendar(key="office", name_zh="工作时间", name_en="Office hours", weekly=week)
    session.add(calendar)
    await session.flush()
    usual = {one: (default_target(one).first_reply_s, default_target(one).resolution_s) for one in Priority}
    session.add(_policy("default", "默认时限", "Default targets", position=100, targets=usual))
    office = _policy("office", "工作时间时限", "Targets in working hours", position=50, targets=_IN_HOURS)
    office.active, office.calendar_id = False, calendar.id
    session.add(office)


def _policy(key: str, zh: str, en: str, *, position: int, targets: Any) -> SlaPolicy:
    return SlaPolicy(
        key=key,
        name_zh=zh,
        name_en=en,
        position=position,
        conditions={},
        targets={str(int(one)): _target(*targets[one]) for one in Priority},
        pauses=sorted(PAUSES),
        steps=[{"clock": kind.value, "share": 0.8, "do": [{"notify": "owner"}]} for kind in ClockKind],
    )


def _target(reply_s: int, resolution_s: int) -> dict[str, int | None]:
    return {"first_reply_s": reply_s, "next_reply_s": reply_s, "resolution_s": resolution_s}
