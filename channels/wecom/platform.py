"""微信客服 as the registry knows it."""

from channels.platform import Platform
from channels.wecom.adapter import WeCom
from channels.wecom.checks import check
from channels.wecom.cursors import token_expiries
from channels.wecom.endpoints import router
from channels.wecom.pulling import runners, sweep
from channels.wecom.settings import CHANNEL, WeComSecrets, WeComSettings

PLATFORM = Platform(
    name=CHANNEL,
    build=WeCom,
    routers=(router,),
    settings_form=WeComSettings,
    secrets_form=WeComSecrets,
    callback=f"/hooks/{CHANNEL}/{{hook}}",
    check=check,
    token_expiries=token_expiries,
    runners=runners,
    background=(sweep,),
)
