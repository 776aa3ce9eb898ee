"""``yingpiao llm``: the optional language model on the command line."""

import asyncio

import typer

from bot.bootstrap import make_bus, make_ground
from bot.wording_status import status_lines
from kit.ground import Ground
from kit.log import configure_logging
from kit.settings import Settings

llm_app = typer.Typer(help="The optional language model.", no_args_is_help=True)


@llm_app.callback()
def _group() -> None:
    """With a single command this keeps its name in use."""


@llm_app.command()
def status() -> None:
    """How it is set, and what it was asked and used for in the last days."""
    settings = Settings()
    configure_logging(level=settings.log_level, as_json=settings.log_json)
    for line in asyncio.run(_told(make_ground(settings, bus=make_bus(settings.url(), alone=False)))):
        typer.echo(line)


async def _told(ground: Ground) -> list[str]:
    try:
        return await status_lines(ground)
    finally:
        await ground.db.close()
