"""The Bot API, behind calls of our own: the one place that knows the library which speaks it.

The library writes requests and reads answers, nothing more: no Updater, no rate limiter of one process, no retries
(a send is not idempotent). Every refusal and silence leaves here as one of the port's delivery errors.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import TelegramError
from telegram.request import HTTPXRequest, RequestData

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError, OutcomeUnknownError
from channels.telegram.failures import answer_failure, transport_failure
from channels.telegram.settings import API_URL

Result = TypeVar("Result")

#: Kinds of updates we want; others are never sent to us.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
#: So many requests Telegram may have open at our webhook at once.
WEBHOOK_CONNECTIONS = 20

# A request's address contains the token: neither library may write it into a log.
for _name in ("httpx", "telegram"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class _RefusedError(TelegramError):
    """An answer that is no success, before the library sorts it into classes that lose the code."""

    def __init__(self, code: int, words: str, parameters: dict[str, Any]) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.parameters = parameters


class _Request(HTTPXRequest):
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        code, payload = await super().do_request(*args, **kwargs)
        answer = _object(payload)
        if code == HTTPStatus.OK and answer.get("ok") is True and "result" in answer:
            return code, payload
        said = answer.get("error_code")
        raise _RefusedError(
            said if isinstance(said, int) else code,
            str(answer.get("description") or _phrase(code)),
            _mapping(answer.get("parameters")),
        )

    async def fields(self, url: str, fields: Mapping[str, str], read_timeout: float) -> Any:
        """The bare result of a call without files."""
        data = cast("RequestData", SimpleNamespace(multipart_data=None, json_parameters=fields))
        _code, payload = await self.do_request(url, "POST", data, read_timeout=read_timeout)
        return json.loads(payload)["result"]


def _object(payload: bytes) -> dict[str, Any]:
    try:
        return _mapping(json.loads(payload))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return f"HTTP {code}"


@dataclass(frozen=True, kw_only=True)
class Key:
    """One button of a keyboard."""

    label: str
    data: str


Keyboard = Sequence[Sequence[Key]]


class Api:
    """One bot. Everything here raises a DeliveryError, and nothing else."""

    def __init__(self, bot: Bot, polling: _Request) -> None:
        self._bot = bot
        self._polling = polling

    async def send_text(
        self, chat: str, text: str, *, markup: bool, keyboard: Keyboard = (), reply_to: int | None = None
    ) -> int:
        """Send a message and return its number; ``markup``: the text is HTML."""
        sent = await self._ask(
            self._bot.send_message(
                chat_id=chat,
                text=text,
                parse_mode=ParseMode.HTML if markup else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_keyboard(keyboard),
                reply_parameters=_reply(reply_to),
            )
        )
        return sent.message_id

    async def send_file(self, chat: str, way: str, path: Path, *, name: str, caption: str | None = None) -> int:
        """Send a file the ``way`` named (photo, animation, video, voice, audio or document); return its number."""
        file = InputFile(await asyncio.to_thread(path.read_bytes), filename=name)
        common: dict[str, Any] = {
            "chat_id": chat,
            "caption": caption,
            "parse_mode": ParseMode.HTML if caption else None,
        }
        ways: dict[str, Callable[..., Awaitable[Any]]] = {
            "photo": self._bot.send_photo,
            "animation": self._bot.send_animation,
            "video": self._bot.send_video,
            "voice": self._bot.send_voice,
            "audio": self._bot.send_audio,
            "document": self._bot.send_document,
        }
        sent = await self._ask(ways[way](**{way: file}, **common))
        return int(sent.message_id)

    async def answer_press(self, query: str, text: str | None) -> None:
        """End the waiting sign on a pressed button, with a notice where there is something to say."""
        await self._ask(self._bot.answer_callback_query(query, text=text, show_alert=text is not None))

    async def replace_keyboard(self, chat: str, message_id: int, keyboard: Keyboard) -> None:
        await self._ask(
            self._bot.edit_message_reply_markup(chat_id=chat, message_id=message_id, reply_markup=_keyboard(keyboard))
        )

    async def show_typing(self, chat: str) -> None:
        """Shown for five seconds, or until a message comes."""
        await self._ask(self._bot.send_chat_action(chat, ChatAction.TYPING))

    async def me(self) -> dict[str, Any]:
        """Who we are."""
        return (await self._ask(self._bot.get_me())).to_dict()

    async def webhook(self) -> dict[str, Any]:
        """What Telegram knows of our webhook, and how it fares with it."""
        return (await self._ask(self._bot.get_webhook_info())).to_dict()

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._ask(
            self._bot.set_webhook(url, secret_token=secret, allowed_updates=WANTED, max_connections=WEBHOOK_CONNECTIONS)
        )

    async def delete_webhook(self) -> None:
        """Nothing that waits is dropped."""
        await self._ask(self._bot.delete_webhook(drop_pending_updates=False))

    async def set_commands(self, commands: Mapping[str, str], *, language: str | None) -> None:
        """The menu of commands people see; ``language`` None: in all languages that have none of their own."""
        menu = [BotCommand(name, text) for name, text in commands.items()]
        await self._ask(self._bot.set_my_commands(menu, language_code=language))

    async def updates(self, start: int, *, wait_s: int) -> list[Any]:
        """The updates from number ``start`` on, unread; waits for one at most ``wait_s`` seconds."""
        wanted = {"timeout": str(wait_s), "allowed_updates": json.dumps(WANTED)}
        if start:
            wanted["offset"] = str(start)
        # Not the library's own call: its reading of updates refuses what ours takes.
        result = await self._ask(self._polling.fields(f"{self._bot.base_url}/getUpdates", wanted, wait_s + 10))
        return result if isinstance(result, list) else []

    async def file_address(self, ref: str) -> str:
        """Where a file people sent can be fetched, for an hour at least. The address contains the token."""
        file = await self._ask(self._bot.get_file(ref))
        return file.file_path or ""

    async def _ask(self, call: Awaitable[Result]) -> Result:
        try:
            return await call
        except _RefusedError as refused:
            raise self._answered(refused) from None
        except TelegramError as silent:
            raise self._safe(transport_failure(silent.__cause__)) from None
        except Exception as unreadable:  # noqa: BLE001 - a success whose content the library could not read.
            raise OutcomeUnknownError("unreadable", type(unreadable).__name__) from None

    def _answered(self, refused: _RefusedError) -> DeliveryError:
        if refused.code == HTTPStatus.OK:
            # A page of some gateway in the way: it says nothing about what happened behind it.
            return OutcomeUnknownError("unreadable", refused.words)
        return self._safe(answer_failure(refused.code, refused.words, refused.parameters))

    def _safe(self, error: DeliveryError) -> DeliveryError:
        """The same error; its words are shown to staff and may quote the address of the request."""
        error.text = error.text.replace(self._bot.token, "…")
        return error


def _keyboard(rows: Keyboard) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(key.label, callback_data=key.data) for key in row] for row in rows]
    )


def _reply(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id is not None else None


def way_of(mime: str) -> str:
    """How a file of ours is sent: Telegram's kinds take few types each, and a document takes every one."""
    match mime:
        case "image/jpeg" | "image/png" | "image/webp":
            return "photo"
        case "image/gif":
            return "animation"
        case "video/mp4":
            return "video"
        case "audio/ogg":
            return "voice"
        case "audio/mpeg" | "audio/mp4":
            return "audio"
    return "document"


class Bots:
    """The bots of the accounts, each made once; a changed token or address makes a new one."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._known: dict[tuple[str, str], Api] = {}

    def of(self, account: Account) -> Api:
        token = account.secrets["bot_token"]
        base = account.settings.get("api_url") or API_URL
        if (token, base) not in self._known:
            self._known[token, base] = self._make(token, base)
        return self._known[token, base]

    def _make(self, token: str, base: str) -> Api:
        polling = self._request()
        bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request(),
            get_updates_request=polling,
        )
        return Api(bot, polling)

    def _request(self) -> _Request:
        request = _Request(
            connection_pool_size=32,
            connect_timeout=5,
            pool_timeout=5,
            write_timeout=10,
            read_timeout=20,
            media_write_timeout=60,
            httpx_kwargs={"transport": self._context.transport, "trust_env": False},
        )
        self._context.at_end(request.shutdown)
        return request
