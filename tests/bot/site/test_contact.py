"""The contact form: what is written reaches the desk as an unproven mail, and nothing typed is lost."""

import pytest
from fastapi import FastAPI
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.models import InboundMessage
from channels.reach import note_refused, refusal_of
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.public import make_article, make_public_app, visit

BOX = "help@desk.test"
LETTER = {"address": "Zhang@Firm.test", "name": "张会计", "matter": "开票一直转圈\r\n已经两个小时了"}


@pytest.fixture
async def app(ground: Ground, clock: FrozenClock) -> FastAPI:
    app = await make_public_app(ground, make_article("fix-login"))
    context: ChannelContext = app.state.channels
    async with ground.db.transaction() as session:
        await add_account(
            session, clock.now(), context.box, channel="email", name=BOX, label="客服邮箱", settings={}, secrets={}
        )
    return app


async def letters(ground: Ground) -> list[InboundMessage]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(InboundMessage))).all())


async def test_a_letter_arrives_as_a_mail_nobody_has_proven(app: FastAPI, ground: Ground) -> None:
    async with visit(app) as client:
        answer = await client.post("/contact", data=LETTER)
    assert "回信会发到 zhang@firm.test" in answer.text
    (letter,) = await letters(ground)
    assert (letter.channel, letter.account, letter.address) == ("email", BOX, "zhang@firm.test")
    assert (letter.text, letter.sender_name) == ("开票一直转圈\n已经两个小时了", "张会计")
    assert not letter.proven


async def test_who_could_not_be_reached_asks_to_be(app: FastAPI, ground: Ground, clock: FrozenClock) -> None:
    thread = f"email:{BOX}:zhang@firm.test"
    async with ground.db.transaction() as session:
        await note_refused(session, clock.now(), thread, code="5.1.1", text="no such user")
    async with visit(app) as client:
        await client.post("/contact", data=LETTER)
    async with ground.db.reading() as session:
        assert await refusal_of(session, thread) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "zhang"}, "这个邮箱好像不对"),
        ({"address": "a@b.test, c@d.test"}, "这个邮箱好像不对"),
        ({"address": "小张@b.test"}, "这个邮箱好像不对"),
        ({"address": "zhang@b..test"}, "这个邮箱好像不对"),
        ({"address": "a@b.test\nBcc: all@firm.test"}, "这个邮箱好像不对"),
        ({"matter": " \n "}, "请写几句遇到的问题"),
        ({"matter": "票" * 5001}, "有点长了"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(
    app: FastAPI, ground: Ground, wrong: dict[str, str], said: str
) -> None:
    async with visit(app) as client:
        answer = await client.post("/contact", data={**LETTER, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "张会计" in answer.text
    assert (wrong.get("matter") or "已经两个小时了").strip() in answer.text
    assert await letters(ground) == []


async def test_nobody_fills_a_strangers_inbox(app: FastAPI, ground: Ground) -> None:
    async with visit(app) as client:
        answers = [await client.post("/contact", data=LETTER) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert len(await letters(ground)) == 5


async def test_another_sites_form_is_refused(app: FastAPI, ground: Ground) -> None:
    async with visit(app) as client:
        answer = await client.post("/contact", data=LETTER, headers={"origin": "https://evil.test"})
    assert answer.status_code == 403
    assert await letters(ground) == []


async def test_without_a_mailbox_the_chat_is_offered(ground: Ground) -> None:
    app = await make_public_app(ground, make_article("fix-login"))
    async with visit(app) as client:
        page = await client.get("/contact")
        answer = await client.post("/contact", data=LETTER)
    assert "邮箱还没有开通" in page.text
    assert answer.status_code == 422
    assert await letters(ground) == []


async def test_it_speaks_english(app: FastAPI) -> None:
    async with visit(app, "en") as client:
        page = await client.get("/contact")
    assert "we will answer by e-mail" in page.text
