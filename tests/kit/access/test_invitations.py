"""A link sets a password once, even when two press the button together."""

import asyncio
from datetime import timedelta

import pytest

from kit.access.service import (
    INVITATION_LIFE,
    InvitationGoneError,
    SignInRefusedError,
    accept_invitation,
    invite,
    sign_in,
)
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.web import PASSWORD, add_staff

NEW = "a sentence to remember"


async def _token(ground: Ground) -> str:
    staff = await add_staff(ground, login="sun")
    async with ground.db.transaction() as session:
        return await invite(session, ground.clock.now(), staff.id or 0)


async def test_two_at_once_set_one_password(ground: Ground) -> None:
    token = await _token(ground)
    passwords = ["the first sentence", "the second sentence"]
    outcomes = await asyncio.gather(
        *(accept_invitation(ground, token, password=one) for one in passwords), return_exceptions=True
    )
    assert [type(one) for one in outcomes if one is not None] == [InvitationGoneError]
    works = passwords[outcomes.index(None)]
    assert (await sign_in(ground, login="sun", password=works)).staff.login == "sun"


async def test_a_link_grows_old(ground: Ground, clock: FrozenClock) -> None:
    token = await _token(ground)
    clock.advance(seconds=INVITATION_LIFE.total_seconds())
    with pytest.raises(InvitationGoneError):
        await accept_invitation(ground, token, password=NEW)
    clock.advance(seconds=-timedelta(minutes=1).total_seconds())
    await accept_invitation(ground, token, password=NEW)
    with pytest.raises(SignInRefusedError):
        await sign_in(ground, login="sun", password=PASSWORD)


async def test_a_newer_link_ends_the_one_before(ground: Ground) -> None:
    old = await _token(ground)
    async with ground.db.transaction() as session:
        await invite(session, ground.clock.now(), 1)
    with pytest.raises(InvitationGoneError):
        await accept_invitation(ground, old, password=NEW)
