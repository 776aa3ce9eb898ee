"""Keep macros and canned replies, and find those a person may use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select, update

from kit.db import AsyncSession, hint
from kit.text import clean_text
from tickets.desk.models import TeamMember
from tickets.macros.actions import checked_actions
from tickets.macros.errors import (
    CannedUnknownError,
    FieldMissingError,
    KeyTakenError,
    MacroUnknownError,
    ShortcutInvalidError,
)
from tickets.macros.models import CannedReply, Macro, Scope
from tickets.macros.pinyin import rate

_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST = 500
_MACRO_FIELDS = frozenset(
    {"key", "name_zh", "name_en", "scope", "staff_id", "team_id", "actions", "after", "position", "active"}
)
_CANNED_FIELDS = frozenset(
    {
        "shortcut",
        "title_zh",
        "title_en",
        "body_zh",
        "body_en",
        "scope",
        "staff_id",
        "team_id",
        "category_id",
        "active",
    }
)


def _visible(model: type[Macro] | type[CannedReply], staff_id: int) -> ColumnElement[bool]:
    """Everybody's, one's own, and those of one's teams."""
    teams = select(TeamMember.team_id).where(TeamMember.staff_id == staff_id)
    return or_(
        col(model.scope) == Scope.ALL,
        (col(model.scope) == Scope.OWN) & (col(model.staff_id) == staff_id),
        (col(model.scope) == Scope.TEAM) & col(model.team_id).in_(teams),
    )


async def all_macros(session: AsyncSession) -> list[Macro]:
    """Every one, for whoever looks after them."""
    ordered = select(Macro).order_by(col(Macro.position), col(Macro.id)).limit(_MOST)
    return list((await session.exec(ordered)).all())


async def usable_macros(session: AsyncSession, staff_id: int) -> list[Macro]:
    """Those this person may run, in order."""
    usable = select(Macro).where(col(Macro.active), _visible(Macro, staff_id))
    return list((await session.exec(usable.order_by(col(Macro.position), col(Macro.id)).limit(_MOST))).all())


async def usable_macro(session: AsyncSession, macro_id: int, staff_id: int) -> Macro:
    """The macro, or MacroUnknownError."""
    mine = select(Macro).where(Macro.id == macro_id, col(Macro.active), _visible(Macro, staff_id))
    found = (await session.exec(mine)).first()
    if found is None:
        raise MacroUnknownError
    return found


async def create_macro(session: AsyncSession, fields: Mapping[str, Any]) -> Macro:
    """A new one; ``fields`` are columns of the model. Raises KeyTakenError and what update_macro does."""
    macro = Macro(key=str(fields.get("key") or ""), name_zh="", actions=[])
    await _fill_macro(session, macro, fields)
    session.add(macro)
    await session.flush()
    hint(session, "config")
    return macro


async def update_macro(session: AsyncSession, macro_id: int, fields: Mapping[str, Any]) -> Macro:
    """Change columns; raises MacroUnknownError, FieldMissingError, ActionInvalidError."""
    macro = (await session.exec(select(Macro).where(Macro.id == macro_id))).first()
    if macro is None:
        raise MacroUnknownError
    await _fill_macro(session, macro, fields)
    session.add(macro)
    await session.flush()
    hint(session, "config")
    return macro


async def _fill_macro(session: AsyncSession, macro: Macro, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in _MACRO_FIELDS:
            setattr(macro, name, checked_actions(value) if name == "actions" else value)
    _need(macro, "key", "name_zh", "actions")
    _check_scope(macro)
    same = select(Macro.id).where(Macro.key == macro.key)
    await _refuse_twin(session, same, macro.id, macro.key)


async def delete_macro(session: AsyncSession, macro_id: int) -> None:
    """Raises MacroUnknownError; tickets keep the line that says it was run."""
    macro = (await session.exec(select(Macro).where(Macro.id == macro_id))).first()
    if macro is None:
        raise MacroUnknownError
    await session.delete(macro)
    hint(session, "config")


async def all_canned(session: AsyncSession) -> list[CannedReply]:
    """Every one, for whoever looks after them."""
    ordered = select(CannedReply).order_by(col(CannedReply.shortcut)).limit(_MOST)
    return list((await session.exec(ordered)).all())


async def create_canned(session: AsyncSession, fields: Mapping[str, Any]) -> CannedReply:
    """A new one; raises KeyTakenError, ShortcutInvalidError, FieldMissingError."""
    canned = CannedReply(shortcut="", title_zh="", body_zh="")
    await _fill_canned(session, canned, fields)
    session.add(canned)
    await session.flush()
    hint(session, "config")
    return canned


async def update_canned(session: AsyncSession, canned_id: int, fields: Mapping[str, Any]) -> CannedReply:
    """Change columns; raises CannedUnknownError and what create_canned does."""
    canned = await _canned(session, canned_id)
    await _fill_canned(session, canned, fields)
    session.add(canned)
    await session.flush()
    hint(session, "config")
    return canned


async def _fill_canned(session: AsyncSession, canned: CannedReply, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in _CANNED_FIELDS:
            setattr(canned, name, clean_text(value) if isinstance(value, str) else value)
    if not _SHORTCUT.fullmatch(canned.shortcut):
        raise ShortcutInvalidError
    _need(canned, "title_zh", "body_zh")
    _check_scope(canned)
    same = select(CannedReply.id).where(CannedReply.shortcut == canned.shortcut)
    await _refuse_twin(session, same, canned.id, canned.shortcut)


async def delete_canned(session: AsyncSession, canned_id: int) -> None:
    """Raises CannedUnknownError."""
    await session.delete(await _canned(session, canned_id))
    hint(session, "config")


async def _canned(session: AsyncSession, canned_id: int) -> CannedReply:
    canned = (await session.exec(select(CannedReply).where(CannedReply.id == canned_id))).first()
    if canned is None:
        raise CannedUnknownError
    return canned


@dataclass(frozen=True)
class Choice:
    """A canned reply that fits what was typed."""

    canned: CannedReply
    score: int


async def search_canned(
    session: AsyncSession, staff_id: int, query: str, *, category_id: int | None, most: int = 8
) -> list[CannedReply]:
    """By shortcut, title (in pinyin too) or words of the text; those of the ticket's category and the used first."""
    usable = select(CannedReply).where(col(CannedReply.active), _visible(CannedReply, staff_id))
    with session.no_autoflush:
        every = (await session.exec(usable.order_by(col(CannedReply.uses).desc()).limit(_MOST))).all()
    rated = [Choice(one, _rated(query, one)) for one in every]
    fitting = [choice for choice in rated if choice.score]

    def order(choice: Choice) -> tuple[int, bool, int, str]:
        here = choice.canned.category_id is not None and choice.canned.category_id == category_id
        return -choice.score, not here, -choice.canned.uses, choice.canned.shortcut

    return [choice.canned for choice in sorted(fitting, key=order)[:most]]


def _rated(query: str, canned: CannedReply) -> int:
    named = 2 * rate(query, canned.shortcut, canned.title_zh, canned.title_en)
    said = query.casefold() in f"{canned.body_zh}\n{canned.body_en}".casefold()
    return named or int(said)


async def use_canned(session: AsyncSession, canned_id: int, staff_id: int) -> CannedReply:
    """The text, counted as used; raises CannedUnknownError."""
    mine = (col(CannedReply.id) == canned_id, col(CannedReply.active), _visible(CannedReply, staff_id))
    counted = update(CannedReply).where(*mine).values(uses=col(CannedReply.uses) + 1)
    if (await session.exec(counted.execution_options(synchronize_session=False))).rowcount != 1:
        raise CannedUnknownError
    return await _canned(session, canned_id)


def _need(row: Macro | CannedReply, *names: str) -> None:
    for name in names:
        if not getattr(row, name):
            raise FieldMissingError(name=name)


def _check_scope(row: Macro | CannedReply) -> None:
    if row.scope == Scope.OWN and row.staff_id is None:
        raise FieldMissingError(name="staff_id")
    if row.scope == Scope.TEAM and row.team_id is None:
        raise FieldMissingError(name="team_id")


async def _refuse_twin(session: AsyncSession, same: Any, own_id: int | None, key: str) -> None:
    with session.no_autoflush:
        ids: Sequence[int] = (await session.exec(same)).all()
    if any(one != own_id for one in ids):
        raise KeyTakenError(what=key)
