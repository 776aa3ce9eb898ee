"""What the customer-service platform allows, in figures, and its words for what it does not.

From the documents on receiving messages, sending messages, session states and event responses of 微信客服. Which code
stands for a msgid that was used before, and which for an event code that is no good, they do not say.
"""

from datetime import timedelta

QUOTA = 5
WINDOW = timedelta(hours=48)
HISTORY = timedelta(days=3)
CALLBACK_TOKEN_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(seconds=7200)
MEDIA_LASTS = timedelta(days=3)
PUSH_TRIES = 3
PUSH_PATIENCE_S = 5.0
SYNC_LIMIT = 1000
#: Pulls without the token of a callback, a minute.
UNTOKENED_A_MINUTE = 30

TEXT_BYTES = 2048
MENU_ITEMS = 10
MENU_WORDS_BYTES = 1024
CLICK_ID_BYTES = 64
CLICK_CONTENT_BYTES = 128
VIEW_BYTES = 2048

#: From a state to those the interface may change it into.
MOVES = {
    0: {1, 2, 3},
    1: {2, 3},
    2: {3},
    3: {3, 4},
    4: set[int](),
}
#: States in which messages by interface are taken.
SPEAKABLE = {0, 1}

EVENT_CODE_LASTS = timedelta(seconds=20)
QUEUE_CODE_LASTS = timedelta(hours=48)

#: Kind of a file: its largest size in bytes, and marks of its content; none: anything.
UPLOADS: dict[str, tuple[int, tuple[bytes, ...]]] = {
    "image": (10 << 20, (b"\x89PNG", b"\xff\xd8\xff")),
    "voice": (2 << 20, (b"#!AMR",)),
    "video": (10 << 20, (b"ftyp",)),
    "file": (20 << 20, ()),
}
SMALLEST_UPLOAD = 6

WORDS = {
    40001: "invalid credential",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40058: "invalid Request Parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    43002: "require POST method",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    60020: "not allow to access from your ip",
    84061: "not external contact",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95004: "open_kfid not exist",
    95007: "invalid msg token",
    95008: "menu item count out of limit",
    95009: "invalid menu item type",
    95013: "session ended",
    95014: "servicer not in service",
    95016: "service state change not allowed",
    95018: "send msg session status invalid",
    95025: "invalid msg code",
}

#: Why a message that was taken did not arrive.
FAILED_REFUSED_BY_CUSTOMER = 10
