"""Fits are proposed by a command and count once somebody accepts them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from kit.db import AsyncSession, hint
from knowledge.search.calibration import Calibration
from knowledge.tuning.errors import CalibrationNotFoundError, FitInForceError
from knowledge.tuning.models import SearchCalibration, SearchFitRefusal
from knowledge.tuning.synonyms import KNOWLEDGE_CHANGED


async def propose_calibration(
    session: AsyncSession,
    now: datetime,
    calibration: Calibration,
    *,
    encoder: str,
    figures: Mapping[str, Any],
    by: str,
) -> SearchCalibration:
    """Keep the fit and its figures; nothing changes yet."""
    row = SearchCalibration(
        encoder=encoder, weights=asdict(calibration), figures=dict(figures), fitted_by=by, fitted_at=now
    )
    session.add(row)
    await session.flush()
    return row


async def accept_calibration(
    session: AsyncSession, now: datetime, calibration_id: int, *, encoder: str, by: str
) -> SearchCalibration:
    """Let this fit count in every process; an earlier one may be accepted again."""
    row = await session.get(SearchCalibration, calibration_id)
    if row is None or row.encoder != encoder:
        raise CalibrationNotFoundError(id=calibration_id)
    row.accepted_by, row.accepted_at = by, now
    await session.flush()
    hint(session, KNOWLEDGE_CHANGED)
    return row


async def refuse_calibration(session: AsyncSession, now: datetime, calibration_id: int, *, by: str) -> None:
    """Say that this fit is not wanted; raises CalibrationNotFoundError, FitInForceError for one that counts."""
    row = await session.get(SearchCalibration, calibration_id)
    if row is None:
        raise CalibrationNotFoundError(id=calibration_id)
    if row.accepted_at is not None:
        raise FitInForceError(id=calibration_id)
    if await session.get(SearchFitRefusal, calibration_id) is None:
        session.add(SearchFitRefusal(calibration_id=calibration_id, by=by, at=now))


async def fits(session: AsyncSession, *, before: int | None, most: int) -> list[tuple[SearchCalibration, str | None]]:
    """Newest first, those older than ``before``, each with who refused it."""
    made = (
        select(SearchCalibration, SearchFitRefusal.by)
        .join(SearchFitRefusal, isouter=True)
        .order_by(col(SearchCalibration.id).desc())
        .limit(most)
    )
    if before is not None:
        made = made.where(col(SearchCalibration.id) < before)
    return list((await session.exec(made)).all())


async def in_force(session: AsyncSession, encoder: str) -> int | None:
    """The fit that counts for this encoder."""
    row = (await session.exec(_accepted(encoder))).first()
    return None if row is None else row.id


async def current_calibration(session: AsyncSession, encoder: str) -> Calibration | None:
    """The latest that was accepted for this encoder; None where the shipped thresholds count."""
    row = (await session.exec(_accepted(encoder))).first()
    return None if row is None else _calibration(row.weights)


def _accepted(encoder: str) -> SelectOfScalar[SearchCalibration]:
    return (
        select(SearchCalibration)
        .where(SearchCalibration.encoder == encoder, col(SearchCalibration.accepted_at).is_not(None))
        .order_by(col(SearchCalibration.accepted_at).desc(), col(SearchCalibration.id).desc())
        .limit(1)
    )


def _calibration(weights: Mapping[str, Any]) -> Calibration:
    known = {field.name for field in fields(Calibration)}
    values = {name: value for name, value in weights.items() if name in known}
    return Calibration(**{**values, "right": tuple(values["right"]), "known": tuple(values["known"])})
