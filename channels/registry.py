"""The platforms there are, in one table."""

from collections.abc import Collection, Iterator, Mapping

from channels.context import ChannelContext
from channels.email.platform import PLATFORM as EMAIL
from channels.phone.platform import PLATFORM as PHONE
from channels.platform import Background, Platform
from channels.port import Channel
from channels.sms.platform import PLATFORM as SMS
from channels.telegram.platform import PLATFORM as TELEGRAM
from channels.webchat.adapter import WebChat
from channels.webchat.translate import CHANNEL as WEBCHAT
from channels.wechat.platform import PLATFORM as WECHAT
from channels.wecom.platform import PLATFORM as WECOM
from channels.weibo.platform import PLATFORM as WEIBO

PLATFORMS: Mapping[str, Platform] = {
    WEBCHAT: Platform(name=WEBCHAT, build=lambda context: WebChat(context.ground.db, context.ground.clock)),
    WECHAT.name: WECHAT,
    WECOM.name: WECOM,
    TELEGRAM.name: TELEGRAM,
    EMAIL.name: EMAIL,
    SMS.name: SMS,
    PHONE.name: PHONE,
    WEIBO.name: WEIBO,
}


def build_channels(context: ChannelContext) -> dict[str, Channel]:
    """Every platform, ready to send on."""
    return {name: platform.build(context) for name, platform in PLATFORMS.items()}


def backgrounds(names: Collection[str]) -> Iterator[Background]:
    """What the named platforms do all the time besides."""
    for name in names:
        if name in PLATFORMS:
            yield from PLATFORMS[name].background
