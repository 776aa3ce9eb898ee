"""The edge of the chat's API: which pages may call it, how it refuses, how much it reads.

Visitors carry their token in a header and never a cookie, so a foreign page can use nothing it was not given.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse

from channels.webchat.body import Body
from channels.webchat.errors import BodyTooLargeError, OriginRefusedError
from kit.errors import AppError, InvalidError
from kit.i18n import translate
from kit.settings import Settings
from kit.web.deps import ground_of
from kit.web.locale import locale_of

#: Room for the longest text in the widest encoding, and its envelope.
BODY_MAX = 128 * 1024

Model = TypeVar("Model", bound=BaseModel)


class ChatRoute(APIRoute):
    """A route other sites' pages may call; every refusal is one of the protocol's error objects."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def at_the_edge(request: Request) -> Response:
            settings = ground_of(request).settings
            try:
                check_origin(request, settings)
                response = await handle(request)
            except RequestValidationError:
                response = refusal(request, InvalidError())
            except AppError as error:
                response = refusal(request, error)
            response.headers.update(cors_headers(request, settings))
            return response

        return at_the_edge


def refusal(request: Request, error: AppError) -> Response:
    """The error as the browser shows it, in the language it asked for."""
    message = translate(f"error.{error.code}", locale_of(request), **error.values)
    headers = {"Cache-Control": "no-store"}
    if "retry_after" in error.values:
        headers["Retry-After"] = str(error.values["retry_after"])
    body = {"error": {"code": error.code, "message": message}}
    return JSONResponse(body, status_code=error.status, headers=headers)


def check_origin(request: Request, settings: Settings) -> None:
    """Refuse pages that are neither ours nor on the operator's list; programs send no origin and pass."""
    origin = request.headers.get("origin")
    if origin is None or _listed(origin, settings):
        return
    if urlsplit(origin).netloc not in {request.headers.get("host", ""), urlsplit(settings.base_url).netloc}:
        raise OriginRefusedError


def _listed(origin: str, settings: Settings) -> bool:
    return "*" in settings.chat_origins or origin in settings.chat_origins


def cors_headers(request: Request, settings: Settings) -> dict[str, str]:
    """What lets the embedding page's script read the answer."""
    origin = request.headers.get("origin")
    if origin is None or not _listed(origin, settings):
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
    }


def preflight_headers(request: Request, settings: Settings) -> dict[str, str]:
    """The answer to the browser's question before it sends a token along."""
    return {
        **cors_headers(request, settings),
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language",
        "Access-Control-Max-Age": "7200",
    }


async def read_body(request: Request, model: type[Model]) -> Model:
    """The JSON body as ``model``; raises BodyTooLargeError while reading, InvalidError for anything else."""
    body = Body(request.receive)
    read = bytearray()
    async for piece in body.pieces():
        read += piece
        if len(read) > BODY_MAX:
            await body.drop()
            raise BodyTooLargeError
    try:
        return model.model_validate_json(_encodable(bytes(read)))
    except (ValueError, RecursionError, ValidationError) as error:
        raise InvalidError from error


def _encodable(body: bytes) -> bytes:
    """The same JSON without lone surrogates, which JSON can carry and no database can store."""
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf8", errors="ignore")
