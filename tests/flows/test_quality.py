"""What a customer said to the bot, as the quality desk reads it."""

from datetime import timedelta

from sqlmodel import select

from bot.talks import DeskTalks
from knowledge.models import AnswerLog
from tests.support.desk import Desk


async def test_the_desk_hands_over_the_talk_around_an_answer_without_the_person(desk: Desk) -> None:
    await desk.write("打印不出来怎么办，我电话13800138000")
    async with desk.ground.db.reading() as session:
        answer = (await session.exec(select(AnswerLog))).one()
        [lines, nothing] = await DeskTalks().read(
            session, [(answer.reference, answer.at, answer.at), ("fake:main:nobody", answer.at, answer.at)]
        )
        [later] = await DeskTalks().read(
            session, [(answer.reference, answer.at + timedelta(days=1), answer.at + timedelta(days=1))]
        )
    assert [line.voice for line in lines][:2] == ["customer", "bot"]
    assert lines[0].text.startswith("打印不出来怎么办")
    assert "13800138000" not in lines[0].text
    assert (nothing, later) == ([], [])
