"""RFC 2047: words of other charsets in headers, however they were broken on the way."""

import binascii
import re
from dataclasses import dataclass

from channels.email.mime.charsets import decode, storable

#: Text may hold blanks and line ends, which the standard forbids and mailers write; the end of the last may be cut off.
WORD = re.compile(
    r"=\?(?P<charset>[^?\s]*)\?(?:(?P<b>[bB])\?(?P<base64>[^?]*)|(?P<q>[qQ])\?(?P<quoted>.*?))(?:\?=|(?P<cut>\Z))",
    re.DOTALL,
)
_BETWEEN = re.compile(r"\s*\Z")
_MARK, _QUAD = "=?", 4
_UTF7 = re.compile(r"(?:x-)?(?:unicode-\d-\d-)?utf-?7", re.IGNORECASE)


@dataclass
class _Run:
    """Words of one charset and encoding that follow each other: letters may be split between them."""

    charset: str
    base64: bool
    texts: list[str]

    def decoded(self, otherwise: str) -> str:
        raw = _base64(self.texts) if self.base64 else _quoted("".join(self.texts))
        if _UTF7.fullmatch(self.charset):
            # No program of today writes it, and none reads it any more: filters did not see what people saw.
            return storable(raw.decode("ascii", "replace"))
        return decode(raw, self.charset, otherwise=otherwise)


def decode_words(text: str, *, otherwise: str = "") -> str:
    """The header with its encoded words read; ``otherwise`` is the charset of words that name none we know."""
    if _MARK not in text:
        return text
    result: list[str] = []
    run: _Run | None = None
    place = 0
    for found in WORD.finditer(text):
        between = text[place : found.start()]
        place = found.end()
        base64 = found["b"] is not None
        charset = found["charset"].lower()
        if run is not None and (between.strip() or (run.charset, run.base64) != (charset, base64)):
            result.append(run.decoded(otherwise))
            run = None
        if between.strip() or (not result and run is None):
            result.append(between)
        if run is None:
            run = _Run(charset, base64, [])
        run.texts.append(found["base64"] if base64 else found["quoted"])
    if run is not None:
        result.append(run.decoded(otherwise))
    return storable("".join([*result, text[place:]]))


def _base64(texts: list[str]) -> bytes:
    """Decoded one by one, or as one where a word ends in the middle of a letter group."""
    plain = [re.sub(r"[^A-Za-z0-9+/]", "", text) for text in texts]
    if any(len(text) % _QUAD and not texts[place].rstrip().endswith("=") for place, text in enumerate(plain[:-1])):
        plain = ["".join(plain)]
    return b"".join(_quads(text) for text in plain)


def _quads(text: str) -> bytes:
    whole = text[:-1] if len(text) % _QUAD == 1 else text
    return binascii.a2b_base64(whole + "=" * (-len(whole) % _QUAD))


def _quoted(text: str) -> bytes:
    return binascii.a2b_qp(re.sub(r"\r?\n[ \t]?", " ", text).encode("utf-8", "replace"), header=True)
