"""The console's pages, one module each."""

from functools import cache

from fastapi import APIRouter

from tickets.console.endpoints import (
    actions,
    calls,
    composer,
    figures,
    files,
    linking,
    live,
    queue,
    revealing,
    threads,
    ticket,
)

__all__ = ["PARTS", "build_router"]

#: Reading is open to all staff; what acts is for agents, and revealing for supervisors.
PARTS: tuple[APIRouter, ...] = (
    queue.router,
    queue.agents,
    ticket.router,
    ticket.agents,
    composer.router,
    actions.router,
    calls.router,
    revealing.router,
    linking.router,
    linking.agents,
    files.router,
    threads.router,
    live.router,
    figures.router,
)


@cache
def build_router() -> APIRouter:
    """Everything under /console that is about tickets."""
    router = APIRouter()
    for part in PARTS:
        router.include_router(part)
    return router
