"""What acceptance is compared with: the least an endpoint can do, on the same server set-up."""

import asyncio
import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from wechatpy import create_reply, parse_message

app = FastAPI(docs_url=None, redoc_url=None)


class Said(BaseModel):
    client_id: str
    text: str


@app.post("/messages")
async def post_message(said: Said) -> dict[str, str | int | bool]:
    return {"seq": 1, "client_id": said.client_id, "at": "2026-11-24T02:00:00.000Z", "duplicate": False}


@app.post("/push")
async def post_push(request: Request) -> PlainTextResponse:
    """The least a push can cost: its body is read and it is answered."""
    await request.body()
    return PlainTextResponse("success")


@app.post("/echo")
async def post_echo(request: Request) -> Response:
    """A handler as tutorials write it: parse the message, answer it, store nothing."""
    message = parse_message(await request.body())
    return Response(create_reply(f"收到：{message.content}", message).render(), media_type="text/xml")


def main() -> None:
    config = uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
