import random
from datetime import timedelta

import pytest

from kit.ground import Ground
from tests.support.queue import put_ticket
from tickets.desk.models import Category, Team
from tickets.models import Tag, TicketTag
from tickets.watching.models import Follower

REGIONS = (None, "beijing", "shanghai")


@pytest.fixture
async def varied(ground: Ground) -> list[int]:
    """Sixty tickets of all kinds; the same ones each time."""
    chance, now = random.Random(5), ground.clock.now()

    def moment(*hours: float) -> object:
        return chance.choice([None, *(now + timedelta(hours=hour) for hour in hours)])

    async with ground.db.transaction() as session:
        for number in (1, 2):
            session.add(Team(key=f"t{number}", name_zh="组", name_en="Team"))
            session.add(Category(key=f"c{number}", name_zh="类", name_en="Kind"))
            session.add(Tag(name=f"tag{number}"))
    ids = []
    for number in range(1, 61):
        stage = chance.choice(["accepted", "processing", "waiting", "confirming", "solved"])
        tags = [name for name in ("tag1", "tag2") if chance.random() < 0.3]
        ticket = await put_ticket(
            ground,
            number,
            chance.choice(["开票失败", "登录不了", "打印错位"]),
            stage=stage,
            closed_at=now - timedelta(days=chance.randrange(12)) if stage == "solved" else None,
            team_id=chance.choice([None, 1, 2]),
            category_id=chance.choice([None, 1, 2]),
            assignee_id=chance.choice([None, 1, 2]),
            priority=chance.choice([1, 2, 3, 4]),
            channel=chance.choice(["webchat", "email"]),
            region=chance.choice(REGIONS),
            component=chance.choice([None, "etax"]),
            locale=chance.choice(["zh", "en"]),
            incident_id=chance.choice([None, 7, 8]),
            alarm=chance.choice([None, None, "reopened"]),
            waiting_since=moment(-3, -1),
            first_replied_at=moment(-2),
            sla_due=moment(-1, 0, 0.5, 5, 40),
            snoozed_until=moment(-1, 3) if chance.random() < 0.4 else None,
            updated_at=now - timedelta(minutes=chance.randrange(5)),
            tags=tags or None,
        )
        ids.append(ticket.id)
        async with ground.db.transaction() as session:
            session.add_all(TicketTag(ticket_id=ticket.id, tag_id=int(name[-1])) for name in tags)
            if chance.random() < 0.3:
                session.add(Follower(ticket_id=ticket.id, staff_id=1, since=now))
    return ids
