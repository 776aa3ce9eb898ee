"""Cleaning of text that comes from outside."""

import re

#: Controls but tab and line feed, and lone surrogates: categories Cc and Cs.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_text(raw: str) -> str:
    r"""Text that can be stored and shown anywhere: no NUL, no lone surrogates, no control characters.

    PostgreSQL refuses NUL in text; lone surrogates cannot be encoded at all. Line ends become ``\n``.
    """
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("", unified).strip()
