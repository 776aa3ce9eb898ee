"""Accounts, and what happened on them, put straight into the tables; and the people who look at them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from sqlmodel import col, select

from channels import reach
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.console.site import ChannelSite
from channels.delivery import Recipient, queue
from channels.errors import AccountClosedError
from channels.inbox import accept
from channels.models import Delivery, DeliveryState, UnparsedPush
from channels.pace import close_account
from channels.port import Inbound, Opening, Outbound
from channels.testing import FakeChannel
from channels.unparsed import keep_unparsed
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Job
from tests.support.console import Person
from tests.support.web import add_staff, open_client, sign_in_client

SECRET = "the right secret"


async def person(app: FastAPI, ground: Ground, role: Role, name: str) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=role, login=name, name=name)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=name)
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


@dataclass
class Office:
    """What a test puts in place, and how it looks afterwards."""

    ground: Ground
    site: ChannelSite
    channel: FakeChannel
    written: int = 0

    @property
    def clock(self) -> FrozenClock:
        assert isinstance(self.ground.clock, FrozenClock)
        return self.ground.clock

    async def account(self, name: str = "gh_1", label: str = "服务号", **settings: Any) -> ChannelAccount:
        async with self.ground.db.transaction() as session:
            return await add_account(
                session,
                self.clock.now(),
                self.site.context.box,
                channel="fake",
                name=name,
                label=label,
                settings={"app_id": "wx1234", **settings},
                secrets={"app_secret": SECRET},
            )

    async def account_now(self, account_id: int) -> ChannelAccount:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id))).one()

    async def hears(self, address: str = "li", *, name: str = "gh_1", quota: int | None = 5, hours: float = 48) -> None:
        """A person writes, which opens the reply window."""
        self.written += 1
        inbound = Inbound(
            channel="fake",
            account=name,
            address=address,
            platform_id=str(self.written),
            text="在吗",
            sender_name=f"{address}先生",
            opening=Opening(by="message", quota=quota, lasts=timedelta(hours=hours)),
        )
        async with self.ground.db.transaction() as session:
            await accept(session, self.clock.now(), inbound)

    async def delivery(
        self,
        text: str = "您好",
        state: DeliveryState = DeliveryState.FAILED,
        *,
        name: str = "gh_1",
        address: str = "li",
        channel: str = "fake",
        **values: Any,
    ) -> Delivery:
        """A message in some state, as the sender leaves it: no job of it is left."""
        self.written += 1
        key = f"staff:{self.written}"
        to = Recipient(channel=channel, account=name, address=address)
        async with self.ground.db.transaction() as session:
            await queue(session, self.clock.now(), key=key, to=to, message=Outbound(text=text, author="staff"))
            row = (await session.exec(select(Delivery).where(Delivery.key == key))).one()
            row.state = state
            for field, value in values.items():
                setattr(row, field, value)
            session.add(row)
            for job in (await session.exec(select(Job))).all():
                if job.payload.get("key") == key:
                    await session.delete(job)
        return row

    async def delivery_now(self, key: str) -> Delivery:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Delivery).where(Delivery.key == key))).one()

    async def deliveries(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

    async def due(self) -> list[str]:
        """The keys of the deliveries that have a job."""
        async with self.ground.db.reading() as session:
            jobs = (await session.exec(select(Job).order_by(col(Job.id)))).all()
        return [job.payload["key"] for job in jobs if job.kind == "delivery.due"]

    async def closed(self, code: str, text: str, *, broken: bool, seconds: float = 3600, name: str = "gh_1") -> None:
        error = AccountClosedError(code, text, retry_after_s=seconds, broken=broken)
        async with self.ground.db.transaction() as session:
            await close_account(session, self.clock.now(), channel="fake", account=name, error=error)

    async def refused(self, thread: str, code: str, text: str) -> None:
        async with self.ground.db.transaction() as session:
            await reach.note_refused(session, self.clock.now(), thread, code=code, text=text)

    async def push(self, body: bytes, reason: str = "no XML", name: str = "gh_1") -> int:
        async with self.ground.db.transaction() as session:
            await keep_unparsed(session, self.clock.now(), channel="fake", account=name, body=body, reason=reason)
        async with self.ground.db.reading() as session:
            return (await session.exec(select(UnparsedPush.id).order_by(col(UnparsedPush.id).desc()))).first() or 0
