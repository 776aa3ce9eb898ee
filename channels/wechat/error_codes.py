"""What the platform's error codes mean for a message, an account and a person. Pure.

The numbers are those of the platform's page of global return codes; what each asks of us is our own reading. A code
that is not listed is no reason to lose a message: it is kept with the platform's words and tried again later.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    PersonUnreachableError,
    WindowClosedError,
)

#: The platform counts its days in Beijing.
BEIJING = ZoneInfo("Asia/Shanghai")
#: Its clock and ours differ a little; a quota asked for a moment too early would be refused for another day.
AFTER_MIDNIGHT_S = 5
MINUTE_S = 60
#: A wrong setting does not mend itself, but somebody may correct it at the platform, where we do not see it.
BROKEN_FOR_S = 600


class Verdict(StrEnum):
    """What an answer asks of us."""

    #: The access token is not taken: fetch it anew, once.
    TOKEN = "token"  # noqa: S105 - the name of a case, no secret.
    #: Nothing was done; it may pass in a while.
    LATER = "later"
    #: The account may go on in a minute.
    MINUTE = "minute"
    #: The quota of the day is used up.
    DAY = "day"
    #: The person has to write first.
    WINDOW = "window"
    #: Nothing for this person, until the person comes back.
    PERSON = "person"
    #: Not this message, or not with this in it.
    MESSAGE = "message"
    #: The account's settings are wrong, or the platform has taken a permission away.
    ACCOUNT = "account"


_CODES: dict[Verdict, frozenset[int]] = {
    Verdict.TOKEN: frozenset({40001, 40014, 41001, 42001}),
    Verdict.LATER: frozenset({-1000, -1, 45066, 53501, 9001002, 9001010}),
    Verdict.MINUTE: frozenset({45011}),
    Verdict.DAY: frozenset({45009}),
    Verdict.WINDOW: frozenset({45015, 45047}),
    Verdict.PERSON: frozenset({40003, 43004, 43005, 43019, 46004, 48002, 50005}),
    Verdict.ACCOUNT: frozenset({
        # The credentials: kind, app id, secret (wrong, missing, frozen), and who may call from where.
        40002, 40013, 40125, 40164, 40243, 41002, 41004, 42007, 43003,
        # IP addresses that an administrator has to approve first.
        89501, 89503, 89506, 89507,
        # Permissions: not granted, banned, not agreed to, taken away.
        48001, 48003, 48004, 50001, 50002, 53500, 61003, 61007, 61023,
    }),
    Verdict.MESSAGE: frozenset({
        # Values of a request: media, menus, templates, groups, addresses.
        *range(40004, 40013), *range(40015, 40029), *range(40029, 40034), 40035, *range(40037, 40040), 40048, 40050,
        40051, 40053, 40054, 40055, 40058, 40060, 40102, 40117, 40118, 40119, 40120, 40121, 40132, 40137, 40155, 40163,
        # Parts of a request that are missing, and forms it should have had.
        41003, *range(41005, 41010), 41030, 42002, 42003, 43001, 43002, 43100, 43101, *range(44001, 44005),
        # Parts of a message that are too long or too many; texts the platform does not take.
        *range(45001, 45009), 45010, 45016, 45017, 45018, 45026, 45027, 45028, 45064, 45065, 45067, 45166,
        *range(46001, 46004), 47001, 47003, 48005, 48006, 48008, 53502, 53600, 87009, 87014,
        # Staff accounts at the platform, menus for some people, and the devices of old.
        *range(61451, 61458), 61500, 63001, 63002, 65301, *range(65303, 65315), 65316, 65317,
        9001001, *range(9001003, 9001010), *range(9001020, 9001037),
    }),
}  # fmt: skip

VERDICTS: dict[int, Verdict] = {code: verdict for verdict, codes in _CODES.items() for code in codes}


class PlatformRefusedError(Exception):
    """The platform understood and said no; ``code`` and ``text`` are its own words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        # Not named ``code``: that is the catalogue's key of refusals people are told about.
        self.number = code
        self.text = text

    @property
    def verdict(self) -> Verdict:
        """What the code asks of us; an unknown one is tried again."""
        return VERDICTS.get(self.number, Verdict.LATER)


def delivery_error(refused: PlatformRefusedError, now: datetime) -> DeliveryError:
    """The same in the words of the port."""
    code, text = str(refused.number), refused.text
    match refused.verdict:
        case Verdict.WINDOW:
            return WindowClosedError(code, text)
        case Verdict.PERSON:
            return PersonUnreachableError(code, text)
        case Verdict.MESSAGE:
            return DeliveryRefusedError(code, text)
        case Verdict.MINUTE:
            return AccountClosedError(code, text, retry_after_s=MINUTE_S)
        case Verdict.DAY:
            return AccountClosedError(code, text, retry_after_s=until_midnight(now))
        case Verdict.TOKEN:
            # Another token is fetched in a minute at the earliest; until then nothing can be better.
            return AccountClosedError(code, text, retry_after_s=MINUTE_S, broken=True)
        case Verdict.ACCOUNT:
            return AccountClosedError(code, text, retry_after_s=BROKEN_FOR_S, broken=True)
        case Verdict.LATER:
            return DeliveryDelayedError(code, text)


def until_midnight(now: datetime) -> float:
    """Seconds until the platform's next day has begun for certain."""
    here = now.astimezone(BEIJING)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - here).total_seconds() + AFTER_MIDNIGHT_S
