from collections.abc import AsyncIterator

import httpx
import pytest

from channels.simulator.crypto import new_aes_key
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.server import make_app
from channels.simulator.wechat.state import WeChatPlatform
from kit.clock import FrozenClock
from tests.channels.simulator.product import Product
from tests.channels.simulator.wechat.caller import Caller


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.fixture
async def platform(clock: FrozenClock, product: Product) -> AsyncIterator[WeChatPlatform]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(product), base_url="http://desk.test") as http:
        yield WeChatPlatform(clock, http)


@pytest.fixture
def account(platform: WeChatPlatform) -> OfficialAccount:
    return platform.add_account(
        OfficialAccount(
            gh_id="gh_desk",
            app_id="wx-desk",
            secret="app-secret",
            token="push-token",
            aes_key=new_aes_key(),
            hook_url="http://desk.test/hooks/wechat/h",
        )
    )


@pytest.fixture
async def caller(platform: WeChatPlatform, account: OfficialAccount) -> AsyncIterator[Caller]:
    network = SimulatedNetwork({"api.weixin.qq.com": make_app(platform)})
    async with httpx.AsyncClient(transport=network, base_url="https://api.weixin.qq.com") as http:
        yield Caller(http, account)
