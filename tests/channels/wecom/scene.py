"""The product on one side of the shipped simulator, the platform and its people on the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from channels.context import ChannelContext
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.customer import Customer
from channels.simulator.wecom.server import make_app
from channels.simulator.wecom.state import WeComPlatform
from channels.wecom.endpoints import router
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wecom.kf import CORP, KFID, SECRET, Kf
from tests.channels.wecom.office import AES_KEY, TOKEN, Office


class Scene:
    """The product on one side, the platform and its people on the other."""

    def __init__(self, office: Office, platform: WeComPlatform, corp: Corp) -> None:
        self.office = office
        self.platform = platform
        self.corp = corp

    async def li(self) -> Customer:
        return await self.platform.person("wmLi", name="小李")

    async def work(self) -> None:
        await self.platform.settle()
        await self.office.pull()
        await self.office.work()


@asynccontextmanager
async def open_scene(ground: Ground, clock: FrozenClock) -> AsyncIterator[Scene]:
    app = FastAPI()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk.test") as http:
        platform = WeComPlatform(clock, http)
        network = SimulatedNetwork({"qyapi.weixin.qq.com": make_app(platform)})
        office = Office(ground, clock, Kf(clock), context=ChannelContext.of(ground, transport=network))
        app.include_router(router)
        app.state.channels = office.context
        await office.open()
        hook = f"http://desk.test/hooks/wecom/{office.hook}"
        corp = Corp(corp_id=CORP, secret=SECRET, token=TOKEN, aes_key=AES_KEY, hook_url=hook)
        platform.add_account(corp, KFID)
        yield Scene(office, platform, corp)
        await platform.settle()
