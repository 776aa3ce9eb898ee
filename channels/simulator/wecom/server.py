"""qyapi.weixin.qq.com as an application."""

from starlette.applications import Starlette
from starlette.routing import Route

from channels.simulator.hosting import Host
from channels.simulator.wecom.api import answer_call
from channels.simulator.wecom.state import WeComPlatform


def make_app(platform: WeComPlatform) -> Starlette:
    """The host's calls."""

    def hint() -> str:
        return f"hint: [{int(platform.now.timestamp())}_{platform.next_number()}], more info at the document of errors"

    host = Host(platform, lambda asked: answer_call(platform, asked), hint)
    return Starlette(routes=[Route("/cgi-bin/{path:path}", host.call, methods=["GET", "POST"])])
