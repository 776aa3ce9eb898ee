"""The pages stay quick: so many statements whatever the number of accounts, and the indexes serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from channels.console.queries.health import load_health
from channels.console.queries.letters import letters_page
from channels.console.selection import Selection
from kit.db import AsyncSession
from kit.ground import Ground
from tests.channels.console.office import Office


@contextmanager
def asked(session: AsyncSession) -> Iterator[list[tuple[str, Any]]]:
    """Every statement the session sends, with its values."""
    statements: list[tuple[str, Any]] = []
    engine = session.get_bind().engine

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_how: Any) -> None:
        statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_more_accounts_cost_no_more_statements(ground: Ground, office: Office) -> None:
    counts = []
    for number in range(6):
        await office.account(f"gh_{number}")
        await office.hears(name=f"gh_{number}")
        await office.delivery(name=f"gh_{number}")
        async with ground.db.reading() as session:
            with asked(session) as statements:
                health = await load_health(session, ground.clock.now())
        assert len(health.accounts) == number + 1
        counts.append(len(statements))
    assert counts == [6] * 6


async def plan_of(session: AsyncSession, statements: list[tuple[str, Any]]) -> str:
    """How SQLite goes about them."""
    connection = await session.connection()
    lines = []
    for statement, values in list(statements):
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        lines += [str(detail) for *_, detail in plan]
    return "\n".join(lines)


class TestTheIndexes:
    @pytest.fixture(autouse=True)
    def sqlite(self, ground: Ground) -> None:
        if not ground.db.is_sqlite:
            pytest.skip("PostgreSQL reads tables as small as these from end to end")

    async def test_serve_the_overview(self, ground: Ground, office: Office) -> None:
        await office.account()
        async with ground.db.reading() as session:
            with asked(session) as statements:
                await load_health(session, ground.clock.now())
            plan = await plan_of(session, statements)
        for index in ("delivery_state", "delivery_account", "inbound_message_account", "reply_allowance_closes"):
            assert f"USING INDEX ix_{index}" in plan, plan
        # Accounts are few; nothing else is read from end to end.
        for table in ("delivery", "inbound_message", "reply_allowance"):
            assert f"SCAN {table}\n" not in f"{plan}\n", plan

    @pytest.mark.parametrize(
        "chosen",
        [Selection(), Selection(account="fake:gh_1"), Selection(thread="fake:gh_1:li")],
        ids=["all", "account", "person"],
    )
    async def test_serve_the_list_of_what_did_not_arrive(self, ground: Ground, chosen: Selection) -> None:
        async with ground.db.reading() as session:
            with asked(session) as statements:
                await letters_page(session, chosen)
            plan = await plan_of(session, statements)
        assert plan.splitlines() == ["SEARCH delivery USING INDEX ix_delivery_state (state=?)"] * 3
