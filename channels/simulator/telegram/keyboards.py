"""The keyboard under a message: checked as Telegram checks it."""

from typing import Any
from urllib.parse import urlsplit

from channels.simulator.telegram.limits import CALLBACK_DATA_MAX
from channels.simulator.telegram.refusals import bad_request

_BUTTONS_MAX = 100
_SCHEMES = {"http", "https", "tg"}


def read_keyboard(markup: Any) -> dict[str, Any] | None:
    """The inline keyboard, or None; other keyboards are taken as they are. Raises Refusal."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup", forbidden=True)
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array', forbidden=True)
    buttons = [button for row in rows for button in row]
    if len(buttons) > _BUTTONS_MAX:
        raise bad_request("reply markup is too long", forbidden=True)
    for button in buttons:
        _check(button)
    return {"inline_keyboard": rows} if buttons else None


def _check(button: Any) -> None:
    words = "can't parse inline keyboard button:"
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request(f'{words} field "text" must be a non-empty String', forbidden=True)
    data, url = button.get("callback_data"), button.get("url")
    if data is None and url is None:
        raise bad_request(f"{words} Text buttons are unallowed in the inline keyboard", forbidden=True)
    if data is not None and not 0 < len(str(data).encode()) <= CALLBACK_DATA_MAX:
        raise bad_request("BUTTON_DATA_INVALID", forbidden=True)
    if url is not None and urlsplit(str(url)).scheme not in _SCHEMES:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL", forbidden=True)


def buttons_of(markup: dict[str, Any] | None) -> list[dict[str, Any]]:
    """All inline buttons, in reading order."""
    return [button for row in (markup or {}).get("inline_keyboard", []) for button in row]
