"""The accounts a process knows: also the one that another process has entered a moment ago."""

import pytest

from channels.accounts import book
from channels.accounts.book import AccountBook
from channels.accounts.service import add_account
from channels.errors import UnknownAccountError
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.secretbox import SecretBox


@pytest.fixture
def box(ground: Ground) -> SecretBox:
    return SecretBox.of(ground.settings)


async def enter(ground: Ground, box: SecretBox, clock: FrozenClock, name: str) -> str:
    async with ground.db.transaction() as session:
        account = await add_account(
            session,
            clock.now(),
            box,
            channel="wechat",
            name=name,
            label=name,
            settings={"mode": "safe"},
            secrets={"token": "t0ken"},
        )
    return account.hook


async def test_an_account_entered_elsewhere_is_known_at_its_first_push(
    ground: Ground, box: SecretBox, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "STRANGER_PAUSE_S", 0)
    known = AccountBook(ground.db, box)
    assert await known.all() == []
    hook = await enter(ground, box, clock, "gh_1")
    found = await known.by_hook("wechat", hook)
    assert found is not None
    assert (found.name, found.secrets) == ("gh_1", {"token": "t0ken"})
    assert (await known.named("wechat", "gh_1")).hook == hook


async def test_strangers_do_not_make_us_look_each_time(
    ground: Ground, box: SecretBox, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "STRANGER_PAUSE_S", 3600)
    known = AccountBook(ground.db, box)
    await known.all()
    hook = await enter(ground, box, clock, "gh_1")
    assert await known.by_hook("wechat", hook) is None
    known.forget()
    assert await known.by_hook("wechat", hook) is not None


async def test_what_nobody_entered_is_refused_by_name(ground: Ground, box: SecretBox) -> None:
    with pytest.raises(UnknownAccountError):
        await AccountBook(ground.db, box).named("wechat", "gh_9")


async def test_secrets_lie_sealed_and_are_not_shown_by_accident(
    ground: Ground, box: SecretBox, clock: FrozenClock
) -> None:
    await enter(ground, box, clock, "gh_1")
    (account,) = await AccountBook(ground.db, box).all()
    assert "t0ken" not in repr(account)
    assert "t0ken" not in box.seal({"token": "t0ken"})
