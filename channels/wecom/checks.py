"""The step-by-step check of an account, in the order in which things go wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError
from channels.platform import Checked
from channels.wecom.api import KfApi
from channels.wecom.cursors import cursor_of
from channels.wecom.errors import KfError, delivery_error
from channels.wecom.models import WecomCursor

_KEY = "channels.wecom.check."
#: What the platform says about the first step, in our words.
_TOKEN_TEXTS = {"40001": "token.secret", "40013": "token.corp_id", "60020": "token.address"}
_PULL_TEXTS = {"95017": "pull.off", "95011": "pull.in_use", "48002": "pull.no_right", "60011": "pull.no_right"}


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """Token, account, right to pull, servicers, callback."""
    api = KfApi(context)
    steps = [await _token(api, account)]
    if steps[-1].ok:
        steps.append(await _account(api, account))
    if steps[-1].ok:
        steps += [await _pull(context, api, account), await _servicers(api, account)]
    return [*steps, await _callback(context, account)]


async def _token(api: KfApi, account: Account) -> Checked:
    await api.tokens.forget_refusal(account)
    try:
        await api.tokens.token(account)
    except DeliveryError as error:
        return _failed("token", _TOKEN_TEXTS.get(error.code, "token.failed"), error)
    return _fine("token", "token.fine")


async def _account(api: KfApi, account: Account) -> Checked:
    """The account is there, and may be managed by interface (微信客服 → 通过 API 管理微信客服账号)."""
    try:
        answer = await api.post(account, "kf/account/list", {"offset": 0, "limit": 100})
    except (KfError, DeliveryError) as error:
        return _failed("account", "account.failed", error)
    for entry in _list(answer, "account_list"):
        if entry.get("open_kfid") == account.name:
            # Left out in older answers; only a plain no is a no.
            if entry.get("manage_privilege") is False:
                return _bad("account", "account.not_managed")
            return _fine("account", "account.fine", name=str(entry.get("name", "")))
    return _bad("account", "account.missing", name=account.name)


async def _pull(context: ChannelContext, api: KfApi, account: Account) -> Checked:
    """One message is asked for; the cursor is left where it is."""
    place = await _place(context, account)
    try:
        await api.post(account, "kf/sync_msg", {"open_kfid": account.name, "cursor": place.cursor, "limit": 1})
    except (KfError, DeliveryError) as error:
        return _failed("pull", _PULL_TEXTS.get(str(error.code), "pull.failed"), error)
    return _fine("pull", "pull.fine")


async def _servicers(api: KfApi, account: Account) -> Checked:
    """Nobody has to receive in the 企业微信 app; it is said all the same."""
    try:
        answer = await api.get(account, "kf/servicer/list", {"open_kfid": account.name})
    except (KfError, DeliveryError):
        return _fine("servicers", "servicers.unknown")
    # 0: receives customers.
    receiving = [entry for entry in _list(answer, "servicer_list") if entry.get("status") == 0]
    return _fine("servicers", "servicers.fine" if receiving else "servicers.none", count=len(receiving))


async def _callback(context: ChannelContext, account: Account) -> Checked:
    place = await _place(context, account)
    if place.callback_at is not None:
        return _fine("callback", "callback.fine")
    if place.verified_at is not None:
        return _fine("callback", "callback.verified")
    return _bad("callback", "callback.silent")


async def _place(context: ChannelContext, account: Account) -> WecomCursor:
    async with context.ground.db.transaction() as session:
        return await cursor_of(session, context.ground.clock.now(), account.name)


def _list(answer: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    entries = answer.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _fine(step: str, text: str, **values: Any) -> Checked:
    return Checked(step=step, ok=True, text=_KEY + text, values=values)


def _bad(step: str, text: str, **values: Any) -> Checked:
    return Checked(step=step, ok=False, text=_KEY + text, values=values)


def _failed(step: str, text: str, error: KfError | DeliveryError) -> Checked:
    told = delivery_error(error) if isinstance(error, KfError) else error
    return Checked(step=step, ok=False, text=_KEY + text, said=f"{told.code}: {told.text}")
