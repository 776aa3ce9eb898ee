"""A thousand Chinese mails to tickets: ``python -m benchmarks.letters``.

Each mail goes the whole way a mail from a mailbox goes: parsed, trimmed, stored with its attachment and its original,
accepted once, understood, searched for in the knowledge base, and turned into a ticket with its clocks; the
confirmation goes to a platform made of memory. Most mails have a text and an HTML part in base64, a fifth a file of 8
to 40 kB, a tenth are in GB 18030; three in five come from somebody new. PostgreSQL is measured where
``YINGPIAO_TEST_DATABASE_URL`` names a server. A mail that is no ticket in the end ends the run with an error.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console
from sqlalchemy import func
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from benchmarks import report
from benchmarks.stores import fresh_database, version
from bot.bootstrap import Runtime, make_ground, make_runtime
from bot.defaults import install_defaults
from bot.installation import CONTENT, migrate
from channels.accounts.book import Account
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.email.adapter import Email
from channels.email.arriving import take_all
from channels.email.reading import Envelope
from channels.testing import FakeChannel
from kit.ground import Ground
from kit.log import configure_logging
from kit.settings import Settings
from knowledge.articles import import_folder
from knowledge.loader import read_folder
from tests.support.postgres import VARIABLE
from tickets.models import Ticket

BOX = "help@desk.test"
#: What one fetch of a mailbox brings.
BATCH = 50
_THINGS = ("对账单", "发票清单", "合同附件", "付款回单", "作废名单")
_TROUBLES = ("金额对不上", "税率写错了", "抬头不一致", "少了两页", "盖章看不清", "日期有误", "数量差一件", "备注漏填")
_PLACES = ("朝阳", "海淀", "丰台", "通州", "大兴")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run."""

    mails: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds


def letters(count: int, *, seed: int = 20261124) -> list[bytes]:
    """The mails, the same in every run."""
    chance = random.Random(seed)
    known = [f"old{number}@firm.test" for number in range(max(1, count * 2 // 5))]
    return [_letter(chance, number, known) for number in range(count)]


def _letter(chance: random.Random, number: int, known: Sequence[str]) -> bytes:
    sender = f"new{number}@firm.test" if chance.random() < 0.6 else chance.choice(known)
    charset = "gb18030" if chance.random() < 0.1 else "utf-8"
    place, thing = chance.choice(_PLACES), chance.choice(_THINGS)
    text = (
        f"您好：\n我们是{place}分公司的财务。附上第 {number} 批{thing}，"
        f"其中第 {number % 97} 行{chance.choice(_TROUBLES)}，"
        f"烦请安排同事核对后答复。\n联系人：小陈\n谢谢！\n"
    )
    mail = EmailMessage()
    mail["From"] = f"陈会计 <{sender}>"
    mail["To"] = BOX
    mail["Subject"] = f"{place}分公司第 {number} 批{thing}核对"
    mail["Message-ID"] = f"<{number}.{chance.getrandbits(64):x}@firm.test>"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0800"
    mail.set_content(text, charset=charset, cte="base64")
    if chance.random() < 0.9:
        body = "".join(f"<p>{line}</p>" for line in text.splitlines())
        mail.add_alternative(f"<html><body>{body}</body></html>", subtype="html", charset=charset, cte="base64")
    if chance.random() < 0.2:
        content = b"%PDF-1.4\n" + chance.randbytes(chance.randrange(8_000, 40_000))
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=f"{thing}{number}.pdf")
    return mail.as_bytes()


async def measure(url: str, folder: Path, mails: Sequence[bytes]) -> Measured:
    """From the first mail handed over to the last ticket, in one process."""
    ground = make_ground(Settings(DATABASE_URL=url, data_dir=folder, secret="bench"))  # noqa: S106 - of nobody's.
    context = ChannelContext.of(ground)
    await migrate(ground)
    account = await _mailbox(ground, context)
    sink = FakeChannel(name="email", capabilities=Email(context).capabilities)
    runtime = make_runtime(ground, context=context, channels={"email": sink}, own_accounts={"email": BOX})
    await runtime.library.open()
    await runtime.library.refresh()
    began, spent = time.perf_counter(), time.process_time()
    for start in range(0, len(mails), BATCH):
        await take_all(context, account, [(raw, Envelope()) for raw in mails[start : start + BATCH]])
        await _work(runtime)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - spent
    async with ground.db.reading() as session:
        tickets = (await session.exec(select(func.count()).select_from(Ticket))).one()
    await ground.db.close()
    if (tickets, len(sink.sent)) != (len(mails), len(mails)):
        msg = f"{len(mails)} mails became {tickets} tickets and {len(sink.sent)} confirmations"
        raise RuntimeError(msg)
    return Measured(mails=len(mails), seconds=seconds, cpu_s=cpu_s)


async def _mailbox(ground: Ground, context: ChannelContext) -> Account:
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, ground.clock.now(), read_folder(CONTENT))
        await add_account(
            session,
            ground.clock.now(),
            context.box,
            channel="email",
            name=BOX,
            label="邮箱",
            settings={"address": BOX},
            secrets={},
        )
    return next(one for one in await context.accounts.all() if one.name == BOX)


async def _work(runtime: Runtime) -> None:
    runners = (*runtime.runners, runtime.outward("email", BOX))
    busy = True
    while busy:
        busy = False
        for runner in runners:
            while await runner.run_once():
                busy = True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.letters", description="Mails to tickets.")
    parser.add_argument("--count", type=int, default=1000)
    mails = letters(parser.parse_args().count)
    configure_logging(level="WARNING", as_json=True)
    servers = ["", *([os.environ[VARIABLE]] if VARIABLE in os.environ else [])]
    sheet = report.Sheet("Chinese mails to tickets", ("database", "mails", "mails/s", "CPU ms a mail (ours)"))
    for server in servers:
        with (
            tempfile.TemporaryDirectory(prefix="yingpiao-letters-") as folder,
            fresh_database(server, Path(folder)) as url,
        ):
            run = asyncio.run(measure(url, Path(folder), mails))
        sheet.rows.append(
            (
                version(server or "sqlite+aiosqlite://"),
                str(run.mails),
                f"{run.rate:.0f}",
                f"{1000 * run.cpu_s / run.mails:.1f}",
            )
        )
    console = Console(width=120)
    console.print(report.machine([row[0] for row in sheet.rows]))
    sheet.show(console)


if __name__ == "__main__":
    main()
