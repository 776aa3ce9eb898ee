"""SLA policies in the order in which they are asked, with targets and steps in human units."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlmodel import select

from kit.db import AsyncSession
from tickets.config.conditions import ConditionsItem, conditions_of
from tickets.config.section import Hand, Item, Section, ids_of, reverse
from tickets.config.values import Span, Title, named, parse_span, problem, show_span
from tickets.sla.models import BusinessCalendar, ClockKind, SlaPolicy
from tickets.sla.policies import PAUSES, default_target
from tickets.stages import Priority, Stage

_AT = re.compile(r"([+-]?)\s*(.+)")
_SHARE = re.compile(r"(\d{1,3})\s*%")
_DEED = re.compile(r"notify (owner|team|supervisors)|raise ([1-3])|assign (nobody|team:\S+)")


def _at(value: Any) -> str:
    """In one spelling: "-30m" before the end, "+1h" after it, "80%" of the target."""
    text = str(value).strip().replace("−", "-")
    if share := _SHARE.fullmatch(text):
        return f"{int(share[1])}%"
    found = _AT.fullmatch(text)
    if found is None:
        raise problem("step_at", value=text)
    seconds = parse_span(int(found[2]) if found[2].isdecimal() else found[2])
    return f"{found[1] or '+'}{show_span(seconds)}"


def _deed(value: str) -> str:
    text = " ".join(value.split())
    if not _DEED.fullmatch(text):
        raise problem("step_do", value=text)
    return text


class Targets(BaseModel):
    """How fast; what is not promised has no clock."""

    model_config = ConfigDict(extra="forbid")

    first_reply: Span | None = None
    next_reply: Span | None = None
    resolution: Span | None = None


class Step(BaseModel):
    """What is done around the end of a clock."""

    model_config = ConfigDict(extra="forbid")

    clock: ClockKind
    at: Annotated[str, BeforeValidator(_at)]
    do: Annotated[list[Annotated[str, AfterValidator(_deed)]], Field(min_length=1)]


def _usual(priority: Priority) -> Targets:
    """What a policy promises that does not say."""
    usual = default_target(priority)
    return Targets(first_reply=usual.first_reply_s, next_reply=usual.next_reply_s, resolution=usual.resolution_s)


class ByPriority(BaseModel):
    """The targets of each priority."""

    model_config = ConfigDict(extra="forbid")

    urgent: Targets = Field(default_factory=lambda: _usual(Priority.URGENT))
    high: Targets = Field(default_factory=lambda: _usual(Priority.HIGH))
    normal: Targets = Field(default_factory=lambda: _usual(Priority.NORMAL))
    low: Targets = Field(default_factory=lambda: _usual(Priority.LOW))


class PolicyItem(Item):
    """What is promised to whom, and what happens when it gets late."""

    name_zh: Title
    name_en: Title
    active: bool = True
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    conditions: ConditionsItem = Field(default_factory=ConditionsItem)
    calendar: Annotated[str, named("calendars")] | None = None
    targets: ByPriority = Field(default_factory=ByPriority)
    pauses: Annotated[list[Stage], AfterValidator(lambda stages: sorted(set(stages)))] = Field(
        default_factory=lambda: sorted(PAUSES)
    )
    steps: list[Step] = Field(default_factory=list)


class Policies(Section):
    """Policies; a ticket keeps the clocks it has when its policy goes, by the next that fits."""

    name: ClassVar[str] = "policies"
    item = PolicyItem

    async def load(self, session: AsyncSession) -> dict[str, PolicyItem]:
        calendars = reverse(await ids_of(session, BusinessCalendar))
        rows = (await session.exec(select(SlaPolicy))).all()
        return {row.key: _item(row, calendars.get(row.calendar_id or 0)) for row in rows}

    async def save(self, hand: Hand, key: str, item: PolicyItem) -> None:
        session = hand.session
        row = (await session.exec(select(SlaPolicy).where(SlaPolicy.key == key))).one_or_none()
        row = row or SlaPolicy(key=key, name_zh="", name_en="", conditions={}, targets={}, pauses=[], steps=[])
        row.name_zh, row.name_en, row.active, row.position = item.name_zh, item.name_en, item.active, item.position
        row.conditions = item.conditions.stored()
        row.calendar_id = (await ids_of(session, BusinessCalendar))[item.calendar] if item.calendar else None
        row.targets = {str(int(one)): _seconds(getattr(item.targets, one.name.lower())) for one in Priority}
        row.pauses = [stage.value for stage in item.pauses]
        row.steps = [_stored(step) for step in item.steps]
        session.add(row)
        await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.delete((await session.exec(select(SlaPolicy).where(SlaPolicy.key == key))).one())
        await session.flush()

    def refers(self, item: PolicyItem) -> Iterable[tuple[str, str]]:
        yield from item.conditions.refers()
        if item.calendar:
            yield "calendars", item.calendar
        for step in item.steps:
            yield from (("teams", deed.partition(":")[2]) for deed in step.do if deed.startswith("assign team:"))


def _seconds(targets: Targets) -> dict[str, int | None]:
    return {f"{name}_s": getattr(targets, name) for name in Targets.model_fields}


def _item(row: SlaPolicy, calendar: str | None) -> PolicyItem:
    stored = {one.name.lower(): row.targets.get(str(int(one))) for one in Priority}
    targets = {name: _targets(values) for name, values in stored.items() if values is not None}
    return PolicyItem(
        name_zh=row.name_zh,
        name_en=row.name_en,
        active=row.active,
        position=row.position,
        conditions=conditions_of(row.conditions),
        calendar=calendar,
        targets=ByPriority(**targets),
        pauses=[Stage(stage) for stage in row.pauses],
        steps=[_step(step) for step in row.steps],
    )


def _targets(values: dict[str, int | None]) -> Targets:
    return Targets(**{name.removesuffix("_s"): value for name, value in values.items()})


def _stored(step: Step) -> dict[str, Any]:
    if share := _SHARE.fullmatch(step.at):
        when: dict[str, Any] = {"share": int(share[1]) / 100}
    else:
        seconds = parse_span(step.at[1:])
        when = {"at": -seconds if step.at.startswith("-") else seconds}
    return {"clock": step.clock.value, **when, "do": [_deed_stored(deed) for deed in step.do]}


def _deed_stored(deed: str) -> dict[str, Any]:
    name, _, value = deed.partition(" ")
    return {name: int(value) if name == "raise" else value}


def _step(stored: dict[str, Any]) -> Step:
    seconds = stored.get("at", 0)
    at = f"{round(stored['share'] * 100)}%" if "share" in stored else f"{'-' if seconds < 0 else '+'}{abs(seconds)}"
    deeds = [f"{name} {value}" for deed in stored["do"] for name, value in deed.items()]
    return Step(clock=ClockKind(stored["clock"]), at=at, do=deeds)
