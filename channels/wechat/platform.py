"""Official Accounts among the platforms."""

from channels.platform import Platform
from channels.wechat.adapter import WeChat
from channels.wechat.checks import check
from channels.wechat.endpoints import router
from channels.wechat.file_endpoints import router as file_router
from channels.wechat.forgetting import forget_slots
from channels.wechat.settings import WeChatSecrets, WeChatSettings
from channels.wechat.token_store import expiries
from channels.wechat.translate import CHANNEL

PLATFORM = Platform(
    name=CHANNEL,
    build=WeChat,
    routers=(router, file_router),
    settings_form=WeChatSettings,
    secrets_form=WeChatSecrets,
    callback="/hooks/wechat/{hook}",
    check=check,
    token_expiries=expiries,
    background=(forget_slots,),
)
