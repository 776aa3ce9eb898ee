"""All that is configured, in an order in which what is referred to comes before what refers to it."""

from collections.abc import Mapping

from kit.db import AsyncSession
from tickets.config.calendars import Calendars, Officials
from tickets.config.categories import Categories
from tickets.config.macros import Macros, Replies
from tickets.config.people import People
from tickets.config.policies import Policies
from tickets.config.rhythm import Rhythms
from tickets.config.rota import Rota
from tickets.config.rules import Rules
from tickets.config.section import Item, Section
from tickets.config.tags import Tags
from tickets.config.teams import Teams
from tickets.config.texts import Texts
from tickets.config.values import Known

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        People(),
        Teams(),
        Rota(),
        Categories(),
        Tags(),
        Officials(),
        Calendars(),
        Policies(),
        Rules(),
        Macros(),
        Replies(),
        Rhythms(),
        Texts(),
    )
}

#: Everything there is, by section and key.
Everything = dict[str, dict[str, Item]]


async def load_all(session: AsyncSession) -> Everything:
    """The whole configuration."""
    return {name: await section.load(session) for name, section in SECTIONS.items()}


def known_of(everything: Mapping[str, Mapping[str, Item]]) -> Known:
    """The names that items may refer to."""
    return {name: frozenset(items) for name, items in everything.items()}


async def known_now(session: AsyncSession) -> Known:
    """The names that items may refer to now."""
    return known_of(await load_all(session))
