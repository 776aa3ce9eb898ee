"""Content-Transfer-Encoding undone, however damaged."""

import binascii
import re

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_BLANKS = b" \t\r\n\x00"
_BASE64_LINE = re.compile(rb"[ \t]*[A-Za-z0-9+/]+={0,3}[ \t]*")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ?([^\r\n]*)\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:`|[ ]?)\r?\nend[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_QUAD = 4
#: Nobody writes more files into one text.
_MOST_FILES = 100
_UU_NAMES = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The bytes that were sent; those that came where no encoding is known."""
    match encoding.strip().strip("\"'").lower().split(";", 1)[0].strip():
        case "base64" | "base-64" | "b":
            return from_base64(body)
        case "quoted-printable" | "quotedprintable" | "q" | "qp":
            return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", body))
        case name if name in _UU_NAMES:
            return from_uuencoded(body)
        case _:
            return body


def from_base64(body: bytes) -> bytes:
    """What is no Base64 among it is left out; a body without any comes back as it is."""
    compact = body.translate(None, _BLANKS)
    if not _BASE64.fullmatch(compact):
        lines = [line for line in body.splitlines() if _BASE64_LINE.fullmatch(line)]
        compact = b"".join(lines).translate(None, _BLANKS)
        if len(compact) * 2 < len(body.translate(None, _BLANKS)):
            compact = _damaged(body)
    if not compact:
        return body if body.strip() else b""
    return b"".join(_quads(piece) for piece in re.split(rb"=+", compact))


def _damaged(body: bytes) -> bytes:
    """One or another letter was spoiled on each line, or the label is wrong and this is text."""
    letters = re.sub(rb"[^A-Za-z0-9+/=]", b"", body)
    looks_like_text = len(body.split()) > 1 + len(body) // 40
    return b"" if looks_like_text or len(letters) * 4 < len(body.translate(None, _BLANKS)) * 3 else letters


def _quads(piece: bytes) -> bytes:
    whole = piece[:-1] if len(piece) % _QUAD == 1 else piece
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % _QUAD))


def uuencoded_files(body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """A text without the files that were written into it, and those files: their raw names and contents."""
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    place = 0
    while len(files) < _MOST_FILES and (begin := _UU_BEGIN.search(body, place)):
        end = _UU_END.search(body, begin.end())
        if end is None:
            break
        kept.append(body[place : begin.start()])
        files.append((begin.group(1).strip(), _uu_lines(body[begin.end() : end.start()])))
        place = end.end()
    return b"".join([*kept, body[place:]]), files


def from_uuencoded(body: bytes) -> bytes:
    """The first file of a body that holds nothing else."""
    begin = _UU_BEGIN.search(body)
    if begin is None:
        return body
    end = _UU_END.search(body, begin.end())
    return _uu_lines(body[begin.end() : end.start() if end else len(body)])


def _uu_lines(lines: bytes) -> bytes:
    return b"".join(_uu_line(line) for line in lines.splitlines() if line.strip())


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Trailing blanks were cut off, or rubbish was added: the first letter says how long the line is.
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:wanted].ljust(wanted))
        except binascii.Error:
            return b""
