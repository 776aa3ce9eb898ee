"""QR codes, what is known of a follower, counts and addresses."""

import base64
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked, Binary
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.rules import WORDS
from channels.simulator.wechat.sending import OK, well_written

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

_LONGEST_S = 2_592_000
_SHORTEST_S = 60
_SCENE_CHARACTERS = 64
#: Where pushes come from: the loopback address, as this platform runs there.
_CALLBACK_ADDRESSES = ["127.0.0.1", "::1"]
#: One black pixel stands for the picture of a code.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def create_code(platform: "WeChatPlatform", _account: OfficialAccount, asked: Asked) -> Answer:
    """A ticket for a QR code with a scene."""
    body = well_written(asked)
    scene = _scene(body)
    ticket = "gQ" + secrets.token_urlsafe(66)
    platform.tickets[ticket] = scene
    answer: dict[str, Any] = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{quote(ticket[:24])}"}
    if not str(body["action_name"]).startswith("QR_LIMIT"):
        answer["expire_seconds"] = _lifetime(body)
    return answer


def show_code(platform: "WeChatPlatform", asked: Asked) -> Binary:
    """The picture of a ticket; no token is needed."""
    if asked.query.get("ticket", "") not in platform.tickets:
        return Binary(content=b"", mime="text/plain", status=404)
    return Binary(content=_PIXEL, mime="image/png")


def user_info(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """What the platform tells of a follower: since 2021 neither name nor picture."""
    person = platform.reachable(account, asked.query.get("openid"))
    if not person.following or person.followed_at is None:
        return {"subscribe": 0, "openid": person.openid}
    return {
        "subscribe": 1,
        "openid": person.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "subscribe_time": int(person.followed_at.timestamp()),
        "unionid": f"u-{person.openid}",
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if person.scene else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": person.scene,
    }


def clear_quota(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Begin the day's counts anew."""
    if well_written(asked).get("appid") != account.app_id:
        raise RefusedError(40013, WORDS[40013])
    platform.quotas.clear(account.app_id, platform.clock.now())
    return OK


def addresses(_platform: "WeChatPlatform", _account: OfficialAccount, _asked: Asked) -> Answer:
    """Where the platform calls from."""
    return {"ip_list": _CALLBACK_ADDRESSES}


def servicers(_platform: "WeChatPlatform", _account: OfficialAccount, _asked: Asked) -> Answer:
    """The account's own customer service staff: none, as ours answer elsewhere."""
    return {"kf_list": []}


def _scene(body: dict[str, Any]) -> str:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise RefusedError(40053, WORDS[40053])
    value = scene.get("scene_str") if "STR" in str(body.get("action_name")) else scene.get("scene_id")
    if not value or len(str(value)) > _SCENE_CHARACTERS:
        raise RefusedError(40053, WORDS[40053])
    return str(value)


def _lifetime(body: dict[str, Any]) -> int:
    asked = int(body.get("expire_seconds", _SHORTEST_S))
    if not 1 <= asked <= _LONGEST_S:
        raise RefusedError(40053, WORDS[40053])
    return asked
