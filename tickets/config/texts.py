"""What is said to customers by itself, where the desk chose other words than we bring along."""

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import ClassVar

from sqlmodel import col, select

from kit.db import AsyncSession
from kit.i18n import catalogue
from tickets.config.section import Hand, Item, Misfit, Section
from tickets.config.values import Words
from tickets.desk.models import DeskSetting
from tickets.rhythm import TEXT

#: What the texts begin with that the bot says, asks, and tells of a ticket.
SAID = ("say.", "ask.", "news.")


def texts() -> dict[str, Mapping[str, str]]:
    """Every text that can be put in other words, as we bring it along."""
    return {key: said for key, said in catalogue().texts.items() if key.startswith(SAID)}  # type: ignore[misc]  # Locales are strings.


class TextItem(Item):
    """Nothing chosen means as we bring it along."""

    zh: Words | None = None
    en: Words | None = None


class Texts(Section):
    """One item for each text there is; saved empty it is as it was brought along."""

    name: ClassVar[str] = "texts"
    item = TextItem
    #: Nobody adds a text or takes one away.
    keys_of: ClassVar[str] = "texts"

    async def load(self, session: AsyncSession) -> dict[str, TextItem]:
        rows = (await session.exec(select(DeskSetting).where(col(DeskSetting.key).startswith(TEXT)))).all()
        chosen = {row.key.removeprefix(TEXT): row.value for row in rows}
        return {key: TextItem(**chosen.get(key, {})) for key in texts()}

    async def save(self, hand: Hand, key: str, item: TextItem) -> None:
        row = await hand.session.get(DeskSetting, TEXT + key)
        value = {locale: text for locale, text in item.dump().items() if text}
        if value:
            row = row or DeskSetting(key=TEXT + key, value=value)
            row.value = value
            hand.session.add(row)
        elif row is not None:
            await hand.session.delete(row)
        await hand.session.flush()

    async def used(self, session: AsyncSession) -> set[str]:  # noqa: ARG002 - the product says them all.
        return set(texts())

    def misfits(self, items: Mapping[str, TextItem]) -> Iterable[Misfit]:
        """A text that names something else than ours could not be said."""
        brought = texts()
        for key, item in items.items():
            for locale, text in item.dump().items():
                if text and key in brought and placeholders(text) != placeholders(brought[key][locale]):
                    yield Misfit(key, locale, "placeholders")

    def is_key(self, key: str) -> bool:
        return key in texts()


def placeholders(text: str) -> set[str] | None:
    """What a text has filled in; None where it cannot be filled in at all."""
    try:
        return set(_named(text))
    except ValueError:
        return None


def _named(text: str) -> Iterator[str]:
    for _literal, name, form, conversion in Formatter().parse(text):
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
