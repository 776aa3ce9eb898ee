"""The configuration and its audit on the command line: taken out, compared, brought in, and proven."""

import getpass
from collections.abc import Iterator
from dataclasses import dataclass

from kit.audit import Author, count, take_turn, verify
from kit.errors import AppError
from kit.ground import Ground
from kit.i18n import translate
from kit.settings import Locale
from tickets.config.changing import Planned, apply, plan
from tickets.config.document import DocumentError, export, read
from tickets.config.section import Hand, ItemMisfitError
from tickets.config.words import item_name, problem_words, section_name, step_words

_MARKS = {"create": "+", "update": "~", "remove": "-"}


@dataclass(frozen=True)
class Proposal:
    """What a file would change, in words; applied only as long as it would still change just that."""

    text: str
    prune: bool
    steps: tuple[Planned, ...]
    lines: tuple[str, ...]


async def exported(ground: Ground) -> str:
    """The configuration as it is."""
    async with ground.db.reading() as session:
        return await export(session)


async def propose(ground: Ground, text: str, *, prune: bool) -> Proposal:
    """Compare a file with what there is; raises DocumentError and ItemMisfitError."""
    async with ground.db.reading() as session:
        steps = await plan(session, await read(session, text, prune=prune), prune=prune)
    return Proposal(text, prune, tuple(steps), tuple(_lines(steps, ground.settings.default_locale)))


async def carry_out(ground: Ground, proposal: Proposal) -> bool:
    """Do what was proposed, in one transaction; False when somebody changed the configuration meanwhile."""
    async with ground.db.transaction() as session:
        await take_turn(session)
        wanted = await read(session, proposal.text, prune=proposal.prune)
        steps = await plan(session, wanted, prune=proposal.prune)
        if tuple(steps) != proposal.steps:
            return False
        await apply(Hand(session, ground.clock.now(), Author(getpass.getuser())), steps)
    return True


def refusal_lines(error: AppError, locale: Locale) -> Iterator[str]:
    """Why a file cannot be used: every problem with its line and what to do."""
    if isinstance(error, DocumentError):
        for one in error.troubles:
            where = translate("config.line", locale, line=one.line)
            yield f"{where} {one.path}  {problem_words(one.code, one.values, locale)}"
    elif isinstance(error, ItemMisfitError):
        yield f"{error.misfit.key}  {problem_words(error.misfit.code, {}, locale)}"
    yield translate(f"error.{error.code}", locale, **error.values)


def _lines(steps: list[Planned], locale: Locale) -> Iterator[str]:
    for step in steps:
        name = item_name(step.key, step.after or step.before, locale)
        yield f"{_MARKS[step.action]} {section_name(step.section, locale)}  {name}  ({step.key})"
        for change in step_words(step, locale):
            if step.action == "update":
                yield from (f"    {change.label}: - {value}" for value in change.gone)
            if step.action != "remove":
                yield from (f"    {change.label}: + {value}" for value in change.new)


async def audited(ground: Ground) -> tuple[int, int | None]:
    """How many entries the audit has, and the first that is not as it was written."""
    async with ground.db.reading() as session:
        return await count(session), await verify(session)
