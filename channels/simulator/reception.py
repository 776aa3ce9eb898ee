"""Between Starlette's requests and the simulated platforms' own."""

import json

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from channels.simulator.exchange import Answer, Asked, Binary, Upload


async def received(request: Request, path: str) -> Asked:
    """The request, read whole; a form's file is its ``media`` field."""
    upload, body = None, b""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            field = form.get("media")
            if isinstance(field, UploadFile):
                content = await field.read()
                upload = Upload(name=field.filename or "", content=content, mime=field.content_type or "")
    else:
        body = await request.body()
    return Asked(
        method=request.method,
        path=path,
        query=dict(request.query_params),
        body=body,
        upload=upload,
        client=request.client.host if request.client else "",
        base=f"{request.url.scheme}://{request.url.netloc}",
    )


def answered(answer: Answer) -> Response:
    """The answer as the platforms write it: JSON with its characters as they are, or the file."""
    if isinstance(answer, Binary):
        return Response(answer.content, answer.status, headers=dict(answer.headers), media_type=answer.mime)
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json; charset=UTF-8")
