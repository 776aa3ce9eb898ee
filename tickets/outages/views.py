"""A proposal in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.i18n import translate
from kit.settings import Locale
from tickets.console.views.spans import span_text
from tickets.incidents.models import OutageProposal, ProposalState
from tickets.incidents.radar.signatures import ALIKE, EVERYTHING, marks_in
from tickets.timeline import spoken

_REASONS = 4
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class OutageView:
    """One card; ``state`` is open, confirmed, dismissed or over."""

    id: int
    state: str
    title: str
    people: int
    opened_at: datetime
    newest_at: datetime
    over_at: datetime | None
    why: str
    reasons: Sequence[str]
    samples: Sequence[str]


def outage_view(proposal: OutageProposal, said: Sequence[tuple[str, int]], locale: Locale) -> OutageView:
    strongest = sorted(proposal.reasons, key=_telling)
    over = proposal.state == ProposalState.CONFIRMED and proposal.over_at is not None
    return OutageView(
        id=proposal.id,
        state="over" if over else str(proposal.state),
        title=named(strongest[0]["name"], locale) if strongest else "",
        people=proposal.people,
        opened_at=proposal.opened_at,
        newest_at=proposal.newest_at,
        over_at=proposal.over_at,
        why=proposal.why,
        reasons=[_reason(reason, locale) for reason in strongest[:_REASONS]],
        samples=[text for text, _ in said],
    )


def named(signature: str, locale: Locale) -> str:
    """What people complain of, in words."""
    if signature == EVERYTHING:
        return translate("outages.of.everything", locale)
    marks = marks_in(signature)
    if "component" in marks:
        marks["component"] = spoken("outages.component", marks["component"], locale)
    kind = "alike" if marks.get("wording", "").startswith(ALIKE) else "_".join(marks)
    return translate(f"outages.of.{kind}", locale, **{name: text.removeprefix(ALIKE) for name, text in marks.items()})


def _telling(reason: dict[str, Any]) -> tuple[int, float]:
    """What says most first: a code or a wording before a part, a part before a region, everything last."""
    marks = marks_in(reason["name"])
    order = 0 if marks.keys() & {"code", "wording"} else 1 if "component" in marks else 2 if marks else 3
    return order, -reason["surprise"]


def _reason(reason: dict[str, Any], locale: Locale) -> str:
    return translate(
        "outages.reason",
        locale,
        what=named(reason["name"], locale),
        people=reason["people"],
        span=span_text(reason["span_min"] * _MINUTE, locale),
        usual=f"{reason['expected']:.1f}",
    )
