"""A network of simulated hosts in one process: what the product's HTTP clients are given in place of the real one."""

from collections.abc import Mapping
from typing import Any

import httpx


class SimulatedNetwork(httpx.AsyncBaseTransport):
    """Sends a request to the application of its host; any other host cannot be reached."""

    def __init__(self, apps: Mapping[str, Any]) -> None:
        self._hosts = {host: httpx.ASGITransport(app=_marked(app)) for host, app in apps.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = self._hosts.get(request.url.host)
        if host is None:
            message = f"simulated: no route to {request.url.host}"
            raise httpx.ConnectError(message, request=request)
        return await host.handle_async_request(request)


def _marked(app: Any) -> Any:
    """Tells the application that its caller is in this process, so that a stall need not take time."""

    async def marked(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "in_process": True}, receive, send)

    return marked
