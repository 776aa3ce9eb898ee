"""Who receives the customers of a WeCom account."""

from datetime import timedelta

from channels.accounts.service import add_account
from channels.wecom.models import WecomServicer, WecomSession
from channels.wecom.sessions import SessionState
from tests.channels.console.office import Office
from tests.channels.console.test_figures import table
from tests.channels.console.test_health import figure
from tests.support.console import Person

KF = "wk-main"


async def test_sessions_and_servicers_are_those_of_the_account_and_of_late(office: Office, supervisor: Person) -> None:
    now = office.clock.now()
    old = now - timedelta(hours=49)
    async with office.ground.db.transaction() as session:
        account = await add_account(
            session, now, office.site.context.box, channel="wecom", name=KF, label="客服", settings={}, secrets={}
        )
        for customer, state, servicer, at in (
            ("a", SessionState.HUMAN, "zhang", now),
            ("b", SessionState.HUMAN, "zhang", now),
            ("c", SessionState.POOL, "", now),
            ("d", SessionState.HUMAN, "zhang", old),
            ("e", SessionState.ENDED, "", now),
        ):
            session.add(WecomSession(account=KF, customer=customer, state=state, servicer=servicer, known_at=at))
        session.add(WecomSession(account="wk-other", customer="a", state=SessionState.BOT, known_at=now))
        session.add(WecomServicer(account=KF, userid="wang", receiving=False, changed_at=now))
        session.add(WecomServicer(account=KF, userid="zhang", receiving=True, changed_at=now))
        session.add(WecomServicer(account="wk-other", userid="li", receiving=True, changed_at=now))
    page = await supervisor.page(f"/console/channels/{account.id}/figures")
    assert [figure(page, name) for name in ("机器人接待", "排队等人工", "人工接待")] == ["0", "1", "2"]
    assert [row[:3] for row in table(page, "接待人员")] == [["zhang", "是", "2"], ["wang", "否", "0"]]


async def test_other_accounts_have_no_reception(office: Office, supervisor: Person) -> None:
    account = await office.account()
    assert "接待情况" not in await supervisor.page(f"/console/channels/{account.id}/figures")
