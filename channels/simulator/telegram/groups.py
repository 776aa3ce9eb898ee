"""A group with the bot in it."""

from typing import TYPE_CHECKING, Any

from channels.simulator.people import Arrived
from channels.simulator.telegram.bots import Bot
from channels.simulator.telegram.chats import Chat
from channels.simulator.telegram.people import Person, membership, new_message, press, text_fields

if TYPE_CHECKING:
    from channels.simulator.telegram.state import TelegramPlatform


class Group:
    """People talk in it; the bot hears what its privacy lets it hear."""

    def __init__(self, platform: "TelegramPlatform", bot: Bot, chat: Chat) -> None:
        self.platform = platform
        self.bot = bot
        self.chat = chat

    @property
    def address(self) -> str:
        """As the product names the group."""
        return str(self.chat.id)

    @property
    def inbox(self) -> list[Arrived]:
        """What the bot has said here, newest last."""
        return self.chat.seen.inbox

    @property
    def texts(self) -> list[str]:
        return self.chat.seen.texts

    async def says(self, person: Person, text: str, *, replying_to: Arrived | None = None) -> int:
        """Somebody writes to all; the bot hears it if it may."""
        answer = {"reply_to_message": replying_to.raw} if replying_to else {}
        message = new_message(person, self.chat, {**text_fields(text), **answer})
        to_bot = text.startswith("/") or f"@{self.bot.username}" in text or bool(answer)
        if to_bot or not self.bot.privacy:
            await self.platform.push(self.bot, "message", message)
        return int(message["message_id"])

    async def presses(self, person: Person, label: str) -> str | None:
        """Somebody presses a button of the newest message that has it."""
        return await press(person, self.chat, self.chat.showing(label), label)

    async def brings_bot(self, person: Person) -> None:
        """Somebody adds the bot."""
        self.chat.shut_with(None)
        await self._member(person, "left", "member")
        await self._service(person, new_chat_members=[self.bot.user])

    async def kicks_bot(self, person: Person) -> None:
        """Somebody removes the bot."""
        self.chat.shut_with(f"bot was kicked from the {self.chat.kind} chat")
        await self._member(person, "member", "kicked")

    async def upgrades(self, person: Person) -> int:
        """The group becomes a supergroup with another id, which is returned."""
        new = self.platform.supergroup(self.chat.head["title"], self.bot)
        old, self.chat = self.chat, new
        old.moved_to = new.id
        await self._service(person, chat=old, migrate_to_chat_id=new.id)
        await self._service(person, migrate_from_chat_id=old.id)
        return new.id

    async def _service(self, person: Person, *, chat: Chat | None = None, **fields: Any) -> None:
        message = new_message(person, chat or self.chat, fields)
        await self.platform.push(self.bot, "message", message)

    async def _member(self, person: Person, old: str, new: str) -> None:
        change = {
            "chat": self.chat.head,
            "from": person.user,
            "date": int(self.platform.clock.now().timestamp()),
            "old_chat_member": membership(self.bot, old),
            "new_chat_member": membership(self.bot, new),
        }
        await self.platform.push(self.bot, "my_chat_member", change)
