"""What can be found: an entry for what a ticket is about, and one for each message about it."""

from sqlalchemy import DDL, Column, ForeignKey, Index, Text, event, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from kit.db import BigId


class SearchEntry(SQLModel, table=True):
    """``grams`` are its tokens: a tsvector, or on SQLite the text that the full-text index beside it is fed with.

    Among them are the buckets of its ticket, see tickets.search.buckets.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        # Found again when a message is edited or goes to another ticket; a ticket has one entry of its own.
        Index(
            "ix_search_entry_message",
            "message_id",
            sqlite_where=text("message_id IS NOT NULL"),
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_search_entry_ticket", "ticket_id"),
        # On SQLite it holds nothing, as no ticket has such a number: there the index is the virtual table below.
        Index(
            "ix_search_entry_grams",
            "grams",
            postgresql_using="gin",
            # What is collected before it is sorted in has to be read by every search.
            postgresql_with={"gin_pending_list_limit": 256},
            sqlite_where=text("ticket_id < 0"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False))
    message_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("message.id", ondelete="CASCADE")))
    grams: str = Field(sa_column=Column(Text().with_variant(TSVECTOR(), "postgresql"), nullable=False))


#: SQLite's index of the entries. Tokens are cut already, so its own tokenizer only has to part them at the spaces.
SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE search_words USING fts5(grams, content='search_entry', content_rowid='id', columnsize=0,
       prefix='1', tokenize="ascii tokenchars '~^'")""",
    """CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
       INSERT INTO search_words (rowid, grams) VALUES (new.id, new.grams); END""",
    """CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
       INSERT INTO search_words (search_words, rowid, grams) VALUES ('delete', old.id, old.grams); END""",
    """CREATE TRIGGER search_entry_changed AFTER UPDATE OF grams ON search_entry BEGIN
       INSERT INTO search_words (search_words, rowid, grams) VALUES ('delete', old.id, old.grams);
       INSERT INTO search_words (rowid, grams) VALUES (new.id, new.grams); END""",
)
for _statement in SQLITE_INDEX:
    event.listen(
        SearchEntry.__table__,  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped.
    )
