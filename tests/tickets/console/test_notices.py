"""The bell and its panel, who is told aloud, and what the streams say."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.web.sse import Beside, ServerEvent, follow
from tests.support.console import HTMX, Person
from tests.support.tickets import open_one, ticket_now
from tickets.console.endpoints.live import looking
from tickets.console.endpoints.notices import NEWS, NEWS_LINES
from tickets.console.views.notices import notice_text
from tickets.desk.models import Presence
from tickets.desk.preferences import Telling, quiet_hours
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.notices.service import notify, unread
from tickets.repository import get_ticket
from tickets.routing.presence import set_presence
from tickets.sla.models import ClockKind

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def tell(ground: Ground, person: Person, ticket_id: int, kind: NoticeKind = NoticeKind.WOKEN) -> None:
    async with ground.db.transaction() as session:
        await notify(session, ground.clock.now(), [person.id], kind, await get_ticket(session, ticket_id), by="李清")


async def counted(ground: Ground, person: Person) -> int:
    async with ground.db.reading() as session:
        return (await unread(session, person.id)).count


class TestBell:
    async def test_counts_and_a_colleague_gives_one(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        before = await wang.page("/console/notices/bell")
        assert 'aria-label="提醒"' in before
        await li.act(ticket_id, "assign", to=f"staff:{wang.id}")
        assert 'aria-label="提醒，1 条未读"' in await wang.page("/console/notices/bell")
        assert 'aria-label="提醒"' in await li.page("/console/notices/bell")
        panel = await wang.page("/console/notices/panel")
        assert "li把这张工单交给你了" in panel
        assert (await ticket_now(ground, ticket_id)).number in panel

    async def test_stands_on_every_page(self, wang: Person, editor: Person) -> None:
        for person in (wang, editor):
            for page in ("/console/tickets", "/console/notices", "/console/figures"):
                assert 'hx-get="/console/notices/bell"' in await person.page(page)

    async def test_in_english_too(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await li.act(ticket_id, "assign", to=f"staff:{wang.id}")
        assert "Notices, 1 unread" in await wang.page("/console/notices/bell", lang="en")
        assert "li gave you this ticket" in await wang.page("/console/notices/panel", lang="en")


class TestPanel:
    async def test_what_repeats_of_one_ticket_is_one_line(self, ground: Ground, wang: Person) -> None:
        one, other = [(await open_one(ground, who=f"visitor-{n}")).ticket_id for n in range(2)]
        for ticket_id in (one, one, other):
            await tell(ground, wang, ticket_id, NoticeKind.CUSTOMER_WROTE)
        await tell(ground, wang, one, NoticeKind.WOKEN)
        for _ in range(2):
            await tell(ground, wang, one, NoticeKind.ASSIGNED_MANY)
        panel = await wang.page("/console/notices/panel")
        assert (panel.count("data-notice"), panel.count("共 2 次")) == (5, 1)
        assert panel.count('aria-label="未读"') == 5

    async def test_a_line_leads_to_its_ticket_and_is_read(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        for kind in (NoticeKind.WOKEN, NoticeKind.CUSTOMER_WROTE):
            await tell(ground, wang, ticket_id, kind)
        address = re.findall(r'href="(/console/notices/\d+)"', await wang.page("/console/notices/panel"))[0]
        assert (await li.client.get(address)).status_code == 404
        assert await counted(ground, wang) == 2
        answer = await wang.client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/console/tickets/{ticket_id}")
        assert await counted(ground, wang) == 0

    async def test_one_about_many_leads_to_what_is_mine(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id, NoticeKind.ASSIGNED_MANY)
        await tell(ground, wang, ticket_id)
        address = re.findall(r'href="(/console/notices/\d+)"', await wang.page("/console/notices/panel"))[1]
        assert (await wang.client.get(address)).headers["location"] == "/console/tickets?tab=mine"
        assert await counted(ground, wang) == 1

    async def test_an_open_ticket_page_reads_what_was_said_of_it(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id)
        assert (await wang.client.post(f"/console/tickets/{ticket_id}/watch")).status_code == 200
        assert await counted(ground, wang) == 0

    async def test_all_read_leaves_what_came_meanwhile(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id)
        until = re.search(r'name="until" value="(\d+)"', await wang.page("/console/notices/panel"))
        assert until is not None
        await tell(ground, wang, ticket_id, NoticeKind.CUSTOMER_WROTE)
        answer = await wang.client.post("/console/notices/read", data={"until": until[1]}, headers=HTMX)
        assert answer.text.count('aria-label="未读"') == 1
        without_script = await wang.client.post("/console/notices/read", data={"until": until[1]})
        assert without_script.headers["location"] == "/console/notices"

    async def test_nothing_yet(self, wang: Person) -> None:
        panel = await wang.page("/console/notices/panel")
        assert "现在没有提醒" in panel
        assert "全部已读" not in panel

    async def test_older_ones_page_by_page(self, ground: Ground, wang: Person) -> None:
        tickets = [(await open_one(ground, who=f"visitor-{n:03d}")).ticket_id for n in range(61)]
        for ticket_id in tickets:
            await tell(ground, wang, ticket_id)
        first = await wang.page("/console/notices")
        following = re.search(r'href="(/console/notices\?before=\d+)"', first)
        assert following is not None
        last = await wang.page(following[1])
        assert (first.count("data-notice"), last.count("data-notice"), "before=" in last) == (60, 1, False)

    @pytest.mark.parametrize("kind", list(NoticeKind))
    def test_every_kind_has_words(self, kind: NoticeKind) -> None:
        whys = ("time", "by_hand", "reply", "incident") if kind is NoticeKind.WOKEN else ("",)
        for why in whys:
            data = {"by": "李清", "count": 3, "what": "replied", "clock": ClockKind.FIRST_REPLY.value, "why": why}
            notice = StaffNotice(staff_id=1, ticket_id=1, kind=kind, data=data, at=NOW)
            for locale in ("zh", "en"):
                text = notice_text(notice, locale)
                assert "{" not in text
                assert "notice." not in text


class TestAloud:
    async def news(self, person: Person, after: int = 0) -> list[dict[str, str]]:
        answer = await person.client.get("/console/notices/news", params={"after": after})
        found: list[dict[str, str]] = answer.json()["news"]
        return found

    async def on(self, ground: Ground, person: Person, state: Presence = Presence.ON) -> None:
        async with ground.db.transaction() as session:
            await set_presence(session, ground.clock.now(), person.id, state, zone=ground.settings.time_zone)

    async def choose(self, person: Person, **form: str) -> str:
        answer = await person.client.post("/console/notices/telling", data=form, headers=HTMX)
        return answer.text

    async def test_number_and_subject_and_no_more(self, ground: Ground, wang: Person) -> None:
        await self.on(ground, wang)
        opened = await open_one(ground, person={"name": "张三", "phone": "13800138000"})
        await tell(ground, wang, opened.ticket_id)
        ticket = await ticket_now(ground, opened.ticket_id)
        [said] = await self.news(wang)
        assert said["body"] == f"{ticket.number} {ticket.subject}"
        assert said["title"] == "约好的时间到了，该接着处理了"
        assert await self.news(wang, int(said["tag"][1:])) == []

    async def test_silence_when_off_and_in_quiet_hours(self, ground: Ground, clock: FrozenClock, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id)
        assert await self.news(wang) == []
        await self.on(ground, wang)
        assert len(await self.news(wang)) == 1
        here = clock.now().astimezone(ZoneInfo(ground.settings.time_zone))
        begins, ends = f"{here:%H:%M}", f"{here.replace(hour=(here.hour + 1) % 24):%H:%M}"
        await self.choose(wang, quiet_from=begins, quiet_until=ends)
        assert await self.news(wang) == []
        await self.choose(wang, quiet_from=ends, quiet_until=begins)
        assert len(await self.news(wang)) == 1

    async def test_not_what_is_before_their_eyes_nor_what_is_old(
        self, ground: Ground, clock: FrozenClock, wang: Person
    ) -> None:
        await self.on(ground, wang)
        ticket_id = (await open_one(ground)).ticket_id
        await wang.client.post(f"/console/tickets/{ticket_id}/watch")
        await tell(ground, wang, ticket_id)
        assert await self.news(wang) == []
        await wang.client.post(f"/console/tickets/{ticket_id}/leave")
        assert len(await self.news(wang)) == 1
        clock.advance(seconds=NEWS.total_seconds())
        assert await self.news(wang) == []

    async def test_many_at_once_are_one_sentence(self, ground: Ground, wang: Person) -> None:
        await self.on(ground, wang)
        for number in range(NEWS_LINES + 1):
            await tell(ground, wang, (await open_one(ground, who=f"visitor-{number}")).ticket_id)
        assert await self.news(wang) == [
            {"tag": "many", "title": f"你有 {NEWS_LINES + 1} 条新提醒", "body": "", "address": "/console/notices"}
        ]

    async def test_what_is_chosen_is_kept_and_a_nonsense_time_refused(self, ground: Ground, wang: Person) -> None:
        assert not {"data-desktop", "data-sound"} & set((await wang.page("/console/notices/bell")).split())
        bell = await self.choose(wang, desktop="true", quiet_from="22:00", quiet_until="08:00")
        assert "data-desktop" in bell
        assert "data-sound" not in bell
        panel = await wang.page("/console/notices/panel")
        assert re.search(r'name="quiet_from" value="22:00"', panel)
        refused = await wang.client.post("/console/notices/telling", data={"quiet_from": "25:00", "quiet_until": "1"})
        assert refused.status_code == 422
        assert "data-desktop" in await wang.page("/console/notices/bell")


@pytest.mark.parametrize(
    ("hours", "moments"),
    [
        ("22:00-08:00", {"21:59": False, "22:00": True, "03:00": True, "07:59": True, "08:00": False}),
        ("12:00-13:30", {"11:59": False, "12:00": True, "13:29": True, "13:30": False}),
        ("", {"03:00": False}),
    ],
)
def test_quiet_hours_are_those_of_the_desks_zone(hours: str, moments: dict[str, bool]) -> None:
    telling = Telling(quiet_hours=hours)
    zone = "Asia/Shanghai"
    found = {
        at: telling.is_quiet(datetime.fromisoformat(f"2026-11-24T{at}").replace(tzinfo=ZoneInfo(zone)), zone)
        for at in moments
    }
    assert found == moments


@pytest.mark.parametrize(
    ("edges", "hours"), [(("", "8:00"), ""), (("9:00", "9:00"), ""), (("9:5", "18:00"), "09:05-18:00")]
)
def test_quiet_hours_need_two_different_edges(edges: tuple[str, str], hours: str) -> None:
    assert quiet_hours(*edges) == hours


class TestStream:
    async def test_only_hints_of_this_person_make_it_count(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        looks = {"queue": 0, "count": 0}

        async def queue() -> Sequence[ServerEvent]:
            looks["queue"] += 1
            return [ServerEvent(str(looks["queue"]), event="changed")]

        async def count() -> Sequence[ServerEvent]:
            looks["count"] += 1
            return await told()

        async def revision(session: object) -> str:
            return str(await counted(ground, wang))

        told = looking(ground.db, revision, "", event="notices")
        mine = Beside(count, (f"staff:{wang.id}",))
        stream = follow(ground.bus, queue, ["tickets"], beside=[mine], stopping=asyncio.Event(), heartbeat_s=30)

        async def following() -> str:
            text = await asyncio.wait_for(anext(stream), 10)
            return text.split("\n")[0].removeprefix("event: ")

        assert [await following() for _ in range(3)] == ["retry: 3000", "changed", "notices"]
        ground.bus.publish("tickets")
        assert await following() == "changed"
        await tell(ground, li, ticket_id)
        ground.bus.publish("tickets")
        assert await following() == "changed"
        assert looks == {"queue": 3, "count": 1}
        await tell(ground, wang, ticket_id)
        assert await following() == "notices"
        assert looks == {"queue": 3, "count": 2}
