import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from bot.dialogue.entities.model import Entity, EntityKind

CAPITAL = "北京"
_CLOSE = 4
# A street, a bank or a brand bears the name of a place and says nothing of where its customer is.
_NAMED_AFTER = re.compile(r"[东西南北中]?(?:路|大街|街道|大道|银行|烤鸭|时间)|拉面|牛奶|啤酒")
_CAPITAL_ITSELF = ("北京", "首都", "beijing", "peking")


@cache
def _table() -> tuple[re.Pattern[str], dict[str, str]]:
    table = tomllib.loads(files(__package__).joinpath("regions.toml").read_text(encoding="utf-8"))
    names = {alias: region for region, aliases in table.items() for alias in aliases}
    longest_first = sorted(names, key=len, reverse=True)
    bounded = (rf"(?<![a-z]){re.escape(a)}(?![a-z])" if a.isascii() else re.escape(a) for a in longest_first)
    return re.compile("|".join(bounded)), names


def find_regions(folded: str) -> Iterator[Entity]:
    """Find where the person is, as the region of the tax authority in charge.

    Several places have districts of one name; a Beijing district beside another region is taken for that region's.
    """
    pattern, names = _table()
    found = [
        Entity(EntityKind.REGION, names[match.group()], match.span())
        for match in pattern.finditer(folded)
        if not _NAMED_AFTER.match(folded, match.end())
    ]
    for at, entity in enumerate(found):
        beside = found[max(0, at - 1) : at] + found[at + 1 : at + 2]
        if not (_is_district(entity, folded) and any(_overrules(other, entity) for other in beside)):
            yield entity


def _is_district(entity: Entity, folded: str) -> bool:
    return entity.value == CAPITAL and not folded.startswith(_CAPITAL_ITSELF, entity.span[0])


def _overrules(other: Entity, district: Entity) -> bool:
    distance = max(district.span[0] - other.span[1], other.span[0] - district.span[1])
    return other.value != CAPITAL and distance <= _CLOSE
