"""The page of reports in words: cards compared with the period before, curves, and a table of the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kit.i18n import show_day, translate
from kit.settings import Locale
from tickets.console.queries.figures import Asked, Comment, Report
from tickets.console.views.charts import ChartView, Series
from tickets.console.views.spans import percent_text, span_text
from tickets.reports.figures import FEW, Figures, Scores, Share, Spread
from tickets.reports.reading import Dimension, Key
from tickets.timeline import spoken

#: The columns of the table, each with a text ``report.column.<name>``.
COLUMNS = (
    "opened",
    "resolved",
    "backlog",
    "first_reply",
    "resolution",
    "sla",
    "reopened",
    "deflected",
    "satisfaction",
)
#: What is defined on the page, each with a text ``report.how.<name>``.
EXPLAINED = ("period", "hours", "place", *COLUMNS, "solved", "few")


@dataclass(frozen=True, kw_only=True)
class Value:
    """One number in words; ``few``: so few cases that it says little."""

    text: str
    n: int | None = None

    @property
    def few(self) -> bool:
        return self.n is not None and 0 < self.n < FEW


@dataclass(frozen=True, kw_only=True)
class Card:
    """One of the large numbers, what it was before, and whether that is good."""

    name: str
    value: Value
    detail: str = ""
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Part:
    """One line of the table: a team, a person, ... and its numbers in the order of the columns."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, kw_only=True)
class FiguresView:
    """The page, filled in."""

    asked: Asked
    span: str
    span_before: str
    cards: Sequence[Card]
    charts: Sequence[ChartView]
    parts: Sequence[Part]
    columns: Sequence[str]
    scores: Scores
    answered: Share
    ends: Mapping[str, Share]
    sla: Mapping[str, Share]
    comments: Sequence[Comment]


def figures_view(report: Report, asked: Asked, names: Mapping[Key, str], locale: Locale) -> FiguresView:
    return FiguresView(
        asked=asked,
        span=_span(asked.period.first, asked.period.last, locale),
        span_before=_span(asked.period.before.first, asked.period.before.last, locale),
        cards=_cards(report, asked, locale),
        charts=_charts(report, asked, locale),
        parts=_parts(report, asked, names, locale),
        columns=columns_of(asked),
        scores=report.whole.scores,
        answered=report.whole.answered,
        ends=report.whole.ends,
        sla={clock: report.whole.sla_of(clock) for clock in ("first_reply", "next_reply", "resolution")},
        comments=report.comments,
    )


def columns_of(asked: Asked) -> tuple[str, ...]:
    """Talks with the bot belong to a channel, and to no team or person."""
    return tuple(name for name in COLUMNS if name != "deflected" or asked.by is Dimension.CHANNEL)


def _span(first: date, last: date, locale: Locale) -> str:
    pattern = {"zh": "M月d日", "en": "d MMM"}[locale]
    ends = [show_day(day, pattern, locale) for day in (first, last)]
    return ends[0] if first == last else "–".join(ends)


def _cards(report: Report, asked: Asked, locale: Locale) -> list[Card]:
    now, old = report.whole, report.before
    backlog = report.backlog + now.backlog
    cards = [
        _count_card("opened", now.opened, old.opened, locale),
        _count_card("resolved", now.resolved, old.resolved, locale, more="good"),
        _count_card("backlog", backlog, report.backlog, locale, more="bad"),
        _span_card("first_reply", now.first_reply, old.first_reply, locale),
        _span_card("resolution", now.resolution, old.resolution, locale),
        _share_card("sla", now.sla, old.sla, locale, more="good"),
        _share_card("reopened", now.reopened, old.reopened, locale, more="bad"),
    ]
    if asked.assignee_id is None:
        cards.append(_share_card("deflected", now.deflected, old.deflected, locale, more="good"))
    return [*cards, _score_card(now.scores, old.scores, now.answered, locale)]


def _count_card(name: str, now: int, old: int, locale: Locale, *, more: str = "") -> Card:
    change = tone = ""
    if now != old:
        tone = _tone(now > old, more)
        change = _changed(f"{now - old:+d}", locale)
    elif now:
        change = translate("report.change.none", locale)
    return Card(name=name, value=Value(text=str(now)), change=change, tone=tone)


def _span_card(name: str, now: Spread, old: Spread, locale: Locale) -> Card:
    change = tone = ""
    if now.median is not None and old.median is not None:
        faster = now.median < old.median
        text = span_text(abs(now.median - old.median), locale)
        change = translate("report.change.faster" if faster else "report.change.slower", locale, span=text)
        tone = _tone(faster, "good")
        if round(now.median) == round(old.median):
            change, tone = translate("report.change.none", locale), ""
    most = translate("report.most", locale, span=span_text(now.most, locale), n=now.n) if now.n else ""
    return Card(
        name=name, value=Value(text=span_text(now.median, locale), n=now.n), detail=most, change=change, tone=tone
    )


def _share_card(name: str, now: Share, old: Share, locale: Locale, *, more: str) -> Card:
    change = tone = ""
    if now.percent is not None and old.percent is not None:
        points = now.percent - old.percent
        change = translate("report.change.points" if points else "report.change.none", locale, n=f"{points:+d}")
        tone = _tone(points > 0, more) if points else ""
    detail = translate("console.figures.part_of", locale, part=now.part, whole=now.whole) if now.whole else ""
    return Card(
        name=name, value=Value(text=percent_text(now.percent), n=now.n), detail=detail, change=change, tone=tone
    )


def _score_card(now: Scores, old: Scores, answered: Share, locale: Locale) -> Card:
    change = tone = ""
    if now.average is not None and old.average is not None:
        more = now.average - old.average
        change = _changed(f"{more:+.2f}", locale) if more else translate("report.change.none", locale)
        tone = _tone(more > 0, "good") if more else ""
    detail = translate("console.figures.answers", locale, count=now.n) if now.n else ""
    if answered.percent is not None:
        detail += " · " + translate("console.figures.response", locale, percent=answered.percent)
    text = "–" if now.average is None else f"{now.average:g} / 5"
    return Card(
        name="satisfaction", value=Value(text=text, n=now.n), detail=detail.strip(" ·"), change=change, tone=tone
    )


def _changed(difference: str, locale: Locale) -> str:
    return translate("report.change.by", locale, n=difference.replace("-", "−"))


def _tone(more: bool, when_more: str) -> str:  # noqa: FBT001 - private, and read beside its comparison.
    if not when_more:
        return ""
    return when_more if more else {"good": "bad", "bad": "good"}[when_more]


def _charts(report: Report, asked: Asked, locale: Locale) -> list[ChartView]:
    """Three curves over time: what came and went, what was left, and how long people waited."""
    points = list(report.curve)
    pattern = "HH:mm" if asked.period.by_hour else {"zh": "M月d日", "en": "d MMM"}[locale]
    labels = [
        point.strftime("%d %H:%M" if asked.period.days > 1 else "%H:%M")
        if asked.period.by_hour
        else show_day(point.date(), pattern, locale)
        for point in points
    ]
    figures = list(report.curve.values())
    left = _running(report.backlog, [one.backlog for one in figures])
    waited = [one.first_reply.median for one in figures]
    tickets, heading = translate("report.axis.tickets", locale), translate("report.axis.time", locale)

    def counted(name: str, kind: str, tone: str, values: list[int]) -> Series:
        text = translate(f"report.column.{name}", locale)
        return Series(name=text, kind=kind, tone=tone, values=values, texts=[str(value) for value in values])

    def chart(key: str, series: Sequence[Series], *, spans: bool = False) -> ChartView:
        return ChartView(
            key=key,
            title=translate(f"report.chart.{key}", locale),
            points=labels,
            heading=heading,
            axis=translate("report.axis.span", locale) if spans else tickets,
            series=series,
            spans=spans,
        )

    reply = Series(
        name=translate("report.column.first_reply", locale),
        kind="line",
        tone="blue",
        values=waited,
        texts=[span_text(value, locale) for value in waited],
    )
    return [
        chart(
            "flow",
            [
                counted("opened", "line", "blue", [one.opened for one in figures]),
                counted("resolved", "line", "green", [one.resolved for one in figures]),
            ],
        ),
        chart("backlog", [counted("backlog", "area", "violet", left)]),
        chart("first_reply", [reply], spans=True),
    ]


def _running(start: int, steps: Sequence[int]) -> list[int]:
    sums: list[int] = []
    for step in steps:
        start += step
        sums.append(start)
    return sums


def name_of(key: Key, by: Dimension, names: Mapping[Key, str], locale: Locale) -> str:
    """What a part is called; what is unknown says so."""
    if not key:
        return translate(f"report.unknown.{by}", locale)
    if by is Dimension.CHANNEL:
        return spoken("console.channel", str(key), locale)
    return names.get(key) or str(key)


def _parts(report: Report, asked: Asked, names: Mapping[Key, str], locale: Locale) -> list[Part]:
    keys = {*report.parts, *(key for key, left in report.backlogs.items() if left)}
    found = {key: report.parts.get(key) or Figures(asked.working) for key in keys}
    shown = columns_of(asked)
    ordered = sorted(found.items(), key=lambda item: (-item[1].opened, -item[1].resolved, str(item[0])))
    return [
        Part(
            name_of(key, asked.by, names, locale),
            [_value(column, figures, report.backlogs.get(key, 0), locale) for column in shown],
        )
        for key, figures in ordered
    ]


def _value(column: str, figures: Figures, backlog: int, locale: Locale) -> Value:
    match column:
        case "opened" | "resolved":
            return Value(text=str(getattr(figures, column)))
        case "backlog":
            return Value(text=str(backlog))
        case "first_reply" | "resolution":
            spread: Spread = getattr(figures, column)
            return Value(text=span_text(spread.median, locale), n=spread.n)
        case "satisfaction":
            scores = figures.scores
            return Value(text="–" if scores.average is None else f"{scores.average:g}", n=scores.n)
        case _:
            share: Share = getattr(figures, column)
            return Value(text=percent_text(share.percent), n=share.n)
