"""The pages of administration, one module each."""

from functools import cache

from fastapi import APIRouter

from tickets.admin.endpoints import calendars, histories, items, overview, people, saving, transfer, trying

#: Fixed addresses before those that name a section.
PARTS: tuple[APIRouter, ...] = (
    overview.router,
    histories.router,
    calendars.router,
    calendars.admins,
    transfer.router,
    trying.router,
    people.router,
    saving.router,
    items.router,
)


@cache
def build_router() -> APIRouter:
    """Everything under /console/admin."""
    router = APIRouter()
    for part in PARTS:
        router.include_router(part)
    return router
