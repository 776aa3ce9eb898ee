"""One call of the Bot API: its parameters, however they were sent."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from channels.simulator.telegram.bots import Bot
from channels.simulator.telegram.limits import UPLOAD_MAX
from channels.simulator.telegram.refusals import Refusal, bad_request

#: Long texts travel in one part of a form.
_PART_MAX = 1024 * 1024


@dataclass(kw_only=True)
class Asked:
    """A method, the bot that called it, and its parameters; files by the name of their form field."""

    method: str
    bot: Bot
    request: Request
    parameters: dict[str, Any]
    files: dict[str, "Sent"] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The parameter as text; empty when it is not given."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """The parameter as a whole number; raises Refusal."""
        value = self.text(name)
        try:
            return int(float(value)) if value else default
        except ValueError as error:
            raise bad_request(f"{name} is not a number", forbidden=True) from error

    def parsed(self, name: str) -> Any:
        """The parameter as an object, which may be sent as JSON text; None when it is not given."""
        value = self.parameters.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name} JSON object", forbidden=True) from error


@dataclass(frozen=True)
class Sent:
    """A file that came with a call."""

    name: str
    mime: str
    content: bytes


async def read_parameters(request: Request) -> tuple[dict[str, Any], dict[str, Sent]]:
    """The parameters from the query, a form or JSON, and the files; raises Refusal."""
    parameters: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    files: dict[str, Sent] = {}
    if kind == "application/json":
        parameters |= await _json(request)
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form(max_part_size=_PART_MAX) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = await _file(value)
                else:
                    parameters[name] = value
    return parameters, files


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise bad_request("can't parse JSON object", forbidden=True) from error
    return body if isinstance(body, dict) else {}


async def _file(upload: UploadFile) -> Sent:
    if (upload.size or 0) > UPLOAD_MAX:
        raise Refusal(413, "Request Entity Too Large", forbidden=True)
    return Sent(upload.filename or "", upload.content_type or "", await upload.read())
