"""What an endpoint of a platform asks for."""

from typing import Annotated, cast

from starlette.requests import HTTPConnection

from channels.context import ChannelContext
from kit.web.deps import held


def context_of(connection: HTTPConnection) -> ChannelContext:
    return cast("ChannelContext", connection.app.state.channels)


ContextDep = Annotated[ChannelContext, held(context_of)]
