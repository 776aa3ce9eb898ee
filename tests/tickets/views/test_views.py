from collections.abc import AsyncIterator

import pytest

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.ground import Ground
from tests.support.web import add_staff
from tickets.views.errors import (
    ViewNameMissingError,
    ViewNameTakenError,
    ViewNotFoundError,
    ViewNotYoursError,
    ViewTooManyError,
)
from tickets.views.service import MOST_VIEWS, Keeper, change_view, create_view, delete_view, get_view, list_views


@pytest.fixture
async def wang(ground: Ground) -> Keeper:
    return Keeper((await add_staff(ground, role=Role.AGENT, login="wang", name="王芳")).id or 0)


@pytest.fixture
async def li(ground: Ground) -> Keeper:
    return Keeper((await add_staff(ground, role=Role.SUPERVISOR, login="li", name="李清")).id or 0, may_share=True)


@pytest.fixture
async def session(ground: Ground, wang: Keeper, li: Keeper) -> AsyncIterator[AsyncSession]:
    async with ground.db.transaction() as opened:
        yield opened


async def names(session: AsyncSession, keeper: Keeper) -> list[str]:
    return [view.name for view in await list_views(session, keeper.staff_id)]


class TestSeeing:
    async def test_own_ones_and_shared_ones(
        self, ground: Ground, session: AsyncSession, wang: Keeper, li: Keeper
    ) -> None:
        now = ground.clock.now()
        await create_view(session, now, li, "大家的", "?tab=open", shared=True)
        hidden = await create_view(session, now, li, "主管的", "tab=alarms")
        await create_view(session, now, wang, " 我的 \n 急单 ", "priority=1")
        assert await names(session, wang) == ["大家的", "我的 急单"]
        assert await names(session, li) == ["大家的", "主管的"]
        with pytest.raises(ViewNotFoundError):
            await get_view(session, wang.staff_id, hidden.id)

    async def test_in_the_order_somebody_chose(self, ground: Ground, session: AsyncSession, wang: Keeper) -> None:
        first, _, _ = [await create_view(session, ground.clock.now(), wang, name, "") for name in "甲乙丙"]
        await change_view(session, wang, first.id, position=9)
        assert await names(session, wang) == ["乙", "丙", "甲"]


class TestChanging:
    async def test_only_supervisors_share(
        self, ground: Ground, session: AsyncSession, wang: Keeper, li: Keeper
    ) -> None:
        now = ground.clock.now()
        own = await create_view(session, now, wang, "我的", "")
        with pytest.raises(ViewNotYoursError):
            await create_view(session, now, wang, "大家的", "", shared=True)
        with pytest.raises(ViewNotYoursError):
            await change_view(session, wang, own.id, shared=True)
        shared = await create_view(session, now, li, "共享", "", shared=True)
        for forbidden in (change_view(session, wang, shared.id, name="x"), delete_view(session, wang, shared.id)):
            with pytest.raises(ViewNotYoursError):
                await forbidden
        with pytest.raises(ViewNotFoundError):
            await change_view(session, li, own.id, name="x")

    async def test_what_is_not_given_stays(self, ground: Ground, session: AsyncSession, wang: Keeper) -> None:
        view = await create_view(session, ground.clock.now(), wang, "我的", "?tab=mine", columns=["number"])
        changed = await change_view(session, wang, view.id, name="新名字", pinned=False)
        assert (changed.name, changed.query, changed.pinned, changed.columns) == (
            "新名字",
            "tab=mine",
            False,
            ["number"],
        )

    async def test_a_deleted_one_is_gone(self, ground: Ground, session: AsyncSession, wang: Keeper) -> None:
        view = await create_view(session, ground.clock.now(), wang, "我的", "")
        await delete_view(session, wang, view.id)
        assert await names(session, wang) == []


class TestNames:
    @pytest.mark.parametrize("name", ["", " \n", "长" * 41, "\x00"])
    async def test_have_to_be_there(self, ground: Ground, session: AsyncSession, wang: Keeper, name: str) -> None:
        with pytest.raises(ViewNameMissingError):
            await create_view(session, ground.clock.now(), wang, name, "")

    async def test_are_one_view_s_among_those_seen(
        self, ground: Ground, session: AsyncSession, wang: Keeper, li: Keeper
    ) -> None:
        now = ground.clock.now()
        await create_view(session, now, li, "VIP", "", shared=True)
        with pytest.raises(ViewNameTakenError):
            await create_view(session, now, wang, "vip", "")

    async def test_there_is_an_end_to_them(self, ground: Ground, session: AsyncSession, wang: Keeper) -> None:
        for number in range(MOST_VIEWS):
            await create_view(session, ground.clock.now(), wang, str(number), "")
        with pytest.raises(ViewTooManyError):
            await create_view(session, ground.clock.now(), wang, "one more", "")
