"""What every worker does for e-mail besides: a reader for each mailbox, and the door for an MX."""

import asyncio
import json

from channels.accounts.book import Account
from channels.accounts.service import ACCOUNTS_CHANGED
from channels.context import ChannelContext
from channels.email.polling import Reader
from channels.email.receiving import address_of, open_door
from channels.email.settings import CHANNEL
from kit.log import log

#: How often accounts are looked for when nobody told of a change, and the door is tried again, in seconds.
ACCOUNTS_LOOK_S = 5.0
DOOR_AGAIN_S = 15.0


async def poll(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Keep a reader running for each mailbox that is read, paused ones too: what comes in is always taken."""
    running: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}
    async with (
        context.ground.db.bus.listening(ACCOUNTS_CHANGED, "stopping") as listener,
        asyncio.TaskGroup() as group,
    ):
        while not stopping.is_set():
            wanted = {_key(one): one for one in await context.accounts.all() if _is_read(one)}
            for key in wanted.keys() - running.keys():
                ending = asyncio.Event()
                reader = Reader(context, wanted[key])
                running[key] = (ending, group.create_task(reader.run(ending), name=f"mailbox {wanted[key].name}"))
            for key in running.keys() - wanted.keys():
                running.pop(key)[0].set()
            if await listener.wait(ACCOUNTS_LOOK_S):
                context.accounts.forget()
        for ending, _task in running.values():
            ending.set()


async def receive(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Keep the door open where the settings ask for one."""
    listen = context.ground.settings.smtp_listen
    if not listen:
        return
    host, port = address_of(listen)
    async with context.ground.db.bus.listening("stopping") as listener:
        server: asyncio.Server | None = None
        while not stopping.is_set():
            server = server or await _opened(context, host, port)
            await listener.wait(DOOR_AGAIN_S)
        if server is not None:
            server.close()
            await server.wait_closed()


async def _opened(context: ChannelContext, host: str, port: int) -> asyncio.Server | None:
    try:
        return await open_door(context, host=host, port=port)
    except OSError as error:
        log.error("no mail can be handed over", host=host, port=port, error=str(error))
        return None


def _is_read(account: Account) -> bool:
    return account.channel == CHANNEL and account.settings.get("receive", "imap") == "imap"


def _key(account: Account) -> str:
    """What a reader has to be made anew for."""
    return json.dumps([account.name, account.settings, account.secrets], sort_keys=True, default=str)
