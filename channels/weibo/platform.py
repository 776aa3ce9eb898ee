"""Weibo among the platforms."""

from channels.platform import Platform
from channels.weibo.adapter import Weibo
from channels.weibo.checks import check
from channels.weibo.endpoints import CALLBACK, router
from channels.weibo.settings import CHANNEL, WeiboSecrets, WeiboSettings, name_of

PLATFORM = Platform(
    name=CHANNEL,
    build=Weibo,
    offered=lambda settings: settings.weibo,
    routers=(router,),
    settings_form=WeiboSettings,
    secrets_form=WeiboSecrets,
    callback=CALLBACK,
    check=check,
    name_of=name_of,
)
