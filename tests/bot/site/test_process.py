from fastapi import FastAPI
from sqlmodel import delete, select, update

from kit.ground import Ground
from tests.support.public import make_public_app, visit
from tickets.desk.models import Category, Team
from tickets.sla.models import SlaPolicy


async def read(app: FastAPI, language: str = "zh-CN") -> str:
    async with visit(app, language) as client:
        response = await client.get("/process")
    assert response.status_code == 200
    return response.text


class TestProcessPage:
    async def test_it_names_categories_materials_teams_stages_and_limits(self, ground: Ground) -> None:
        page = await read(await make_public_app(ground))
        for words in ("数据丢失", "最近一次备份的时间", "数据与接口组", "待您补充", "24 小时内", "北京服务组"):
            assert words in page

    async def test_a_change_of_the_configuration_shows_at_once(self, ground: Ground) -> None:
        app = await make_public_app(ground)
        async with ground.db.transaction() as session:
            renamed = update(Category).where(Category.key == "print")  # type: ignore[arg-type]  # A column at class level.
            await session.exec(renamed.values(name_zh="打印机专项", materials_zh="一张样票"))
            policy = (await session.exec(select(SlaPolicy).where(SlaPolicy.key == "default"))).one()
            policy.targets = {name: {**target, "first_reply_s": 2 * 3600} for name, target in policy.targets.items()}
        page = await read(app)
        assert "打印机专项" in page
        assert "一张样票" in page
        assert "2 小时内首次回复" in page

    async def test_a_tree_of_any_depth_is_shown_by_its_leaves(self, ground: Ground) -> None:
        app = await make_public_app(ground)
        async with ground.db.transaction() as session:
            parent = (await session.exec(select(Category).where(Category.key == "print"))).one()
            session.add(Category(parent_id=parent.id, key="ink", name_zh="油墨", name_en="Ink"))
            session.add(Category(key="alone", name_zh="独立一类", name_en="Alone", materials_zh="说明"))
        page = await read(app)
        assert "油墨" in page
        assert page.count("独立一类") == 2

    async def test_without_regional_teams_nothing_is_said_of_them(self, ground: Ground) -> None:
        app = await make_public_app(ground)
        async with ground.db.transaction() as session:
            await session.exec(update(Team).values(region=None))
        assert "地区团队" not in await read(app)

    async def test_an_empty_configuration_is_admitted(self, ground: Ground) -> None:
        app = await make_public_app(ground)
        async with ground.db.transaction() as session:
            await session.exec(delete(Category))
        assert "受理范围正在整理" in await read(app)
