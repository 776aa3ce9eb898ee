"""The wall in words and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles

from kit.i18n import translate
from kit.settings import Locale
from tickets.console.views.charts import ChartView, Series
from tickets.console.views.people import named
from tickets.console.views.spans import span_text
from tickets.reports.figures import Share
from tickets.timeline import spoken
from tickets.wall.queries import OnDuty, Snapshot, TeamLoad, Urgent


@dataclass(frozen=True, kw_only=True)
class Number:
    """One of the large numbers; ``tone`` is "bad", "warn" or calm, ``href`` leads to the tickets behind it."""

    name: str
    value: int
    detail: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """A team and its open tickets."""

    name: str
    href: str
    load: TeamLoad


@dataclass(frozen=True, kw_only=True)
class UrgentLine:
    """A ticket that is nearly late, is late, or whose customer waits."""

    href: str
    number: str
    team: str
    owner: str
    span: str
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """Somebody at work; ``full`` when there is no room for another ticket."""

    person: OnDuty
    since: str
    full: bool


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """What came by a channel today."""

    name: str
    opened: int
    bot: Share


@dataclass(frozen=True, kw_only=True)
class WallView:
    """The wall, filled in; ``calm`` when nobody has to do anything at once."""

    revision: str
    at: datetime
    calm: bool
    numbers: Sequence[Number]
    teams: Sequence[TeamLine]
    soon: Sequence[UrgentLine]
    waiting: Sequence[UrgentLine]
    people: Sequence[PersonLine]
    channels: Sequence[ChannelLine]
    bot: Share
    arrivals: ChartView
    weeks: int


def wall_view(snapshot: Snapshot, locale: Locale) -> WallView:
    talks, came = (sum(getattr(one, name) for one in snapshot.channels) for name in ("talks", "talks_ticket"))
    return WallView(
        revision=snapshot.revision,
        at=snapshot.at,
        calm=not any(load.late or load.soon or load.waiting for load in snapshot.teams),
        numbers=_numbers(snapshot, locale),
        teams=[_team(load, locale) for load in snapshot.teams],
        soon=[_due(one, snapshot.at, locale) for one in snapshot.soon],
        waiting=[_since(one, snapshot.at, locale) for one in snapshot.waiting],
        people=[_person(one, snapshot.at, locale) for one in snapshot.people],
        channels=[
            ChannelLine(
                name=spoken("console.channel", one.channel, locale),
                opened=one.opened,
                bot=Share(one.talks - one.talks_ticket, one.talks),
            )
            for one in snapshot.channels
        ],
        bot=Share(talks - came, talks),
        arrivals=_arrivals(snapshot, locale),
        weeks=len(snapshot.weeks),
    )


def _numbers(snapshot: Snapshot, locale: Locale) -> list[Number]:
    loads = snapshot.teams
    late, soon, waiting = (sum(getattr(load, name) for load in loads) for name in ("late", "soon", "waiting"))
    unassigned = sum(load.unassigned for load in loads)
    longest = min((load.longest_since for load in loads if load.longest_since), default=None)
    on_duty = [one for one in snapshot.people if one.presence == "on"]
    room = sum(max(0, one.capacity - one.load) for one in on_duty)
    wait = translate("wall.longest", locale, span=_span(snapshot.at - longest, locale)) if longest else ""
    nobody = translate("wall.unassigned", locale, n=unassigned) if unassigned else ""
    opened = sum(load.open for load in loads)
    return [
        Number(name="late", value=late, tone="bad" if late else "", href="/console/tickets?due=late"),
        Number(name="soon", value=soon, tone="warn" if soon else "", href="/console/tickets?due=soon"),
        Number(name="waiting", value=waiting, detail=wait, href="/console/tickets?waiting=1&sort=waiting"),
        Number(name="open", value=opened, detail=nobody, href="/console/tickets"),
        Number(
            name="on_duty",
            value=len(on_duty),
            detail=translate("wall.room", locale, n=room) if on_duty else "",
            tone="warn" if opened and not on_duty else "",
        ),
        Number(name="today", value=sum(snapshot.today), detail=_usual(snapshot, locale), href="/console/figures"),
    ]


def _usual(snapshot: Snapshot, locale: Locale) -> str:
    """How many there usually are by this hour."""
    if not snapshot.weeks:
        return ""
    hours = len(snapshot.today)
    usual = round(median(sum(week[:hours]) for week in snapshot.weeks))
    return translate("wall.usual", locale, n=usual)


def _team(load: TeamLoad, locale: Locale) -> TeamLine:
    name = named(load.team, locale) or translate("report.unknown.team", locale)
    return TeamLine(name=name, href=f"/console/tickets?team={load.team.id}" if load.team else "", load=load)


def _line(one: Urgent, span: str, locale: Locale, *, late: bool = False) -> UrgentLine:
    return UrgentLine(
        href=f"/console/tickets/{one.id}",
        number=one.number,
        team=named(one.team, locale) or "",
        owner=one.owner or translate("wall.nobody", locale),
        span=span,
        late=late,
    )


def _due(one: Urgent, now: datetime, locale: Locale) -> UrgentLine:
    late = one.at < now
    return _line(
        one,
        translate("wall.over" if late else "wall.left", locale, span=_span(abs(one.at - now), locale)),
        locale,
        late=late,
    )


def _since(one: Urgent, now: datetime, locale: Locale) -> UrgentLine:
    return _line(one, _span(now - one.at, locale), locale)


def _person(one: OnDuty, now: datetime, locale: Locale) -> PersonLine:
    since = _span(now - one.since, locale) if one.since else ""
    return PersonLine(person=one, since=since, full=one.load >= one.capacity)


def _span(length: timedelta, locale: Locale) -> str:
    return span_text(max(0.0, length.total_seconds()), locale)


def _arrivals(snapshot: Snapshot, locale: Locale) -> ChartView:
    """Today's hours as bars before the usual ones as a band and a line."""
    today = Series(
        name=translate("wall.arrivals.today", locale),
        kind="bar",
        tone="blue",
        values=[*snapshot.today, *([None] * (24 - len(snapshot.today)))],
        texts=[*(str(n) for n in snapshot.today), *(["–"] * (24 - len(snapshot.today)))],
    )
    return ChartView(
        key="arrivals",
        title=translate("wall.arrivals", locale),
        points=[f"{hour}:00" for hour in range(24)],
        heading=translate("report.axis.time", locale),
        axis=translate("report.axis.tickets", locale),
        series=[*_usual_hours(snapshot.weeks, locale), today],
    )


def _usual_hours(weeks: Sequence[Sequence[int]], locale: Locale) -> list[Series]:
    if not weeks:
        return []
    hours = list(zip(*weeks, strict=True))
    middle = [median(hour) for hour in hours]
    low, high = zip(*(_half(hour) for hour in hours), strict=True)
    return [
        Series(
            name=translate("wall.arrivals.band", locale),
            kind="band",
            tone="grey",
            values=low,
            upper=high,
            texts=[f"{below:g}–{above:g}" for below, above in zip(low, high, strict=True)],
        ),
        Series(
            name=translate("wall.arrivals.usual", locale),
            kind="line",
            tone="grey",
            values=middle,
            texts=[f"{value:g}" for value in middle],
        ),
    ]


def _half(values: Sequence[int]) -> tuple[float, float]:
    """Between which values the middle half lies."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high
