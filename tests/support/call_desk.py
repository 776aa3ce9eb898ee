"""The whole product with a telephone, a provider of short messages and a mailbox, and callers who have both."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.app import create_app
from bot.bootstrap import make_runtime
from bot.defaults import install_defaults
from channels.context import ChannelContext
from channels.email.naming import Names, delivery_key
from channels.email.polling import Reader
from channels.registry import PLATFORMS
from channels.simulator.email.sink import Sink
from channels.simulator.network import SimulatedNetwork
from channels.simulator.sms.phone import Telephone
from channels.simulator.sms.state import SmsPlatform
from channels.simulator.stands import STANDS, Credentials
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.desk import remembered_index
from tests.support.mail_desk import OURS, MailDesk, enter_mailbox
from tests.support.mail_servers import imap_server
from tests.support.platforms import Product, enter_account
from tests.support.tickets import ticket_now
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.actors import Actor, ActorKind
from tickets.conversations.models import Message
from tickets.models import Ticket, TicketEvent
from tickets.repository import timeline

HOSTS = ("dysmsapi.aliyuncs.com", "sms.tencentcloudapi.com")
NUMBER = "+8613800138000"
_PAGE = "http://desk.test/t/"
#: One approved text for each kind of news, as an administrator of Aliyun's would have them; the variables in order.
TEXTS = {
    "opened": (f"您反映的问题已登记，工单号${{number}}，进展请看{_PAGE}${{token}}", ("number", "token")),
    "replied": (f"您的工单${{number}}有新回复，请打开{_PAGE}${{token}}查看", ("number", "token")),
    "promised": ("您的工单${number}会在${time}前给您答复。", ("number", "time")),
    "resolved": ("您的工单${number}已处理完。", ("number",)),
    "fixed_check": ("您的工单${number}的问题真的好了吗？请回复“好了”或“没好”。", ("number",)),
    "survey": ("您对工单${number}的处理满意吗？请回复1到5分。", ("number",)),
    "answer": ("您的工单${number}有新消息。", ("number",)),
}


def approved(provider: str) -> dict[str, Any]:
    """The settings of an account at this provider."""
    if provider == "aliyun":
        templates = [
            {"kind": kind, "code": f"SMS_{place}", "text": text}
            for place, (kind, (text, _)) in enumerate(TEXTS.items())
        ]
        return {"provider": provider, "templates": templates}
    templates = [
        {"kind": kind, "code": str(1000 + place), **_numbered(*each)}
        for place, (kind, each) in enumerate(TEXTS.items())
    ]
    return {
        "provider": provider,
        "templates": templates,
        "sdk_app_id": "1400006666",
        "access_key_id": "AKIDz8krbsJ5yKBZQpn74WF",
    }


def _numbered(text: str, variables: tuple[str, ...]) -> dict[str, Any]:
    """As Tencent has them: the variables by number."""
    for place, name in enumerate(variables):
        text = text.replace(f"${{{name}}}", f"{{{place + 1}}}")
    return {"text": text, "variables": {str(place + 1): name for place, name in enumerate(variables)}}


@dataclass
class CallDesk(MailDesk):
    """``texts`` is the provider of short messages, ``sink`` the mail server, ``wang`` who answers the telephone."""

    texts: SmsPlatform = field(kw_only=True)
    wang: Person = field(kw_only=True)

    async def logs(self, **fields: Any) -> Ticket:
        """A call is written down in the console's form."""
        whole = {"key": "k", "number": "138 0013 8000", "text": "开票软件登录不了", **fields}
        answer = await self.wang.client.post("/console/calls", data=whole, headers=HTMX)
        assert answer.status_code == 200, answer.text
        ticket_id = int(answer.headers["HX-Redirect"].rpartition("/")[2])
        await self.later(seconds=1)
        return await ticket_now(self.ground, ticket_id)

    async def acts(self, ticket: Ticket, action: str, **form: Any) -> None:
        """Staff do something on the ticket's page, and everything follows."""
        answer = await self.wang.act(ticket.id, action, **form)
        assert answer.status_code == 200, answer.text
        await self.later(seconds=1)

    async def staff_writes(self, ticket: Ticket, text: str) -> Message:
        """Staff reply on the ticket's page; the message as it is seen there afterwards."""
        await self.acts(ticket, "messages", mode="reply", text=text)
        return await self.shown(text)

    async def shown(self, text: str) -> Message:
        """The newest message with this in it, as staff see it now."""
        return [one for one in await self.messages() if text in one.text][-1]

    def telephone(self, number: str = NUMBER) -> Telephone:
        return self.texts.telephone(number)

    async def answers_by_text(self, text: str, number: str = NUMBER) -> None:
        """The caller answers the newest short message."""
        await self.while_working(self._answered(number, text))
        await self.later(seconds=2)

    async def networks_report(self) -> None:
        """What became of every short message since."""
        await self.while_working(self._reported())
        await self.later(seconds=2)

    async def events(self, ticket: Ticket) -> list[TicketEvent]:
        async with self.ground.db.reading() as session:
            return await timeline(session, ticket.id)

    async def hops(self, ticket: Ticket) -> list[tuple[str, str, str]]:
        """From where to where news had to go another way, and why."""
        hopped = [one.data for one in await self.events(ticket) if one.kind == "rerouted"]
        return [(one["from_channel"], one["to_channel"], one["code"]) for one in hopped]

    def arrivals(self) -> Counter[str]:
        """How often each message of ours has reached somebody, by whichever way."""
        texted = [one.raw["given"] for phone in self.texts.telephones.values() for one in phone.inbox]
        names = Names(self.ground.settings.secret_key())
        mailed = [names.key_in(str(mail.message["Message-ID"])) for mail in self.sink.mails]
        return Counter(delivery_key(key or "?").partition("@")[0] for key in (*texted, *mailed))

    async def _answered(self, number: str, text: str) -> None:
        assert await self.telephone(number).says(text)

    async def _reported(self) -> None:
        assert await self.texts.report() == 0


@asynccontextmanager
async def open_call_desk(ground: Ground, clock: FrozenClock, provider: str) -> AsyncIterator[CallDesk]:
    """Everything over real sockets or the simulated network; one agent is signed in."""
    product, sink = Product(), Sink(clock, password="pw")
    outside = httpx.AsyncClient(transport=SimulatedNetwork({"desk.test": product}))
    texts = SmsPlatform(clock, outside)
    network = SimulatedNetwork(dict.fromkeys(HOSTS, STANDS["sms"].app(texts)))
    context = ChannelContext.of(ground, transport=network)
    wang = await add_staff(ground, role=Role.AGENT, login="wang", name="王芳")
    async with ground.db.transaction() as session:
        await install_defaults(session)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(context.close)
        opened.push_async_callback(outside.aclose)
        server = await opened.enter_async_context(imap_server({OURS: "pw"}))
        await opened.enter_async_context(sink.listening())
        await _enter_provider(context, clock, texts, provider)
        box = await enter_mailbox(context, clock, server, sink)
        runtime = make_runtime(ground, context=context, build=remembered_index)
        await runtime.library.open()
        product.app = create_app(runtime)
        client = await opened.enter_async_context(open_client(product.app))
        await sign_in_client(client, ground, login="wang")
        client.cookies.set("yp_lang", "zh")
        reader = Reader(context, await context.accounts.named("email", OURS))
        opened.push_async_callback(reader.close)
        yield CallDesk(
            ground=ground,
            clock=clock,
            channel="phone",
            simulated=sink,
            account=box,
            context=context,
            runtime=runtime,
            app=product.app,
            staff=Actor(ActorKind.STAFF, wang.id, wang.name),
            senders=tuple(runtime.outward(*pair) for pair in await runtime.sending_accounts()),
            server=server,
            sink=sink,
            reader=reader,
            texts=texts,
            wang=Person(client, wang, ground),
        )


async def _enter_provider(context: ChannelContext, clock: FrozenClock, texts: SmsPlatform, provider: str) -> None:
    stand = STANDS["sms"]
    account = await enter_account(context, clock, "sms", stand, **approved(provider))
    hook = f"{context.ground.settings.base_url}{PLATFORMS['sms'].callback.format(hook=account.hook)}"
    secrets = context.box.open(account.secrets)
    stand.register(texts, Credentials(name=account.name, settings=account.settings, secrets=secrets), hook)
