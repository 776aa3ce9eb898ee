"""What the model was asked and what became of it, by day in the organisation's zone."""

from datetime import date

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class ModelCount(SQLModel, table=True):
    """One figure of one day and one use; ``what`` is a :class:`knowledge.llm.counting.What` or why it fell back."""

    __tablename__ = "model_count"

    day: date = Field(primary_key=True)
    use: str = Field(primary_key=True, max_length=20)
    what: str = Field(primary_key=True, max_length=40)
    count: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
