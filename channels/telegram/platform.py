"""Telegram, for the table of platforms."""

from channels.platform import Platform
from channels.telegram.adapter import Telegram
from channels.telegram.background import poll, sweep
from channels.telegram.checks import CALLBACK, check
from channels.telegram.endpoints import router
from channels.telegram.errands import runners
from channels.telegram.settings import CHANNEL, TelegramSecrets, TelegramSettings, name_of

PLATFORM = Platform(
    name=CHANNEL,
    build=Telegram,
    routers=(router,),
    settings_form=TelegramSettings,
    secrets_form=TelegramSecrets,
    callback=CALLBACK,
    check=check,
    name_of=name_of,
    runners=runners,
    background=(poll, sweep),
)
