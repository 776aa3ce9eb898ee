"""The methods of the Bot API that exist here, in one table; their names are not case sensitive."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.simulator.telegram.editing import answer_query, delete_message, edit_keyboard, edit_text
from channels.simulator.telegram.refusals import Refusal, bad_request
from channels.simulator.telegram.requests import Asked
from channels.simulator.telegram.sending import FILE_FIELDS, send_action, send_file, send_message
from channels.simulator.telegram.state import TelegramPlatform
from channels.simulator.telegram.updates import delete_webhook, get_updates, set_webhook, webhook_info

Method = Callable[[TelegramPlatform, Asked], Awaitable[Any] | Any]

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_COMMANDS_MAX = 100
_DESCRIPTION_MAX = 256


def get_me(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:  # noqa: ARG001 - as all methods.
    """GetMe."""
    able = {"can_join_groups": True, "can_read_all_group_messages": not asked.bot.privacy}
    return {**asked.bot.user, **able, "supports_inline_queries": False}


def get_file(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """GetFile."""
    return platform.files.path_of(asked.text("file_id"), platform.clock.now())


def get_chat(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """GetChat, in short."""
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    return {**chat.head, "accent_color_id": 0, "max_reaction_count": 11}


def leave_chat(platform: TelegramPlatform, asked: Asked) -> bool:
    """LeaveChat; a private chat cannot be left."""
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats", forbidden=True)
    chat.check_open()
    chat.shut_with(f"bot is not a member of the {chat.kind} chat")
    return True


def set_commands(platform: TelegramPlatform, asked: Asked) -> bool:  # noqa: ARG001 - as all methods.
    """SetMyCommands."""
    commands = asked.parsed("commands") or []
    if len(commands) > _COMMANDS_MAX:
        raise bad_request("BOT_COMMANDS_TOO_MUCH", forbidden=True)
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID", forbidden=True)
        if not 1 <= len(str(command.get("description", ""))) <= _DESCRIPTION_MAX:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID", forbidden=True)
    asked.bot.commands[asked.text("language_code")] = commands
    return True


def get_commands(platform: TelegramPlatform, asked: Asked) -> list[dict[str, str]]:  # noqa: ARG001 - as all methods.
    """GetMyCommands."""
    return asked.bot.commands.get(asked.text("language_code"), [])


METHODS: Mapping[str, Method] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": webhook_info,
    "getupdates": get_updates,
    "sendmessage": send_message,
    **dict.fromkeys(FILE_FIELDS, send_file),
    "sendchataction": send_action,
    "editmessagereplymarkup": edit_keyboard,
    "editmessagetext": edit_text,
    "deletemessage": delete_message,
    "answercallbackquery": answer_query,
    "getfile": get_file,
    "getchat": get_chat,
    "leavechat": leave_chat,
    "setmycommands": set_commands,
    "getmycommands": get_commands,
}


async def run_method(platform: TelegramPlatform, asked: Asked) -> Any:
    """The result of the method; raises Refusal."""
    method = METHODS.get(asked.method)
    if method is None:
        raise Refusal(404, "Not Found: method not found", forbidden=True)
    result = method(platform, asked)
    return await result if inspect.isawaitable(result) else result
