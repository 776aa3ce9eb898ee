"""Every refusal and failure as an answer: JSON for programs, a fragment for htmx, a calm page for people."""

from collections.abc import Mapping
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import (
    AppError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnauthenticatedError,
)
from kit.i18n import translate
from kit.log import current_correlation, log, new_correlation
from kit.web.locale import locale_of
from kit.web.pages import Pages

JSON_PREFIXES = ("/api/", "/chat/api/")
#: Where a page shows what went wrong with a request that htmx made.
FLASH = {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML"}


class UnexpectedError(AppError):
    """A fault of ours; the details are in the log under the reference that is shown."""

    code = "unexpected"
    status = 500


class MethodNotAllowedError(AppError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    status = 405


_BY_STATUS: dict[int, type[AppError]] = {
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    413: TooLargeError,
}


def wants_json(request: Request) -> bool:
    """Whether a program is asking."""
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith(JSON_PREFIXES) or accepted.startswith("application/json")


def wants_swap(request: Request) -> bool:
    """Whether htmx is asking for a part of a page; a boosted link or a restored history wants a whole one."""
    headers = request.headers
    whole = "hx-boosted" in headers or "hx-history-restore-request" in headers
    return "hx-request" in headers and not whole


def answer_error(
    request: Request,
    error: Exception,
    *,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Response:
    """The refusal in the words of its code and the form the asker reads; ``details`` go into JSON only."""
    refusal = error if isinstance(error, AppError) else UnexpectedError()
    message = translate(f"error.{refusal.code}", locale_of(request), **refusal.values)
    extra = dict(headers or {})
    if "retry_after" in refusal.values:
        extra["Retry-After"] = str(refusal.values["retry_after"])
    if wants_json(request):
        body = {"error": {"code": refusal.code, "message": message, **(details or {})}}
        return JSONResponse(body, status_code=refusal.status, headers=extra)
    if wants_swap(request):
        return _page(request, refusal, "kit/flash.html", message, {**extra, **FLASH})
    return _page(request, refusal, "kit/error.html", message, extra)


def _page(request: Request, refusal: AppError, name: str, message: str, headers: Mapping[str, str]) -> HTMLResponse:
    pages = cast("Pages", request.app.state.pages)
    context = {
        "message": message,
        "code": refusal.code,
        "status": refusal.status,
        "reference": current_correlation() if refusal.status >= UnexpectedError.status else None,
    }
    return pages.render(request, name, status_code=refusal.status, headers=headers, **context)


async def _on_app_error(request: Request, error: Exception) -> Response:
    return answer_error(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    problems = cast("RequestValidationError", error).errors()
    # Names and kinds only: the values may be somebody's password.
    fields = [{"field": ".".join(str(part) for part in p["loc"]), "problem": p["type"]} for p in problems]
    return answer_error(request, InvalidError(), details={"fields": fields})


async def _on_http_error(request: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    fallback: type[AppError] = UnexpectedError if found.status_code >= UnexpectedError.status else InvalidError
    refusal = _BY_STATUS.get(found.status_code, fallback)()
    response = answer_error(request, refusal, headers=found.headers)
    response.status_code = found.status_code
    return response


def install_error_handlers(app: FastAPI) -> None:
    """Answer refusals, invalid input, unknown addresses and faults; the fault is logged, never shown."""
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_middleware(FaultBoundary)


class FaultBoundary:
    """Gives each request a correlation id, and turns what nobody caught into a logged, calm answer.

    Starlette's own handler for faults lies outside every middleware, so its answer would carry no security
    headers; this one lies inside them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(correlation=new_correlation()):
            await self._guard(scope, receive, send)

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as fault:
            if started:
                # Half an answer is out; only the server can cut the connection now.
                raise
            log.exception("request.failed", method=scope["method"], path=scope["path"])
            await answer_error(Request(scope), fault)(scope, receive, send)
