"""A report as a file: the numbers themselves, so that a spreadsheet can go on counting with them."""

from collections.abc import Mapping, Sequence

from kit.i18n import translate
from kit.settings import Locale
from kit.sheets import Cell
from tickets.console.queries.figures import Asked, Report
from tickets.console.views.figures import name_of
from tickets.reports.figures import Figures, Spread
from tickets.reports.reading import Key

#: The columns after the name, each with a text ``report.file.<name>``; times in minutes.
FILE_COLUMNS = (
    "opened",
    "resolved",
    "backlog",
    "first_replies",
    "first_reply_median",
    "first_reply_p90",
    "resolution_median",
    "resolution_p90",
    "sla_met",
    "sla_ended",
    "reopened",
    "ratings",
    "satisfaction",
    "talks",
    "talks_without_ticket",
)


def file_headers(asked: Asked, locale: Locale) -> list[str]:
    """The first row."""
    return [
        translate(f"report.by.{asked.by}", locale),
        *(translate(f"report.file.{name}", locale) for name in FILE_COLUMNS),
    ]


def file_rows(report: Report, asked: Asked, names: Mapping[Key, str], locale: Locale) -> list[Sequence[Cell]]:
    """A row for each part, the busiest first, and one for all of them."""
    keys = {*report.parts, *(key for key, left in report.backlogs.items() if left)}
    parts = {key: report.parts.get(key) or Figures(asked.working) for key in keys}
    ordered = sorted(parts.items(), key=lambda item: (-item[1].opened, -item[1].resolved, str(item[0])))
    whole: list[Cell] = [translate("report.whole", locale)]
    return [
        *([name_of(key, asked.by, names, locale), *_row(one, report.backlogs.get(key, 0))] for key, one in ordered),
        [*whole, *_row(report.whole, report.backlog + report.whole.backlog)],
    ]


def _row(figures: Figures, backlog: int) -> list[Cell]:
    return [
        figures.opened,
        figures.resolved,
        backlog,
        figures.first_reply.n,
        *_minutes(figures.first_reply),
        *_minutes(figures.resolution),
        figures.sla.part,
        figures.sla.whole,
        figures.reopened.part,
        figures.scores.n,
        figures.scores.average,
        figures.deflected.whole,
        figures.deflected.part,
    ]


def _minutes(spread: Spread) -> list[Cell]:
    return [None if seconds is None else round(seconds / 60, 1) for seconds in (spread.median, spread.most)]
