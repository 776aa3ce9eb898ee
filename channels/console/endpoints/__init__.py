"""The pages of the channels, one module each."""

from functools import cache

from fastapi import APIRouter

from channels.console.endpoints import (
    account,
    changing,
    entering,
    figures,
    mail,
    menu,
    overview,
    qr,
    sms,
    templates,
    trying,
    undelivered,
    unparsed,
    window,
)

__all__ = ["PARTS", "build_router"]

#: Agents send what did not arrive again; supervisors look at everything; administrators change accounts.
#: The fixed addresses come before those with a number in them.
PARTS: tuple[APIRouter, ...] = (
    overview.router,
    window.router,
    sms.router,
    undelivered.router,
    undelivered.supervisors,
    unparsed.router,
    mail.router,
    mail.supervisors,
    entering.router,
    account.router,
    changing.router,
    trying.router,
    menu.router,
    figures.router,
    templates.router,
    qr.router,
)


@cache
def build_router() -> APIRouter:
    """Everything under /console/channels and /console/mail."""
    router = APIRouter()
    for part in PARTS:
        router.include_router(part)
    return router
