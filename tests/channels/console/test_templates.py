"""The approved texts of short messages as a form: entered, corrected, looked at, tried on one number."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import select

from channels.console.site import ChannelSite
from channels.models import Delivery
from channels.sms.platform import PLATFORM
from channels.sms.settings import CHANNEL
from kit.audit import history, verify
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.sms.provider import LI, OurSign, open_sign
from tests.support.console import HTMX, Person

HOME = "/console/channels"
REPLIED = "replied.zh.SMS_1001"
NEW = {"kind": "closed", "locale": "zh", "code": "SMS_2001", "text": "您的工单${no}已关闭。", "var.no": "number"}


@pytest.fixture
async def ours(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurSign]:
    async with open_sign(ground, clock, "aliyun") as opened:
        yield opened


@pytest.fixture
def site(ours: OurSign) -> ChannelSite:
    return ChannelSite(context=ours.context, platforms={CHANNEL: PLATFORM}, channels={})


async def stored(ours: OurSign) -> list[dict[str, Any]]:
    ours.context.accounts.forget()
    (account,) = await ours.context.accounts.all()
    found: list[dict[str, Any]] = account.settings["templates"]
    return found


async def sent(ours: OurSign) -> list[Delivery]:
    async with ours.ground.db.reading() as session:
        return list((await session.exec(select(Delivery))).all())


@pytest.fixture
async def address(ours: OurSign) -> str:
    (account,) = await ours.context.accounts.all()
    return f"{HOME}/{account.id}/templates"


class TestEntering:
    async def test_the_list_shows_each_filled_in_with_its_price(self, address: str, admin: Person) -> None:
        page = await admin.page(address)
        assert "【应票】您的工单260001会在15:30前答复。" in page
        assert "0.05" in page

    async def test_a_new_one_goes_to_the_end(self, ours: OurSign, address: str, admin: Person) -> None:
        before = await stored(ours)
        await admin.client.post(address, data=NEW)
        after = await stored(ours)
        assert after[:-1] == before
        assert after[-1] == {
            "kind": "closed",
            "code": "SMS_2001",
            "locale": "zh",
            "text": "您的工单${no}已关闭。",
            "variables": {"no": "number"},
        }
        async with ours.ground.db.reading() as session:
            (account,) = await ours.context.accounts.all()
            (entry,) = await history(session, "sms_template", account.name)
            assert await verify(session) is None
        assert entry.after is not None
        assert (entry.before, entry.after["code"]) == (None, "SMS_2001")

    async def test_a_changed_one_keeps_its_place_and_the_secret_stays(
        self, ours: OurSign, address: str, admin: Person
    ) -> None:
        (account,) = await ours.context.accounts.all()
        page = await admin.page(f"{address}?edit={REPLIED}")
        assert 'value="SMS_1001"' in page
        changed = {"old": REPLIED, "kind": "replied", "locale": "zh", "code": "SMS_1009", "text": "看\r\n  ${page}。"}
        await admin.client.post(address, data=changed)
        assert (await stored(ours))[0] == {
            "kind": "replied",
            "code": "SMS_1009",
            "text": "看${page}。",
            "locale": "zh",
            "variables": {},
        }
        (after,) = await ours.context.accounts.all()
        assert after.secrets == account.secrets

    async def test_one_is_taken_away(self, ours: OurSign, address: str, admin: Person) -> None:
        await admin.client.post(f"{address}/remove", data={"old": REPLIED}, headers=HTMX)
        assert [one["code"] for one in await stored(ours)] == ["SMS_1002", "SMS_1003", "SMS_1004"]
        again = await admin.client.post(f"{address}/remove", data={"old": REPLIED}, headers=HTMX)
        assert again.status_code == 404
        assert "刚被同事改过或移除了" in again.text

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"code": "SMS 1"}, "模板编号不对"),
            ({"text": ""}, "请填审核通过的原文"),
            ({"text": "【应票】您好"}, "请填审核通过的原文"),
            ({"var.no": ""}, "不知道变量 no 该填什么"),
            ({"kind": "answer", "code": "SMS_1003"}, "已经有这个编号的模板"),
        ],
    )
    async def test_a_mistake_is_told_in_place_and_nothing_is_lost(
        self, ours: OurSign, address: str, admin: Person, typed: dict[str, str], told: str
    ) -> None:
        before = await stored(ours)
        page = (await admin.client.post(address, data={**NEW, **typed})).text
        assert told in page
        assert (typed.get("code") or NEW["code"]) in page
        assert await stored(ours) == before


class TestWhileTyping:
    async def test_variables_are_found_and_the_text_is_filled(self, address: str, admin: Person) -> None:
        part = (await admin.client.post(f"{address}/preview", data=NEW, headers=HTMX)).text
        assert part.lstrip().startswith('<div id="filled"')
        assert re.search(r'name="var\.no".*?<option value="number" selected>', part, re.DOTALL)
        assert "【应票】您的工单260001已关闭。" in part

    async def test_a_long_one_is_charged_by_its_parts(self, address: str, admin: Person) -> None:
        long = {**NEW, "text": "长" * 70}
        part = (await admin.client.post(f"{address}/preview", data=long, headers=HTMX)).text
        assert "2 条" in part
        assert "0.09" in part

    async def test_nobody_can_be_told_what_is_not_chosen(self, address: str, admin: Person) -> None:
        part = (await admin.client.post(f"{address}/preview", data={**NEW, "var.no": "salary"}, headers=HTMX)).text
        assert "260001" not in part


class TestTrying:
    async def test_one_number_gets_the_template(self, ours: OurSign, address: str, admin: Person) -> None:
        answer = await admin.client.post(f"{address}/test", data={"old": REPLIED, "to": "13800138000"}, headers=HTMX)
        assert "测试消息已经在路上了" in answer.text
        await ours.work()
        (delivery,) = await sent(ours)
        assert (delivery.address, delivery.state) == (LI, "sent")
        (text,) = (await ours.li()).texts
        assert text.startswith("【应票】您的工单260001有新回复")

    @pytest.mark.parametrize("number", ["", "010-62345678", "hello"])
    async def test_what_is_no_mobile_is_refused(self, ours: OurSign, address: str, admin: Person, number: str) -> None:
        answer = await admin.client.post(f"{address}/test", data={"old": REPLIED, "to": number}, headers=HTMX)
        assert answer.status_code == 422
        assert await sent(ours) == []

    async def test_one_behind_another_is_not_what_would_be_sent(
        self, ours: OurSign, address: str, admin: Person
    ) -> None:
        await admin.client.post(address, data={**NEW, "kind": "replied"})
        form = {"old": "replied.zh.SMS_2001", "to": "13800138000"}
        answer = await admin.client.post(f"{address}/test", data=form, headers=HTMX)
        assert answer.status_code == 409
        assert "会先用模板 SMS_1001" in answer.text
        assert await sent(ours) == []


class TestWho:
    async def test_only_administrators(self, address: str, supervisor: Person) -> None:
        assert (await supervisor.client.get(address)).status_code == 403
        for action in ("", "/preview", "/remove", "/test"):
            assert (await supervisor.client.post(f"{address}{action}", data=NEW)).status_code == 403

    async def test_the_page_speaks_english_too(self, address: str, admin: Person) -> None:
        assert "Add a template" in await admin.page(address, lang="en")
        assert address in await admin.page(address.removesuffix("/templates"))
