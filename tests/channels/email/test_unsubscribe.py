"""Whoever wants no surveys says so once, with one click, and everything else still arrives."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import select

from channels.email.models import Unsubscribed
from channels.email.unsubscribing import Links, has_unsubscribed, router
from channels.port import Outbound
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.mailing import ADDRESS, LI, open_mailing
from tests.support.web import ROOT, make_app, open_client

TEMPLATES: Path = ROOT / "channels/email/templates"
FORM = '<form method="post">'
SURVEY = Outbound(text="您满意吗？", author="system", optional=True)


@asynccontextmanager
async def browser(ground: Ground, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(make_app(ground, router, templates=[TEMPLATES]), **headers) as client:
        yield client


def link(ground: Ground, address: str = LI) -> str:
    return f"/mail/unsubscribe/{Links(ground.settings.secret_key()).token(ADDRESS, address)}"


async def unsubscribed(ground: Ground) -> list[tuple[str, str, str]]:
    async with ground.db.reading() as session:
        rows = (await session.exec(select(Unsubscribed))).all()
    return [(row.account, row.address, row.why) for row in rows]


class TestTheRoundTrip:
    async def test_one_click_and_no_survey_comes_any_more(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing, browser(ground) as program:
            survey = await mailing.send(SURVEY)
            named = re.fullmatch(r"<(\S+)>", survey.message["List-Unsubscribe"])
            assert named is not None
            assert named[1].startswith("http://desk.test/mail/unsubscribe/")
            body = survey.message["List-Unsubscribe-Post"]
            form = {"content": body, "headers": {"content-type": "application/x-www-form-urlencoded"}}
            answer = await program.post(urlsplit(named[1]).path, **form)
            assert (answer.status_code, await unsubscribed(ground)) == (200, [(ADDRESS, LI, "asked")])
            await mailing.put(
                SURVEY.model_copy(update={"text": "这次呢？"}), Outbound(text="您的工单有进展。", author="system")
            )
            await mailing.work()
            assert await mailing.states() == ["sent", "failed", "sent"]
            assert (await mailing.deliveries())[1].error_code == "unsubscribed"

    async def test_only_surveys_carry_the_link(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            news = await mailing.send(Outbound(text="您的工单有进展。", author="system"))
            assert news.message["List-Unsubscribe"] is None
            assert "unsubscribe" not in news.raw.decode()
            assert link(ground) in (await mailing.send(SURVEY)).body()

    async def test_others_still_get_theirs(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing, browser(ground) as program:
            await program.post(link(ground))
            await mailing.send(SURVEY, to="zhang@kehu.example")
            assert await mailing.states() == ["sent"]


class TestThePage:
    @pytest.mark.parametrize(("language", "word"), [("zh-CN", "退订"), ("en", "Unsubscribe")])
    async def test_opening_it_changes_nothing(self, ground: Ground, language: str, word: str) -> None:
        async with browser(ground, **{"accept-language": language}) as reader:
            page = await reader.get(link(ground))
            assert page.status_code == 200
            assert word in page.text
            assert LI in page.text
            assert FORM in page.text
            assert page.headers["x-robots-tag"] == "noindex"
            assert await unsubscribed(ground) == []

    async def test_the_button_needs_no_cookie_and_may_be_pressed_twice(self, ground: Ground) -> None:
        async with browser(ground) as reader:
            for _ in range(2):
                page = await reader.post(link(ground), headers={"origin": "https://mail.example"})
                assert page.status_code == 200
                assert FORM not in page.text
            assert len(await unsubscribed(ground)) == 1
            assert FORM not in (await reader.get(link(ground))).text

    @pytest.mark.parametrize("token", ["", "x", "a.b", "YQ.0" * 400, "é.é", "%00"])
    async def test_nobody_else_makes_a_link(self, ground: Ground, token: str) -> None:
        genuine = link(ground).rpartition("/")[2]
        async with browser(ground) as reader:
            for forged in (token, genuine[:-1] + ("0" if genuine[-1] != "0" else "1"), "A" + genuine):
                assert (await reader.post(f"/mail/unsubscribe/{forged}")).status_code in {404, 405}
                assert (await reader.get(f"/mail/unsubscribe/{forged}")).status_code == 404
            assert await unsubscribed(ground) == []

    async def test_markup_in_an_address_is_text(self, ground: Ground) -> None:
        async with browser(ground) as reader:
            page = await reader.get(link(ground, "<b>x</b>@kehu.example"))
            assert "&lt;b&gt;x&lt;/b&gt;@kehu.example" in page.text


async def test_a_complaint_counts_as_well(ground: Ground, clock: FrozenClock) -> None:
    async with ground.db.transaction() as session:
        session.add(Unsubscribed(account=ADDRESS, address=LI, why="complaint", at=clock.now()))
    async with ground.db.reading() as session:
        assert await has_unsubscribed(session, account=ADDRESS, address=LI)
        assert not await has_unsubscribed(session, account="other@yunshan.example", address=LI)
