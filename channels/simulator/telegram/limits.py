"""How much and how fast the Bot API takes things (core.telegram.org/bots/api and /bots/faq).

The real limits are soft and give way to short bursts; here they are held to the letter.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: UTF-16 code units, after entities are parsed.
TEXT_MAX = 4096
CAPTION_MAX = 1024
#: Bytes.
CALLBACK_DATA_MAX = 64
UPLOAD_MAX = 50 * 1024 * 1024
PHOTO_MAX = 10 * 1024 * 1024
DOWNLOAD_MAX = 20 * 1024 * 1024
#: A path given by getFile works for at least one hour; here for exactly one.
FILE_PATH_LIVES = timedelta(hours=1)
#: Updates nobody fetched are thrown away after a day.
UPDATE_LIVES = timedelta(hours=24)
#: How long a pressed button waits for its answer.
QUERY_LIVES = timedelta(minutes=15)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class SlidingWindow:
    """At most ``most`` in any ``seconds``."""

    most: int
    seconds: float
    _times: deque[datetime] = field(default_factory=deque)

    def wait_s(self, now: datetime) -> int:
        """0 when there is room now, else whole seconds until there is."""
        begin = now - timedelta(seconds=self.seconds)
        while self._times and self._times[0] <= begin:
            self._times.popleft()
        if len(self._times) < self.most:
            return 0
        return max(1, math.ceil((self._times[0] - begin).total_seconds()))

    def note(self, now: datetime) -> None:
        """One more has passed."""
        self._times.append(now)


def one_a_second() -> SlidingWindow:
    """The limit of one chat."""
    return SlidingWindow(1, 1)


def thirty_a_second() -> SlidingWindow:
    """The limit of one bot over all chats."""
    return SlidingWindow(30, 1)


def twenty_a_minute() -> SlidingWindow:
    """The limit of one group, besides that of any chat."""
    return SlidingWindow(20, 60)
