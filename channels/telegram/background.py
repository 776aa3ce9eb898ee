"""What every worker does for Telegram besides: a poller for each bot that polls, and a broom."""

import asyncio

from channels.accounts.book import Account
from channels.accounts.service import ACCOUNTS_CHANGED
from channels.context import ChannelContext
from channels.telegram.client import Bots
from channels.telegram.polling import Poller
from channels.telegram.repository import forget_old
from channels.telegram.settings import CHANNEL

#: How often accounts are looked for when nobody told of a change, and old rows dropped, in seconds.
ACCOUNTS_LOOK_S = 5.0
SWEEP_EVERY_S = 3600.0

#: What a poller has to be made anew for.
_Key = tuple[str, str, str]


async def poll(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Keep a poller running for each account in polling mode, paused ones too: what comes in is always taken."""
    bots = Bots(context)
    running: dict[_Key, tuple[asyncio.Event, asyncio.Task[None]]] = {}
    async with (
        context.ground.db.bus.listening(ACCOUNTS_CHANGED, "stopping") as listener,
        asyncio.TaskGroup() as group,
    ):
        while not stopping.is_set():
            wanted = {_key(one): one for one in await context.accounts.all() if _polls(one)}
            for key in wanted.keys() - running.keys():
                ending = asyncio.Event()
                poller = Poller(context, wanted[key].name, bots.of(wanted[key]))
                running[key] = (ending, group.create_task(poller.run(ending), name=f"telegram {wanted[key].name}"))
            for key in running.keys() - wanted.keys():
                running.pop(key)[0].set()
            if await listener.wait(ACCOUNTS_LOOK_S):
                context.accounts.forget()
        for ending, _task in running.values():
            ending.set()


async def sweep(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Drop what can no longer come back."""
    async with context.ground.db.bus.listening("stopping") as listener:
        while not stopping.is_set():
            async with context.ground.db.transaction() as session:
                await forget_old(session, context.ground.clock.now())
            await listener.wait(SWEEP_EVERY_S)


def _polls(account: Account) -> bool:
    return account.channel == CHANNEL and account.settings.get("mode") == "polling"


def _key(account: Account) -> _Key:
    return account.name, account.secrets["bot_token"], str(account.settings.get("api_url"))
