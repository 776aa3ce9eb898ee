"""What would become of a ticket: every rule with what it lacks, and the promises that would hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kit.db import AsyncSession
from kit.i18n import Locale
from tickets.conditions import Traits
from tickets.config.words import field_name, item_name, section_name, value_words
from tickets.routing.explaining import Explanation, Sample, explain
from tickets.sla.models import ClockKind
from tickets.sla.setup import rules_of
from tickets.stages import Priority


@dataclass(frozen=True)
class RuleLine:
    """A rule that fired, or why it did not; ``lacks`` are the conditions that are not met."""

    key: str
    name: str
    met: bool
    skipped: bool
    lacks: str


@dataclass(frozen=True)
class Trial:
    """The ticket as it would be."""

    rules: Sequence[RuleLine]
    outcome: Sequence[tuple[str, str]]
    policy: str
    #: What is due when; nothing where no clock would run.
    dues: Sequence[tuple[str, datetime | None]]


async def try_out(session: AsyncSession, now: datetime, sample: Sample, locale: Locale) -> Trial:
    """As if it were opened now; nothing is written."""
    found = await explain(session, sample)
    priority = Priority(found.placement.priority)
    policy = (await rules_of(session)).match(_traits(sample, found))
    dues = [
        (
            value_words("clock", kind.value, locale),
            policy.due(kind, priority, now) if policy.target_s(kind, priority) is not None else None,
        )
        for kind in ClockKind
        if kind is not ClockKind.NEXT_REPLY
    ]
    return Trial(_rules(found, locale), _outcome(found, priority, locale), policy.names[locale], dues)


def _traits(sample: Sample, found: Explanation) -> Traits:
    return Traits(
        category=found.category.key if found.category else None,
        priority=found.placement.priority,
        channel=sample.channel,
        team=found.team.key if found.team else None,
        region=sample.region,
        language=sample.language,
        component=sample.component,
        tags=frozenset(found.placement.tags),
        customer_tags=sample.customer_tags,
        text=sample.text,
    )


def _rules(found: Explanation, locale: Locale) -> list[RuleLine]:
    joint = "、" if locale == "zh" else ", "
    return [
        RuleLine(
            asked.rule.key,
            asked.rule.name,
            asked.met,
            asked.skipped,
            joint.join(field_name((on.value,), locale) for on in asked.failed),
        )
        for asked in found.rules
    ]


def _outcome(found: Explanation, priority: Priority, locale: Locale) -> list[tuple[str, str]]:
    named = [("category", found.category), ("team", found.team)]
    lines = [
        (field_name((name,), locale), item_name(one.key, {f"name_{locale}": one.names[locale]}, locale))
        for name, one in named
        if one is not None
    ]
    lines.append((field_name(("priority",), locale), value_words("priority", priority.name.lower(), locale)))
    if found.placement.tags:
        lines.append((section_name("tags", locale), ", ".join(found.placement.tags)))
    return lines
