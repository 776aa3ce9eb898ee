"""What the Official Account platform allows, in figures, and its words for what it does not.

The figures are those of the platform's documents on customer-service messages, call limits and stable access tokens;
the limit of 2048 bytes for a text stands in none of them and was measured by many.
"""

from dataclasses import dataclass
from datetime import timedelta

TEXT_BYTES = 2048
PUSH_TRIES = 3
PUSH_PATIENCE_S = 5.0
MEDIA_LASTS = timedelta(days=3)
#: What the client shows when the account's server does not answer, or answers nonsense.
OUT_OF_SERVICE = "该公众号暂时无法提供服务，请稍后再试"


@dataclass(frozen=True)
class Grant:
    """So many customer-service messages, for so long."""

    quota: int
    lasts: timedelta


#: By what the person did. Doing it again begins the grant anew and adds nothing to it.
GRANTS = {
    "message": Grant(5, timedelta(hours=48)),
    "click": Grant(3, timedelta(minutes=1)),
    "follow": Grant(3, timedelta(minutes=1)),
    "scan": Grant(3, timedelta(minutes=1)),
}

#: Calls a day, counted from midnight in Beijing.
DAILY = {
    "message/custom/send": 500_000,
    "media/upload": 100_000,
    "media/get": 200_000,
    "qrcode/create": 100_000,
    "message/template/send": 100_000,
    "user/info": 5_000_000,
    "menu/create": 1_000,
    "menu/get": 10_000,
    "menu/delete": 1_000,
    "token": 2_000,
    "stable_token": 500_000,
    "stable_token:forced": 20,
}
#: Calls a minute.
MINUTELY = {"stable_token": 10_000}

TOKEN_LASTS = timedelta(seconds=7200)
#: A stable token is replaced so long before its end; the old one stays good until then.
TOKEN_RENEWED_BEFORE = timedelta(seconds=300)
#: The old call's last token stays good so long after a new one was fetched.
TOKEN_GRACE = timedelta(seconds=300)
FORCED_EVERY = timedelta(seconds=30)

#: Kind of a file: its largest size in bytes, and how files of the kind begin.
UPLOADS: dict[str, tuple[int, tuple[bytes, ...]]] = {
    "image": (10 << 20, (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")),
    "voice": (2 << 20, (b"#!AMR", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")),
    "video": (10 << 20, (b"ftyp",)),
    "thumb": (64 << 10, (b"\xff\xd8\xff",)),
}

WORDS = {
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button count",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info, please check document",
    40125: "invalid appsecret",
    40164: "invalid ip {ip}, not in whitelist",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no recent message of the user",
    45081: "typing already, cannot send again",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid! data",
    48001: "api unauthorized",
    48002: "user block receive message",
    48006: "forbid to clear quota because of reaching the limit",
}

#: What the product cannot know beforehand: no fault of its own, the first time.
UNFORESEEABLE = frozenset({40001, 40014, 40164, 42001, 43019, 45009, 45011, 48001, 48002})
