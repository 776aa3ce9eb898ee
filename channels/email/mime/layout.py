"""Lines of plain text as they are filled from a document: paragraphs, indents, lists, rows of cells, links."""

import re
from dataclasses import dataclass, field

_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
#: Characters that fill up a preview line and show nothing.
_NOTHING = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad\u034f"), None) | {0xA0: " "}
_INDENTS, _TABLES, _ROW = 9, 20, 300
_LONGEST_LINK = 500
_RULE = "----------"


@dataclass
class _Sheet:
    """Lines written so far, and the one being written. A cell of a table is a sheet of its own."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    indents: list[str] = field(default_factory=list)
    #: Stands in place of the last indent on the first line of a list item.
    marker: str = ""
    blank_due: bool = False

    def end_line(self) -> None:
        if self.blank_due:
            self.settle_blank()
        self.lines.append((self._indent() + "".join(self.current)).rstrip())
        self.current.clear()

    def settle_blank(self) -> None:
        self.blank_due = False
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append("".join(self.indents[: len(self.indents) - bool(self.marker)][:_INDENTS]).rstrip())

    def _indent(self) -> str:
        marker, self.marker = self.marker, ""
        if not self.indents:
            return ""
        return "".join([*self.indents[:-1], marker or self.indents[-1]][:_INDENTS])


@dataclass
class _Link:
    target: str
    shown: list[str] = field(default_factory=list)


class Layout:
    """Filled from the start of a document to its end."""

    def __init__(self) -> None:
        self._sheet = _Sheet()
        self._outer: list[_Sheet] = []
        self._rows: list[list[list[str]]] = []
        self._lists: list[int | None] = []
        self._link: _Link | None = None
        self._kept = 0

    def write(self, text: str) -> None:
        """Text of the document; white space is folded unless it is kept."""
        if self._kept:
            self._write_kept(text)
            return
        folded = _SPACES.sub(" ", text)
        current = self._sheet.current
        if folded.startswith(" ") and (not current or current[-1].endswith(" ")):
            folded = folded[1:]
        if folded:
            self._add(folded)

    def _write_kept(self, text: str) -> None:
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._add(first)
        for line in others:
            self.line_break()
            self._add(line)

    def _add(self, text: str) -> None:
        visible = text.translate(_NOTHING)
        if visible:
            self._sheet.current.append(visible)
        if self._link is not None:
            self._link.shown.append(visible)

    def block(self, *, blank: bool = False) -> None:
        """What follows begins a new line, after a blank one where asked."""
        if self._sheet.current:
            self._sheet.end_line()
        self._sheet.blank_due = self._sheet.blank_due or (blank and not self._sheet.marker)

    def line_break(self) -> None:
        self._sheet.end_line()

    def rule(self) -> None:
        self.block()
        self._add(_RULE)
        self.block()

    def keep_space(self) -> None:
        self._kept += 1

    def fold_space(self) -> None:
        self._kept -= 1

    def indent(self, prefix: str) -> None:
        if self._sheet.blank_due:
            self._sheet.settle_blank()
        self._sheet.indents.append(prefix)

    def dedent(self) -> None:
        self.block()
        self._sheet.marker = ""
        if self._sheet.indents:
            self._sheet.indents.pop()

    def begin_list(self, *, numbered: bool) -> None:
        # A list inside an item follows it without a blank line.
        self._sheet.blank_due = self._sheet.blank_due and not self._lists
        self._lists.append(0 if numbered else None)

    def end_list(self) -> None:
        self.block()
        if self._lists:
            self._lists.pop()

    def begin_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        marker = "- "
        if number is not None:
            self._lists[-1] = number + 1
            marker = f"{number + 1}. "
        self.indent("  " if number is None else "   ")
        self._sheet.marker = marker

    def begin_link(self, target: str) -> None:
        self._link = _Link(target.strip())

    def end_link(self) -> None:
        """The target follows in brackets where the text of the link does not say it."""
        link, self._link = self._link, None
        if link is None or not link.target.lower().startswith(("http://", "https://", "mailto:")):
            return
        shown = "".join(link.shown).strip()
        if shown and len(link.target) <= _LONGEST_LINK and _bare(link.target) not in _bare(shown):
            self._sheet.current.append(f" ({link.target})")

    def write_picture(self, description: str) -> None:
        if description.strip():
            self.write(f"[{description.strip()}]")

    def begin_row(self) -> None:
        self._rows.append([])

    def begin_cell(self) -> None:
        self._outer.append(self._sheet)
        if len(self._outer) <= _TABLES:
            self._sheet = _Sheet()

    def end_cell(self) -> None:
        if not self._outer:
            return
        cell, self._sheet = self._sheet, self._outer.pop()
        if cell is self._sheet:
            self.block()
            return
        if cell.current:
            cell.end_line()
        while cell.lines and not cell.lines[-1]:
            cell.lines.pop()
        if self._rows and cell.lines:
            self._rows[-1].append(cell.lines)

    def end_row(self) -> None:
        """Short cells stand side by side, long ones below each other."""
        cells = self._rows.pop() if self._rows else []
        self.block()
        if all(len(cell) == 1 for cell in cells) and sum(len(cell[0]) for cell in cells) <= _ROW:
            cells = [[" | ".join(cell[0] for cell in cells)]] if cells else []
        for cell in cells:
            for line in cell:
                self._sheet.current.append(line)
                self._sheet.end_line()

    def text(self) -> str:
        if self._sheet.current:
            self._sheet.end_line()
        return _BLANK_LINES.sub("\n\n", "\n".join(self._sheet.lines)).strip("\n")


def _bare(link: str) -> str:
    return re.sub(r"^(?:https?://(?:www\.)?|mailto:)", "", link.strip().lower()).split("?subject", 1)[0].rstrip("/")
