"""``yingpiao simulate``: a simulated platform beside the running product, and a phone to play the customer on."""

import asyncio
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from sqlmodel import select
from starlette.applications import Starlette

from bot.installation import migrate
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account, change_account, pause_account
from channels.context import ChannelContext
from channels.platform import AccountForm
from channels.registry import PLATFORMS
from channels.simulator.phone.server import make_phone_app
from channels.simulator.stands import STANDS, Credentials
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import translate

#: Only this machine can reach it: there is no password.
HOST = "127.0.0.1"
#: Every platform gives up a push sooner.
_PUSH_TIMEOUT_S = 15


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """One platform to simulate; ``product_url`` is where the product takes pushes."""

    channel: str
    port: int
    product_url: str

    @property
    def url(self) -> str:
        """Where the page is, and what the product takes for the platform."""
        return f"http://{HOST}:{self.port}"


async def simulate(ground: Ground, simulation: Simulation, *, browser: bool) -> None:
    """Run until told to stop; meanwhile the product has an account on the platform, afterwards it is paused."""
    await migrate(ground)
    async with simulated(ground, simulation) as app:
        config = uvicorn.Config(app, host=HOST, port=simulation.port, log_level="warning", timeout_graceful_shutdown=2)
        opening = asyncio.create_task(_open(simulation.url)) if browser else None
        await uvicorn.Server(config).serve()
        if opening is not None:
            opening.cancel()
    await ground.db.close()


async def _open(url: str) -> None:
    # The server needs a moment; a browser that is too early would show an error.
    await asyncio.sleep(1)
    await asyncio.to_thread(webbrowser.open, url)


@asynccontextmanager
async def simulated(ground: Ground, simulation: Simulation) -> AsyncIterator[Starlette]:
    """The page and the platform as an application, with the account on either side."""
    context, stand = ChannelContext.of(ground), STANDS[simulation.channel]
    async with ground.db.transaction() as session:
        account = await _account(session, context, simulation)

    async def pause() -> None:
        # Not after the server: told to stop, it ends the process as soon as its application has ended.
        async with ground.db.transaction() as session:
            await pause_account(session, ground.clock.now(), account, paused=True)

    async with httpx.AsyncClient(trust_env=False, timeout=_PUSH_TIMEOUT_S) as http:
        platform = stand.make(ground.clock, http)
        callback = PLATFORMS[simulation.channel].callback.format(hook=account.hook)
        secrets = context.box.open(account.secrets)
        known = Credentials(name=account.name, settings=account.settings, secrets=secrets)
        stand.register(platform, known, f"{simulation.product_url}{callback}")
        host, product_url = stand.app(platform), simulation.product_url
        yield make_phone_app(simulation.channel, platform, host, product_url=product_url, at_end=pause)


async def _account(session: AsyncSession, context: ChannelContext, simulation: Simulation) -> ChannelAccount:
    """The account of the last time, with the same secrets, or a new one."""
    given, now = STANDS[simulation.channel].credentials(), context.ground.clock.now()
    known = select(ChannelAccount).where(
        ChannelAccount.channel == simulation.channel, ChannelAccount.name == given.name
    )
    account = (await session.exec(known)).first()
    own = {"api_url": simulation.url}
    if account is not None:
        await change_account(
            session, now, context.box, account, label=account.label, settings={**account.settings, **own}, secrets={}
        )
        await pause_account(session, now, account, paused=False)
        return account
    platform = PLATFORMS[simulation.channel]
    return await add_account(
        session,
        now,
        context.box,
        channel=simulation.channel,
        name=given.name,
        label=translate(f"phone.title.{simulation.channel}", context.ground.settings.default_locale),
        settings=_entered(platform.settings_form, {**given.settings, **own}),
        secrets=_entered(platform.secrets_form, given.secrets),
    )


def _entered(form: type[AccountForm] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """As if somebody had filled in the form: with its defaults, and refused if it is wrong."""
    return form(**values).model_dump(mode="json") if form else dict(values)
