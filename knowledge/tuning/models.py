"""The synonyms somebody added, and the calibrations that were fitted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class SearchSynonym(SQLModel, table=True):
    """``variant`` is another way to say ``word``; both as :func:`knowledge.search.fold.literal` leaves them."""

    __tablename__ = "search_synonym"
    __table_args__ = (UniqueConstraint("locale", "variant"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    locale: str = Field(max_length=2)
    word: str = Field(max_length=40)
    variant: str = Field(max_length=40)
    author: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SearchCalibration(SQLModel, table=True):
    """One fit. It counts from the moment somebody accepts it, until a later one is accepted."""

    __tablename__ = "search_calibration"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: The encoder it was fitted for; thresholds mean nothing to another one.
    encoder: str = Field(max_length=80)
    weights: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: What the one before and this one made of questions neither was fitted on.
    figures: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    fitted_by: str = Field(max_length=80)
    fitted_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    accepted_by: str | None = Field(default=None, max_length=80)
    accepted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, index=True))


class SearchFitRefusal(SQLModel, table=True):
    """Somebody looked at a fit and does not want it; it may still be accepted later."""

    __tablename__ = "search_fit_refusal"

    calibration_id: int = Field(
        sa_column=Column(
            BigId, ForeignKey("search_calibration.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        )
    )
    by: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
