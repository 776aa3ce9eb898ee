"""Cleaning of text that comes from outside."""

import unicodedata

_KEPT_CONTROLS = "\n\t"


def clean_text(raw: str) -> str:
    r"""Text that can be stored and shown anywhere: no NUL, no lone surrogates, no control characters.

    PostgreSQL refuses NUL in text; lone surrogates cannot be encoded at all. Line ends become ``\n``.
    """
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in unified if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()
