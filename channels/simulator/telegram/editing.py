"""Methods about messages that are there already, and about buttons that were pressed."""

from typing import Any

from channels.simulator.telegram.chats import Shown
from channels.simulator.telegram.keyboards import read_keyboard
from channels.simulator.telegram.limits import QUERY_LIVES, TEXT_MAX, utf16_length
from channels.simulator.telegram.markup import read_text
from channels.simulator.telegram.refusals import bad_request
from channels.simulator.telegram.requests import Asked
from channels.simulator.telegram.state import TelegramPlatform

_NOTICE_MAX = 200
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def edit_keyboard(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """EditMessageReplyMarkup."""
    shown = _shown(platform, asked)
    markup = read_keyboard(asked.parsed("reply_markup"))
    if markup == shown.markup:
        raise bad_request(_SAME)
    return _with_keyboard(shown, markup)


def edit_text(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """EditMessageText."""
    shown = _shown(platform, asked)
    text, _entities = read_text(asked.text("text"), asked.text("parse_mode"))
    markup = read_keyboard(asked.parsed("reply_markup"))
    if not text.strip():
        raise bad_request("message text is empty", forbidden=True)
    if utf16_length(text) > TEXT_MAX:
        raise bad_request("MESSAGE_TOO_LONG", forbidden=True)
    if (text, markup) == (shown.text, shown.markup):
        raise bad_request(_SAME)
    shown.text = shown.raw["text"] = text
    return _with_keyboard(shown, markup)


def delete_message(platform: TelegramPlatform, asked: Asked) -> bool:
    """DeleteMessage."""
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    shown = chat.shown(asked.number("message_id"))
    if shown is None:
        raise bad_request("message to delete not found")
    chat.seen.inbox.remove(shown)
    return True


def answer_query(platform: TelegramPlatform, asked: Asked) -> bool:
    """AnswerCallbackQuery: the button stops turning."""
    query = platform.queries.get(asked.text("callback_query_id"))
    expired = query is None or platform.clock.now() - query.at > QUERY_LIVES
    if query is None or expired or query.bot is not asked.bot:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(asked.text("text")) > _NOTICE_MAX:
        raise bad_request("MESSAGE_TOO_LONG", forbidden=True)
    query.answered, query.text = True, asked.text("text")
    query.person.notice = query.text
    return True


def _shown(platform: TelegramPlatform, asked: Asked) -> Shown:
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    chat.check_open()
    number = asked.number("message_id")
    shown = chat.shown(number)
    if shown is None:
        raise bad_request("message can't be edited" if number in chat.said else "message to edit not found")
    return shown


def _with_keyboard(shown: Shown, markup: dict[str, Any] | None) -> dict[str, Any]:
    shown.set_markup(markup)
    message: dict[str, Any] = shown.raw
    message.pop("reply_markup", None)
    if markup is not None:
        message["reply_markup"] = markup
    return message
