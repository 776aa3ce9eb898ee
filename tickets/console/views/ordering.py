"""What somebody filled in for many tickets, as the order needs it."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field

from kit.settings import Locale
from kit.text import clean_text
from tickets.bulk.errors import BulkOrderError
from tickets.bulk.models import BulkKind
from tickets.bulk.service import MOST
from tickets.console.queries.choices import Offered
from tickets.console.views.people import named
from tickets.console.views.promises import parse_moment
from tickets.sending.snoozing import Wake
from tickets.stages import Priority, Stage

#: Where an order may put a ticket; solving and reopening have their own ways.
TARGETS = (Stage.PROCESSING, Stage.WAITING)
_LONGEST = 4000
_Value = TypeVar("_Value")


class Wish(BaseModel):
    """The form: the kind, the tickets, and what that kind asks for."""

    kind: BulkKind
    key: str = Field(min_length=8, max_length=60)
    ids: str = Field(default="", max_length=20 * MOST)
    query: str = Field(default="", max_length=_LONGEST)
    to: str = Field(default="", max_length=40)
    add: str = Field(default="", max_length=1000)
    remove: str = Field(default="", max_length=1000)
    at: str = Field(default="", max_length=40)
    text: str = Field(default="", max_length=_LONGEST)


def params_of(wish: Wish, offer: Offered, *, zone: str, locale: Locale) -> dict[str, Any]:
    """Raises BulkOrderError where something is left out or not on offer."""
    simple: dict[BulkKind, tuple[str, dict[str, Any]]] = {
        BulkKind.PRIORITY: ("priority", {str(int(one)): int(one) for one in Priority}),
        BulkKind.CATEGORY: ("category_id", {str(one.id): one.id for one in offer.categories}),
        BulkKind.STAGE: ("stage", {one.value: one.value for one in TARGETS}),
    }
    if wish.kind in simple:
        name, choices = simple[wish.kind]
        return {name: _of(wish.to, choices)}
    match wish.kind:
        case BulkKind.ASSIGN:
            return _owner(wish.to, offer)
        case BulkKind.TEAM:
            team = _of(wish.to, {str(team.id): team for team in offer.teams})
            return {"team_id": team.id, "name": named(team, locale) or team.key}
        case BulkKind.TAGS:
            return _tags(wish)
        case BulkKind.SNOOZE:
            return _moment(wish.at, zone)
        case _:
            return _words(wish.text)


def _moment(at: str, zone: str) -> dict[str, Any]:
    until = parse_moment(at, zone)
    if until is None:
        raise BulkOrderError
    return {"until": until.isoformat(), "wakes": [Wake.REPLY.value]}


def _words(text: str) -> dict[str, Any]:
    cleaned = clean_text(text)
    if not cleaned:
        raise BulkOrderError
    return {"text": cleaned}


def _owner(to: str, offer: Offered) -> dict[str, Any]:
    if to == "nobody":
        return {"staff_id": None, "name": None}
    person = next((person for person in offer.people if str(person.id) == to), None)
    if person is None:
        raise BulkOrderError
    return {"staff_id": person.id, "name": person.name}


def _tags(wish: Wish) -> dict[str, Any]:
    add, remove = clean_text(wish.add).split(), clean_text(wish.remove).split()
    if not (add or remove):
        raise BulkOrderError
    return {"add": add, "remove": remove}


def _of(text: str, choices: dict[str, _Value]) -> _Value:
    if text not in choices:
        raise BulkOrderError
    return choices[text]
