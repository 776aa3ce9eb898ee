"""What a platform brings along: the table in ``channels/registry.py`` holds one of these for each."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.port import Channel, Receipt
from kit.db import AsyncSession
from kit.outbox.runner import Independent
from kit.settings import Settings


class AccountForm(BaseModel):
    """Base of what an administrator enters for an account; every field is a text, a switch or a number.

    The label of a field is the catalogue's ``channels.<platform>.<field>``, its help ``….<field>.help``, a choice's
    name ``….<field>.<choice>``. Under "advanced" stand the fields with ``json_schema_extra={"advanced": True}`` and,
    unless that says False, texts and numbers that have a default already, and fields of any other kind, which are
    entered as JSON. A validator may raise a PydanticCustomError whose type is a key of the catalogue.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One step of the check of an account: ``text`` is a catalogue key, filled with ``values``.

    ``said`` is the platform's own word, where it had one.
    """

    step: str
    ok: bool
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    said: str = ""


#: Tries an account out, step by step; stops at the first step that makes the next ones pointless.
Check = Callable[[ChannelContext, Account], Awaitable[list[Checked]]]
#: Until when the access token of each named account is good, for the health page; unknown ones are left out.
Expiries = Callable[[AsyncSession, Sequence[str]], Awaitable[Mapping[str, datetime]]]
#: What the platform itself calls the account, told from its settings and secrets.
NameOf = Callable[[Mapping[str, Any], Mapping[str, str]], str]
#: Runs in every worker until told to stop; what must run once in all of them takes a lease of its own.
Background = Callable[[ChannelContext, asyncio.Event], Coroutine[Any, Any, None]]


class Fallback(Protocol):
    """A way to a person whose reply window is shut: a notice of the kind the person has agreed to."""

    async def available(self, session: AsyncSession, thread: str) -> bool:
        """Whether the person can be sent one now."""
        ...

    async def remind(self, thread: str) -> Receipt:
        """Tell the person that an answer waits, with no transaction open; raises a DeliveryError."""
        ...


@runtime_checkable
class HasNotices(Protocol):
    """A channel with such a way."""

    @property
    def notices(self) -> Fallback: ...


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform. Where ``name_of`` is missing, who enters an account gives the platform's name of it too."""

    name: str
    build: Callable[[ChannelContext], Channel]
    #: Whether accounts may be entered in this installation; without it: always.
    offered: Callable[[Settings], bool] | None = None
    routers: tuple[APIRouter, ...] = ()
    settings_form: type[AccountForm] | None = None
    secrets_form: type[AccountForm] | None = None
    #: The address the platform calls, without the base address; ``{hook}`` is filled in.
    callback: str = ""
    check: Check | None = None
    name_of: NameOf | None = None
    token_expiries: Expiries | None = None
    #: Jobs of its own, by queue and kind.
    runners: Callable[[ChannelContext], Mapping[str, Mapping[str, Independent]]] | None = None
    background: tuple[Background, ...] = ()
