"""What the radar is told of a turn: which words say that something is broken, and what they are about."""

from collections.abc import Sequence

from bot.dialogue.entities import Entity, EntityKind
from bot.dialogue.intents import Intent
from bot.dialogue.understand import Understanding
from kit.text import simplify
from knowledge.errors import ArticleNotFoundError
from knowledge.library import Library
from knowledge.search.index import Result
from tickets.incidents.radar.signatures import ALIKE, Marks

#: Articles about something that does not work.
_TROUBLE = frozenset({"fix", "cause"})
_SAYS_SO = frozenset({Intent.COMPLAINT, Intent.QUESTION, Intent.STILL_BROKEN})
#: A likeness below this is none.
_LEAST_LIKE = 0.2


def marks_of(said: Understanding, found: Result | None, library: Library) -> Marks | None:
    """What a complaint is about; none when the turn is no complaint."""
    if not _SAYS_SO & {said.intent, *said.also}:
        return None
    code = _first(said.entities, EntityKind.ERROR_CODE)
    wording = simplify(_first(said.entities, EntityKind.ERROR_TEXT)).casefold()
    component, alike = _like(found, library)
    if not (code or wording or alike):
        return None
    return Marks(
        component=component,
        region=_first(said.entities, EntityKind.REGION),
        version=_first(said.entities, EntityKind.CLIENT),
        code=code,
        wording=wording or (ALIKE + alike if alike else ""),
    )


def _first(entities: Sequence[Entity], kind: EntityKind) -> str:
    return next((one.value for one in entities if one.kind is kind and one.problem is None), "")


def _like(found: Result | None, library: Library) -> tuple[str, str]:
    """The part and the title of the trouble it is most like, whatever language it is told in."""
    if found is None or not found.hits or found.hits[0].confidence < _LEAST_LIKE:
        return "", ""
    try:
        article = library.article(found.hits[0].article, "zh")
    except ArticleNotFoundError:
        return "", ""
    return (article.component, article.title) if article.kind in _TROUBLE else ("", "")
