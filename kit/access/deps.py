"""Who may: dependencies and the router that staff pages are made of.

All of them are coroutines: a plain function would be sent to a thread, see :func:`kit.web.deps.held`.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from kit.access.identity import Role, SignedIn
from kit.errors import ForbiddenError, UnauthenticatedError
from kit.web.csrf import check_csrf


class SignInNeededError(UnauthenticatedError):
    """A staff page without a session: a page redirects to signing in, anything else is answered 401."""


async def current_staff(connection: HTTPConnection) -> SignedIn:
    """Who is signed in; raises SignInNeededError.

    The session was read by :class:`kit.access.middleware.SignedInMiddleware` before the route was chosen, and
    only under its prefixes: anywhere else nobody is ever signed in.
    """
    staff = getattr(connection.state, "staff", None)
    if staff is None:
        raise SignInNeededError
    return cast("SignedIn", staff)


StaffDep = Annotated[SignedIn, Depends(current_staff)]


@cache
def allowed(role: Role) -> Callable[[SignedIn], Awaitable[SignedIn]]:
    """The dependency function behind :func:`require`, one per role."""

    async def check(staff: StaffDep) -> SignedIn:
        if not staff.may(role):
            raise ForbiddenError
        return staff

    return check


def require(role: Role) -> Any:
    """A dependency that lets pass who may do what the role may.

    In a signature: ``staff: Annotated[SignedIn, require(Role.ADMIN)]``.
    """
    return Depends(allowed(role))


def staff_router(*, prefix: str = "", role: Role | None = None) -> APIRouter:
    """A router whose every route needs a session (of ``role``) and, on unsafe methods, its CSRF token."""
    entrance = require(role) if role else Depends(current_staff)
    return APIRouter(prefix=prefix, dependencies=[entrance, Depends(check_csrf)], include_in_schema=False)


def is_guarded(dependant: Dependant) -> bool:
    """Whether a route (its ``dependant``) asks for a session and checks the CSRF token; for ratchets."""
    return {current_staff, check_csrf} <= _calls(dependant)


def _calls(dependant: Dependant) -> set[Any]:
    found = {dependant.call}
    for inner in dependant.dependencies:
        found |= _calls(inner)
    return found
