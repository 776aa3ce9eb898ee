"""The whole configuration as a file: taken away, and brought back with its differences shown first."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.audit import take_turn
from kit.db import AsyncSession
from kit.errors import ConflictError
from kit.web.deps import ReadSession, WriteSession
from tickets.admin.endpoints.office import HOME, hand_of
from tickets.config.changing import Planned, apply, plan
from tickets.config.document import DocumentError, export, read
from tickets.config.section import ItemMisfitError
from tickets.config.words import FieldChange, item_name, problem_words, section_name, step_words
from tickets.console.endpoints.counter import Counter, CounterDep, console_router

router = console_router(Role.ADMIN)
_FILE = "yingpiao.yaml"


class ConfigurationMovedError(ConflictError):
    """Somebody changed the configuration after the differences were shown."""

    code = "config_moved"


@dataclass(frozen=True)
class StepLine:
    """One change of a plan in words."""

    action: str
    section: str
    name: str
    key: str
    changes: list[FieldChange]


@router.get("/admin/file")
async def show_transfer(desk: CounterDep) -> Response:
    return _page(desk)


@router.get("/admin/file/download")
async def download(session: ReadSession) -> Response:
    headers = {"content-disposition": f'attachment; filename="{_FILE}"', "cache-control": "no-store"}
    return Response(await export(session), media_type="application/yaml", headers=headers)


@router.post("/admin/file/compare")
async def compare(
    desk: CounterDep,
    session: ReadSession,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    *,
    prune: Annotated[bool, Form()] = False,
) -> Response:
    """What the file would change; nothing is changed yet."""
    if file is not None and file.size:
        text = (await file.read()).decode("utf-8-sig", errors="replace")
    try:
        steps = await plan(session, await read(session, text, prune=prune), prune=prune)
    except DocumentError as error:
        troubles = [(one.line, one.path, problem_words(one.code, one.values, desk.locale)) for one in error.troubles]
        return _page(desk, text=text, prune=prune, troubles=troubles)
    except ItemMisfitError as error:
        words = problem_words(error.misfit.code, {}, desk.locale)
        return _page(desk, text=text, prune=prune, troubles=[(1, error.misfit.key, words)])
    return _page(desk, text=text, prune=prune, steps=_lines(desk, steps), seen=await _state(session))


@router.post("/admin/file/apply")
async def carry_out(
    desk: CounterDep,
    session: WriteSession,
    text: Annotated[str, Form()],
    seen: Annotated[str, Form()],
    *,
    prune: Annotated[bool, Form()] = False,
) -> Response:
    """Do what was shown, if nothing has changed since."""
    await take_turn(session)
    if await _state(session) != seen:
        raise ConfigurationMovedError
    steps = await plan(session, await read(session, text, prune=prune), prune=prune)
    await apply(hand_of(desk, session), steps)
    return RedirectResponse(f"{HOME}/audit", status_code=303)


async def _state(session: AsyncSession) -> str:
    return hashlib.sha256((await export(session)).encode()).hexdigest()[:16]


def _lines(desk: Counter, steps: list[Planned]) -> list[StepLine]:
    return [
        StepLine(
            step.action,
            section_name(step.section, desk.locale),
            item_name(step.key, step.after or step.before, desk.locale),
            step.key,
            step_words(step, desk.locale),
        )
        for step in steps
    ]


def _page(
    desk: Counter,
    *,
    text: str = "",
    prune: bool = False,
    troubles: list[tuple[int, str, str]] | None = None,
    steps: list[StepLine] | None = None,
    seen: str = "",
) -> Response:
    return desk.page(
        "admin/file.html",
        status_code=422 if troubles else 200,
        text=text,
        prune=prune,
        troubles=troubles or [],
        steps=steps,
        seen=seen,
        counts=_counts(steps or []),
    )


def _counts(steps: list[StepLine]) -> dict[str, int]:
    return {action: sum(step.action == action for step in steps) for action in ("create", "update", "remove")}
