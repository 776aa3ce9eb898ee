"""One account's figures as its page shows them: every plot with its table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from channels.console.queries.figures import DayOfCalls, OpenWindows, Refused
from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    PersonUnreachableError,
    WindowClosedError,
)
from channels.wechat.error_codes import VERDICTS, PlatformRefusedError
from channels.wechat.error_codes import delivery_error as wechat_error
from channels.wechat.quota import Gauge
from channels.wecom.errors import KfError
from channels.wecom.errors import delivery_error as wecom_error
from kit.i18n import Locale, translate

#: From this share of a quota on, its bar stands out.
_NEARLY = 0.8
#: When it happened does not matter to what a code means.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_MEANINGS: Mapping[str, Callable[[int], DeliveryError]] = {
    "wechat": lambda code: wechat_error(PlatformRefusedError(code, ""), _ANY_TIME),
    "wecom": lambda code: wecom_error(KfError(code, "")),
}
#: What to do, by what a refusal means, the narrower meaning first.
_ADVICE: tuple[tuple[type[DeliveryError], str], ...] = (
    (PersonUnreachableError, "person"),
    (DeliveryRefusedError, "message"),
    (WindowClosedError, "window"),
    (AccountClosedError, "wait"),
    (DeliveryDelayedError, "later"),
)


@dataclass(frozen=True, kw_only=True)
class Bars:
    """One row of bars; ``texts`` are the values in words."""

    name: str
    tone: str
    values: Sequence[int]
    texts: Sequence[str]
    kind: str = "bar"
    upper: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What the console's macro for plots draws."""

    key: str
    title: str
    heading: str
    points: Sequence[str]
    series: Sequence[Bars]
    axis: str = ""
    spans: bool = False

    @property
    def spec(self) -> dict[str, Any]:
        """What the script draws from."""
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        return [(point, [one.texts[place] for one in self.series]) for place, point in enumerate(self.points)]

    @property
    def empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True, kw_only=True)
class ShownGauge:
    """One interface's calls of the day; ``name`` says what it is for, where we have a word for it."""

    name: str
    interface: str
    used: int
    most: int | None

    @property
    def left(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.used)

    @property
    def nearly(self) -> bool:
        return self.most is not None and self.used >= self.most * _NEARLY


@dataclass(frozen=True, kw_only=True)
class ShownRefusal:
    """A code of the platform, and what to do about it."""

    code: str
    said: str
    count: int
    last: datetime
    advice: str


def window_plot(windows: Sequence[OpenWindows], locale: Locale) -> Plot:
    def say(key: str, **values: int) -> str:
        return translate(f"channels.figures.{key}", locale, **values)

    usable = [one.people - one.used_up for one in windows]
    used_up = [one.used_up for one in windows]
    return Plot(
        key="windows",
        title=say("windows"),
        heading=say("left"),
        points=[say("within", hours=one.hours) for one in windows],
        series=[
            Bars(name=say("usable"), tone="blue", values=usable, texts=[str(one) for one in usable]),
            Bars(name=say("used_up"), tone="grey", values=used_up, texts=[str(one) for one in used_up]),
        ],
    )


def calls_plot(days: Sequence[DayOfCalls], locale: Locale) -> Plot:
    calls, sent = [one.calls for one in days], [one.sent for one in days]
    return Plot(
        key="calls",
        title=translate("channels.figures.calls", locale),
        heading=translate("channels.figures.day", locale),
        points=[f"{one.day:%m-%d}" for one in days],
        series=[
            Bars(
                name=translate("channels.figures.all_calls", locale),
                tone="grey",
                values=calls,
                texts=[str(one) for one in calls],
            ),
            Bars(
                name=translate("channels.figures.sent_calls", locale),
                tone="blue",
                values=sent,
                texts=[str(one) for one in sent],
            ),
        ],
    )


def shown_gauges(gauges: Sequence[Gauge], word: Callable[[str], str]) -> list[ShownGauge]:
    """Those with a quota first, the fullest on top."""
    shown = [
        ShownGauge(name=word(one.interface), interface=one.interface, used=one.used, most=one.most) for one in gauges
    ]
    return sorted(shown, key=lambda one: (one.most is None, -(one.used / (one.most or 1)), one.interface))


def shown_refusals(refusals: Sequence[Refused], channel: str, locale: Locale) -> list[ShownRefusal]:
    return [
        ShownRefusal(
            code=one.code,
            said=one.text,
            count=one.count,
            last=one.last,
            advice=translate(f"channels.advice.{advice_for(channel, one.code)}", locale),
        )
        for one in refusals
    ]


def advice_for(channel: str, code: str) -> str:
    """What a platform's code asks for; a code that is nobody's number has its own words."""
    meaning = _MEANINGS.get(channel)
    if code == "outcome_unknown":
        return "unsure"
    if meaning is None or not code.lstrip("-").isdecimal():
        return "read"
    number = int(code)
    if channel == "wechat" and number not in VERDICTS:
        return "read"
    error = meaning(number)
    if isinstance(error, AccountClosedError) and error.broken:
        return "account"
    return next((advice for kind, advice in _ADVICE if isinstance(error, kind)), "read")
