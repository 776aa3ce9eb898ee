"""What each part of the configuration can do: load its items, store one, remove one, and say what does not fit."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from sqlmodel import SQLModel, col, select

from kit.access.identity import Role
from kit.audit import Author, canonical
from kit.db import AsyncSession
from kit.errors import ConflictError, InvalidError

#: The bus topic of every change of configuration.
CONFIG_CHANGED = "config"


class Item(BaseModel):
    """One thing that is configured; references are keys, never ids."""

    model_config = ConfigDict(extra="forbid")

    def dump(self) -> dict[str, Any]:
        """All fields as JSON values, as the audit keeps them."""
        return self.model_dump(mode="json")

    def brief(self) -> dict[str, Any]:
        """Only what is not as it is by default, as the document shows it."""
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True)
class Misfit:
    """An item that does not fit the others: which field, and the code of the text that says why."""

    key: str
    field: str
    code: str


class ItemMisfitError(InvalidError):
    """The configuration as a whole would not work; ``misfit`` says where."""

    code = "config_misfit"

    def __init__(self, misfit: Misfit) -> None:
        super().__init__(item=misfit.key)
        self.misfit = misfit


class ItemChangedError(ConflictError):
    """Somebody else changed the item since it was looked at."""

    code = "config_changed"


class ItemInUseError(ConflictError):
    """It cannot be removed: something refers to it."""

    code = "config_in_use"


@dataclass(frozen=True)
class Hand:
    """Who changes something, when, and in which transaction."""

    session: AsyncSession
    now: datetime
    author: Author


class Section(ABC):
    """One kind of items. ``role`` may edit it; ``only`` names the items of a section that is no list."""

    name: ClassVar[str]
    item: ClassVar[type[Item]]
    role: ClassVar[Role] = Role.ADMIN
    only: ClassVar[tuple[str, ...]] = ()
    #: The section whose keys these are too: every item of it has one here.
    keys_of: ClassVar[str] = ""
    key_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")

    @abstractmethod
    async def load(self, session: AsyncSession) -> dict[str, Any]:
        """All items by their keys."""

    @abstractmethod
    async def save(self, hand: Hand, key: str, item: Any) -> None:
        """Store the item, new or not; what it refers to exists."""

    async def remove(self, session: AsyncSession, key: str) -> None:  # noqa: ARG002 - for those whose items can go.
        """Delete an item that nothing uses."""
        raise ItemInUseError(item=key)

    async def used(self, session: AsyncSession) -> set[str]:  # noqa: ARG002 - for those that are referred to.
        """The keys that something outside the configuration refers to."""
        return set()

    def refers(self, item: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - for those that refer to others.
        """Section and key of the items this one refers to."""
        return ()

    def misfits(self, items: Mapping[str, Any]) -> Iterable[Misfit]:  # noqa: ARG002 - for those that can misfit.
        """What does not fit together; ``items`` are all there would be."""
        return ()

    def arranged(self, items: Mapping[str, Any]) -> list[str]:
        """The keys in the order of the document, and of creation: what is referred to comes first."""
        return sorted(items, key=lambda key: (getattr(items[key], "position", 0), key))

    def is_key(self, key: str) -> bool:
        """Whether an item could have this key."""
        return key in self.only if self.only else self.key_pattern.fullmatch(key) is not None


def digest(item: Item | None) -> str:
    """Two items with one digest are the same; what a form carries as the version that was seen."""
    return hashlib.sha256(canonical(item.dump())).hexdigest()[:16] if item else "none"


async def ids_of(session: AsyncSession, model: Any, attribute: str = "key") -> dict[str, int]:
    """The ids behind the keys of a table."""
    rows = (await session.exec(select(getattr(model, attribute), model.id))).all()
    return {key: row_id for key, row_id in rows}  # noqa: C416 - rows are no pairs to mypy.


async def keys_used(session: AsyncSession, model: type[SQLModel], attribute: str, *columns: Any) -> set[str]:
    """The keys of a table's rows whose ids stand in any of these columns."""
    found: set[str] = set()
    for column in columns:
        table: Any = model
        rows = select(getattr(table, attribute)).where(select(1).where(col(column) == table.id).exists())
        found |= set((await session.exec(rows)).all())
    return found


def reverse(names: Mapping[str, int]) -> dict[int, str]:
    """The keys behind the ids."""
    return {row_id: key for key, row_id in names.items()}


def of_known(names: Mapping[int, str], ids: Sequence[int]) -> list[str]:
    """The sorted keys of those ids that still have one."""
    return sorted(names[one] for one in ids if one in names)
