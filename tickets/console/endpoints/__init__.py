"""The console's pages, one module each."""

from functools import cache

from fastapi import APIRouter

from tickets.console.endpoints import (
    actions,
    bulk,
    calls,
    composer,
    duty,
    entry,
    figures,
    files,
    linking,
    live,
    macros,
    matters,
    merging,
    notices,
    palette,
    prepared,
    queue,
    reaching,
    revealing,
    snoozing,
    threads,
    ticket,
    views,
    watching,
)

__all__ = ["PARTS", "build_router"]

#: Reading is open to all staff; what acts is for agents, and revealing for supervisors.
PARTS: tuple[APIRouter, ...] = (
    queue.router,
    queue.agents,
    bulk.router,
    views.router,
    ticket.router,
    ticket.agents,
    composer.router,
    prepared.router,
    actions.router,
    calls.router,
    entry.router,
    macros.router,
    revealing.router,
    reaching.router,
    linking.router,
    linking.agents,
    matters.router,
    snoozing.router,
    merging.router,
    watching.router,
    watching.agents,
    files.router,
    threads.router,
    live.router,
    notices.router,
    palette.router,
    figures.router,
    duty.router,
    duty.agents,
)


@cache
def build_router() -> APIRouter:
    """Everything under /console that is about tickets."""
    router = APIRouter()
    for part in PARTS:
        router.include_router(part)
    return router
