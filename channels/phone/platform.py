"""The telephone, for the table of platforms."""

from channels.phone.adapter import Phone
from channels.phone.checks import CALLBACK, check
from channels.phone.console import router as console_router
from channels.phone.endpoints import router
from channels.phone.lines import CHANNEL
from channels.phone.settings import PhoneSecrets, PhoneSettings
from channels.platform import Platform

PLATFORM = Platform(
    name=CHANNEL,
    build=lambda _context: Phone(),
    routers=(router, console_router),
    settings_form=PhoneSettings,
    secrets_form=PhoneSecrets,
    callback=CALLBACK,
    check=check,
)
