"""What the log of answers says of a day, counted once."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

#: What is counted, by the name of its column.
NAMES = ("shown", "helped", "unhelpful", "tickets")


class ArticleDay(SQLModel, table=True):
    """How one address did on one day (UTC). The row with no address says that the day is counted, answers or not."""

    __tablename__ = "article_day"
    __table_args__ = (Index("ix_article_day_day", "day"),)

    slug: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    shown: int = 0
    helped: int = 0
    unhelpful: int = 0
    tickets: int = 0
