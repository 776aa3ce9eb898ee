"""The calendar's year, the dry run, the file, and the choices that hold at once."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from kit.audit import Author, Change, latest, record
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import Person
from tests.tickets.admin.answers import answers, edit, make, send
from tickets.rhythm import Choices, rhythm_of

WEEK = {f"weekly__{day}": "09:00-12:00 13:30-18:00" for day in ("mon", "tue", "wed", "thu", "fri")}


async def _calendar(person: Person) -> None:
    answer = await make(person, "calendars", "office", name_zh="工作时间", name_en="Office", **WEEK)
    assert answer.status_code == 303, answer.text


class TestTheYear:
    async def test_shows_holidays_and_make_up_days_with_their_reason(self, zhao: Person) -> None:
        await _calendar(zhao)
        page = await zhao.page("/console/admin/calendars/year?key=office&year=2026")
        # The Sunday before National Day 2026 that is worked, and the day itself.
        assert '20<span class="yc-hidden"> 调休上班</span><span class="yd-day-why">国庆节</span>' in page
        assert '1<span class="yc-hidden"> 法定放假</span><span class="yd-day-why">国庆节</span>' in page
        assert "还没有 2026 年" not in page

    async def test_says_when_the_next_arrangement_is_missing_until_it_is_entered(
        self, zhao: Person, clock: FrozenClock
    ) -> None:
        await _calendar(zhao)
        assert "还没有 2027 年" in await zhao.page("/console/admin")
        assert "还没有 2027 年" in await zhao.page("/console/admin/calendars/year?key=office&year=2027")
        days = "2027-01-01,休,元旦\n2027-01-03,班,元旦"
        entered = await zhao.client.post("/console/admin/official_days/import", data={"days": days})
        assert entered.status_code == 303
        assert "还没有 2027 年" not in await zhao.page("/console/admin")
        assert "元旦" in await zhao.page("/console/admin/calendars/year?key=office&year=2027")
        assert (await zhao.client.post("/console/admin/official_days/import", data={"days": "soon"})).status_code == 422
        assert clock.now() == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    async def test_a_day_of_our_own_wins(self, zhao: Person) -> None:
        await _calendar(zhao)
        own = {"own_days.0.day": "2026-10-01", "own_days.0.works": "1", "own_days.0.name": "值班"}
        form = answers(await zhao.page("/console/admin/calendars/item?key=office"))
        assert (await send(zhao, "calendars", form | own)).status_code == 303
        assert "值班" in await zhao.page("/console/admin/calendars/year?key=office&year=2026")


class TestTheDryRun:
    async def test_shows_which_rule_fires_which_does_not_and_what_is_due(self, zhao: Person) -> None:
        await make(zhao, "teams", "general", name_zh="综合组", name_en="General")
        await make(zhao, "teams", "beijing", name_zh="北京组", name_en="Beijing")
        await make(
            zhao, "rules", "capital", name="北京客户", conditions__region="北京", actions__team="beijing", stop="1"
        )
        await make(zhao, "rules", "device", name="税控盘", conditions__words="税控盘", actions__priority="urgent")
        await _calendar(zhao)
        made = await make(
            zhao,
            "policies",
            "office",
            name_zh="工作时间时限",
            name_en="Office hours",
            calendar="office",
            targets__urgent__first_reply="1h",
        )
        assert made.status_code == 303, made.text
        page = await zhao.page("/console/admin/rules/try?text=税控盘坏了&region=北京")
        assert "符合，已执行" in page
        assert "没看：前面的规则叫停了" in page
        assert "北京组" in page
        page = await zhao.page("/console/admin/rules/try?text=税控盘坏了&region=上海")
        assert "不符合：负责地区" in page
        assert "紧急" in page
        assert "工作时间时限" in page
        # It is Tuesday, ten o'clock in Shanghai: an hour of work later it is eleven.
        assert "11月24日 11:00" in page


class TestTheFile:
    async def test_shows_differences_first_and_carries_them_out_once(self, zhao: Person, ground: Ground) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        download = await zhao.client.get("/console/admin/file/download")
        assert "attachment" in download.headers["content-disposition"]
        same = await zhao.client.post("/console/admin/file/compare", data={"text": download.text})
        assert "没有要改的" in same.text
        changed = download.text.replace("上海组", "沪组")
        shown = await zhao.client.post(
            "/console/admin/file/compare", files={"file": ("c.yaml", changed.encode(), "text/yaml")}
        )
        assert "沪组</ins>" in shown.text
        assert "上海组" in await zhao.page("/console/admin/teams")
        seen = shown.text.split('name="seen" value="')[1].split('"')[0]
        form = {"text": changed, "seen": seen}
        assert (await zhao.client.post("/console/admin/file/apply", data=form)).status_code == 303
        assert "沪组" in await zhao.page("/console/admin/teams")
        assert (await zhao.client.post("/console/admin/file/apply", data=form)).status_code == 409

    async def test_tells_what_is_wrong_with_its_line(self, zhao: Person) -> None:
        answer = await zhao.client.post(
            "/console/admin/file/compare", data={"text": "version: 1\nteams:\n  a: {name_zh: 甲, nmae_en: A}\n"}
        )
        assert answer.status_code == 422
        assert "第 3 行" in answer.text
        assert "nmae_en" in answer.text


class TestTheRhythm:
    async def test_holds_at_once_and_is_given_up_again(self, zhao: Person, ground: Ground) -> None:
        choices = Choices(ground)
        given = rhythm_of(ground.settings).progress_every
        assert (await edit(zhao, "rhythm", "desk", progress_every="30m", quiet_hours="-")).status_code == 303
        await choices.refresh()
        assert rhythm_of(ground.settings).progress_every.total_seconds() == 1800
        assert ground.settings.quiet_hours == ""
        assert 'value="-"' in await zhao.page("/console/admin/rhythm/item?key=desk")
        await edit(zhao, "rhythm", "desk", progress_every="", quiet_hours="")
        await choices.refresh()
        assert rhythm_of(ground.settings).progress_every == given
        assert ground.settings.quiet_hours == "22:00-08:00"

    async def test_every_process_hears_of_it(self, zhao: Person, ground: Ground) -> None:
        choices, stopping = Noticing(ground), asyncio.Event()
        following = asyncio.create_task(choices.follow(stopping))
        async with asyncio.timeout(10):
            await choices.refreshed.wait()
            choices.refreshed.clear()
            await edit(zhao, "rhythm", "desk", progress_every="45m")
            await choices.refreshed.wait()
        assert rhythm_of(ground.settings).progress_every.total_seconds() == 2700
        stopping.set()
        ground.bus.publish("stopping")
        await following


class Noticing(Choices):
    """Says when it has taken the choices over."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.refreshed = asyncio.Event()

    async def refresh(self) -> None:
        await super().refresh()
        self.refreshed.set()


async def test_an_entry_changed_behind_the_products_back_is_shown(zhao: Person, ground: Ground) -> None:
    await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
    assert "最近的记录都没有被动过" in await zhao.page("/console/admin/audit")
    assert "全部记录完整" in (await zhao.client.post("/console/admin/audit/verify")).text
    async with ground.db.transaction() as session:
        entry = (await latest(session))[0].id
        await session.execute(text("UPDATE audit_entry SET actor = 'nobody'"))
    assert f"第 {entry} 条记录与写入时不一致" in await zhao.page("/console/admin/audit")


async def test_a_macro_and_a_reply_are_made_by_supervisors(li: Person, zhao: Person) -> None:
    assert zhao.id
    actions = {"actions.0": "1", "actions.0.do": "priority", "actions.0.to": "high"}
    form = answers(await li.page("/console/admin/macros/new")) | {"key": "raise", "name_zh": "升级", "name_en": "Raise"}
    assert (await send(li, "macros", form | actions)).status_code == 303
    wrong = await send(li, "macros", form | {"key": "other"} | actions | {"actions.0.do": "team"})
    assert wrong.status_code == 422
    assert "团队里没有" in wrong.text
    made = await make(li, "replies", "hello", title_zh="您好", body_zh="您好，请稍等。")
    assert made.status_code == 303


async def test_a_page_looks_at_what_is_new_and_the_button_at_everything(zhao: Person, ground: Ground) -> None:
    async with ground.db.transaction() as session:
        done = [Change(action="update", kind="teams", key="beijing", after={"name_zh": f"{n}组"}) for n in range(60)]
        first, *_ = [(await record(session, ground.clock.now(), Author("赵敏"), one)).id for one in done]
        await session.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE id = :id"), {"id": first})
    # It is older than the page and than all that was written lately.
    assert "最近的记录都没有被动过" in await zhao.page("/console/admin/audit")
    named = f"第 {first} 条记录与写入时不一致"
    assert named in await zhao.page("/console/admin/audit?before=20")
    assert named in (await zhao.client.post("/console/admin/audit/verify")).text
