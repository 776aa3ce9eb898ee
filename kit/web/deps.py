"""What an endpoint asks for: the ground, and one transaction or one reading session."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from kit.db import AsyncSession
from kit.ground import Ground


def ground_of(connection: HTTPConnection) -> Ground:
    return cast("Ground", connection.app.state.ground)


Held = TypeVar("Held")


def held(read: Callable[[HTTPConnection], Held]) -> Any:
    """Depend on what a connection holds, without a thread.

    FastAPI would send a plain function to one, which costs more than most endpoints do.
    """

    async def ask(connection: HTTPConnection) -> Held:
        return read(connection)

    return Depends(ask)


GroundDep = Annotated[Ground, held(ground_of)]


async def _write(ground: GroundDep) -> AsyncIterator[AsyncSession]:
    async with ground.db.transaction() as session:
        yield session


async def _read(ground: GroundDep) -> AsyncIterator[AsyncSession]:
    async with ground.db.reading() as session:
        yield session


#: One transaction around the endpoint. Function scope commits before the answer is sent: an answer that
#: says "done" is true, and one that follows a failed commit says so.
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]

#: For queries; what is changed through it is never stored.
ReadSession = Annotated[AsyncSession, Depends(_read, scope="function")]
