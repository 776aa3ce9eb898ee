"""Protection against forms that other sites submit in the name of our staff."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from kit.errors import ForbiddenError
from kit.web.deps import ground_of

HEADER = "x-csrf-token"
FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class FormExpiredError(ForbiddenError):
    """The form's token is not the one of this session: too old, or not ours."""

    code = "form_expired"


class ForeignOriginError(ForbiddenError):
    """The request was sent by a page of another site."""

    code = "foreign_origin"


async def check_csrf(request: Request) -> None:
    """For routers of staff pages: an unsafe method needs the session's token, by header or form field."""
    if request.method in SAFE_METHODS:
        return
    check_same_origin(request)
    staff = getattr(request.state, "staff", None)
    sent = request.headers.get(HEADER) or await _form_token(request)
    if staff is None or not hmac.compare_digest(sent.encode(), staff.csrf.encode()):
        raise FormExpiredError


async def _form_token(request: Request) -> str:
    if not request.headers.get("content-type", "").lower().startswith(_FORM_TYPES):
        return ""
    # Starlette keeps the parsed form on the request, so the endpoint still gets it.
    token = (await request.form()).get(FIELD)
    return token if isinstance(token, str) else ""


def check_same_origin(request: HTTPConnection) -> None:
    """For forms without a session, as signing in: refuse what a browser says another site sent."""
    if request.scope["method"] in SAFE_METHODS:
        return
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise ForeignOriginError
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), urlsplit(ground_of(request).settings.base_url).netloc}
    if origin is not None and urlsplit(origin).netloc not in ours - {""}:
        raise ForeignOriginError
