"""Response targets per priority."""

from sqlmodel import Field, SQLModel


class Target(SQLModel, table=True):
    """How fast tickets of a priority are first answered and solved; in seconds of calendar time."""

    __tablename__ = "target"

    priority: int = Field(primary_key=True)
    first_reply_s: int
    resolution_s: int
