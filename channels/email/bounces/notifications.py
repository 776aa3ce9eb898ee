"""Amazon SES tells about mails in JSON, which its notification service wraps into a mail."""

import json
from collections.abc import Iterator
from typing import Any

from channels.email.bounces.report import Failed, Report, ReportKind
from channels.email.bounces.verdicts import judge

_KEY = '"notificationType"'
_MOST_SAID = 1_000
_KINDS = {"Bounce": ReportKind.BOUNCE, "Complaint": ReportKind.COMPLAINT, "Delivery": ReportKind.DELIVERED}


def read_notification(words: str) -> Report | None:
    start = words.find("{")
    if _KEY not in words or start < 0:
        return None
    try:
        told, _ = json.JSONDecoder(strict=False).raw_decode(words[start:].replace("\n", ""))
    except (ValueError, RecursionError):
        return None
    kind = _KINDS.get(str(_of(told, "notificationType")))
    if kind is None:
        return None
    mail = _of(told, "mail")
    headers = {str(_of(one, "name")).lower(): str(_of(one, "value")) for one in _list(_of(mail, "headers"))}
    original = headers.get("message-id", "").strip("<> ")
    failed = tuple(_failed(_of(told, "bounce"))) if kind is ReportKind.BOUNCE else ()
    return Report(kind=kind, recipients=failed, original_ids=(original,) if original else (), original_headers=headers)


def _failed(bounce: object) -> Iterator[Failed]:
    for recipient in _list(_of(bounce, "bouncedRecipients")):
        said = str(_of(recipient, "diagnosticCode") or "")
        verdict = judge(said, status=str(_of(recipient, "status") or ""))
        hard = verdict.reason.hard and _of(bounce, "bounceType") == "Permanent"
        address = str(_of(recipient, "emailAddress") or "")
        yield Failed(address=address, status=verdict.status, hard=hard, reason=verdict.reason, said=said[:_MOST_SAID])


def _of(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
