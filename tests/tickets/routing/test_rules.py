"""Where a new ticket goes, and why."""

from typing import Any

import pytest
from sqlalchemy.event import listen
from sqlalchemy.exc import IntegrityError

from kit.ground import Ground
from tests.support.tickets import open_one
from tests.tickets.routing.office import Office
from tickets.desk.models import Team
from tickets.models import EventKind
from tickets.routing.explaining import Sample, explain
from tickets.routing.models import RoutingRule
from tickets.routing.setup import setup_of
from tickets.stages import Priority
from tickets.timeline import describe


class TestRules:
    async def test_a_rule_sends_the_people_of_a_region_to_their_team_and_says_so(self, office: Office) -> None:
        await office.rule("北京客户", {"region": ["北京"]}, {"team": "beijing"})
        ticket = await office.opened(person={"region": "北京"})
        assert ticket.team_id == office.teams["beijing"]
        [routed] = await office.events(ticket, EventKind.ROUTED)
        assert describe(routed, "zh", "UTC") == "分给北京组：规则「北京客户」"
        assert "rule “北京客户”" in describe(routed, "en", "UTC")
        assert (await office.opened(who="b", person={"region": "上海"})).team_id == office.teams["general"]

    async def test_each_rule_sees_what_those_before_it_did_until_one_says_stop(self, office: Office) -> None:
        await office.rule("a", {"words": ["打印机"]}, {"category": "print", "tags": ["硬件"]}, position=1)
        await office.rule("b", {"category": ["print"], "tag": ["硬件"]}, {"priority": 1}, position=2, stop=True)
        await office.rule("c", {}, {"priority": 4, "team": "general"}, position=3)
        ticket = await office.opened("我的打印机坏了")
        assert (ticket.priority, ticket.team_id, ticket.tags) == (Priority.URGENT, office.teams["beijing"], ["硬件"])

    async def test_the_category_brings_its_team_and_priority_unless_a_rule_names_others(self, office: Office) -> None:
        await office.rule("a", {"words": ["急"]}, {"team": "general"}, position=1)
        await office.rule("b", {"words": ["急"]}, {"category": "print"}, position=2)
        ticket = await office.opened("急")
        assert (ticket.team_id, ticket.priority) == (office.teams["general"], Priority.LOW)

    async def test_every_field_that_can_be_asked_for(self, office: Office) -> None:
        conditions = {
            "channel": ["webchat"],
            "language": ["zh"],
            "component": ["login"],
            "customer_tag": ["vip"],
            "words": ["UKEY"],
        }
        await office.rule("all", conditions, {"priority": 1})
        matter: dict[str, Any] = {"component": "login", "person": {"tags": ["vip"]}}
        assert (await office.opened("ukey 坏了", **matter)).priority == Priority.URGENT
        assert (await office.opened("别的问题", who="b", **matter)).priority == Priority.NORMAL
        assert (await office.opened("ukey 坏了", who="c", component="login")).priority == Priority.NORMAL

    async def test_what_nobody_here_can_check_is_not_met(self, office: Office) -> None:
        await office.rule("later", {"weather": ["rain"]}, {"priority": 1})
        assert (await office.opened()).priority == Priority.NORMAL

    async def test_a_change_holds_for_the_next_ticket_and_an_undone_one_for_none(self, office: Office) -> None:
        assert (await office.opened()).priority == Priority.NORMAL
        await office.rule("now", {}, {"priority": 1})
        assert (await office.opened(who="b")).priority == Priority.URGENT
        with pytest.raises(IntegrityError):
            await _add_teams(office.ground)
        assert (await office.opened(who="c", person={"region": "上海"})).team_id == office.teams["general"]

    async def test_whoever_changes_a_rule_sees_it_and_nobody_else_before_the_commit(
        self, office: Office, ground: Ground
    ) -> None:
        await office.opened()
        async with ground.db.transaction() as session:
            session.add(RoutingRule(key="new", name="new", conditions={}, actions={"priority": 1}))
            await session.flush()
            assert [rule.key for rule in (await setup_of(session)).rules] == ["new"]
            async with ground.db.reading() as elsewhere:
                assert (await setup_of(elsewhere)).rules == ()
        async with ground.db.reading() as afterwards:
            assert [rule.key for rule in (await setup_of(afterwards)).rules] == ["new"]

    async def test_a_second_ticket_asks_for_no_rule_and_no_team(self, office: Office, ground: Ground) -> None:
        await office.rule("北京客户", {"region": ["北京"]}, {"team": "beijing"})
        await office.opened()
        asked: list[str] = []
        listen(ground.db.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        await office.opened(who="b", person={"region": "北京"})
        assert [statement for statement in asked if "FROM team" in statement or "FROM routing_rule" in statement] == []


async def _add_teams(ground: Ground) -> None:
    """One that could be, and one that could not: its key is taken."""
    async with ground.db.transaction() as session:
        for key in ("gone", "general"):
            session.add(Team(key=key, name_zh="没了", name_en="Gone", region="上海"))
            await session.flush()


class TestDryRun:
    async def test_it_says_rule_by_rule_what_is_met_and_what_is_not(self, office: Office, ground: Ground) -> None:
        await office.rule("a", {"region": ["北京"], "words": ["登录"]}, {"team": "beijing"}, position=1)
        await office.rule("b", {"words": ["登录"]}, {"priority": 2}, position=2, stop=True)
        await office.rule("c", {}, {"priority": 4}, position=3)
        async with ground.db.reading() as session:
            shown = await explain(session, Sample(text="登录不了", region="上海"))
        assert [(one.rule.key, one.met, list(one.failed), one.skipped) for one in shown.rules] == [
            ("a", False, ["region"], False),
            ("b", True, [], False),
            ("c", False, [], True),
        ]
        assert shown.team is not None
        assert (shown.team.key, shown.placement.priority) == ("general", Priority.HIGH)

    async def test_it_agrees_with_the_real_thing(self, office: Office, ground: Ground) -> None:
        await office.rule("a", {"words": ["登录"]}, {"category": "print", "priority": 1})
        async with ground.db.reading() as session:
            shown = await explain(session, Sample(text="登录不了"))
        opened = await open_one(ground, "登录不了")
        ticket = await office.opened("登录不了", who="again")
        assert opened.ticket_id != ticket.id
        assert (shown.placement.category_id, shown.placement.team_id) == (ticket.category_id, ticket.team_id)
