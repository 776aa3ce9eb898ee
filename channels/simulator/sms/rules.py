"""What the two providers allow, in figures, from their pages on templates, limits and lengths."""

import re
from datetime import datetime, timedelta, timezone

#: The providers' days and hours are China's.
CHINA = timezone(timedelta(hours=8))
#: Messages of one signature, template and number a day (Aliyun, notices); of one number a day (Tencent).
ALIYUN_A_DAY = 50
TENCENT_A_DAY = 10
#: Tencent takes the same text for the same number once in so long.
TENCENT_SAME_TEXT = timedelta(seconds=30)
VARIABLE_MOST = 35
TEXT_MOST = 500
SINGLE, PIECE = 70, 67
_BASIC_PLANE = "\uffff"
#: A signed request may be so old.
CLOCK_SKEW = timedelta(minutes=15)
TENCENT_CLOCK_SKEW = timedelta(minutes=5)
OUT_ID_MOST, CONTEXT_MOST = 256, 512
#: A push is tried so often, and given so long.
PUSH_TRIES = 4
PUSH_PATIENCE_S = 5.0

AT_HOME = re.compile(r"1[3-9]\d{9}")
ABROAD = re.compile(r"[1-9]\d{7,14}")
NUMBERS_MOST = 200
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MARKED = re.compile(r"[【】]")


def day(now: datetime) -> str:
    """The day a message is counted in."""
    return now.astimezone(CHINA).strftime("%Y-%m-%d")


def stamp(now: datetime) -> str:
    """A time as the providers write it."""
    return now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def pieces(text: str) -> int:
    """How many messages a text is charged as."""
    size = sum(2 if character > _BASIC_PLANE else 1 for character in text)
    if size <= SINGLE:
        return 1
    return (size + PIECE - 1) // PIECE
