"""RFC 3676: text whose lines were broken to be joined again."""

import re

_QUOTES = re.compile(r">*")
_SIGNATURE = "-- "


def unflow(text: str, *, delsp: bool = False) -> str:
    """The paragraphs as they were typed. Lines join those of the same depth of quoting only."""
    paragraphs: list[list[str]] = []
    flowing: int | None = None
    for line in text.split("\n"):
        depth, content = _quoted(line)
        flows = content.endswith(" ") and content != _SIGNATURE
        said = content[:-1] if flows and delsp else content
        if flowing == depth and content != _SIGNATURE:
            paragraphs[-1].append(said)
        else:
            paragraphs.append([f"{'>' * depth} " if depth else "", said])
        flowing = depth if flows else None
    return "\n".join("".join(paragraph) for paragraph in paragraphs)


def _quoted(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what it says; a blank put before it for its first letter's sake is gone."""
    found = _QUOTES.match(line)
    depth = found.end() if found else 0
    content = line[depth:]
    return depth, content.removeprefix(" ")
