"""Fits are proposed by a command and count once somebody accepts them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from kit.db import AsyncSession, hint
from knowledge.search.calibration import Calibration
from knowledge.tuning.errors import CalibrationNotFoundError
from knowledge.tuning.models import SearchCalibration
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


async def current_calibration(session: AsyncSession, encoder: str) -> Calibration | None:
    """The latest that was accepted for this encoder; None where the shipped thresholds count."""
    accepted = (
        select(SearchCalibration)
        .where(SearchCalibration.encoder == encoder, col(SearchCalibration.accepted_at).is_not(None))
        .order_by(col(SearchCalibration.accepted_at).desc(), col(SearchCalibration.id).desc())
        .limit(1)
    )
    row = (await session.exec(accepted)).first()
    return None if row is None else _calibration(row.weights)


def _calibration(weights: Mapping[str, Any]) -> Calibration:
    known = {field.name for field in fields(Calibration)}
    values = {name: value for name, value in weights.items() if name in known}
    return Calibration(**{**values, "right": tuple(values["right"]), "known": tuple(values["known"])})
