"""A telephone system that tells us of calls, and the staff whose screens they open on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.models import UnparsedPush
from channels.phone.lines import CHANNEL
from channels.phone.models import PhoneCall
from channels.phone.platform import PLATFORM
from channels.phone.settings import PhoneSecrets, PhoneSettings
from channels.phone.signatures import HEADER, sign
from kit.ground import Ground
from tests.support.web import ROOT, make_app

SECRET = "the secret of the exchange"
NUMBER = "+8613800138000"
EXTENSIONS = "801=wang, 802=li"


@dataclass
class Exchange:
    """One telephone system with an account of ours."""

    ground: Ground
    context: ChannelContext
    account: ChannelAccount
    app: FastAPI

    async def push(self, event: Any, *, secret: str = SECRET, hook: str = "", shown: str | None = None) -> int:
        """Push any JSON, or any bytes, signed now; the status of the answer."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        header = sign(secret, body, at=self.ground.clock.now()) if shown is None else shown
        headers = {HEADER.encode(): header.encode()}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as web:
            answer = await web.post(f"/hooks/phone/{hook or self.account.hook}", content=body, headers=headers)
        return answer.status_code

    async def tells(self, event: str, call_id: str = "c1", **more: Any) -> None:
        """An event of a call from :data:`NUMBER`, unless ``more`` says otherwise."""
        whole = {"event": event, "call_id": call_id, "from": "13800138000", "to": "4008001234", **more}
        assert await self.push(whole) == 200

    async def calls(self) -> Sequence[PhoneCall]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(PhoneCall).order_by(col(PhoneCall.id)))).all()

    async def unparsed(self) -> Sequence[UnparsedPush]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(UnparsedPush))).all()


async def make_exchange(ground: Ground, *, extensions: str = EXTENSIONS) -> Exchange:
    """The account as an administrator enters it."""
    context = ChannelContext.of(ground)
    async with ground.db.transaction() as session:
        account = await add_account(
            session,
            ground.clock.now(),
            context.box,
            channel=CHANNEL,
            name="main",
            label="热线",
            settings=PhoneSettings(extensions=extensions).model_dump(mode="json"),
            secrets=PhoneSecrets(secret=SECRET).model_dump(mode="json"),
        )
    app = make_app(ground, *PLATFORM.routers, templates=[ROOT / "channels/phone/templates"])
    app.state.channels = context
    return Exchange(ground, context, account, app)
