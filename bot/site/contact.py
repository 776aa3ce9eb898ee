"""The contact form: a way in for people who have no mail program at hand; the answer comes by mail.

Anybody may enter anybody's address, so what is written here is unproven: it opens a matter of its own, and the answer
goes to the address, where only its owner reads it.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from bot.site.state import SiteDep
from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.email.letters import plain_address
from channels.email.settings import CHANNEL
from channels.errors import DeliveryRefusedError
from channels.port import Inbound
from kit.i18n import Locale
from kit.text import clean_text
from kit.web.csrf import check_same_origin
from kit.web.locale import LocaleDep
from kit.web.pages import PagesDep

router = APIRouter(prefix="/contact", include_in_schema=False)

_ADDRESS = re.compile(r"[^@\s<>\"'(),;:\\]{1,64}@[^@\s<>\"'(),;:\\]{1,190}\.[^@\s<>\"'(),;:\\.]{2,24}")
MAX_MATTER = 5000
MAX_NAME = 60

Field = Annotated[str, Form(max_length=20_000)]


@dataclass(frozen=True)
class Entered:
    """What somebody has filled in; ``wrong`` names the field that needs another look."""

    address: str = ""
    name: str = ""
    matter: str = ""
    wrong: str = ""


@router.get("")
async def show_form(request: Request, pages: PagesDep, context: ContextDep) -> Response:
    ready = await _mailbox(context) is not None
    return pages.render(request, "site/contact.html", entered=Entered(), ready=ready, sent="")


@router.post("")
async def send(
    request: Request,
    pages: PagesDep,
    *,
    context: ContextDep,
    site: SiteDep,
    locale: LocaleDep,
    address: Field = "",
    name: Field = "",
    matter: Field = "",
) -> Response:
    """Nothing typed is lost: what is wrong is said beside the field, with everything still in it."""
    check_same_origin(request)
    mailbox = await _mailbox(context)
    entered = _entered(address, name, matter)
    if mailbox is None or entered.wrong:
        return pages.render(
            request, "site/contact.html", entered=entered, ready=mailbox is not None, sent="", status_code=422
        )
    site.letters.take(request.client.host if request.client else "")
    # Nobody's inbox is filled by somebody else's finger.
    site.letters.take(entered.address)
    await context.intake.accept(_inbound(mailbox, entered, locale))
    return pages.render(request, "site/contact.html", entered=Entered(), ready=True, sent=entered.address)


def _entered(address: str, name: str, matter: str) -> Entered:
    clean = Entered(clean_text(address).lower(), clean_text(name)[:MAX_NAME], clean_text(matter))
    wrong = ""
    if not _takes_mail(clean.address):
        wrong = "address"
    elif not clean.matter:
        wrong = "matter"
    elif len(clean.matter) > MAX_MATTER:
        wrong = "length"
    return Entered(clean.address, clean.name, clean.matter, wrong)


def _takes_mail(address: str) -> bool:
    """Whether an answer can be sent there at all: it is the only way the person hears of us."""
    try:
        return _ADDRESS.fullmatch(address) is not None and plain_address(address) != ""
    except DeliveryRefusedError:
        return False


def _inbound(mailbox: str, entered: Entered, locale: Locale) -> Inbound:
    return Inbound(
        channel=CHANNEL,
        account=mailbox,
        address=entered.address,
        platform_id=f"form-{secrets.token_hex(16)}",
        text=entered.matter,
        sender_name=entered.name or None,
        locale=locale,
        # Whoever asks for an answer gets one, as whoever writes a letter does.
        back_in_reach=True,
        proven=False,
    )


async def _mailbox(context: ChannelContext) -> str | None:
    """The first mailbox that may send; without one nobody could answer."""
    boxes = [one.name for one in await context.accounts.all() if one.channel == CHANNEL and not one.paused]
    return boxes[0] if boxes else None
