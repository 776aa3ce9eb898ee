"""api.weixin.qq.com as an application, with the page of mp.weixin.qq.com that shows QR codes."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.simulator.hosting import Host
from channels.simulator.reception import received
from channels.simulator.wechat.api import answer_call
from channels.simulator.wechat.files import video
from channels.simulator.wechat.lookups import show_code
from channels.simulator.wechat.state import WeChatPlatform


def make_app(platform: WeChatPlatform) -> Starlette:
    """The host's calls; those with a token, and the two addresses that need none."""

    def hint() -> str:
        return f"rid: {int(platform.clock.now().timestamp()):x}-{platform.next_number():08x}"

    host = Host(platform, lambda asked: answer_call(platform, asked), hint)

    async def code(request: Request) -> Response:
        asked = await received(request, "showqrcode")
        return host.answer(lambda: show_code(platform, asked))

    async def film(request: Request) -> Response:
        return host.answer(lambda: video(platform, request.path_params["app_id"], request.path_params["media_id"]))

    return Starlette(
        routes=[
            Route("/cgi-bin/showqrcode", code, methods=["GET"]),
            Route("/cgi-bin/{path:path}", host.call, methods=["GET", "POST"]),
            Route("/wxaapi/{path:path}", host.call, methods=["GET", "POST"]),
            Route("/simulated-video/{app_id}/{media_id}", film, methods=["GET"]),
        ]
    )
