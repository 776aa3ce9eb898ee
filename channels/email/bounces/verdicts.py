"""Why a mail was turned away, told from the words and codes of the server that did it.

Words go before codes: every system has its own idea of the codes. The first rule that applies decides, so reasons that
lie with the mail, the sender or the moment come before those that lie with the address: a server that says "user
unknown" to everybody it blocks is common, one that says "blocked" of an unknown user is not.
"""

import re
from typing import NamedTuple

from channels.email.bounces.reply_words import RULES
from channels.email.bounces.report import Reason
from channels.email.bounces.wording import any_in_lower_case

_MOST_CHARACTERS = 3_000
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.-])([245]\d\d)(?=[\s:;,-]|$)")
_NOISE = re.compile(
    r"https?://[^\s<>]{1,300}|www\.[^\s<>]{1,300}"
    r"|[^\s<>:;,\[\]\"'()]{0,80}@[^\s<>:;,\[\]\"'()]{1,200}"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){2,8}(?=[\s\[\])])",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


class Verdict(NamedTuple):
    reason: Reason
    status: str


#: What the codes say where the words say nothing (RFC 3463 and its registry, and what large providers made of it).
_BY_STATUS: dict[str, Reason] = {
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.4": Reason.USER_UNKNOWN,
    "1.6": Reason.MOVED,
    "1.7": Reason.SENDER_REJECTED,
    "1.8": Reason.SENDER_REJECTED,
    "1.10": Reason.USER_UNKNOWN,
    "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "4.1": Reason.EXPIRED,
    "4.4": Reason.HOST_UNKNOWN,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "7.26": Reason.NOT_AUTHENTICATED,
}
_BY_SUBJECT = {"3": Reason.SYSTEM, "4": Reason.NETWORK, "6": Reason.CONTENT, "7": Reason.POLICY}
#: The commands that do not speak of the recipient: who is turned away there is the sender, or the mail.
_AT_START = any_in_lower_case(
    r"after (initial connection|connect|helo|ehlo|mail from|mail command)",
    r"in reply to (mail from|helo|ehlo|initial|the connection)|>>> ?(mail from|helo|ehlo)",
)
_AT_DATA = any_in_lower_case(
    r"after (end of data|data|text command|pipelined data|sending the message)",
    r"in reply to (end of )?data|after i sent the message|end of data|for text command|>>> ?(data|\.)\s",
)
_AT_RECIPIENT = any_in_lower_case(
    r"after rcpt|in reply to rcpt|rcpt[ _]to\]|does not like recipient|>>> ?rcpt|following rcpt",
)
#: A filter's favourite excuse is "user unknown"; nobody lies at this length.
_SURELY = any_in_lower_case(
    r"does ?n[o']t (have|exist)|not exist|no longer|(invalid|non-?existent) (recipient|mailbox|address)",
    r"不存在|n'existe",
)
_EDGE_BLOCKING = re.compile(r"recipient address rejected: access denied")
#: A program on the recipient's own machine; its "no such user" is of that machine.
_UNIX = re.compile(r"^\s*x-unix\s*;", re.IGNORECASE)
_LOCAL = frozenset({Reason.MAILBOX_FULL})


def judge(said: str, *, around: str = "", status: str = "", comment: str = "") -> Verdict:
    """``said`` by the other server; ``around`` are the words of the notice about this recipient.

    ``status`` is the code of the report, which its own server made up where the other gave none, and ``comment`` the
    words next to it. Never raises.
    """
    answered, noticed = _plain(said), _plain(around)
    code = status_in(said) or status_in(around) if _vague(status) else status
    explicit = status_in(said) or code
    if _UNIX.match(said):
        return Verdict(_first(answered, allowed=_LOCAL) or Reason.LOCAL_PROGRAM, explicit or status)
    reason = (
        _told(answered, noticed, explicit, status) or _first(_plain(comment)) or _of_code(explicit) or _of_code(status)
    )
    return Verdict(reason or Reason.UNDEFINED, explicit or status or _of_reply(said) or _of_reply(around))


def status_in(text: str) -> str:
    """The last enhanced code that says something; servers repeat the answer of another behind their own."""
    codes = [match[0] for match in _ENHANCED.finditer(text[:_MOST_CHARACTERS]) if match[1] != "2"]
    return next((code for code in reversed(codes) if not _vague(code)), codes[-1] if codes else "")


def _told(answered: str, noticed: str, explicit: str, status: str) -> Reason | None:
    reason = _first(answered) or _first(noticed)
    if _EDGE_BLOCKING.search(answered) or _EDGE_BLOCKING.search(noticed):
        return Reason.USER_UNKNOWN
    if reason is not None and reason.hard:
        return _at_its_stage(reason, f"{answered}\n{noticed}", explicit, status)
    return reason


def _at_its_stage(reason: Reason, text: str, explicit: str, status: str) -> Reason:
    """An address that is called bad only after the mail itself was seen, or by a rule, is a filter's doing."""
    if reason not in (Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN):
        return reason
    if _AT_START.search(text) and not _AT_RECIPIENT.search(text):
        return Reason.SENDER_REJECTED
    if explicit[1:4] == ".7.":
        return Reason.FILTERED
    if _SURELY.search(text):
        return reason
    if _AT_DATA.search(text) and not _AT_RECIPIENT.search(text) and ".1." not in (explicit[1:4], status[1:4]):
        return Reason.FILTERED
    return reason


def _first(text: str, allowed: frozenset[Reason] = frozenset(Reason)) -> Reason | None:
    return next((reason for reason, words in RULES if reason in allowed and words.search(text)), None)


def _of_code(status: str) -> Reason | None:
    kind, _, detail = status.partition(".")
    reason = _BY_STATUS.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0])
    return Reason.EXPIRED if reason and reason.hard and kind == "4" else reason


def _of_reply(text: str) -> str:
    reply = _REPLY.search(text[:_MOST_CHARACTERS])
    return f"{reply[1][0]}.0.0" if reply and reply[1][0] in "45" else ""


def _vague(status: str) -> bool:
    return not status or status.endswith(".0.0")


def _plain(text: str) -> str:
    """In lower case, white space folded, without addresses and links, whose words mean nothing."""
    return _SPACE.sub(" ", _NOISE.sub(" ", text[:_MOST_CHARACTERS])).lower()
