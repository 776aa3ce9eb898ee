"""Hot statements are served by an index: the planner says so on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select, select, text

from channels import delivery, merging, windows
from channels.delivery import delivery_table
from channels.inbox import inbound_table
from kit.ground import Ground

LAST_OF_ACCOUNT = (
    select(delivery_table.c.id)
    .where(delivery_table.c.channel == "fake", delivery_table.c.account == "main")
    .order_by(delivery_table.c.id.desc())
    .limit(200)
)
LAST_HEARD = (
    select(inbound_table.c.id)
    .where(inbound_table.c.channel == "fake", inbound_table.c.account == "main")
    .order_by(inbound_table.c.id.desc())
    .limit(1)
)
BY_RECEIPT = select(delivery_table.c.key).where(
    delivery_table.c.channel == "fake", delivery_table.c.account == "main", delivery_table.c.provider_id == "7"
)

#: An update finds its rows as a query would.
RELEASED = select(delivery_table.c.id).where(*delivery._RELEASE._where_criteria)

STATEMENTS: dict[str, tuple[Select[Any], str]] = {
    "what waited is let go": (RELEASED.params(of_threads=["fake:main:li"]), "ix_delivery_waiting"),
    "what waits behind a message": (
        merging._BEHIND.params(of_thread="fake:main:li", after=1, most=8),
        "ix_delivery_waiting",
    ),
    "what a message carried": (merging._CARRIED.params(head="bot:1"), "ix_delivery_carried"),
    "the openings of a person": (
        windows._OPEN_OF_THREAD.params(of_thread="fake:main:li", now=datetime(2026, 11, 24, tzinfo=UTC)),
        "reply_allowance",
    ),
    "the last deliveries of an account": (LAST_OF_ACCOUNT, "ix_delivery_account"),
    "the last message of an account": (LAST_HEARD, "ix_inbound_message_account"),
    "a delivery by its receipt": (BY_RECEIPT, "ix_delivery_provider"),
}


_FULL = """
INSERT INTO delivery (key, channel, account, address, thread, body, state, priority, parts_sent, resends, attempts,
                      provider_id, carried_by, queued_at)
SELECT n, 'fake', CASE n % 20 WHEN 0 THEN 'main' ELSE 'other' || n % 20 END, n % 500, 'fake:main:' || n % 500, '{}',
       CASE n % 10 WHEN 0 THEN 'parked' WHEN 1 THEN 'queued' ELSE 'sent' END, 5, 0, 0, 0,
       n, CASE n % 5 WHEN 0 THEN 'k' || n END, now()
FROM generate_series(1, 20000) AS n
"""


async def plan_of(ground: Ground, statement: Select[Any]) -> str:
    async with ground.db.engine.connect() as connection:
        dialect = connection.dialect
        sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        if ground.db.is_sqlite:
            return "\n".join(str(row) for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
        # On an empty table every way costs the same: it is asked about a full one, which is rolled back again.
        await connection.execute(text(_FULL))
        await connection.execute(text("ANALYZE delivery"))
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        return "\n".join(str(row[0]) for row in await connection.execute(text(f"EXPLAIN {sql}")))


@pytest.mark.parametrize("name", STATEMENTS)
async def test_an_index_serves(ground: Ground, name: str) -> None:
    statement, index = STATEMENTS[name]
    plan = await plan_of(ground, statement)
    assert index in plan, plan
    assert "SCAN delivery" not in plan
    assert "Seq Scan" not in plan
