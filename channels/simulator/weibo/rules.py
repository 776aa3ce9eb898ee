"""What the documents say; every number here is theirs."""

from datetime import timedelta

#: An answer later than this is none; a push is told so many times.
PUSH_PATIENCE_S = 5.0
PUSH_TRIES = 3
#: A text has fewer characters than this.
TEXT_BELOW = 300
#: How long something may be said after what a person did, and how much (None: any number).
OPENS: dict[str, tuple[int | None, timedelta]] = {
    "message": (None, timedelta(hours=48)),
    "follow": (None, timedelta(hours=48)),
    "menu": (None, timedelta(hours=48)),
    "scan": (None, timedelta(hours=48)),
    "mention": (1, timedelta(hours=48)),
}

BAD_PARAMETER, NO_SUCH_USER, TOO_LONG, BAD_TOKEN = 10017, 20003, 20013, 21332
#: The documents name no code for a person who may not be written to; this one is of our own making.
NOT_ALLOWED = 29999
