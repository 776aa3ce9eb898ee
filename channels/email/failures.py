"""What the refusals and silences of a mail server mean for a mail. Pure.

A server answers with three digits (RFC 5321), mostly with an enhanced code behind them (RFC 3463), and a sentence. The
digits say whether to try again; whom it is about - the recipient, this mail, or all we send - only code, sentence and
the stage of the conversation tell together. In doubt a refusal is about this mail alone, because to stop writing to a
person, or on the whole account, is worse than one mail that staff see as failed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)


class Stage(StrEnum):
    """How far the conversation had come."""

    CONNECT = "connect"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A refusal, in the server's words."""

    stage: Stage
    number: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced code, if there is one of the same class."""
        found = _ENHANCED.search(self.text[:_SCANNED])
        return found[0] if found and found[0][0] == str(self.number)[:1] else ""

    @property
    def code(self) -> str:
        """Both codes, as staff see them."""
        return f"{self.number} {self.enhanced}".strip()

    @property
    def said(self) -> str:
        """The sentence in small letters."""
        return self.text[:_SCANNED].lower()

    @property
    def passes(self) -> bool:
        """The server itself calls it a matter of time."""
        return str(self.number).startswith("4")


_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
#: Sentences are short; what is longer is nobody's code.
_SCANNED = 2000

#: Only a person can put it right; it is tried again after so many seconds all the same.
BROKEN_PAUSE_S = 600
UNREACHABLE_PAUSE_S = 60
#: Pause after a limit of minutes, and after one of the day.
FLOOD_PAUSE_S = 300
DAILY_PAUSE_S = 3600
GREYLIST_PAUSE_S = 300
FULL_PAUSE_S = 1800

_SIGN_IN_NUMBERS = frozenset({530, 534, 535, 538})
#: How fast we send, in the words of servers; the short ones in capitals are NetEase's.
_FLOOD = re.compile(
    r"too many|too fast|frequen|rate[ -]limit|rate exceeded|throttl|unusual rate"
    r"|(?:sending|hourly|daily|message|mail) (?:rate |volume )?limit"
    r"|limit exceeded|exceeded (?:the|your|its|their) .{0,40}(?:limit|quota)"
    r"|频率|频繁|过于频繁|超过限制|超出限制|发信过快"
    r"|\b(?:mi:(?:dmc|sfq|stc|ctl|cel)|rp:(?:trc|qrc|drc|cel)|hl:itc)\b"
)
_FLOOD_CODES = frozenset({"4.7.28", "4.5.3", "5.4.5", "4.4.5"})
_DAILY = re.compile(r"daily|per day|24 hours|\btoday\b|当天|当日|每日|每天|mi:stc")
#: The same about one recipient's mailbox: others get their mail.
_OF_RECIPIENT = re.compile(r"(?:recipient|user|account|mailbox) .{0,60}(?:receiv|over quota|full)|receiving mail")
_GREYLIST = re.compile(r"gr[ae]y.?list|greylisted|请稍后重试")
_WAIT = re.compile(r"(?:in|for|after|wait)\s+(\d{1,5})\s*(s|m|h)?", re.IGNORECASE)
_WAIT_UNITS = {"s": 1, "m": 60, "h": 3600}
_WAIT_MOST_S = 6 * 3600
#: What is said about the mail or about us, and not about the person, although the recipient was being named.
_POLICY = re.compile(
    r"spam|policy|polic|blocked|block ?list|black ?list|reputation|\brbl\b|dnsbl|denied|rejected|not allowed|content"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|virus|authenticat|垃圾|拒绝|拒收|违规|\bdt:|\bmi:|\bhl:|\brp:"
)
_UNKNOWN = re.compile(
    r"(?:user|recipient|mailbox|address|account|alias|domain)s? .{0,60}(?:not (?:exist|found|known)|unknown|disabled"
    r"|inactive|unavailable|does ?n[o']t exist|invalid|suspended|no longer)"
    r"|no such (?:user|recipient|mailbox|person|address|domain|account|local)"
    r"|unknown (?:user|recipient|mailbox|address|local)"
    r"|(?:invalid|non-?existent|nonexistent) (?:user|recipient|mailbox|address)|does ?n[o']t have .{0,30}account"
    r"|no mailbox|user not found|mailbox not found"
    r"|(?:用户|收件人|邮箱|帐号|账号)(?:地址)?(?:不存在|未找到|已停用|已禁用|被禁用)"
)
_UNKNOWN_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_UNKNOWN_NUMBERS = frozenset({521, 550, 551, 553, 556})
_OF_SENDER = re.compile(
    r"relay|mail from must|authorized user|authoris|no permission|sender (?:address )?rejected|不一致"
)
_TOO_LARGE = re.compile(r"size|too (?:big|large)|过大")


def answer_failure(answer: Answer) -> DeliveryError:
    """What a refusal means."""
    if answer.stage is Stage.SIGN_IN or answer.number in _SIGN_IN_NUMBERS:
        return _sign_in_failure(answer)
    if _is_flood(answer):
        return _flood_failure(answer)
    match answer.stage:
        case Stage.CONNECT:
            pause = FLOOD_PAUSE_S if answer.passes else BROKEN_PAUSE_S
            return _closed(answer, pause, broken=not answer.passes)
        case Stage.SENDER:
            return _sender_failure(answer)
        case Stage.RECIPIENT | Stage.DATA:
            return _delayed(answer) if answer.passes else _recipient_failure(answer)


def _sign_in_failure(answer: Answer) -> DeliveryError:
    """A password is wrong until somebody enters another; 454 and the like are the server's own trouble."""
    if answer.passes or _is_flood(answer):
        return _closed(answer, FLOOD_PAUSE_S)
    return _closed(answer, BROKEN_PAUSE_S, broken=True)


def _is_flood(answer: Answer) -> bool:
    said = answer.said
    if answer.enhanced in _FLOOD_CODES:
        return True
    return bool(_FLOOD.search(said)) and not _OF_RECIPIENT.search(said)


def _flood_failure(answer: Answer) -> DeliveryError:
    daily = answer.enhanced == "5.4.5" or _DAILY.search(answer.said)
    return _closed(answer, DAILY_PAUSE_S if daily else _named_pause(answer) or FLOOD_PAUSE_S)


def _sender_failure(answer: Answer) -> DeliveryError:
    """Who may not send as the mailbox's own address may send nothing."""
    if answer.passes:
        return _delayed(answer)
    if _TOO_LARGE.search(answer.said) and answer.number == _TOO_LARGE_NUMBER:
        return _refused(answer)
    return _closed(answer, BROKEN_PAUSE_S, broken=True)


_TOO_LARGE_NUMBER = 552


def _recipient_failure(answer: Answer) -> DeliveryError:
    said = answer.said
    if answer.stage is Stage.RECIPIENT and _OF_SENDER.search(said):
        return _closed(answer, BROKEN_PAUSE_S, broken=True)
    if answer.enhanced in _UNKNOWN_CODES or _UNKNOWN.search(said):
        return PersonUnreachableError(answer.code, answer.text)
    bare = not answer.enhanced and not _POLICY.search(said) and not _TOO_LARGE.search(said)
    if answer.stage is Stage.RECIPIENT and bare and answer.number in _UNKNOWN_NUMBERS:
        return PersonUnreachableError(answer.code, answer.text)
    return _refused(answer)


def _delayed(answer: Answer) -> DeliveryError:
    named = _named_pause(answer)
    if _GREYLIST.search(answer.said):
        named = named or GREYLIST_PAUSE_S
    elif answer.enhanced == "4.2.2" or answer.number == _FULL:
        named = named or FULL_PAUSE_S
    return DeliveryDelayedError(answer.code, answer.text, retry_after_s=named)


_FULL = 452


def _named_pause(answer: Answer) -> float | None:
    """The waiting time in the sentence: "try again in 5 minutes"."""
    found = _WAIT.search(answer.said)
    if found is None:
        return None
    seconds = int(found[1]) * _WAIT_UNITS[(found[2] or "s").lower()]
    return float(min(max(seconds, 1), _WAIT_MOST_S))


def _refused(answer: Answer) -> DeliveryError:
    return DeliveryRefusedError(answer.code, answer.text)


def _closed(answer: Answer, pause_s: float, *, broken: bool = False) -> DeliveryError:
    return AccountClosedError(answer.code, answer.text, retry_after_s=pause_s, broken=broken)


def silence_failure(cause: BaseException, *, handed_over: bool) -> DeliveryError:
    """What a broken connection means: ``handed_over``, when the whole mail was on its way to the server."""
    kind, words = type(cause).__name__, str(cause)
    if handed_over:
        return OutcomeUnknownError(kind, words)
    return DeliveryDelayedError(kind, words)


def no_connection(cause: BaseException) -> DeliveryError:
    """No server answers there: nothing of the account gets through, until it does."""
    return AccountClosedError(type(cause).__name__, str(cause), retry_after_s=UNREACHABLE_PAUSE_S)


def misconfigured(code: str, text: str) -> DeliveryError:
    """The account's settings do not fit the server; somebody has to correct them."""
    return AccountClosedError(code, text, retry_after_s=BROKEN_PAUSE_S, broken=True)
