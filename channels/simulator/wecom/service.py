"""Session states, servicers, accounts and customers."""

import mimetypes
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked, Binary
from channels.simulator.wecom.corp import Corp, KfAccount
from channels.simulator.wecom.rules import EVENT_CODE_LASTS, QUEUE_CODE_LASTS, WORDS
from channels.simulator.wecom.sending import customer_of
from channels.simulator.wecom.session import ENDED, HUMAN, POOL

if TYPE_CHECKING:
    from channels.simulator.wecom.state import WeComPlatform

_OK = {"errcode": 0, "errmsg": "ok"}
_RECEIVING, _RESTING = 0, 1


def sync_messages(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """A page of the journal."""
    body = asked.json
    _account(corp, body.get("open_kfid"))
    return platform.journal.pull(body, platform.now)


def get_state(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """The state of a session, and who has it."""
    body = asked.json
    customer = customer_of(platform, corp, body.get("open_kfid"), body.get("external_userid"))
    state = customer.state
    servicer = {"servicer_userid": customer.session.servicer} if state == HUMAN else {}
    return {**_OK, "service_state": state, **servicer}


def change_state(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """Move a session; raises RefusedError for a move that is not allowed or a servicer who is not there."""
    body = asked.json
    customer = customer_of(platform, corp, body.get("open_kfid"), body.get("external_userid"))
    target, userid, now = body.get("service_state"), str(body.get("servicer_userid") or ""), platform.now
    if not isinstance(target, int) or target not in range(5):
        raise RefusedError(40058, f"{WORDS[40058]}: service_state")
    if target == HUMAN:
        servicer = customer.account.servicers.get(userid)
        if servicer is None or not servicer.receiving:
            # Who is at work changes without asking the product.
            raise RefusedError(95014, WORDS[95014], foreseen=False)
    read_to = platform.journal.read_to.get(customer.account.open_kfid, 0)
    customer.session.move(target, userid, now, read_to=read_to)
    if target not in {POOL, HUMAN, ENDED}:
        return _OK
    lasts = EVENT_CODE_LASTS if target == ENDED else QUEUE_CODE_LASTS
    return {**_OK, "msg_code": customer.session.new_code(now, lasts)}


def list_servicers(_platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """Who receives customers of an account."""
    account = _account(corp, asked.query.get("open_kfid"))
    listed = [
        {"userid": one.userid, "status": _RECEIVING if one.receiving else _RESTING}
        for one in account.servicers.values()
    ]
    return {**_OK, "servicer_list": listed}


def list_accounts(_platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """The corporation's accounts."""
    body: dict[str, Any] = asked.json if asked.body else {}
    start = int(body.get("offset", 0))
    accounts = list(corp.accounts.values())[start : start + int(body.get("limit", 100))]
    listed = [
        {"open_kfid": one.open_kfid, "name": one.name, "avatar": "", "manage_privilege": True} for one in accounts
    ]
    return {**_OK, "account_list": listed}


def list_customers(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """Names of customers."""
    wanted = asked.json.get("external_userid_list") or []
    known = {one.external_userid: one for one in platform.customers.values() if one.corp is corp}
    listed = [
        {"external_userid": each, "nickname": known[each].name, "avatar": "", "gender": 0}
        for each in wanted
        if each in known
    ]
    return {**_OK, "customer_list": listed, "invalid_external_userid": [each for each in wanted if each not in known]}


def contact_way(_platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """The address customers open the chat with."""
    account = _account(corp, asked.json.get("open_kfid"))
    return {**_OK, "url": f"https://work.weixin.qq.com/kfid/{account.open_kfid}?enc_scene=sim"}


def addresses(_platform: "WeComPlatform", _corp: Corp, _asked: Asked) -> Answer:
    """Where callbacks come from."""
    return {**_OK, "ip_list": ["127.0.0.1"]}


def upload(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """Keep a file of the product for three days."""
    kind = asked.query.get("type", "")
    if asked.upload is None:
        raise RefusedError(40058, f"{WORDS[40058]}: media")
    media_id = platform.media.take_upload(corp.corp_id, kind, asked.upload.name, asked.upload.content, platform.now)
    created = str(int(platform.now.timestamp()))
    return {**_OK, "type": kind, "media_id": media_id, "created_at": created}


def download(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """The file itself, with its name."""
    stored = platform.media.get(corp.corp_id, asked.query.get("media_id", ""), platform.now)
    mime = mimetypes.guess_type(stored.name)[0] or "application/octet-stream"
    name = stored.name.encode().decode("latin-1")
    return Binary(content=stored.content, mime=mime, headers={"content-disposition": f'attachment; filename="{name}"'})


def _account(corp: Corp, open_kfid: Any) -> KfAccount:
    account = corp.accounts.get(str(open_kfid))
    if account is None:
        raise RefusedError(95004, WORDS[95004])
    return account
