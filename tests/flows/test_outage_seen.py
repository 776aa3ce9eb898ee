"""Many write of one thing: the supervisors hear of it, look at what is said, and decide; the radar learns."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from sqlmodel import select

from bot.app import create_app
from bot.noticing import Lookout
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.desk import Desk, make_desk
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.conversations.models import Message
from tickets.incidents.models import Complaint, OutageProposal
from tickets.notices.service import latest

ZONE = ZoneInfo("Asia/Shanghai")
WORDS = "离线发票上传不了，提示错误代码 UP-5501"


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    """A desk at which one person an hour has complained of this for six weeks."""
    desk = await make_desk(ground, clock)
    await desk.write(WORDS, who="long-ago")
    async with ground.db.transaction() as session:
        said = (await session.exec(select(Complaint))).one()
        named = {name: getattr(said, name) for name in ("component", "region", "version", "code", "wording")}
        whose = {name: getattr(said, name) for name in ("contact_id", "conversation_id", "message_id")}
        hours = (clock.now() - timedelta(hours=hours) for hours in range(42 * 24))
        working = [hour for hour in hours if 9 <= hour.astimezone(ZONE).hour < 18]
        await session.execute(insert(Complaint), [{"at": hour, **named, **whose} for hour in working])
    return desk


async def proposals(ground: Ground) -> list[OutageProposal]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(OutageProposal))).all())


async def test_what_is_said_becomes_marks(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await desk.write("你好")
    await desk.write("谢谢")
    await desk.write("北京这边离线发票上传不了，提示错误代码 UP-5501，怎么办")
    async with ground.db.reading() as session:
        (complaint,) = (await session.exec(select(Complaint))).all()
        message = (await session.exec(select(Message).where(Message.id == complaint.message_id))).one()
    assert (complaint.code, complaint.component) == ("UP-5501", "upload")
    assert complaint.region
    assert "UP-5501" in message.text


async def test_a_crowd_is_proposed_and_decided(desk: Desk, ground: Ground, clock: FrozenClock) -> None:
    supervisor = await add_staff(ground, role=Role.SUPERVISOR, login="helin", name="何琳")
    agent = await add_staff(ground, role=Role.AGENT, login="chenjing", name="陈静")
    lookout = Lookout(ground)
    await lookout.look()
    for number in range(8):
        clock.advance(seconds=40)
        await desk.write(WORDS, who=f"accountant-{number}")
    await lookout.look()
    await lookout.look()
    (proposal,) = await proposals(ground)
    async with ground.db.reading() as session:
        (told,) = await latest(session, supervisor.id or 0)
        assert await latest(session, agent.id or 0) == []
    assert told.notice.data["address"].startswith("/console/outages")
    app = create_app(desk.runtime)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login="helin")
        client.cookies.set("yp_lang", "zh")
        page = (await client.get("/console/outages")).text
        assert "错误代码 UP-5501" in page
        assert WORDS in page
        assert "等您判断" in page
        answer = await client.post(f"/console/outages/{proposal.id}/confirm")
        assert answer.status_code == 303
        assert "确认故障" in (await client.get("/console/outages")).text
        again = await client.post(f"/console/outages/{proposal.id}/dismiss")
        assert again.status_code == 409
        assert (await client.post("/console/outages/999999/over")).status_code == 404
    await desk.write(WORDS, who="somebody-later")
    await lookout.look()
    (known,) = await proposals(ground)
    assert known.people == proposal.people + 1


async def test_who_only_answers_customers_sees_and_does_not_decide(
    desk: Desk, ground: Ground, clock: FrozenClock
) -> None:
    await add_staff(ground, role=Role.AGENT, login="chenjing", name="陈静")
    for number in range(8):
        clock.advance(seconds=40)
        await desk.write(WORDS, who=f"accountant-{number}")
    await Lookout(ground).look()
    (proposal,) = await proposals(ground)
    async with open_client(create_app(desk.runtime)) as client:
        await sign_in_client(client, ground, login="chenjing")
        page = (await client.get("/console/outages")).text
        assert "UP-5501" in page
        assert "/confirm" not in page
        assert (await client.post(f"/console/outages/{proposal.id}/confirm")).status_code == 403
    assert (await proposals(ground))[0].state == "open"


async def test_nobody_complains_and_the_page_says_so(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await add_staff(ground, role=Role.AGENT, login="chenjing", name="陈静")
    async with open_client(create_app(desk.runtime)) as client:
        await sign_in_client(client, ground, login="chenjing")
        client.cookies.set("yp_lang", "en")
        assert "All calm" in (await client.get("/console/outages")).text
