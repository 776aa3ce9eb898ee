"""The figures of the last days, computed from bounded rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import TypeVar

from kit.settings import Locale
from tickets.actors import ActorKind
from tickets.console.queries.figures import MOST_ROWS, Comment, FigureRows, Rating, TicketTimes
from tickets.console.views.people import named
from tickets.desk.models import Team
from tickets.models import EventKind
from tickets.timeline import spoken

WINDOW = timedelta(days=30)
_GOOD = 4
Key = TypeVar("Key", str, int | None)


@dataclass(frozen=True)
class Share:
    """Some of all; ``None`` in percent when there are none to have a share of."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True)
class Satisfaction:
    """Scores of one to five."""

    average: float | None
    count: int
    good: Share
    by_score: list[tuple[int, Share]]


@dataclass(frozen=True)
class Breakdown:
    """One line of a table by channel or team."""

    name: str
    tickets: int
    first_reply_s: float | None
    resolution_s: float | None
    reopened: Share
    satisfaction: float | None


@dataclass(frozen=True, kw_only=True)
class FiguresView:
    """The page, filled in."""

    tickets: int
    resolved: Share
    reopened: Share
    first_reply_s: float | None
    resolution_s: float | None
    satisfaction: Satisfaction
    answered: Share
    ended: int
    confirmed: Share
    not_solved: Share
    silent: Share
    deflected: Share | None
    channels: list[Breakdown]
    teams: list[Breakdown]
    comments: list[Comment]
    cut: bool


def figures_view(rows: FigureRows, teams: Iterable[Team], locale: Locale) -> FiguresView:
    tickets, ended = rows.tickets, rows.answers.total()
    silent = rows.answers[EventKind.CONFIRMED, ActorKind.SYSTEM]
    not_solved = sum(count for (kind, _), count in rows.answers.items() if kind == EventKind.REOPENED)
    team_names: dict[int | None, str] = {team.id: named(team, locale) or team.key for team in teams}
    return FiguresView(
        tickets=len(tickets),
        resolved=Share(sum(ticket.resolved_at is not None for ticket in tickets), len(tickets)),
        reopened=_reopened(tickets),
        first_reply_s=median_between(tickets, lambda ticket: ticket.first_replied_at),
        resolution_s=median_between(tickets, lambda ticket: ticket.resolved_at),
        satisfaction=satisfaction_of([rating.score for rating in rows.ratings]),
        answered=Share(len(rows.ratings), rows.asked),
        ended=ended,
        confirmed=Share(ended - silent - not_solved, ended),
        not_solved=Share(not_solved, ended),
        silent=Share(silent, ended),
        deflected=_deflected(rows.conversations),
        channels=_broken_down(rows, lambda row: row.channel, lambda name: spoken("console.channel", str(name), locale)),
        teams=_broken_down(rows, lambda row: row.team_id, lambda team_id: team_names.get(team_id, "–")),
        comments=rows.comments,
        cut=len(tickets) >= MOST_ROWS,
    )


def satisfaction_of(scores: list[int]) -> Satisfaction:
    return Satisfaction(
        average=round(fmean(scores), 2) if scores else None,
        count=len(scores),
        good=Share(sum(score >= _GOOD for score in scores), len(scores)),
        by_score=[(score, Share(scores.count(score), len(scores))) for score in range(5, 0, -1)],
    )


def median_between(tickets: list[TicketTimes], end: Callable[[TicketTimes], datetime | None]) -> float | None:
    """The median time from opening, in seconds, of the tickets that got there."""
    spans = [(at - ticket.created_at).total_seconds() for ticket in tickets if (at := end(ticket)) is not None]
    return median(spans) if spans else None


def _reopened(tickets: list[TicketTimes]) -> Share:
    # Only what was called solved at least once can have come back.
    ended = [ticket for ticket in tickets if ticket.resolved_at is not None or ticket.reopened]
    return Share(sum(ticket.reopened > 0 for ticket in ended), len(ended))


def _deflected(conversations: tuple[int, int] | None) -> Share | None:
    if conversations is None:
        return None
    began, with_ticket = conversations
    return Share(began - with_ticket, began)


def _broken_down(
    rows: FigureRows, key: Callable[[TicketTimes | Rating], Key], name: Callable[[Key], str]
) -> list[Breakdown]:
    groups: dict[Key, list[TicketTimes]] = defaultdict(list)
    for ticket in rows.tickets:
        groups[key(ticket)].append(ticket)
    scores: dict[Key, list[int]] = defaultdict(list)
    for rating in rows.ratings:
        scores[key(rating)].append(rating.score)
    lines = [_breakdown(name(each), tickets, scores[each]) for each, tickets in groups.items()]
    return sorted(lines, key=lambda line: -line.tickets)


def _breakdown(name: str, tickets: list[TicketTimes], scores: list[int]) -> Breakdown:
    return Breakdown(
        name=name,
        tickets=len(tickets),
        first_reply_s=median_between(tickets, lambda ticket: ticket.first_replied_at),
        resolution_s=median_between(tickets, lambda ticket: ticket.resolved_at),
        reopened=_reopened(tickets),
        satisfaction=satisfaction_of(scores).average,
    )
