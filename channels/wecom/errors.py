"""What the platform's codes mean for a delivery.

Codes: 企业微信 全局错误码 (developer.work.weixin.qq.com/document/path/90313); a code that is not here is tried again.
"""

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    PersonUnreachableError,
    WindowClosedError,
)
from kit.errors import ConflictError

#: The access token is wrong or too old; 40001 is also said of a wrong secret.
TOKEN_REFUSED = frozenset({40001, 40014, 41001, 42001})
#: A session in this state takes no messages by interface.
WRONG_STATE = 95018
#: The servicer named does not receive customers, or has not activated 企业微信.
NO_SERVICER = 95014
#: This move between states is not allowed.
WRONG_MOVE = 95016
#: The token of a callback is wrong or too old.
CALLBACK_TOKEN_REFUSED = 95007
#: The file has expired at the platform.
MEDIA_GONE = 40007

#: Somebody has to correct something at the platform or in the account's settings.
_BROKEN = {
    40001: "secret",
    40013: "corp id",
    40014: "access token refused again and again",
    40201: "account banned",
    41001: "access token missing",
    42001: "access token expired again and again",
    48001: "no right to this interface",
    48002: "interface forbidden",
    60011: "no right to this account",
    60020: "address not on the white list",
    95000: "open_kfid",
    95004: "open_kfid does not exist",
    95011: "in use in 企业微信, not by interface",
    95012: "not in use in 企业微信",
    95017: "interface switched off",
}
_BROKEN_FOR_S = 600.0
#: Too many calls. The platform counts by the minute and by the hour, and does not say for how long it is shut.
_FLOOD = {45009: 600.0, 45011: 60.0}
_BUSY, _CONCURRENT = -1, 45033
_CONCURRENT_S = 5.0
#: Five messages said; 48 hours over; session ended; the customer has said nothing within 48 hours.
_WINDOW = frozenset({95001, 95002, 95013, 95024})
_UNREACHABLE = frozenset({40096, 84061})
#: This message: unknown kind, file or length, forbidden content, too many customers for an unverified corporation.
_MESSAGE = frozenset(
    {40004, 40005, 40006, 40007, 40008, 40009, 40011, 40033, 40035, 40057, 40058, 40063}
    | {41004, 44004, 45001, 45002, 45007, 45008, 47001, 95003, 95008, 95009, 95022, 95025}
)
#: A parameter is wrong; of a pull that can only be the cursor.
PARAMETER_REFUSED = frozenset({40035, 40057, 40058, 40063, 47001})


class KfError(Exception):
    """The platform's refusal: its code and its words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class MoveRefusedError(ConflictError):
    """A session in state ``state`` cannot be brought into state ``target``."""

    code = "wecom_move_refused"


def delivery_error(refused: KfError) -> DeliveryError:
    """The same refusal in the words of the port."""
    code, text, name = refused.code, refused.text, str(refused.code)
    if code in _BROKEN:
        return AccountClosedError(name, text, retry_after_s=_BROKEN_FOR_S, broken=True)
    if code in _FLOOD:
        return AccountClosedError(name, text, retry_after_s=_FLOOD[code])
    if code in _WINDOW:
        return WindowClosedError(name, text)
    if code in _UNREACHABLE:
        return PersonUnreachableError(name, text)
    if code in _MESSAGE:
        return DeliveryRefusedError(name, text)
    return DeliveryDelayedError(name, text, retry_after_s=_CONCURRENT_S if code == _CONCURRENT else None)


def passes_soon(refused: KfError) -> bool:
    """Whether the same call may be taken a moment later, as far as the platform's documents say."""
    return refused.code in {_BUSY, _CONCURRENT}


def says_repeated(refused: KfError) -> bool:
    """Whether the platform says that it has a message of this msgid already.

    The document of send_msg only says that a msgid is unique per account and a second one is an error; which code
    that is, it does not say, so the words decide. 40058 is the length of a msgid, not its repetition.
    """
    words = refused.text.lower()
    if "msgid" not in words or "not exist" in words:
        return False
    return any(word in words for word in ("repeat", "duplicat", "exist", "used", "重复"))
