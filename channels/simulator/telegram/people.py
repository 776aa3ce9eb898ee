"""Somebody with Telegram on their phone, in a private chat with one bot."""

import re
from typing import TYPE_CHECKING, Any

from channels.simulator.people import Arrived
from channels.simulator.telegram.bots import Bot
from channels.simulator.telegram.chats import Chat, Shown
from channels.simulator.telegram.files import StoredFile, described
from channels.simulator.telegram.keyboards import buttons_of
from channels.simulator.telegram.limits import utf16_length

if TYPE_CHECKING:
    from channels.simulator.telegram.state import TelegramPlatform

_COMMAND = re.compile(r"/[a-zA-Z0-9_]{1,32}(?:@\w+)?")
#: What people call a kind of file, and what Telegram calls it.
KINDS = {"image": "photo", "voice": "voice", "video": "video", "file": "document", "audio": "audio"}


class Person:
    """Says and does things, and sees what the bot sends."""

    def __init__(self, platform: "TelegramPlatform", bot: Bot, chat: Chat, user: dict[str, Any]) -> None:
        self.platform = platform
        self.bot = bot
        self.chat = chat
        self.user = user
        #: The text of the last pop-up that answered a pressed button.
        self.notice = ""

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def address(self) -> str:
        """As the product names the person."""
        return str(self.chat.id)

    @property
    def inbox(self) -> list[Arrived]:
        """What the bot has sent, newest last."""
        return self.chat.seen.inbox

    @property
    def texts(self) -> list[str]:
        return self.chat.seen.texts

    @property
    def last(self) -> Arrived:
        return self.chat.seen.last

    async def says(self, text: str, *, replying_to: Arrived | None = None) -> int:
        """Write; returns the number of the message."""
        answer = {"reply_to_message": replying_to.raw} if replying_to else {}
        return await self.pushes(**text_fields(text), **answer)

    async def sends(
        self, kind: str, content: bytes, name: str = "", *, caption: str = "", size: int | None = None
    ) -> int:
        """Send an image, voice, video, file or audio; ``size`` claims another size than it has."""
        stored = self.platform.files.store(KINDS[kind], content, name=name, size=size)
        return await self.sends_stored(stored, caption=caption)

    async def sends_stored(self, stored: StoredFile, *, caption: str = "") -> int:
        """Send a file the platform has."""
        return await self.pushes(**described(stored), **({"caption": caption} if caption else {}))

    async def follows(self, scene: str | None = None) -> int:
        """Open the chat by its button, or by a link with a payload."""
        self.chat.shut_with(None)
        return await self.says(f"/start {scene}" if scene else "/start")

    async def scans(self, scene: str) -> int:
        """Open the chat by a link or QR code ``t.me/<bot>?start=<scene>``."""
        return await self.follows(scene)

    async def clicks(self, command: str) -> int:
        """Choose a command of the menu."""
        return await self.says(f"/{command.lstrip('/')}")

    async def presses(self, label: str) -> str | None:
        """Press the button of the newest message that has it; returns the address of a button that opens a page."""
        shown = self.chat.showing(label)
        return await press(self, self.chat, shown, label)

    async def edits(self, text: str, message_id: int | None = None) -> None:
        """Change what one has written; the last message unless told which."""
        said = self.chat.said[message_id or max(self.chat.said)]
        said.update(text_fields(text))
        said["edit_date"] = int(self.platform.clock.now().timestamp())
        await self.platform.push(self.bot, "edited_message", said)

    async def blocks(self) -> None:
        """Stop and block the bot."""
        self.chat.shut_with("bot was blocked by the user")
        await self._becomes("member", "kicked")

    async def unblocks(self) -> None:
        """Take the block away."""
        self.chat.shut_with(None)
        await self._becomes("kicked", "member")

    async def unfollows(self) -> None:
        """The same as to block: Telegram knows nothing else."""
        await self.blocks()

    def is_deleted(self) -> None:
        """The person's account is deleted; the bot is not told."""
        self.chat.shut_with("user is deactivated")

    async def pushes(self, **fields: Any) -> int:
        """Send a message with any fields (contact, location, sticker); returns its number."""
        message = new_message(self, self.chat, fields)
        await self.platform.push(self.bot, "message", message)
        return int(message["message_id"])

    async def _becomes(self, old: str, new: str) -> None:
        change = {
            "chat": self.chat.head,
            "from": self.user,
            "date": int(self.platform.clock.now().timestamp()),
            "old_chat_member": membership(self.bot, old),
            "new_chat_member": membership(self.bot, new),
        }
        await self.platform.push(self.bot, "my_chat_member", change)


def new_message(person: Person, chat: Chat, fields: dict[str, Any]) -> dict[str, Any]:
    """A message of the person in the chat, remembered there."""
    message = {
        "message_id": person.bot.next_message_id(),
        "from": person.user,
        "chat": chat.head,
        "date": int(person.platform.clock.now().timestamp()),
        **fields,
    }
    chat.said[message["message_id"]] = message
    return message


def text_fields(text: str) -> dict[str, Any]:
    """The text, and the command it begins with as an entity."""
    found = _COMMAND.match(text)
    if found is None:
        return {"text": text}
    command = {"type": "bot_command", "offset": 0, "length": utf16_length(found[0])}
    return {"text": text, "entities": [command]}


async def press(person: Person, chat: Chat, shown: Shown, label: str) -> str | None:
    """Press a button of a message in a chat."""
    button = next(one for one in buttons_of(shown.markup) if one["text"] == label)
    if "url" in button:
        return str(button["url"])
    query = {
        "id": person.platform.new_query(person.bot, person),
        "from": person.user,
        "message": shown.raw,
        "chat_instance": str(abs(hash((person.bot.id, chat.id)))),
        "data": button["callback_data"],
    }
    await person.platform.push(person.bot, "callback_query", query)
    return None


def membership(bot: Bot, status: str) -> dict[str, Any]:
    """The bot as a ChatMember."""
    until = {"until_date": 0} if status == "kicked" else {}
    return {"user": bot.user, "status": status, **until}
