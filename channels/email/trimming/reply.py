"""From an answer to what was newly written in it."""

import re
from dataclasses import dataclass

from channels.email.mime.html import html_to_text
from channels.email.mime.model import Mail
from channels.email.trimming.attributions import attribution_ending_at, may_be_attribution
from channels.email.trimming.blocks import begins_block, header_at
from channels.email.trimming.markup import BEGIN, CUT, END, marked_text, without_embedded
from channels.email.trimming.originals import announces_original, may_announce_original
from channels.email.trimming.signatures import DELIMITER, is_device, is_divider

#: The line of ours above which people are asked to write; a program may put a quote's mark before it.
MARKER = "请在此线上方回复"
_MARKER_EN = "Please reply above this line"
_MARK = re.compile(r"[>\s]{0,20}[—\-–\s]{2,20}.{0,40}(?:" + MARKER + "|" + _MARKER_EN + ")")
_QUOTED = re.compile(r"\s{0,3}(?:>|\| (?!.*\|))")
_QUOTE_MARKS = re.compile(r"[\s>]{0,200}")
#: The ampersand last: what it is part of was no entity.
_ENTITIES = {"&nbsp;": " ", "&gt;": ">", "&lt;": "<", "&quot;": '"', "&amp;": "&"}
#: No line is looked at beyond this, and no text or page beyond that.
_LOOKED_AT, _LONGEST, _LONGEST_PAGE = 500, 40_000, 60_000
#: Stands where the middle of a long quote was left out; a private character.
_LEFT_OUT = "\ue003"
_MARKS = re.compile(f"[{BEGIN}{END}{CUT}]")
_LONG_QUOTE = re.compile(r"^(>.*\n)(?:>.*\n)++", re.MULTILINE)
_LONG_BOX = re.compile(rf"({BEGIN}[^{BEGIN}{END}]{{2000}})[^{BEGIN}{END}]*+{END}")
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
        from_html = _of_page(without_embedded(mail.html))
        if from_html and from_html.text:
            return from_html
    return trim_text(mail.text)


def trim_html(html: str) -> Reply:
    """As :func:`trim_text`, with the marks that mail programs leave in their HTML."""
    page = without_embedded(html)
    return _of_page(page) or trim_text(html_to_text(page))


def trim_text(text: str) -> Reply:
    """Never empty unless the text is; linear in its length."""
    whole = _tidied(text)
    short = _shortened(whole) if len(whole) > _LONGEST else whole
    trimmed = _trimmed(short[:_LONGEST], complete=len(short) <= _LONGEST)
    if trimmed and (short is whole or _LEFT_OUT not in trimmed.text):
        return trimmed
    # Nobody quotes below a book, or answers in the middle of one: it is all kept, as it is.
    return Reply(_MARKS.sub("", whole).strip("\n"), quoted=False)


def _of_page(page: str) -> Reply | None:
    """None where a long page does not tell by its beginning."""
    if len(page) <= _LONGEST_PAGE:
        return trim_text(marked_text(page))
    beginning = _tidied(marked_text(page[:_LONGEST_PAGE]))
    return _trimmed(beginning[:_LONGEST], complete=False)


def _tidied(text: str) -> str:
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if "&nbsp;" in whole:
        for entity, character in _ENTITIES.items():
            whole = whole.replace(entity, character)
    return whole


def _shortened(text: str) -> str:
    """With little of each long quote, so that what is written below it comes within reach."""
    return _LONG_BOX.sub(rf"\1\n> {_LEFT_OUT}\n{END}", _LONG_QUOTE.sub(rf"\1> {_LEFT_OUT}\n", text))


def _trimmed(text: str, *, complete: bool) -> Reply | None:
    """None where the text goes on and what is kept might too."""
    lines = [line.rstrip() for line in text.split("\n")]
    letter = _Letter(lines, complete=complete)
    written = letter.newly_written()
    kept = _joined(_without_signature(written))
    if not complete and not (kept and letter.closed):
        return None
    plain = _plain(lines)
    kept = kept or _joined(_unquoted(lines)) or plain
    return Reply(kept, quoted=kept != plain or CUT in text)


def _plain(lines: list[str]) -> str:
    return _joined([line for line in lines if line.strip("> ") not in {BEGIN, END, CUT}])


class _Letter:
    """The lines of one mail, and what each of them is."""

    def __init__(self, lines: list[str], *, complete: bool) -> None:
        self.lines: list[str] = []
        #: Quoted by a mark at its beginning, or by standing within what the program marked as quoted.
        self.quoted: list[bool] = []
        #: Whether all below what is kept is a quote, however long it goes on.
        self.closed = False
        self._read(lines)
        for number in range(1, len(self.lines) - 1):
            self.quoted[number] = self.quoted[number] or self._is_wrapped(number)
        own = [number for number, line in enumerate(self.lines) if line.strip() and not self.quoted[number]]
        self.own_until = own[-1] + 1 if own else 0
        if not complete and self.own_until > len(self.lines) // 2:
            # The quote at its end may be one among answers that go on.
            self.own_until = len(self.lines)

    def _read(self, lines: list[str]) -> None:
        inside = False
        for line in lines:
            stripped = line.strip("> ")
            if stripped in {BEGIN, END}:
                inside = stripped == BEGIN
            elif stripped == CUT or _MARK.match(line[:_LOOKED_AT]):
                self.closed = True
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
        if below.lines:
            return [*before, *self.lines[after : below.end]]
        self.closed = True
        return before

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
