"""Cleaning of text that comes from outside."""

import re
from functools import cache
from pathlib import Path

#: Controls but tab and line feed, and lone surrogates: categories Cc and Cs.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: Pairs of characters, the traditional one first; written by scripts/generate_simplified.py.
SIMPLIFIED = Path(__file__).with_name("simplified.txt")


def simplify(text: str) -> str:
    """Traditional characters become simplified ones, each alone; all else stays."""
    return text.translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in SIMPLIFIED.read_text(encoding="utf8").split()}


def clean_text(raw: str) -> str:
    r"""Text that can be stored and shown anywhere: no NUL, no lone surrogates, no control characters.

    PostgreSQL refuses NUL in text; lone surrogates cannot be encoded at all. Line ends become ``\n``.
    """
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("", unified).strip()
