"""What the pages know of the platforms; the composition root puts one into the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from channels.context import ChannelContext
from channels.errors import UnknownAccountError
from channels.platform import Platform
from channels.port import Channel


@dataclass(frozen=True, kw_only=True)
class ChannelSite:
    """The platforms, and the adapters that are running of them."""

    context: ChannelContext
    platforms: Mapping[str, Platform]
    channels: Mapping[str, Channel]

    @property
    def enterable(self) -> list[Platform]:
        """Those whose accounts an administrator enters."""
        settings = self.context.ground.settings
        return [
            platform
            for platform in self.platforms.values()
            if platform.settings_form is not None and (platform.offered is None or platform.offered(settings))
        ]

    def platform(self, name: str) -> Platform:
        """The platform an account can be entered for; raises UnknownAccountError."""
        for platform in self.enterable:
            if platform.name == name:
                return platform
        raise UnknownAccountError(name=name)


def site_of(connection: HTTPConnection) -> ChannelSite:
    return cast("ChannelSite", connection.app.state.channel_site)
