from collections.abc import AsyncIterator

import httpx
import pytest

from channels.simulator.crypto import new_aes_key
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.server import make_app
from channels.simulator.wecom.state import WeComPlatform
from kit.clock import FrozenClock
from tests.channels.simulator.product import Product
from tests.channels.simulator.wecom.caller import KFID, Caller


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.fixture
def corp() -> Corp:
    return Corp(
        corp_id="ww-corp",
        secret="kf-secret",
        token="callback-token",
        aes_key=new_aes_key(),
        hook_url="http://desk.test/hooks/wecom/h",
    )


@pytest.fixture
async def platform(clock: FrozenClock, product: Product, corp: Corp) -> AsyncIterator[WeComPlatform]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(product), base_url="http://desk.test") as http:
        platform = WeComPlatform(clock, http)
        platform.add_account(corp, KFID)
        yield platform


@pytest.fixture
async def caller(platform: WeComPlatform, corp: Corp) -> AsyncIterator[Caller]:
    network = SimulatedNetwork({"qyapi.weixin.qq.com": make_app(platform)})
    async with httpx.AsyncClient(transport=network, base_url="https://qyapi.weixin.qq.com") as http:
        yield Caller(http, corp)
