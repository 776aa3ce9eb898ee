"""Texts that somebody else prepares for the composer, if anybody does: the desk itself knows of no such thing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

#: Why there is no text; each has a text ``console.prepared.<why>``.
FAILED = "failed"
NOTHING_SAID = "nothing_said"
NOTHING_NEAR = "nothing_near"


@dataclass(frozen=True)
class Prepared:
    """What a person may edit and send; without text, ``why`` there is none."""

    text: str = ""
    why: str = FAILED


#: Of the ticket with this id, with no transaction open while it waits.
Prepare = Callable[[int], Awaitable[Prepared]]


async def _preparers(request: Request) -> Mapping[str, Prepare]:
    return cast("Mapping[str, Prepare]", getattr(request.app.state, "preparers", {}))


PreparersDep = Annotated[Mapping[str, Prepare], Depends(_preparers)]
