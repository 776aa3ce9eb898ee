"""What the public pages share, made by the composition root and kept on ``app.state.site``."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

from starlette.requests import HTTPConnection

from bot.site.throttle import Throttle
from kit.ground import Ground
from kit.web.deps import held
from knowledge.library import Library

_FEEDBACK_LIMIT = 20
_FEEDBACK_WINDOW = timedelta(minutes=10)
_LETTERS_LIMIT = 5
_LETTERS_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Site:
    """The articles, how often one address may judge them, and how often write to us."""

    library: Library
    feedback: Throttle
    letters: Throttle


def make_site(ground: Ground, library: Library) -> Site:
    return Site(
        library,
        feedback=Throttle(ground.clock, limit=_FEEDBACK_LIMIT, window=_FEEDBACK_WINDOW),
        letters=Throttle(ground.clock, limit=_LETTERS_LIMIT, window=_LETTERS_WINDOW),
    )


def site_of(connection: HTTPConnection) -> Site:
    return cast("Site", connection.app.state.site)


SiteDep = Annotated[Site, held(site_of)]
