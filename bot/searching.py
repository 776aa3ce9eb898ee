"""What an operator may do to the knowledge search: fit it, accept a fit, teach it words."""

from collections.abc import Awaitable, Callable
from getpass import getuser

from kit.audit import Author, Change, record
from kit.errors import AppError
from kit.ground import Ground
from kit.i18n import Locale, translate
from knowledge.calibrate import propose_fit, report_fit
from knowledge.embeddings import chosen_encoder
from knowledge.tuning.calibrations import accept_calibration
from knowledge.tuning.synonyms import add_synonym, list_synonyms, remove_synonym

Lines = list[str]


async def told(ground: Ground, doing: Callable[[Ground], Awaitable[Lines]]) -> Lines:
    """What came of it, or why it was refused."""
    try:
        return await doing(ground)
    except AppError as error:
        return [translate(f"error.{error.code}", ground.settings.default_locale, **error.values)]
    finally:
        await ground.db.close()


async def fit(ground: Ground) -> Lines:
    encoder = chosen_encoder(ground.settings) if ground.settings.semantic else None
    row, found = await propose_fit(ground.db, ground.clock, encoder, by=getuser())
    return report_fit(row.id, found)


def accept(fit_id: int) -> Callable[[Ground], Awaitable[Lines]]:
    async def accepted(ground: Ground) -> Lines:
        model = chosen_encoder(ground.settings).MODEL if ground.settings.semantic else ""
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            row = await accept_calibration(session, now, fit_id, encoder=model, by=getuser())
            change = Change(action="accepted", kind="search_fit", key=str(row.id), after=row.weights)
            await record(session, now, Author(getuser()), change)
        return [f"fit {fit_id} counts from now on"]

    return accepted


def teach(locale: Locale, word: str, variant: str) -> Callable[[Ground], Awaitable[Lines]]:
    async def taught(ground: Ground) -> Lines:
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            row = await add_synonym(session, now, locale=locale, word=word, variant=variant, author=getuser())
            after = {"locale": row.locale, "word": row.word, "variant": row.variant}
            change = Change(action="added", kind="search_synonym", key=str(row.id), after=after)
            await record(session, now, Author(getuser()), change)
        return [f"{row.id}: {row.variant} = {row.word}"]

    return taught


def forget(synonym_id: int) -> Callable[[Ground], Awaitable[Lines]]:
    async def forgotten(ground: Ground) -> Lines:
        async with ground.db.transaction() as session:
            await remove_synonym(session, synonym_id)
            change = Change(action="removed", kind="search_synonym", key=str(synonym_id))
            await record(session, ground.clock.now(), Author(getuser()), change)
        return [f"{synonym_id} is forgotten"]

    return forgotten


async def words(ground: Ground) -> Lines:
    async with ground.db.reading() as session:
        return [
            f"{row.id}: {row.variant} = {row.word} ({row.locale}, {row.author})" for row in await list_synonyms(session)
        ]
