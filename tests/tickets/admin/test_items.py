"""Administrators edit what is configured; the next page and the audit show it."""

from sqlmodel import select

from kit.access.models import Staff
from kit.audit import history, verify
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.tickets.admin.answers import answers, edit, make, send
from tickets.desk.models import Category, StaffProfile, Team, TeamMember

SECTIONS = (
    "people",
    "teams",
    "rota",
    "categories",
    "tags",
    "official_days",
    "calendars",
    "policies",
    "rules",
    "macros",
    "replies",
    "rhythm",
)


async def _team(ground: Ground, key: str) -> Team:
    async with ground.db.reading() as session:
        return (await session.exec(select(Team).where(Team.key == key))).one()


class TestATeam:
    async def test_is_made_and_edited(self, zhao: Person, ground: Ground) -> None:
        made = await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai", members=["zhao"])
        assert made.status_code == 303
        assert "上海组" in await zhao.page("/console/admin/teams")
        changed = await edit(zhao, "teams", "shanghai", return_after="90m", reopening="within", reopen_days="3")
        assert changed.status_code == 303
        team = await _team(ground, "shanghai")
        assert (team.return_after_s, team.reopening, team.reopen_days) == (5400, "within", 3)
        assert 'value="1h 30m"' in await zhao.page("/console/admin/teams/item?key=shanghai")
        async with ground.db.reading() as session:
            assert [member.staff_id for member in (await session.exec(select(TeamMember))).all()] == [zhao.id]
            entries = await history(session, "teams", "shanghai")
            assert [entry.action for entry in entries] == ["update", "create"]
            assert entries[0].before is not None
            assert entries[0].before["return_after"] is None
            assert entries[0].after is not None
            assert entries[0].after["return_after"] == "1h 30m"
            assert await verify(session) is None

    async def test_a_slip_is_told_at_its_field_and_nothing_else_is_lost(self, zhao: Person, ground: Ground) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        answer = await edit(zhao, "teams", "shanghai", return_after="soon", name_zh="沪")
        assert answer.status_code == 422
        assert "“soon”不是时长" in answer.text
        assert 'id="f-return_after-problem"' in answer.text
        typed = answers(answer.text)
        assert (typed["name_zh"], typed["return_after"]) == ("沪", "soon")
        assert (await _team(ground, "shanghai")).name_zh == "上海组"

    async def test_saving_what_nobody_changed_writes_nothing(self, zhao: Person, ground: Ground) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        assert (await edit(zhao, "teams", "shanghai")).status_code == 303
        async with ground.db.reading() as session:
            assert len(await history(session, "teams", "shanghai")) == 1

    async def test_a_key_is_taken_once(self, zhao: Person) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        answer = await make(zhao, "teams", "shanghai", name_zh="另一个", name_en="Other")
        assert answer.status_code == 422
        assert "已经有“shanghai”了" in answer.text
        assert (await make(zhao, "teams", "上 海", name_zh="a", name_en="b")).status_code == 422

    async def test_is_removed_and_brought_back(self, zhao: Person, ground: Ground) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai", members=["zhao"])
        gone = await zhao.client.post("/console/admin/teams/remove", data={"key": "shanghai"})
        assert gone.status_code == 303
        page = await zhao.page("/console/admin/teams/history?key=shanghai")
        assert "删除了" in page
        async with ground.db.reading() as session:
            first = (await history(session, "teams", "shanghai"))[-1]
        back = await zhao.client.post("/console/admin/teams/restore", data={"entry": first.id})
        assert back.status_code == 303
        assert (await _team(ground, "shanghai")).name_zh == "上海组"

    async def test_one_that_a_category_names_cannot_be_removed(self, zhao: Person) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        await make(zhao, "categories", "login", name_zh="登录", name_en="Login", team="shanghai")
        answer = await zhao.client.post("/console/admin/teams/remove", data={"key": "shanghai"}, headers=HTMX)
        assert answer.status_code == 409
        assert "还在使用" in answer.text


class TestTwoAdministrators:
    async def test_the_second_is_told_who_was_first_and_may_save_over_it(
        self, zhao: Person, qian: Person, ground: Ground
    ) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        seen = answers(await qian.page("/console/admin/teams/item?key=shanghai"))
        await edit(zhao, "teams", "shanghai", name_zh="上海一组")
        told = await send(qian, "teams", seen, region="上海")
        assert told.status_code == 409
        assert "赵敏 刚刚先改了这一项" in told.text
        assert "上海一组" in told.text
        assert (await _team(ground, "shanghai")).region is None
        typed = answers(told.text)
        assert typed["region"] == "上海"
        assert (await send(qian, "teams", typed, name_zh="上海一组")).status_code == 303
        team = await _team(ground, "shanghai")
        assert (team.name_zh, team.region) == ("上海一组", "上海")


class TestPeople:
    async def test_a_new_colleague_sets_a_password_by_a_link_that_works_once(
        self, zhao: Person, ground: Ground
    ) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai")
        made = await make(
            zhao, "people", "sun", name="孙悦", role="agent", locale="zh", teams=["shanghai"], skills="税控盘, 接口"
        )
        assert made.status_code == 200
        link = made.text.split('tabindex="0">')[1].split("</code>")[0]
        path = link.removeprefix("http://desk.test")
        zhao.client.cookies.clear()
        assert "孙悦，您好" in (await zhao.client.get(path)).text
        short = await zhao.client.post(path, data={"password": "short"})
        assert short.status_code == 422
        good = await zhao.client.post(path, data={"password": "a sentence to remember"})
        assert good.headers["location"] == "/console/login"
        assert (await zhao.client.post(path, data={"password": "another sentence"})).status_code == 404
        entered = await zhao.client.post("/console/login", data={"login": "sun", "password": "a sentence to remember"})
        assert entered.status_code == 303
        async with ground.db.reading() as session:
            staff = (await session.exec(select(Staff).where(Staff.login == "sun"))).one()
            profile = await session.get(StaffProfile, staff.id)
            assert profile is not None
            assert sorted(profile.skills) == ["接口", "税控盘"]
            members = (await session.exec(select(TeamMember.staff_id))).all()
            assert list(members) == [staff.id]
            told = str([(entry.before, entry.after) for entry in await history(session, "people", "sun")])
            assert "password" not in told
            assert staff.password_hash not in told

    async def test_the_last_administrator_stays_one(self, zhao: Person, ground: Ground) -> None:
        for change in ({"role": "agent"}, {"active": None}):
            answer = await edit(zhao, "people", "zhao", **change)
            assert answer.status_code == 422, change
            assert "至少要留一位能登录的管理员" in answer.text
        async with ground.db.reading() as session:
            assert (await session.exec(select(Staff))).one().active

    async def test_whoever_leaves_is_signed_out_at_once(self, zhao: Person, wang: Person) -> None:
        assert (await edit(zhao, "people", "wang", active=None)).status_code == 303
        assert (await wang.client.get("/console/admin")).status_code == 303

    async def test_signing_out_everywhere_is_written_down(self, zhao: Person, li: Person, ground: Ground) -> None:
        answer = await zhao.client.post("/console/admin/people/sign-out", data={"key": "li"})
        assert answer.status_code == 303
        assert (await li.client.get("/console/admin")).status_code == 303
        async with ground.db.reading() as session:
            assert (await history(session, "people", "li"))[0].action == "sign_out"


class TestTheOrder:
    async def test_is_changed_place_by_place(self, zhao: Person, ground: Ground) -> None:
        for key in ("a1", "b1", "c1"):
            await make(zhao, "categories", key, name_zh=key, name_en=key)
        moved = await zhao.client.post("/console/admin/categories/move", data={"key": "c1", "by": -1}, headers=HTMX)
        assert moved.status_code == 200
        assert [moved.text.index(f"?key={key}") for key in ("a1", "c1", "b1")] == sorted(
            moved.text.index(f"?key={key}") for key in ("a1", "c1", "b1")
        )
        async with ground.db.reading() as session:
            rows = (await session.exec(select(Category).order_by(Category.position))).all()  # type: ignore[arg-type]  # a column to the database.
        assert [row.key for row in rows] == ["a1", "c1", "b1"]

    async def test_a_category_is_no_part_of_itself(self, zhao: Person) -> None:
        await make(zhao, "categories", "a1", name_zh="a", name_en="a")
        await make(zhao, "categories", "b1", name_zh="b", name_en="b", parent="a1")
        answer = await edit(zhao, "categories", "a1", parent="b1")
        assert answer.status_code == 422
        assert "不能放在自己下面" in answer.text


class TestWhoMay:
    async def test_supervisors_read_all_and_write_what_is_theirs(self, zhao: Person, li: Person) -> None:
        await make(zhao, "teams", "shanghai", name_zh="上海组", name_en="Shanghai", members=["li"])
        for section in SECTIONS:
            assert (await li.client.get(f"/console/admin/{section}")).status_code in {200, 303}, section
        form = answers(await li.page("/console/admin/teams/item?key=shanghai"))
        assert (await send(li, "teams", form, name_zh="别的")).status_code == 403
        shift = {
            "shifts.0.person": "li",
            "shifts.0.days": ["mon", "tue"],
            "shifts.0.begins": "9:00",
            "shifts.0.ends": "18:00",
        }
        rota = answers(await li.page("/console/admin/rota/item?key=shanghai"))
        assert (await send(li, "rota", rota | shift)).status_code == 303
        assert 'value="09:00"' in await li.page("/console/admin/rota/item?key=shanghai")
        assert (await li.client.get("/console/admin/file/download")).status_code == 403

    async def test_agents_may_nothing(self, wang: Person) -> None:
        for path in ("", "/people", "/people/item?key=wang", "/audit", "/file", "/teams/new"):
            assert (await wang.client.get(f"/console/admin{path}")).status_code == 403, path


async def test_every_page_opens_in_both_languages(zhao: Person) -> None:
    for lang in ("zh", "en"):
        for path in ("", "/audit", "/file", *(f"/{section}" for section in SECTIONS)):
            answer = await zhao.client.get(f"/console/admin{path}", headers={"Accept-Language": lang})
            assert answer.status_code in {200, 303}, path
        for section in ("people", "teams", "categories", "tags", "calendars", "policies", "rules", "macros", "replies"):
            await zhao.page(f"/console/admin/{section}/new", lang)
        for path in ("official_days/item?key=china", "rhythm/item?key=desk", "people/item?key=zhao"):
            await zhao.page(f"/console/admin/{path}", lang)
