"""Fits of the search: what each would change, side by side, before somebody lets it count."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from kit.audit import Change, record
from kit.web.deps import ReadSession, WriteSession
from knowledge.console import HOME
from knowledge.console.counter import BIGINT_MAX, REVIEWER, CounterDep, LibraryDep, RowId, knowledge_router
from knowledge.console.queries import count_waiting
from knowledge.tuning.calibrations import accept_calibration, fits, in_force, refuse_calibration
from knowledge.tuning.models import SearchCalibration

_PAGE = 10
_FIGURES = ("right_first", "answered", "precision", "abstained")
_AUDIT_KIND = "search_fit"

router = knowledge_router(REVIEWER)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure, as shares of a hundred."""

    name: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return round(self.after - self.before, 1)


def comparisons(row: SearchCalibration) -> list[Comparison]:
    """Nothing of a fit that came without figures."""
    before: dict[str, Any] = row.figures.get("before", {})
    after: dict[str, Any] = row.figures.get("after", {})
    both = [name for name in _FIGURES if name in before and name in after]
    return [Comparison(name, round(100 * before[name], 1), round(100 * after[name], 1)) for name in both]


@router.get("/fits")
async def show_fits(
    desk: CounterDep,
    session: ReadSession,
    library: LibraryDep,
    before: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
) -> Response:
    found = await fits(session, before=before, most=_PAGE + 1)
    shown = found[:_PAGE]
    return desk.page(
        "fits.html",
        rows=[(row, refused, comparisons(row)) for row, refused in shown],
        more=shown[-1][0].id if len(found) > _PAGE else None,
        counts=await in_force(session, library.encoder_name),
        encoder=library.encoder_name,
        waiting=await count_waiting(session),
    )


@router.post("/fits/{fit_id}/accept")
async def accept(desk: CounterDep, session: WriteSession, library: LibraryDep, fit_id: RowId) -> Response:
    row = await accept_calibration(session, desk.now, fit_id, encoder=library.encoder_name, by=desk.staff.name)
    change = Change(action="accepted", kind=_AUDIT_KIND, key=str(fit_id), after=row.weights)
    await record(session, desk.now, desk.author, change)
    return desk.go(f"{HOME}/fits")


@router.post("/fits/{fit_id}/refuse")
async def refuse(desk: CounterDep, session: WriteSession, fit_id: RowId) -> Response:
    await refuse_calibration(session, desk.now, fit_id, by=desk.staff.name)
    await record(session, desk.now, desk.author, Change(action="refused", kind=_AUDIT_KIND, key=str(fit_id)))
    return desk.go(f"{HOME}/fits")
