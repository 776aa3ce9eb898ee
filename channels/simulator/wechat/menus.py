"""The account's menu: three buttons, five below each."""

from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.rules import WORDS
from channels.simulator.wechat.sending import OK, well_written

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

_TOP, _BELOW = 3, 5
_NAME_BYTES, _NAME_BYTES_BELOW = 16, 40
_KEY_BYTES, _URL_BYTES = 128, 1024


def create_menu(_platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Replace the menu; raises RefusedError for one that breaks the limits."""
    buttons = well_written(asked).get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _TOP:
        raise RefusedError(40016, WORDS[40016])
    for button in buttons:
        _check_button(button)
    account.menu = {"button": buttons}
    return OK


def get_menu(_platform: "WeChatPlatform", account: OfficialAccount, _asked: Asked) -> Answer:
    """The menu as it was created."""
    if account.menu is None:
        raise RefusedError(46003, WORDS[46003], foreseen=False)
    return {"menu": account.menu}


def delete_menu(_platform: "WeChatPlatform", account: OfficialAccount, _asked: Asked) -> Answer:
    """Take the menu away."""
    account.menu = None
    return OK


def _check_button(button: dict[str, Any]) -> None:
    below = button.get("sub_button") or []
    if len(below) > _BELOW:
        raise RefusedError(40023, WORDS[40023])
    _check_name(button, _NAME_BYTES)
    for one in below:
        _check_name(one, _NAME_BYTES_BELOW)
        _check_action(one)
    if not below:
        _check_action(button)


def _check_name(button: dict[str, Any], most: int) -> None:
    if not 1 <= len(str(button.get("name", "")).encode()) <= most:
        raise RefusedError(40018, WORDS[40018])


def _check_action(button: dict[str, Any]) -> None:
    if button.get("type") == "view":
        if not 1 <= len(str(button.get("url", "")).encode()) <= _URL_BYTES:
            raise RefusedError(40020, WORDS[40020])
    elif not 1 <= len(str(button.get("key", button.get("media_id", ""))).encode()) <= _KEY_BYTES:
        raise RefusedError(40019, WORDS[40019])
