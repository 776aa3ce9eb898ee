"""E-mail, for the table of platforms."""

from channels.email.adapter import Email
from channels.email.background import poll, receive
from channels.email.checks import check
from channels.email.settings import CHANNEL, EmailSecrets, EmailSettings, name_of
from channels.email.unsubscribing import router
from channels.platform import Platform

PLATFORM = Platform(
    name=CHANNEL,
    build=Email,
    routers=(router,),
    settings_form=EmailSettings,
    secrets_form=EmailSecrets,
    check=check,
    name_of=name_of,
    background=(poll, receive),
)
