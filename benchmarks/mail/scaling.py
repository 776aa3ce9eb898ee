"""Bodies that make trimmers hang, over four sizes: doubling one at most doubles the time, and none takes long."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from channels.email.mime.html import html_to_text
from channels.email.mime.model import Mail
from channels.email.trimming.reply import reply_of, trim_text

SIZES = (125_000, 250_000, 500_000, 1_000_000)
_RUNS = 3
Body = TypeVar("Body", str, Mail)
#: The best-known one, as it is known.
ON = "On " * 32_000
_TEXTS = (
    "On ", "> ", ">", ">>", "| ", "-", "-- \n", "_ ", "\n", "From: a\n", "> On\n", "On a b\n", "wrote:\n", "1 @:\n",
    "On Mon, 1 <a@b>\nwrote:\n", "在 2020 写道：\n", "发件人：\n", "-----Original Message-----\n", "> From: a\n\n",
    "Sent from my iPhone\n", "<a@b> ",
)  # fmt: skip
_PAGES = ("<blockquote type=cite>", "<div class=gmail_quote>", "<hr id=replySplit>", "<div><p>On ", "&nbsp;<br>")


def measure() -> dict[str, object]:
    """Seconds of the processor, best of three: of ``On`` alone, the slowest at 1 MB, and the worst mean doubling.

    What takes less than five milliseconds is not compared: it is the clock that would be.
    """
    times = {
        **{unit: [_seconds(trim_text, _repeated(unit, size)) for size in SIZES] for unit in _TEXTS},
        **{unit: [_seconds(reply_of, _page(unit, size)) for size in SIZES] for unit in _PAGES},
    }
    slowest = max(times, key=lambda name: times[name][-1])
    worst = max(times, key=lambda name: _ratio(times[name]))
    return {
        "on_s": round(_seconds(trim_text, ON), 4),
        "slowest_1mb": [slowest, round(times[slowest][-1], 4)],
        "worst_doubling": [worst, round(_ratio(times[worst]), 2)],
        "times": _rounded(times),
    }


def _repeated(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _page(unit: str, size: int) -> Mail:
    """As parsing gives it, with the text made of it already."""
    html = _repeated(unit, size)
    return Mail(html=html, text=html_to_text(html))


def _seconds(trim: Callable[[Body], object], body: Body) -> float:
    best = float("inf")
    for _ in range(_RUNS):
        began = time.process_time()
        trim(body)
        best = min(best, time.process_time() - began)
    return best


def _ratio(times: list[float]) -> float:
    """The mean doubling from the smallest size to the largest: single ones show the machine's other work."""
    floor = 0.005
    doublings = len(times) - 1
    return float((max(times[-1], floor) / max(times[0], floor)) ** (1 / doublings))


def _rounded(times: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {name.strip(): [round(one, 4) for one in each] for name, each in times.items()}
