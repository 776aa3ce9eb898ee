"""The page on Telegram."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channels.simulator.people import Arrived
from channels.simulator.phone.handset import Fact, MenuItem
from channels.simulator.telegram.chats import Shown
from channels.simulator.telegram.people import Person, press
from channels.simulator.telegram.state import TelegramPlatform

#: Before the product has set any: what every bot of ours knows.
_COMMANDS = ("start", "status", "human", "lang")


class TelegramHandset:
    """Telegram has no quota; what matters is whether the bot may write, and whether the webhook answers."""

    abilities: Mapping[str, str] = {"start": "follows", "block": "blocks", "unblock": "unblocks"}
    kinds = ("image", "voice", "video", "file")

    def __init__(self, platform: TelegramPlatform) -> None:
        self.platform = platform

    async def person(self, key: str, name: str) -> Person:
        language = "zh-hans" if any("\u4e00" <= character <= "\u9fff" for character in name) else "en"
        return await self.platform.person(key, name=name, language=language)

    async def press(self, person: Person, arrived: Arrived, label: str) -> tuple[str, Any]:
        shown = next(one for one in person.inbox if one is arrived and isinstance(one, Shown))
        return label, await press(person, person.chat, shown, label)

    def able(self, person: Person) -> Sequence[str]:
        blocked = person.chat.shut is not None
        return ["start", "unblock" if blocked else "block"]

    def menu(self, person: Person) -> Sequence[MenuItem]:
        """The commands as the bot has set them; before that, those every bot of ours knows."""
        commands = person.bot.commands
        chosen = commands.get(person.user["language_code"][:2]) or commands.get("")
        names = [one["command"] for one in chosen] if chosen else _COMMANDS
        return [MenuItem(label=f"/{name}", key=name) for name in names]

    def facts(self, person: Person) -> Sequence[Fact]:
        return list(self._facts(person))

    def _facts(self, person: Person) -> Iterator[Fact]:
        shut = person.chat.shut
        yield Fact(key="telegram_shut", values={"words": shut}, alarming=True) if shut else Fact(key="telegram_open")
        turning = sum(query.person is person for query in self.platform.unanswered)
        if turning:
            yield Fact(key="telegram_turning", values={"count": turning}, alarming=True)
        if person.notice:
            yield Fact(key="telegram_notice", values={"words": person.notice})
        hook = person.bot.webhook
        yield Fact(key="by_webhook" if hook else "by_polling")
        waiting = len(person.bot.waiting(self.platform.clock.now()))
        if waiting:
            yield Fact(key="waiting", values={"count": waiting}, alarming=True)
            if hook and hook.last_error:
                yield Fact(key="hook_error", values={"words": hook.last_error}, alarming=True)

    def taken(self, result: Any) -> bool:
        """Updates wait until they are taken: nothing is lost."""
        return result is not False
