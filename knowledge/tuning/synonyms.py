"""Words of the trade that mean the same, as the people of the desk know them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from kit.db import AsyncSession, hint
from kit.i18n import Locale
from knowledge.search.fold import Synonyms, literal
from knowledge.tuning.errors import SynonymTakenError, SynonymUselessError
from knowledge.tuning.models import SearchSynonym

#: Published by whoever changes what the search is made of.
KNOWLEDGE_CHANGED = "knowledge"


async def add_synonym(
    session: AsyncSession, now: datetime, *, locale: Locale, word: str, variant: str, author: str
) -> SearchSynonym:
    """From now on ``variant`` counts as ``word``, in questions and in articles.

    Raises SynonymUselessError if one is empty or both are the same, SynonymTakenError if the variant has a meaning.
    """
    canonical, other = literal(word), literal(variant)
    if not canonical or not other or canonical == other:
        raise SynonymUselessError(word=word, variant=variant)
    row = SearchSynonym(locale=locale, word=canonical, variant=other, author=author, at=now)
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as error:
        raise SynonymTakenError(variant=variant) from error
    hint(session, KNOWLEDGE_CHANGED)
    return row


async def remove_synonym(session: AsyncSession, synonym_id: int) -> None:
    await session.exec(delete(SearchSynonym).where(col(SearchSynonym.id) == synonym_id))
    hint(session, KNOWLEDGE_CHANGED)


async def save_group(
    session: AsyncSession, now: datetime, *, locale: Locale, word: str, variants: Sequence[str], author: str
) -> None:
    """These, and no others, are the added ways to say ``word``; without any the group is gone.

    Raises the same as :func:`add_synonym`. A row is never changed in place, so that everybody notices by its number.
    """
    mine = select(SearchSynonym).where(SearchSynonym.locale == locale, SearchSynonym.word == literal(word))
    there = {row.variant: row.id for row in (await session.exec(mine)).all()}
    wanted = {literal(variant): variant for variant in variants}
    for variant in there.keys() - wanted.keys():
        await remove_synonym(session, there[variant])
    for folded in wanted.keys() - there.keys():
        await add_synonym(session, now, locale=locale, word=word, variant=wanted[folded], author=author)


async def list_synonyms(session: AsyncSession) -> list[SearchSynonym]:
    """By language and word."""
    ordered = (col(SearchSynonym.locale), col(SearchSynonym.word), col(SearchSynonym.variant))
    return list((await session.exec(select(SearchSynonym).order_by(*ordered))).all())


async def current_synonyms(session: AsyncSession) -> Synonyms:
    """The shipped ones and those that were added, which have the last word."""
    table: dict[str, dict[str, list[str]]] = {}
    for row in await list_synonyms(session):
        table.setdefault(row.locale, {}).setdefault(row.word, []).append(row.variant)
    return Synonyms(table)
