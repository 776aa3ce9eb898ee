"""What became of the language model's last days, in lines for a terminal: ``yingpiao llm status``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.wording import is_on
from kit.ground import Ground
from kit.i18n import translate
from kit.settings import Locale
from knowledge.llm.counting import ALL, What, counts_since
from knowledge.llm.failures import Reason
from knowledge.llm.models import ModelCount
from knowledge.llm.prompting import Use

DAYS = 7


async def status_lines(ground: Ground) -> list[str]:
    """What it is set to, never with its key; then each of the last days, the newest first."""
    settings, locale = ground.settings, ground.settings.default_locale
    today = ground.clock.now().astimezone(ZoneInfo(settings.time_zone)).date()
    async with ground.db.reading() as session:
        rows = await counts_since(session, today - timedelta(days=DAYS - 1))
    state = translate(
        "llm.on" if is_on(settings) else "llm.off", locale, url=settings.llm_url, model=settings.llm_model
    )
    return [state, *_day_lines(rows, settings.llm_tokens_per_day, locale)]


def _day_lines(rows: Iterable[ModelCount], limit: int, locale: Locale) -> Iterator[str]:
    days: dict[date, Counter[str]] = {}
    by_use: Counter[tuple[date, str, str]] = Counter()
    for row in rows:
        counts = days.setdefault(row.day, Counter())
        by_use[row.day, row.use, row.what] += row.count
        counts[What.TOKENS if row.use == ALL else row.what] += row.count
    for day, counts in sorted(days.items(), reverse=True):
        figures = {what.value: counts[what] for what in (What.ASKED, What.WORDED, What.DROPPED, What.TOKENS)}
        yield translate("llm.day", locale, day=day.isoformat(), limit=limit, **figures)
        for use in (Use.DRAFT, Use.SUMMARY):
            asked, worded = by_use[day, use, What.ASKED], by_use[day, use, What.WORDED]
            if asked:
                yield "  " + translate(f"llm.use.{use}", locale, asked=asked, worded=worded)
        for reason in Reason:
            if counts[reason]:
                yield "  " + translate(f"llm.reason.{reason}", locale, count=counts[reason])
