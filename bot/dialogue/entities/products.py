import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from bot.dialogue.entities.model import Entity, EntityKind

_NUMBER = re.compile(
    r"[ \-_:(]{0,2}(?:版本号?|version|ver\.?)?[ :为是]{0,3}(v?)(\d{1,4}(?:\.\d{1,6}){0,4})(?![a-z0-9]|\.\d)"
)
_ASCII_EDGE = re.compile(r"[a-z0-9]")
_HAS_ITS_VERSION = re.compile(r"\d|XP$")
_COUNTED = re.compile(r" ?(?:个|台|次|年|月|日|号|天|点|分|小时|元|块|人|家|张|份|楼|位|条|:|-\d)")


@cache
def _table() -> tuple[re.Pattern[str], dict[str, tuple[EntityKind, str]]]:
    table = tomllib.loads(files(__package__).joinpath("products.toml").read_text(encoding="utf-8"))
    names = {
        alias: (EntityKind(kind), name)
        for kind, products in table.items()
        for name, aliases in products.items()
        for alias in aliases
    }
    return re.compile("|".join(_bounded(alias) for alias in sorted(names, key=len, reverse=True))), names


def find_products(folded: str) -> Iterator[Entity]:
    """Find clients, systems and browsers in folded text, with the version when one is written behind the name."""
    pattern, names = _table()
    for match in pattern.finditer(folded):
        kind, name = names[match.group()]
        version = None if _HAS_ITS_VERSION.search(name) else _NUMBER.match(folded, match.end())
        if version is None or _COUNTED.match(folded, version.end()):
            yield Entity(kind, name, match.span())
        else:
            yield Entity(kind, f"{name} {version[1].upper()}{version[2]}", (match.start(), version.end()))


def _bounded(alias: str) -> str:
    left = r"(?<![a-z0-9@._])" if _ASCII_EDGE.match(alias[0]) else ""
    # A version may follow a name directly (ie11), another letter may not (iexplore).
    right = r"(?![a-z])" if alias[-1].isalpha() and alias[-1].isascii() else ""
    right = r"(?![a-z0-9])" if alias[-1].isdigit() else right
    return left + re.escape(alias) + right
