"""What Telegram's refusals and silences mean for a message. Pure.

The API answers errors with a number and an English sentence (``error_code``, ``description``), and with
``parameters`` where a program is meant to act: ``retry_after`` in seconds, ``migrate_to_chat_id``. Which 400 is
about the person and which about the message only its sentence tells.
"""

from typing import Any

import httpx

from channels.errors import (
    AccountClosedError,
    AddressMovedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)

#: Pause after a 429 that names none, in seconds.
FLOOD_PAUSE_S = 5
#: A wrong token is looked at again after so long, in seconds; only a person can put it right.
BROKEN_PAUSE_S = 600

#: Parts of the sentences, in small letters, which say that this chat takes nothing from us.
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_id_invalid",
    "user is deactivated",
    "user_is_blocked",
    "group chat was deactivated",
    "group chat was upgraded",
    "bot was kicked",
    "have no rights to send",
    "not enough rights",
    "chat_write_forbidden",
)
_MARKUP = "can't parse entities"

#: The request never left us, or not as a whole: the other side cannot have acted on it.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.WriteTimeout,
    httpx.WriteError,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class MarkupRefusedError(DeliveryRefusedError):
    """The text is fine, its formatting is not."""


def answer_failure(code: int, words: str, parameters: dict[str, Any]) -> DeliveryError:
    """What an answer other than success means."""
    moved = parameters.get("migrate_to_chat_id")
    if isinstance(moved, int):
        return AddressMovedError(str(code), words, address=str(moved))
    if code == httpx.codes.TOO_MANY_REQUESTS:
        return AccountClosedError(str(code), words, retry_after_s=_pause(parameters))
    match code:
        case 401 | 404:
            # 401: a token that is none any more; 404: one that never was, or an address without the API.
            return AccountClosedError(str(code), words, retry_after_s=BROKEN_PAUSE_S, broken=True)
        case 403:
            return PersonUnreachableError(str(code), words)
        case 400:
            return _bad_request(str(code), words)
        case 413:
            return DeliveryRefusedError(str(code), words)
        case 500 | 504:
            # The API had the request and failed, or did not answer its own gateway in time: it may have sent.
            return OutcomeUnknownError(str(code), words)
    # 502 and 503: the gateway found no API server behind it, as while one is restarted. That a message was sent all
    # the same is rare, and told twice is better than not told at all through hours of such answers.
    return DeliveryDelayedError(str(code), words)


def _pause(parameters: dict[str, Any]) -> float:
    seconds = parameters.get("retry_after")
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else FLOOD_PAUSE_S


def _bad_request(code: str, words: str) -> DeliveryError:
    said = words.lower()
    if _MARKUP in said:
        return MarkupRefusedError(code, words)
    if any(phrase in said for phrase in _UNREACHABLE):
        return PersonUnreachableError(code, words)
    return DeliveryRefusedError(code, words)


def transport_failure(cause: BaseException | None) -> DeliveryError:
    """What an exchange without any answer means; ``cause`` is what the HTTP client raised."""
    name = type(cause).__name__ if cause else "no_answer"
    words = str(cause) if cause else "no answer"
    if isinstance(cause, _NOT_SENT):
        return DeliveryDelayedError(name, words)
    return OutcomeUnknownError(name, words)
