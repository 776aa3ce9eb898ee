"""The menu below the chat: what staff may enter, what the platform takes of it, and how it gets there.

Three buttons, five below each. The platform counts names in bytes and shows fewer characters than it takes: 4 of a
button, 7 of one below. Phones show a new menu within five minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.outbound_models import WeChatMenu
from channels.wechat.translate import SAY
from kit.clock import Clock
from kit.db import AsyncSession, Database
from kit.errors import InvalidError

menu_table: Table = WeChatMenu.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

MOST_BUTTONS, MOST_BELOW = 3, 5
NAME_BYTES, NAME_BYTES_BELOW = 16, 40
KEY_BYTES, URL_BYTES = 128, 1024
#: Keys that mean something to us; any other comes back as a pressed button of that name.
COMMANDS = frozenset({"start", "status", "human", "lang", "link"})
_COMMAND = "cmd:"


class MenuItem(BaseModel):
    """One entry: ``key`` tells us, ``url`` opens a page, and one with entries ``below`` only opens them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    name: str
    key: str = ""
    url: str = ""
    below: "tuple[MenuItem, ...]" = ()


class Menu(BaseModel):
    """The whole menu."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: tuple[MenuItem, ...]


@dataclass(frozen=True, kw_only=True)
class MenuProblem:
    """What the platform would not take: ``where`` as ``2`` or ``2.1``, ``text`` a catalogue key."""

    where: str
    text: str
    values: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An account's menu as staff keep it; without ``saved_at`` it is the one we propose."""

    menu: Menu
    saved_at: datetime | None = None
    pushed_at: datetime | None = None

    @property
    def published(self) -> bool:
        """Whether the platform has taken it since it was last saved."""
        return self.pushed_at is not None and self.saved_at is not None and self.pushed_at >= self.saved_at


class MenuInvalidError(InvalidError):
    """At least one entry is not as the platform takes it; ``problems`` says which and why."""

    code = "wechat_menu_invalid"

    def __init__(self, problems: list[MenuProblem]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


DEFAULT = Menu(
    items=(
        MenuItem(name="查进度", key="cmd:status"),
        MenuItem(name="找人工", key="cmd:human"),
        MenuItem(
            name="更多",
            below=(MenuItem(name="绑定账号", key="cmd:link"), MenuItem(name="English / 中文", key="cmd:lang")),
        ),
    )
)


def problems_of(menu: Menu) -> list[MenuProblem]:
    """Everything the platform would refuse, or that would lead nowhere."""
    found = []
    if not 1 <= len(menu.items) <= MOST_BUTTONS:
        found.append(MenuProblem(where="", text="wechat.menu.count", values={"most": MOST_BUTTONS}))
    for number, item in enumerate(menu.items, 1):
        found += _problems(str(number), item, NAME_BYTES)
        if len(item.below) > MOST_BELOW:
            found.append(MenuProblem(where=str(number), text="wechat.menu.below", values={"most": MOST_BELOW}))
        for inner, below in enumerate(item.below, 1):
            found += _problems(f"{number}.{inner}", below, NAME_BYTES_BELOW)
            if below.below:
                found.append(MenuProblem(where=f"{number}.{inner}", text="wechat.menu.depth"))
    return found


def _problems(where: str, item: MenuItem, name_bytes: int) -> Iterator[MenuProblem]:
    if not 1 <= _size(item.name) <= name_bytes:
        yield MenuProblem(where=where, text="wechat.menu.name", values={"most": name_bytes // 3, "bytes": name_bytes})
    if [bool(item.key), bool(item.url), bool(item.below)].count(True) != 1:
        yield MenuProblem(where=where, text="wechat.menu.action")
    if _size(item.key) > KEY_BYTES:
        yield MenuProblem(where=where, text="wechat.menu.key", values={"bytes": KEY_BYTES})
    command = item.key.removeprefix(_COMMAND).partition(":")[0]
    if item.key.startswith(_COMMAND) and command not in COMMANDS:
        yield MenuProblem(where=where, text="wechat.menu.command", values={"command": command})
    if item.key.startswith(SAY) and not item.key.removeprefix(SAY).strip():
        yield MenuProblem(where=where, text="wechat.menu.say")
    if item.url and not _is_page(item.url):
        yield MenuProblem(where=where, text="wechat.menu.url", values={"bytes": URL_BYTES})


def _is_page(url: str) -> bool:
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname) and _size(url) <= URL_BYTES


def _size(text: str) -> int:
    return len(text.encode())


def platform_form(menu: Menu) -> dict[str, Any]:
    """The menu as the platform's interface takes it."""
    return {"button": [_button(item) for item in menu.items]}


def _button(item: MenuItem) -> dict[str, Any]:
    if item.below:
        return {"name": item.name, "sub_button": [_button(below) for below in item.below]}
    action = {"type": "view", "url": item.url} if item.url else {"type": "click", "key": item.key}
    return {"name": item.name, **action}


async def menu_of(session: AsyncSession, account: str) -> Menu:
    """The menu staff have saved, else the one we propose."""
    return (await draft_of(session, account)).menu


async def draft_of(session: AsyncSession, account: str) -> Draft:
    """The same, and when it was saved and published."""
    row = (await session.execute(_OF, {"of_account": account})).one_or_none()
    if row is None:
        return Draft(menu=DEFAULT)
    return Draft(menu=Menu.model_validate(row.body), saved_at=row.updated_at, pushed_at=row.pushed_at)


async def forget_menu(session: AsyncSession, account: str) -> None:
    """Back to the menu we propose; the platform keeps what it has until the next :func:`push_menu`."""
    await session.execute(_FORGET, {"of_account": account})


async def save_menu(session: AsyncSession, now: datetime, account: str, menu: Menu) -> None:
    """Keep a menu; raises MenuInvalidError. The platform hears of it from :func:`push_menu`."""
    if problems := problems_of(menu):
        raise MenuInvalidError(problems)
    row = {"account": account, "body": menu.model_dump(mode="json"), "updated_at": now}
    await session.execute(_SAVE[session.get_bind().dialect.name], row)


async def push_menu(db: Database, clock: Clock, api: WeChatApi, credentials: Credentials) -> None:
    """Give the saved menu to the platform; raises PlatformRefusedError, or one of the delays of ``wire``."""
    at = clock.now()
    async with db.transaction() as session:
        # What we propose is saved with that: from now on it is the account's menu.
        row = {"account": credentials.account, "body": DEFAULT.model_dump(mode="json"), "updated_at": at}
        await session.execute(_PROPOSE[session.get_bind().dialect.name], row)
        menu = await menu_of(session, credentials.account)
    await api.create_menu(credentials, platform_form(menu))
    async with db.transaction() as session:
        # Of the moment it was read: what was saved while the platform was asked is not published.
        await session.execute(_PUSHED, {"of_account": credentials.account, "now": at})


def _proposing(dialect_insert: Any) -> Insert:
    once: Insert = dialect_insert(menu_table).on_conflict_do_nothing(index_elements=["account"])
    return once


def _saving(dialect_insert: Any) -> Insert:
    statement = dialect_insert(menu_table)
    anew = {name: statement.excluded[name] for name in ("body", "updated_at")}
    saved: Insert = statement.on_conflict_do_update(index_elements=["account"], set_=anew)
    return saved


# Built once: to build a statement costs more than to run it.
_FORGET = delete(menu_table).where(menu_table.c.account == bindparam("of_account"))
_OF = select(menu_table).where(menu_table.c.account == bindparam("of_account"))
_PROPOSE = {"postgresql": _proposing(postgresql.insert), "sqlite": _proposing(sqlite.insert)}
_SAVE = {"postgresql": _saving(postgresql.insert), "sqlite": _saving(sqlite.insert)}
_PUSHED = update(menu_table).where(menu_table.c.account == bindparam("of_account")).values(pushed_at=bindparam("now"))
