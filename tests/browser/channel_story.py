"""What happened on channels, put into the running product by its own services, in its own loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.accounts.service import AccountExistsError, add_account
from channels.delivery import Recipient, queue
from channels.models import Delivery, DeliveryState
from channels.port import Opening, Outbound
from channels.unparsed import keep_unparsed
from channels.wechat.menu import forget_menu
from channels.windows import close_window, open_windows
from kit.access.models import Staff
from kit.access.service import create_staff
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale
from tests.browser.live import PASSWORD, Account, LiveProduct
from tests.support.tickets import open_one
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post

Outcome = TypeVar("Outcome")
ACCOUNT = "main"
CHANNEL = "wechat"
_PATIENCE_S = 20
#: A moment of sound in the only shape that needs no tool to make: 8 kHz, 8 bit, silent.
SILENCE = (
    b"RIFF\x34\x01\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00"
    b"data\x10\x01\x00\x00" + b"\x80" * 272
)


@dataclass(frozen=True)
class ChannelStory:
    """One product and the things that happen to it."""

    live: LiveProduct

    @property
    def ground(self) -> Ground:
        ground: Ground = self.live._app.state.ground
        return ground

    def _do(self, work: Awaitable[Outcome]) -> Outcome:
        async def done() -> Outcome:
            return await work

        return asyncio.run_coroutine_threadsafe(done(), self.live._loop).result(_PATIENCE_S)

    def hired(self, account: Account, locale: Locale) -> Account:
        """The account, opened unless an earlier test has."""

        async def hire(session: AsyncSession) -> None:
            if (await session.exec(select(Staff).where(Staff.login == account.login))).first() is None:
                await create_staff(
                    session,
                    self.ground.clock.now(),
                    login=account.login,
                    name=account.name,
                    role=account.role,
                    password=PASSWORD,
                    locale=locale,
                )

        self._write(hire)
        return account

    def lost(self, address: str) -> str:
        """Two messages that did not arrive, and a push that could not be read; returns the thread."""
        to = Recipient(channel=CHANNEL, account=ACCOUNT, address=address)

        async def lose(session: AsyncSession) -> None:
            now = self.ground.clock.now()
            for state, words in (
                (DeliveryState.FAILED, ("45002", "content size out of limit rid: 5f1c")),
                (DeliveryState.UNKNOWN, ("outcome_unknown", None)),
            ):
                key = f"system:lost-{state}-{address}"
                text = "您的发票 24312000000012345678 已经重开好了，请在“我的发票”里下载。\n还有问题随时回复我们。"
                await queue(session, now, key=key, to=to, message=Outbound(text=text, author="system"))
                row = (await session.exec(select(Delivery).where(Delivery.key == key))).one()
                row.state, (row.error_code, row.error_text) = state, words
                session.add(row)
            body = "<xml><ToUserName>gh_1<Content>发票开不了</Content></xml>".encode()
            reason = "not well-formed: line 1, column 24"
            await keep_unparsed(session, now, channel=CHANNEL, account=ACCOUNT, body=body, reason=reason)

        self._write(lose)
        return to.thread

    def told(self, address: str, *, quota: int) -> int:
        """A person writes, with a voice message and one that could not be had; returns the ticket's id."""

        async def tell() -> int:
            await self._open_account()
            opened = await open_one(self.ground, who=address, channel=CHANNEL)
            voice = await self.ground.files.save(_chunks(), name="voice.wav", limit=1000)
            files = [
                {"id": voice.id, "name": voice.name, "mime": "audio/wav", "size": voice.size},
                {"id": "", "name": "voice", "mime": "", "size": 0},
            ]
            opening = Opening(by="message", quota=quota, lasts=timedelta(hours=30, minutes=30))
            async with self.ground.db.transaction() as session:
                now = self.ground.clock.now()
                conversation = await get_conversation(session, opened.conversation_id)
                said = NewMessage(author=Author.CUSTOMER, text="", attachments=files, ticket_id=opened.ticket_id)
                await post(session, now, conversation, said)
                await open_windows(session, now, [(conversation.thread, opening)])
            return opened.ticket_id

        return self._do(tell())

    def official(self) -> int:
        """The id of the one account; its menu is as it is proposed."""

        async def found() -> int:
            await self._open_account()
            async with self.ground.db.transaction() as session:
                await forget_menu(session, ACCOUNT)
                mine = (ChannelAccount.channel == CHANNEL, ChannelAccount.name == ACCOUNT)
                return (await session.exec(select(ChannelAccount.id).where(*mine))).one()

        return self._do(found())

    def texting(self) -> int:
        """The id of an account of short messages, with one template; it is paused and sends nothing."""

        async def found() -> int:
            mine = (ChannelAccount.channel == "sms", ChannelAccount.name == "aliyun-looked-at")
            async with self.ground.db.transaction() as session:
                known = (await session.exec(select(ChannelAccount.id).where(*mine))).first()
                if known is not None:
                    return known
                account = await add_account(
                    session,
                    self.ground.clock.now(),
                    self.live._app.state.channels.box,
                    channel="sms",
                    name="aliyun-looked-at",
                    label="短信",
                    settings={
                        "provider": "aliyun",
                        "sign_name": "应票",
                        "access_key_id": "LTAI5tTestTestTestTest",
                        "templates": [{"kind": "answer", "code": "SMS_1003", "text": "您的工单${number}有新消息。"}],
                    },
                    secrets={"access_key_secret": "-" * 30},
                )
                account.paused = True
                return account.id

        return self._do(found())

    async def _open_account(self) -> None:
        """The one account that everybody here writes to."""
        box, now = self.live._app.state.channels.box, self.ground.clock.now()
        settings, secrets = {"app_id": "wx0123456789abcdef", "mode": "plain"}, {"app_secret": "-", "token": "token"}
        async with self.ground.db.transaction() as session:
            # Another test may have been here before.
            with suppress(AccountExistsError):
                await add_account(
                    session,
                    now,
                    box,
                    channel=CHANNEL,
                    name=ACCOUNT,
                    label="服务号",
                    settings=settings,
                    secrets=secrets,
                )

    def shut(self, address: str) -> None:
        """The platform says that nothing is left."""
        self._write(lambda session: close_window(session, f"{CHANNEL}:{ACCOUNT}:{address}"))

    def _write(self, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
        async def written() -> None:
            async with self.ground.db.transaction() as session:
                await work(session)

        self._do(written())


async def _chunks() -> AsyncIterator[bytes]:
    yield SILENCE
