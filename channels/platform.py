"""What a platform brings along: the table in ``channels/registry.py`` holds one of these for each."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.port import Channel
from kit.outbox.runner import Independent


class AccountForm(BaseModel):
    """Base of what an administrator enters for an account; every field is a text, a switch or a number.

    The label of a field is the catalogue's ``channels.<platform>.<field>``, its help ``….<field>.help``.
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
#: Runs in every worker until told to stop; what must run once in all of them takes a lease of its own.
Background = Callable[[ChannelContext, asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform. ``name_field`` is the form's field that names the account on the platform."""

    name: str
    build: Callable[[ChannelContext], Channel]
    routers: tuple[APIRouter, ...] = ()
    settings_form: type[AccountForm] | None = None
    secrets_form: type[AccountForm] | None = None
    #: The address the platform calls, without the base address; ``{hook}`` is filled in.
    callback: str = ""
    check: Check | None = None
    #: Jobs of its own, by queue and kind.
    runners: Callable[[ChannelContext], Mapping[str, Mapping[str, Independent]]] | None = None
    background: tuple[Background, ...] = ()
