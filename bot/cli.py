"""The command line: ``yingpiao serve`` is the whole product in one process."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console

from bot import searching
from bot.app import create_app
from bot.bootstrap import make_bus, make_ground, make_runtime
from bot.configuring import audited, carry_out, exported, propose, refusal_lines
from bot.demo import install_demo
from bot.editorial import export_articles, import_articles
from bot.installation import install, migrate
from bot.learning import learn
from bot.llm_cli import llm_app
from bot.simulating import Simulation, simulate
from bot.worker import Worker
from kit.access.identity import Role
from kit.access.service import create_staff
from kit.bus_remote import running
from kit.errors import AppError
from kit.ground import Ground
from kit.i18n import translate
from kit.log import configure_logging
from kit.outbox import NoDeadJobError, dead_jobs, revive
from kit.settings import Locale, Settings
from tickets.conversations.indexing import reindex
from tickets.reports import rebuild

app = typer.Typer(help="应票 Yingpiao: answers for an invoice system when it fails.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
staff_app = typer.Typer(help="Staff accounts.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(staff_app, name="staff")
classifier_app = typer.Typer(help="What files tickets by itself.", no_args_is_help=True)
app.add_typer(classifier_app, name="classifier")
jobs_app = typer.Typer(help="Jobs that were given up.", no_args_is_help=True)
app.add_typer(jobs_app, name="jobs")
reports_app = typer.Typer(help="The counts behind the reports.", no_args_is_help=True)
app.add_typer(reports_app, name="reports")
search_app = typer.Typer(help="The index of what was said.", no_args_is_help=True)
app.add_typer(search_app, name="search")
config_app = typer.Typer(help="The desk's configuration as one file.", no_args_is_help=True)
app.add_typer(config_app, name="config")
audit_app = typer.Typer(help="Who changed what.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
knowledge_app = typer.Typer(help="Articles as a folder of Markdown.", no_args_is_help=True)
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(llm_app, name="llm")
console = Console()


class SimulatedPlatform(StrEnum):
    """What ``simulate`` can be asked for."""

    WECHAT = "wechat"
    WECOM = "wecom"
    TELEGRAM = "telegram"


def _ground(*, alone: bool = False) -> Ground:
    settings = Settings()
    configure_logging(level=settings.log_level, as_json=settings.log_json)
    return make_ground(settings, bus=make_bus(settings.url(), alone=alone))


def _stay(serving: Coroutine[Any, Any, None]) -> None:
    """Run until told to stop, on the loop uvicorn prefers: uvloop, where there is one."""
    # A turn makes and drops thousands of small objects; looking for cycles every 700 of them costs a twentieth.
    gc.set_threshold(20_000, 20, 20)
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(serving)


@app.command()
def serve(*, demo: Annotated[bool, typer.Option(help="Fill an empty installation with demo data.")] = False) -> None:
    """Web and worker in one process."""
    _stay(_serve(_ground(alone=True), work=True, demo=demo))


@app.command()
def web() -> None:
    """The web part alone; workers run elsewhere on the same database."""
    _stay(_serve(_ground(), work=False, demo=False))


@app.command()
def worker() -> None:
    """The worker part alone."""
    _stay(_work(_ground()))


@app.command("simulate")
def run_simulation(
    platform: Annotated[SimulatedPlatform, typer.Argument(help="Which platform to simulate.")],
    *,
    port: Annotated[int, typer.Option(help="Where the page and the platform are, on this machine.")] = 8091,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
    product_url: Annotated[str, typer.Option(help="Where the product runs, if not at its own address.")] = "",
) -> None:
    """Play the customer on a phone, against the running product, without an account anywhere."""
    ground = _ground()
    simulation = Simulation(
        channel=platform, port=port, product_url=(product_url or ground.settings.base_url).rstrip("/")
    )
    console.print(
        f"[bold]{translate(f'phone.title.{platform}', ground.settings.default_locale)}[/bold]  {simulation.url}/"
    )
    _stay(simulate(ground, simulation, browser=browser))


@db_app.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    asyncio.run(migrate(_ground()))


@staff_app.command("add")
def add_staff(
    login: str,
    name: str,
    role: Role = Role.AGENT,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Create a staff account."""
    asyncio.run(_add_staff(_ground(), login, name, role, password))


async def _add_staff(ground: Ground, login: str, name: str, role: Role, password: str) -> None:
    await migrate(ground)
    async with ground.db.transaction() as session:
        await create_staff(session, ground.clock.now(), login=login, name=name, role=role, password=password)


@classifier_app.command("train")
def train_classifier() -> None:
    """Learn anew, from past tickets and the articles, what tickets are about."""
    asyncio.run(_train_classifier(_ground()))


async def _train_classifier(ground: Ground) -> None:
    trained = await learn(ground)
    if trained is None:
        console.print("nothing to learn from yet")
        return
    accuracy = "-" if trained.accuracy is None else f"{trained.accuracy:.0%}"
    console.print(f"{trained.examples} examples, {len(trained.classifier.categories)} categories, accuracy {accuracy}")


@jobs_app.command("dead")
def show_dead_jobs() -> None:
    """List what was given up, with its error."""
    asyncio.run(_show_dead_jobs(_ground()))


@jobs_app.command("retry")
def retry_job(job_id: int) -> None:
    """Run a given-up job again."""
    asyncio.run(_retry_job(_ground(), job_id))


async def _show_dead_jobs(ground: Ground) -> None:
    async with ground.db.reading() as session:
        for job in await dead_jobs(session):
            console.print(f"{job.id}  {job.kind}  {job.payload}  {job.error}", markup=False)


async def _retry_job(ground: Ground, job_id: int) -> None:
    try:
        async with ground.db.transaction() as session:
            await revive(session, ground.clock.now(), job_id)
    except NoDeadJobError as error:
        console.print(translate(f"error.{error.code}", ground.settings.default_locale))
        raise typer.Exit(1) from error


@reports_app.command("rebuild")
def rebuild_reports() -> None:
    """Count every hour anew from the log; the reports can be read meanwhile."""
    asyncio.run(_rebuild_reports(_ground()))


async def _rebuild_reports(ground: Ground) -> None:
    await migrate(ground)
    hours = await rebuild(ground.db, ground.clock.now())
    console.print(f"hours counted: {hours}")


@search_app.command("rebuild")
def rebuild_search() -> None:
    """Make the index of tickets and messages anew; people can search and work meanwhile."""
    asyncio.run(_rebuild_search(_ground()))


async def _rebuild_search(ground: Ground) -> None:
    await migrate(ground)
    after: int | None = 0
    while after is not None:
        async with ground.db.transaction() as session:
            after = await reindex(session, after=after)
    console.print("done")


@search_app.command("fit")
def fit_search(*, accept: Annotated[int, typer.Option(help="Let this fit count, or an earlier one.")] = 0) -> None:
    """Fit anew when the bot answers, asks back or is silent; shows before and after, and changes nothing yet."""
    _tell(searching.accept(accept) if accept else searching.fit)


@search_app.command("words")
def show_words() -> None:
    """The words that were taught."""
    _tell(searching.words)


@search_app.command("teach")
def teach_word(locale: Locale, word: str, variant: str) -> None:
    """Let VARIANT count as WORD, in questions and in articles."""
    _tell(searching.teach(locale, word, variant))


@search_app.command("forget")
def forget_word(word_id: int) -> None:
    """Take a taught word back."""
    _tell(searching.forget(word_id))


def _tell(doing: Callable[[Ground], Awaitable[list[str]]]) -> None:
    _say(*asyncio.run(searching.told(_ground(), doing)))


@config_app.command("export")
def export_config() -> None:
    """Write the configuration to the standard output, without secrets."""
    print(asyncio.run(_exported(_ground())), end="")  # noqa: T201 - a file for a pipe, without colours.


async def _exported(ground: Ground) -> str:
    async with _migrated(ground):
        return await exported(ground)


@asynccontextmanager
async def _migrated(ground: Ground) -> AsyncIterator[Locale]:
    """The newest schema, and the language of this command line."""
    try:
        await migrate(ground)
        yield ground.settings.default_locale
    finally:
        await ground.db.close()


@config_app.command("apply")
def apply_config(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `config export` wrote, edited.")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
    prune: Annotated[
        bool, typer.Option(help="Remove what the file does not mention; what is in use is closed.")
    ] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
) -> None:
    """Show what a file would change, ask, and change it: all of it or nothing."""
    text = file.read_text(encoding="utf-8-sig")
    asyncio.run(_apply_config(_ground(), text, dry_run=dry_run, prune=prune, yes=yes))


async def _apply_config(ground: Ground, text: str, *, dry_run: bool, prune: bool, yes: bool) -> None:
    async with _migrated(ground) as locale:
        try:
            proposal = await propose(ground, text, prune=prune)
        except AppError as error:
            _say(*refusal_lines(error, locale))
            raise typer.Exit(1) from error
        _say(*(proposal.lines or (translate("config.same", locale),)))
        if dry_run or not proposal.steps or not (yes or typer.confirm(translate("config.sure", locale))):
            return
        if not await carry_out(ground, proposal):
            _say(translate("config.moved", locale))
            raise typer.Exit(1)
        _say(translate("config.done", locale, count=len(proposal.steps)))


def _say(*lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@knowledge_app.command("export")
def export_knowledge(folder: Path) -> None:
    """Write the published articles into a folder of Markdown."""
    asyncio.run(_export_knowledge(_ground(), folder))


async def _export_knowledge(ground: Ground, folder: Path) -> None:
    async with _migrated(ground):
        _say(f"{await export_articles(ground, folder)} files")


@knowledge_app.command("import")
def import_knowledge(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="As `knowledge export` wrote it.")],
    *,
    author: Annotated[str, typer.Option(help="Login of whose drafts they become; somebody else approves them.")],
) -> None:
    """Bring in a folder of Markdown as drafts; nothing is published before a second person approved it."""
    asyncio.run(_import_knowledge(_ground(), folder, author))


async def _import_knowledge(ground: Ground, folder: Path, author: str) -> None:
    async with _migrated(ground) as locale:
        try:
            outcome = await import_articles(ground, folder, login=author)
        except AppError as error:
            _say(translate(f"error.{error.code}", locale, **error.values))
            raise typer.Exit(1) from error
        counts = {name: len(getattr(outcome, name)) for name in ("created", "changed", "same")}
        _say(translate("knowledge.imported", locale, **counts))


@audit_app.command("verify")
def verify_audit() -> None:
    """Prove that no entry of the audit was changed, removed or put in behind the product's back."""
    asyncio.run(_verify_audit(_ground()))


async def _verify_audit(ground: Ground) -> None:
    async with _migrated(ground) as locale:
        entries, broken = await audited(ground)
        if broken is not None:
            _say(translate("config.audit_broken", locale, id=broken))
            raise typer.Exit(1)
        _say(translate("config.audit_whole", locale, count=entries))


async def _serve(ground: Ground, *, work: bool, demo: bool) -> None:
    await migrate(ground)
    await install(ground)
    if demo:
        await _show_demo(ground)
    runtime = make_runtime(ground)
    application = create_app(runtime, worker=Worker(runtime, alone=ground.db.is_sqlite) if work else None)
    settings = ground.settings
    config = uvicorn.Config(
        application, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=5
    )
    console.print(f"[bold]应票 Yingpiao[/bold]  {settings.base_url}/")
    console.print(f"  工作台 console  {settings.base_url}/console")
    async with running(ground.bus):
        await _Server(config, application.state.stopping).serve()


class _Server(uvicorn.Server):
    """Ends open streams as soon as it is told to stop, instead of waiting for browsers to hang up."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping.set()
        super().handle_exit(sig, frame)


async def _show_demo(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        login = await install_demo(session, ground.clock.now(), ground.settings)
    if login is not None:
        console.print(f"  登录 login  [bold]{login.login}[/bold]  密码 password  [bold]{login.password}[/bold]")


async def _work(ground: Ground) -> None:
    await migrate(ground)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, ground, stopping)
    runtime = make_runtime(ground)
    async with running(ground.bus):
        await Worker(runtime).run(stopping)
    await runtime.context.close()
    await ground.db.close()


def _stop(ground: Ground, stopping: asyncio.Event) -> None:
    stopping.set()
    ground.bus.publish("stopping")
