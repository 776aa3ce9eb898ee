"""The form of a WeChat menu: three buttons with five entries each, all of them always there, empty or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from channels.console.forms import Problem
from channels.wechat.menu import (
    KEY_BYTES,
    MOST_BELOW,
    MOST_BUTTONS,
    NAME_BYTES,
    NAME_BYTES_BELOW,
    URL_BYTES,
    Menu,
    MenuItem,
    problems_of,
)
from channels.wechat.translate import SAY

BELOW, SAYS, PAGE, KEY = "below", "say", "page", "key"
COMMANDS = ("cmd:status", "cmd:human", "cmd:link", "cmd:lang", "cmd:start")
#: What an entry may do; each has a text ``channels.menu.act.<act>``.
ACTS = (SAYS, PAGE, *COMMANDS, KEY)
#: Those that need a word more, and how many bytes the platform takes of it.
VALUE_BYTES = {SAYS: KEY_BYTES - len(SAY), PAGE: URL_BYTES, KEY: KEY_BYTES}
#: What a phone shows of a name, in halves of a Chinese character.
SHOWN, SHOWN_BELOW = 8, 14
_LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One place of the form, by where it stands: ``2`` is a button, ``2.1`` its first entry."""

    where: str
    name: str = ""
    act: str = SAYS
    value: str = ""

    @property
    def is_button(self) -> bool:
        return "." not in self.where

    @property
    def name_bytes(self) -> int:
        """How long the name may be."""
        return NAME_BYTES if self.is_button else NAME_BYTES_BELOW

    @property
    def name_used(self) -> int:
        return len(self.name.encode())

    @property
    def value_bytes(self) -> int:
        """How long the value may be; 0 where the act needs none."""
        return VALUE_BYTES.get(self.act, 0)

    @property
    def value_used(self) -> int:
        return len(self.value.encode())

    @property
    def acts(self) -> tuple[str, ...]:
        return (*ACTS, BELOW) if self.is_button else ACTS

    @property
    def shown(self) -> str:
        """The name as far as a phone shows it."""
        return _cut(self.name, SHOWN if self.is_button else SHOWN_BELOW)

    @property
    def empty(self) -> bool:
        return not self.name and not (self.value and self.value_bytes)


@dataclass(frozen=True, kw_only=True)
class MenuForm:
    """A button of the form with the entries below it, three times."""

    buttons: tuple[tuple[Slot, tuple[Slot, ...]], ...]

    @classmethod
    def of(cls, menu: Menu) -> "MenuForm":
        """The form as it shows a menu."""
        tops = (*menu.items, *(None,) * MOST_BUTTONS)[:MOST_BUTTONS]
        return cls(buttons=tuple(_button(number, item) for number, item in enumerate(tops, 1)))

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "MenuForm":
        """The form as it was sent."""
        return cls(
            buttons=tuple(
                (
                    _typed(str(number), form),
                    tuple(_typed(f"{number}.{below}", form) for below in range(1, MOST_BELOW + 1)),
                )
                for number in range(1, MOST_BUTTONS + 1)
            )
        )

    @property
    def filled(self) -> list[tuple[Slot, list[Slot]]]:
        """What is entered, without the empty places; entries of a button that does something itself do not count."""
        shown = ((top, [one for one in below if not one.empty and top.act == BELOW]) for top, below in self.buttons)
        return [(top, below) for top, below in shown if not top.empty or below]

    def menu(self) -> Menu:
        """What the form says, right or wrong."""
        return Menu(items=tuple(_item(top, below) for top, below in self.filled))

    def problems(self) -> dict[str, list[Problem]]:
        """What is wrong, by place; what is wrong with the whole stands under the empty name."""
        filled = self.filled
        places = {"": ""}
        for number, (top, below) in enumerate(filled, 1):
            places[str(number)] = top.where
            places.update({f"{number}.{inner}": one.where for inner, one in enumerate(below, 1)})
        found: dict[str, list[Problem]] = {}
        for problem in problems_of(self.menu()):
            where = places[problem.where]
            found.setdefault(where, []).append(self._told(where, Problem(problem.text, problem.values)))
        return found

    def _told(self, where: str, problem: Problem) -> Problem:
        """The platform's rule is that something must happen; the form knows which word is missing."""
        if problem.key != "wechat.menu.action":
            return problem
        slot = next(one for one in self._slots() if one.where == where)
        return Problem("channels.menu.no_entries" if slot.act == BELOW else "channels.menu.no_value")

    def _slots(self) -> Iterator[Slot]:
        for top, below in self.buttons:
            yield top
            yield from below


def _button(number: int, item: MenuItem | None) -> tuple[Slot, tuple[Slot, ...]]:
    below = (*(item.below if item else ()), *(None,) * MOST_BELOW)[:MOST_BELOW]
    return _slot(str(number), item), tuple(_slot(f"{number}.{inner}", one) for inner, one in enumerate(below, 1))


def _slot(where: str, item: MenuItem | None) -> Slot:
    if item is None:
        return Slot(where=where)
    act, value = _act(item)
    return Slot(where=where, name=item.name, act=act, value=value)


def _act(item: MenuItem) -> tuple[str, str]:
    if item.below:
        return BELOW, ""
    if item.url:
        return PAGE, item.url
    if item.key in COMMANDS:
        return item.key, ""
    return (SAYS, item.key.removeprefix(SAY)) if item.key.startswith(SAY) else (KEY, item.key)


def _typed(where: str, form: Mapping[str, str]) -> Slot:
    name, act, value = (form.get(f"{where}.{part}", "")[:_LONGEST].strip() for part in ("name", "act", "value"))
    known = (*ACTS, BELOW) if "." not in where else ACTS
    return Slot(where=where, name=name, act=act if act in known else SAYS, value=value)


def _item(slot: Slot, below: list[Slot]) -> MenuItem:
    match slot.act:
        case "below":
            return MenuItem(name=slot.name, below=tuple(_item(one, []) for one in below))
        case "page":
            return MenuItem(name=slot.name, url=slot.value)
        case "say":
            return MenuItem(name=slot.name, key=SAY + slot.value if slot.value else "")
        case "key":
            return MenuItem(name=slot.name, key=slot.value)
    return MenuItem(name=slot.name, key=slot.act)


def _cut(name: str, most: int) -> str:
    width = 0
    for place, letter in enumerate(name):
        width += 2 if east_asian_width(letter) in {"W", "F"} else 1
        if width > most:
            return name[:place] + "…"
    return name
