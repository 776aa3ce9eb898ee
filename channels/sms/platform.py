"""Short messages, for the table of platforms."""

from channels.platform import Platform
from channels.sms.adapter import Sms
from channels.sms.background import runners, sweep
from channels.sms.checks import check
from channels.sms.endpoints import CALLBACK, router
from channels.sms.settings import CHANNEL, SmsSecrets, SmsSettings, name_of

PLATFORM = Platform(
    name=CHANNEL,
    build=Sms,
    routers=(router,),
    settings_form=SmsSettings,
    secrets_form=SmsSecrets,
    callback=CALLBACK,
    check=check,
    name_of=name_of,
    runners=runners,
    background=(sweep,),
)
