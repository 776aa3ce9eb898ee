from sqlmodel import select

from bot.defaults import CATEGORIES, TEAMS, install_defaults
from bot.dialogue.categories import CATEGORY_OF, OTHER, category_of
from kit.ground import Ground
from knowledge.loader import COMPONENTS
from tickets.desk.models import Category, Team
from tickets.sla.policies import DEFAULTS
from tickets.sla.service import targets


async def test_a_new_installation_has_teams_categories_and_targets(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        await install_defaults(session)
    async with ground.db.reading() as session:
        teams = {team.key: team for team in (await session.exec(select(Team))).all()}
        categories = (await session.exec(select(Category))).all()
        promised = await targets(session)
    assert teams["beijing"].region == "北京"
    leaves = [category for category in categories if category.parent_id]
    assert len(leaves) == sum(len(root.leaves) for root in CATEGORIES)
    assert all(leaf.team_id and leaf.materials_zh and leaf.materials_en for leaf in leaves)
    assert {one.priority: (one.first_reply_s, one.resolution_s) for one in promised.values()} == DEFAULTS


async def test_what_somebody_has_configured_is_left_alone(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        await install_defaults(session)
        category = (await session.exec(select(Category).where(Category.key == "print"))).one()
        category.name_zh = "打印机"
        await session.delete((await session.exec(select(Category).where(Category.key == "suggestion"))).one())
    async with ground.db.transaction() as session:
        await install_defaults(session)
    async with ground.db.reading() as session:
        names = dict((await session.exec(select(Category.key, Category.name_zh))).all())
        teams = (await session.exec(select(Team))).all()
    assert names["print"] == "打印机"
    assert "suggestion" not in names
    assert len(teams) == len(TEAMS)


def test_every_component_of_an_article_has_a_category() -> None:
    keys = {leaf.key for root in CATEGORIES for leaf in root.leaves}
    assert set(CATEGORY_OF) == {*COMPONENTS, "complaint"}
    assert {*CATEGORY_OF.values(), OTHER} <= keys


def test_a_matter_no_article_speaks_of_is_filed_under_other() -> None:
    assert category_of(None) == OTHER
    assert category_of("something new") == OTHER
    assert category_of("database") == "data"
