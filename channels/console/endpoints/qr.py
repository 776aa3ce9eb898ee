"""A QR code that leads to an Official Account: made by the platform, shown large, and printed."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import get_account
from channels.console.endpoints.counter import Counter, CounterDep, RowId, channels_router
from channels.errors import DeliveryDelayedError, DeliveryError, UnknownAccountError
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError
from channels.wechat.qrcode import LONGEST, SceneCode, issue_code
from channels.wechat.translate import CHANNEL
from kit.access.identity import Role
from kit.audit import Author, Change, record
from kit.db import AsyncSession
from kit.i18n import translate
from kit.text import clean_text
from kit.web.deps import ReadSession

router = channels_router(Role.ADMIN)
KIND = "wechat_qr"
MOST_DAYS = LONGEST.days
TITLE_MAX = 40
#: A scene begins so, and is never taken for a code that links two accounts.
SCENE = "poster-"
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST = 500_000


@dataclass(frozen=True)
class Poster:
    """What is printed: the picture as an address of its own, so that nothing else is loaded."""

    title: str
    picture: str
    code: SceneCode


@router.get("/{account_id}/qr")
async def show_form(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    return _page(desk, await _account(session, account_id))


@router.post("/{account_id}/qr")
async def make_poster(
    desk: CounterDep,
    account_id: RowId,
    title: Annotated[str, Form(max_length=TITLE_MAX)] = "",
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = MOST_DAYS,
) -> Response:
    """The platform draws it; asked with no transaction open."""
    async with desk.ground.db.reading() as session:
        account = await _account(session, account_id)
    shown = clean_text(title).strip() or translate("channels.qr.heading", desk.locale)
    try:
        poster = await _poster(desk, account, shown, timedelta(days=days))
    except (PlatformRefusedError, DeliveryError) as error:
        return _page(desk, account, title=shown, days=days, said=str(error))
    async with desk.ground.db.transaction() as session:
        after = {"title": shown, "scene": poster.code.scene, "until": poster.code.expires_at.isoformat()}
        change = Change(action="issue", kind=KIND, key=account.name, after=after)
        await record(session, desk.now, Author(desk.staff.name, desk.staff.id), change)
    return _page(desk, account, title=shown, days=days, poster=poster)


async def _poster(desk: Counter, account: ChannelAccount, title: str, lasts: timedelta) -> Poster:
    context = desk.site.context
    credentials = Credentials.of(await context.accounts.named(account.channel, account.name))
    api = WeChatApi(context)
    try:
        scene = f"{SCENE}{int(desk.now.timestamp()):x}"
        code = await issue_code(api, credentials, desk.ground.clock, lasts=lasts, scene=scene)
        content = (await api.get_public(code.picture_url)).content
    finally:
        await api.close()
    mime = next((mime for magic, mime in _PICTURES.items() if content.startswith(magic)), "")
    if not mime or len(content) > _LARGEST:
        raise DeliveryDelayedError("no_picture", "the platform drew no picture")
    return Poster(title, f"data:{mime};base64,{b64encode(content).decode()}", code)


def _page(
    desk: Counter,
    account: ChannelAccount,
    *,
    title: str = "",
    days: int = MOST_DAYS,
    poster: Poster | None = None,
    said: str = "",
) -> Response:
    return desk.page(
        "channels/qr.html", account=account, title=title, days=days, most=MOST_DAYS, poster=poster, said=said
    )


async def _account(session: AsyncSession, account_id: int) -> ChannelAccount:
    """Only Official Accounts have such codes; raises UnknownAccountError."""
    account = await get_account(session, account_id)
    if account.channel != CHANNEL:
        raise UnknownAccountError(name=account.label)
    return account
