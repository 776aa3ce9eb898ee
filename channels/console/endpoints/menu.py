"""The menu below an Official Account's chat: edited here, looked at as on a phone, given to the platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import get_account
from channels.console.endpoints.counter import HOME, Counter, CounterDep, RowId, channels_router
from channels.console.menu_form import VALUE_BYTES, MenuForm
from channels.console.views.forms import problem_text
from channels.errors import DeliveryError, UnknownAccountError
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError
from channels.wechat.menu import Draft, Menu, draft_of, forget_menu, platform_form, push_menu, save_menu
from channels.wechat.menu_seen import same_menu, seen_buttons
from channels.wechat.translate import CHANNEL
from kit.access.identity import Role
from kit.audit import Author, Change, record
from kit.db import AsyncSession
from kit.i18n import translate
from kit.text import clean_text
from kit.web.deps import ReadSession

router = channels_router(Role.ADMIN)
KIND = "wechat_menu"


@router.get("/{account_id}/menu")
async def show_menu(desk: CounterDep, session: ReadSession, account_id: RowId, done: str = "") -> Response:
    account = await _account(session, account_id)
    draft = await draft_of(session, account.name)
    said = translate(f"channels.menu.{done}", desk.locale) if done in {"saved", "published", "reset"} else ""
    return _page(desk, account, MenuForm.of(draft.menu), draft, said=said)


@router.post("/{account_id}/menu")
async def change_menu(desk: CounterDep, account_id: RowId) -> Response:
    """Keep what was typed, and publish it if asked to; nothing that was typed is lost."""
    typed = await _typed(desk)
    form = MenuForm.typed(typed)
    async with desk.ground.db.transaction() as session:
        account = await _account(session, account_id)
        draft = await draft_of(session, account.name)
        if form.problems():
            return _page(desk, account, form, draft)
        if typed.get("seen", "") != _stamp(draft):
            return _page(desk, account, form, draft, wrong=translate("channels.menu.changed", desk.locale))
        if form.menu() != draft.menu or draft.saved_at is None:
            await save_menu(session, desk.now, account.name, form.menu())
            await _note(desk, session, account, "change", draft.menu, form.menu())
    if "publish" not in typed:
        return desk.go(f"{HOME}/{account_id}/menu?done=saved")
    return await _publish(desk, account, form)


@router.post("/{account_id}/menu/preview")
async def preview_menu(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    """The phone beside the form, while somebody types."""
    await _account(session, account_id)
    form = MenuForm.typed(await _typed(desk))
    return desk.page("channels/menu_preview.html", form=form, count=sum(map(len, form.problems().values())))


@router.post("/{account_id}/menu/reset")
async def reset_menu(desk: CounterDep, account_id: RowId) -> Response:
    """Back to the menu we propose; people keep theirs until somebody publishes."""
    async with desk.ground.db.transaction() as session:
        account = await _account(session, account_id)
        before = await draft_of(session, account.name)
        await forget_menu(session, account.name)
        after = await draft_of(session, account.name)
        await _note(desk, session, account, "reset", before.menu, after.menu)
    return desk.go(f"{HOME}/{account_id}/menu?done=reset")


@router.get("/{account_id}/menu/platform")
async def show_platform_menu(desk: CounterDep, account_id: RowId) -> Response:
    """What people see at this moment; the platform is asked with no transaction open."""
    async with desk.ground.db.reading() as session:
        account = await _account(session, account_id)
        draft = await draft_of(session, account.name)
    try:
        async with _platform(desk, account) as (api, credentials):
            current = await api.current_menu(credentials)
    except (PlatformRefusedError, DeliveryError) as error:
        return desk.page("channels/menu_platform.html", said=str(error), buttons=[], same=False)
    buttons = seen_buttons(current)
    return desk.page("channels/menu_platform.html", said="", buttons=buttons, same=same_menu(current, draft.menu))


async def _publish(desk: Counter, account: ChannelAccount, form: MenuForm) -> Response:
    try:
        async with _platform(desk, account) as (api, credentials):
            await push_menu(desk.ground.db, desk.ground.clock, api, credentials)
    except (PlatformRefusedError, DeliveryError) as error:
        async with desk.ground.db.reading() as session:
            draft = await draft_of(session, account.name)
        return _page(
            desk, account, form, draft, wrong=translate("channels.menu.refused", desk.locale), platform=str(error)
        )
    async with desk.ground.db.transaction() as session:
        await _note(desk, session, account, "publish", None, form.menu())
    return desk.go(f"{HOME}/{account.id}/menu?done=published")


def _page(
    desk: Counter,
    account: ChannelAccount,
    form: MenuForm,
    draft: Draft,
    *,
    said: str = "",
    wrong: str = "",
    platform: str = "",
) -> Response:
    problems = form.problems()
    told = {where: [problem_text(one, desk.locale) for one in found] for where, found in problems.items()}
    count = sum(map(len, told.values()))
    return desk.page(
        "channels/menu.html",
        account=account,
        form=form,
        draft=draft,
        seen=_stamp(draft),
        limits=VALUE_BYTES,
        labels={act: translate(f"channels.menu.value.{act}", desk.locale) for act in VALUE_BYTES},
        problems=told,
        count=count,
        said=said,
        wrong=wrong or (translate("error.wechat_menu_invalid", desk.locale, count=count) if count else ""),
        platform=platform,
    )


async def _account(session: AsyncSession, account_id: int) -> ChannelAccount:
    """Only Official Accounts have a menu; raises UnknownAccountError."""
    account = await get_account(session, account_id)
    if account.channel != CHANNEL:
        raise UnknownAccountError(name=account.label)
    return account


@asynccontextmanager
async def _platform(desk: Counter, account: ChannelAccount) -> AsyncIterator[tuple[WeChatApi, Credentials]]:
    context = desk.site.context
    api = WeChatApi(context)
    try:
        yield api, Credentials.of(await context.accounts.named(account.channel, account.name))
    finally:
        await api.close()


async def _typed(desk: Counter) -> dict[str, str]:
    form = await desk.request.form()
    return {name: clean_text(value) for name, value in form.items() if isinstance(value, str)}


def _stamp(draft: Draft) -> str:
    """Tells one saved state from another, so that two people do not overwrite each other unseen."""
    return draft.saved_at.isoformat() if draft.saved_at else ""


async def _note(  # noqa: PLR0917 - one entry of the audit, written from three places above.
    desk: Counter, session: AsyncSession, account: ChannelAccount, action: str, before: Menu | None, after: Menu
) -> None:
    old: dict[str, Any] | None = platform_form(before) if before else None
    change = Change(action=action, kind=KIND, key=account.name, before=old, after=platform_form(after))
    await record(session, desk.now, Author(desk.staff.name, desk.staff.id), change)
