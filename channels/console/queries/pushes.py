"""Pushes that were verified and could not be read, newest first."""

from sqlalchemy import select
from sqlmodel import col

from channels.console.paging import cursor_of, place_after
from channels.console.selection import Selection
from channels.models import UnparsedPush
from kit.db import AsyncSession
from kit.errors import NotFoundError

PAGE = 20


async def pushes_page(session: AsyncSession, selection: Selection) -> tuple[list[UnparsedPush], str | None]:
    """A page of them, and the cursor of the next one."""
    found = select(UnparsedPush).order_by(col(UnparsedPush.id).desc()).limit(PAGE + 1)
    if selection.account:
        channel, name = selection.channel_and_name
        found = found.where(col(UnparsedPush.channel) == channel, col(UnparsedPush.account) == name)
    before = place_after(selection.after)
    if before is not None:
        found = found.where(col(UnparsedPush.id) < before)
    pushes = list((await session.scalars(found)).all())
    return pushes[:PAGE], cursor_of(pushes[PAGE - 1].id) if len(pushes) > PAGE else None


async def get_push(session: AsyncSession, push_id: int) -> UnparsedPush:
    """The push; raises NotFoundError."""
    found = (await session.scalars(select(UnparsedPush).where(col(UnparsedPush.id) == push_id))).first()
    if found is None:
        raise NotFoundError
    return found
