"""From an answer to what was newly written in it."""

import html as entities
import re
from dataclasses import dataclass

from channels.email.mime.model import Mail
from channels.email.trimming.attributions import attribution_ending_at, may_be_attribution
from channels.email.trimming.blocks import begins_block, header_at
from channels.email.trimming.markup import BEGIN, CUT, END, marked_text
from channels.email.trimming.originals import announces_original, may_announce_original
from channels.email.trimming.signatures import DELIMITER, is_device, is_divider

#: The line of ours above which people are asked to write; a program may put a quote's mark before it.
MARKER = "请在此线上方回复"
_MARKER_EN = "Please reply above this line"
_MARK = re.compile(r"[>\s]{0,20}[—\-–\s]{2,20}.{0,40}(?:" + MARKER + "|" + _MARKER_EN + ")")
_QUOTED = re.compile(r"\s{0,3}(?:>|\| (?!.*\|))")
_QUOTE_MARKS = re.compile(r"[\s>]{0,200}")
_ENTITY = re.compile(r"&(?:nbsp|gt|lt|amp|quot);")
#: No line is looked at beyond this, and no text beyond that.
_LOOKED_AT, _LONGEST = 500, 40_000
#: So many lines that look like "… wrote:" and are not, and no other is looked at.
_ATTEMPTS = 300
#: Lines are broken at some 60 to 80 characters.
_WRAPPED_FROM = 60
#: A line of dashes above a signature is no longer.
_SHORT = 12
#: So far below a bare "Original" its headers stand.
_NEAR = 5


@dataclass(frozen=True)
class Reply:
    """What was newly written; ``quoted`` when something else was there too."""

    text: str
    quoted: bool


def reply_of(mail: Mail) -> Reply:
    """What the person newly wrote; where there is HTML its marks tell best."""
    if mail.html is not None:
        from_html = trim_html(mail.html)
        if from_html.text:
            return from_html
    return trim_text(mail.text)


def trim_html(html: str) -> Reply:
    """As :func:`trim_text`, with the marks that mail programs leave in their HTML."""
    return trim_text(marked_text(html))


def trim_text(text: str) -> Reply:
    """Never empty unless the text is; linear in its length."""
    rest = text[_LONGEST:]
    whole = text[:_LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if "&nbsp;" in whole:
        whole = _ENTITY.sub(lambda found: entities.unescape(found[0]).replace("\u00a0", " "), whole)
    lines = [line.rstrip() for line in whole.split("\n")]
    plain = _joined([line for line in lines if line.strip("> ") not in {BEGIN, END, CUT}])
    kept = _joined(_without_signature(_Letter(lines).newly_written()))
    if not kept:
        kept = _joined(_unquoted(lines)) or plain
    if rest and kept == plain:
        # Nobody quotes below a book: it is all kept, as it is.
        return Reply(_joined([*plain.split("\n"), rest]) if len(whole) < len(text) else plain, quoted=False)
    return Reply(kept, quoted=kept != plain or CUT in whole)


class _Letter:
    """The lines of one mail, and what each of them is."""

    def __init__(self, lines: list[str]) -> None:
        self.lines: list[str] = []
        #: Quoted by a mark at its beginning, or by standing within what the program marked as quoted.
        self.quoted: list[bool] = []
        self._read(lines)
        for number in range(1, len(self.lines) - 1):
            self.quoted[number] = self.quoted[number] or self._is_wrapped(number)
        own = [number for number, line in enumerate(self.lines) if line.strip() and not self.quoted[number]]
        self.own_until = own[-1] + 1 if own else 0

    def _read(self, lines: list[str]) -> None:
        inside = False
        for line in lines:
            stripped = line.strip("> ")
            if stripped in {BEGIN, END}:
                inside = stripped == BEGIN
            elif stripped == CUT or _MARK.match(line[:_LOOKED_AT]):
                return
            else:
                self.lines.append(line)
                self.quoted.append(inside or bool(_QUOTED.match(line[:_LOOKED_AT])))

    def _is_wrapped(self, number: int) -> bool:
        """The rest of a long quoted line that some server on the way has broken."""
        around = self.quoted[number - 1] and self.quoted[number + 1]
        return around and bool(self.lines[number].strip()) and len(self.lines[number - 1]) >= _WRAPPED_FROM

    def newly_written(self) -> list[str]:
        """The lines that are kept, dividers and signatures still among them."""
        start, after = self._first_quote()
        before = self.lines[:start]
        if start == len(self.lines):
            return before
        below = self._answers_below(after)
        if not _says_anything(before):
            # Nothing stands above: what is written below the quote, or all there is.
            return below.lines or self.lines[after:]
        return [*before, *self.lines[after : below.end]] if below.lines else before

    def _first_quote(self) -> tuple[int, int]:
        """Where the first quote begins, and where what it quotes begins."""
        bare = [line.lstrip("> ")[:_LOOKED_AT] for line in self.lines]
        kinds = [header_at(line) for line in bare]
        attempts = 0
        for place, line in enumerate(bare):
            if not line:
                continue
            if may_be_attribution(line) and attempts < _ATTEMPTS:
                attempts += 1
                if (begin := attribution_ending_at(bare, place)) is not None:
                    return begin, place + 1
            if announces_original(line) or (may_announce_original(line) and any(kinds[place + 1 : place + _NEAR])):
                return place, place + 1
            if begins_block(kinds, bare, place) or (self.quoted[place] and place >= self.own_until):
                return place, place
        return len(self.lines), len(self.lines)

    def _answers_below(self, after: int) -> "_Below":
        """What is written below or between what is quoted there; nothing where quotes bear no mark."""
        lines = [(number, line) for number, line in enumerate(self.lines[after:], after) if line.strip()]
        if not lines or not self.quoted[lines[0][0]]:
            return _Below([], after, mixed=False)
        end, mixed = after, False
        own: list[int] = []
        for number, line in lines:
            if self.quoted[number]:
                mixed = mixed or bool(own)
            elif is_divider(line) or is_device(line):
                break
            else:
                own.append(number)
                end = number + 1
        if not own:
            return _Below([], after, mixed=False)
        written = self.lines[after:end] if mixed else self.lines[own[0] : end]
        return _Below(written, end, mixed=mixed)


@dataclass(frozen=True)
class _Below:
    """What stands below the first quote and is no quote: with the quotes between, where it is ``mixed`` with them."""

    lines: list[str]
    end: int
    mixed: bool


def _unquoted(lines: list[str]) -> list[str]:
    return [_QUOTE_MARKS.sub("", line, count=1) for line in lines if line not in {BEGIN, END, CUT}]


def _says_anything(lines: list[str]) -> bool:
    return any(line.strip() and not is_divider(line) for line in lines)


def _without_signature(lines: list[str]) -> list[str]:
    """Without what stands below a line of dashes, and what a telephone says of itself."""
    said = False
    for number, line in enumerate(lines):
        if said and len(line) <= _SHORT and DELIMITER.fullmatch(line):
            lines = lines[:number]
            break
        said = said or (bool(line.strip()) and not is_divider(line))
    end = len(lines)
    while end and (not lines[end - 1].strip() or is_divider(lines[end - 1]) or is_device(lines[end - 1])):
        end -= 1
    return lines[:end]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
