"""How much of other people's mails is read as they should be: ``parse.jsonl`` of a folder.

Where a peer wrote down its own shortcomings, those are not asked for: a letter it could not decode matches any, its
line for an empty body is an empty body, and its copy of the HTML body among the files is the HTML we kept.
"""

import difflib
import html
import re
import unicodedata
from pathlib import Path
from typing import Any

from benchmarks.mail.scoring import Scored, cases
from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse

SIMILAR = 0.9
UNDECODED = "�"
NOTHING = "no visible content"
#: Comparing letters takes their number squared; texts longer than this are compared by words.
LETTERS = 6_000
UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<!\[.*?\]>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z!][^>]*>")


def score(folder: Path) -> Scored:
    """Each field that a case expects something of."""
    scored = Scored()
    for case in cases(folder / "parse.jsonl"):
        mail = parse((folder / case["file"]).read_bytes())
        for field, (expected, right) in _asked(case["expect"], mail).items():
            if expected is not None:
                scored.count(field, case["id"], right=right)
    return scored


def _asked(expect: dict[str, Any], mail: Mail) -> dict[str, tuple[Any, bool]]:
    return {
        "subject": (expect.get("subject"), _same(expect.get("subject"), mail.subject)),
        "from_email": (expect.get("from_email"), _same(expect.get("from_email"), mail.sender.address)),
        "from_name": (expect.get("from_name"), _same(expect.get("from_name"), mail.sender.name)),
        "body": (expect.get("html_or_text"), _body_right(expect, mail)),
        "attachments": (expect.get("attachments"), _files_right(expect.get("attachments"), mail)),
    }


def _same(expected: str | None, ours: str) -> bool:
    return _matches(_folded(expected or ""), _folded(ours))


def _matches(expected: str, ours: str) -> bool:
    pattern = ".".join(re.escape(piece) for piece in expected.split(UNDECODED))
    return re.fullmatch(pattern, ours, re.DOTALL) is not None


def _body_right(expect: dict[str, Any], mail: Mail) -> bool:
    """A peer that stores one body stores the HTML where there is some."""
    expected = _text(expect.get("html_or_text") or "")
    ours = mail.text if mail.html is None else _text(mail.html)
    return _similarity("" if expected == NOTHING else expected, _folded(ours)) >= SIMILAR


def _similarity(expected: str, ours: str) -> float:
    if max(len(expected), len(ours)) <= LETTERS:
        return difflib.SequenceMatcher(None, expected, ours, autojunk=False).ratio()
    return difflib.SequenceMatcher(None, expected.split(), ours.split(), autojunk=False).ratio()


def _files_right(expected: list[dict[str, Any]] | None, mail: Mail) -> bool:
    names = [_folded(part.name) for part in mail.parts]
    return all(_has(file, names, mail) for file in expected or ())


def _has(file: dict[str, Any], names: list[str], mail: Mail) -> bool:
    preferences = file.get("preferences") or {}
    if preferences.get("content-alternative") and preferences.get("original-format"):
        return mail.html is not None
    return any(_matches(_folded(file.get("filename") or ""), name) for name in names)


def _text(body: str) -> str:
    return _folded(html.unescape(TAG.sub(" ", UNSEEN.sub(" ", body))))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
