import pytest
from sqlmodel import select

from kit.access.identity import Role
from kit.access.models import Staff, StaffSession
from kit.access.passwords import PasswordTooLongError, PasswordTooShortError
from kit.access.service import (
    LoginInvalidError,
    LoginTakenError,
    SignInRefusedError,
    create_staff,
    recognise,
    set_password,
    sign_in,
    sign_out,
)
from kit.clock import FrozenClock
from kit.errors import InvalidError
from kit.ground import Ground
from tests.support.web import PASSWORD, add_staff


async def _fail(ground: Ground, times: int, login: str = "agent") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefusedError):
            await sign_in(ground, login=login, password="wrong")


async def _create(ground: Ground, *, login: str = "agent", password: str = PASSWORD) -> Staff:
    async with ground.db.transaction() as session:
        return await create_staff(
            session, ground.clock.now(), login=login, name="小王", role=Role.AGENT, password=password
        )


class TestAnAccount:
    async def test_keeps_no_password_and_signs_in_with_it(self, ground: Ground) -> None:
        staff = await _create(ground)
        assert staff.password_hash.startswith("$argon2id$")
        assert (await sign_in(ground, login="agent", password=PASSWORD)).staff.name == "小王"

    async def test_login_is_taken_in_any_case(self, ground: Ground) -> None:
        await _create(ground, login="Wang")
        with pytest.raises(LoginTakenError):
            await _create(ground, login=" wANG ")

    @pytest.mark.parametrize("login", ["", "a", "a b", "x" * 65])
    async def test_login_must_be_one_word(self, ground: Ground, login: str) -> None:
        with pytest.raises(LoginInvalidError):
            await _create(ground, login=login)

    @pytest.mark.parametrize(
        ("password", "refusal"), [("short", PasswordTooShortError), ("x" * 201, PasswordTooLongError)]
    )
    async def test_password_has_its_length(self, ground: Ground, password: str, refusal: type[InvalidError]) -> None:
        with pytest.raises(refusal):
            await _create(ground, password=password)


class TestSigningIn:
    async def test_opens_a_session_that_is_recognised_and_stored_only_as_a_hash(self, ground: Ground) -> None:
        await add_staff(ground, role=Role.SUPERVISOR, login="li", name="李主管")
        opened = await sign_in(ground, login=" LI", password=PASSWORD)
        staff = await recognise(ground, opened.token)
        assert staff is not None
        assert (staff.login, staff.name, staff.role) == ("li", "李主管", Role.SUPERVISOR)
        async with ground.db.reading() as session:
            stored = (await session.exec(select(StaffSession))).one()
        assert opened.token not in stored.model_dump().values()
        assert opened.token not in repr(staff)

    async def test_is_refused_alike_for_a_wrong_password_and_an_unknown_or_closed_account(self, ground: Ground) -> None:
        closed = await add_staff(ground, login="closed")
        await add_staff(ground, login="agent")
        async with ground.db.transaction() as session:
            (await session.get_one(Staff, closed.id)).active = False
        for login, password in (("agent", "wrong"), ("nobody", PASSWORD), ("closed", PASSWORD), ("", "")):
            with pytest.raises(SignInRefusedError) as refusal:
                await sign_in(ground, login=login, password=password)
            assert refusal.value.values == {}

    async def test_five_wrong_passwords_lock_for_five_minutes(self, ground: Ground, clock: FrozenClock) -> None:
        await add_staff(ground, login="agent")
        await _fail(ground, 5)
        with pytest.raises(SignInRefusedError):
            await sign_in(ground, login="agent", password=PASSWORD)
        clock.advance(minutes=4, seconds=59)
        with pytest.raises(SignInRefusedError):
            await sign_in(ground, login="agent", password=PASSWORD)
        clock.advance(seconds=1)
        assert (await sign_in(ground, login="agent", password=PASSWORD)).token

    async def test_the_right_password_forgets_the_wrong_ones(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        for _ in range(2):
            await _fail(ground, 4)
            assert (await sign_in(ground, login="agent", password=PASSWORD)).token


class TestASession:
    async def test_ends_after_twelve_quiet_hours_and_lives_on_while_used(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        await add_staff(ground, login="agent")
        token = (await sign_in(ground, login="agent", password=PASSWORD)).token
        for _ in range(3):
            clock.advance(hours=11)
            assert await recognise(ground, token)
        clock.advance(hours=12)
        assert await recognise(ground, token) is None

    async def test_ends_with_signing_out_and_there_only(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        here = (await sign_in(ground, login="agent", password=PASSWORD)).token
        there = (await sign_in(ground, login="agent", password=PASSWORD)).token
        staff = await recognise(ground, here)
        assert staff is not None
        async with ground.db.transaction() as session:
            await sign_out(session, staff)
        assert await recognise(ground, here) is None
        assert await recognise(ground, there)

    async def test_ends_everywhere_with_a_new_password(self, ground: Ground) -> None:
        staff = await add_staff(ground, login="agent")
        token = (await sign_in(ground, login="agent", password=PASSWORD)).token
        await _fail(ground, 5)
        async with ground.db.transaction() as session:
            await set_password(session, staff.id or 0, password="another long password")
        assert await recognise(ground, token) is None
        assert (await sign_in(ground, login="agent", password="another long password")).token

    async def test_ends_when_the_account_is_closed(self, ground: Ground) -> None:
        staff = await add_staff(ground, login="agent")
        token = (await sign_in(ground, login="agent", password=PASSWORD)).token
        async with ground.db.transaction() as session:
            (await session.get_one(Staff, staff.id)).active = False
        assert await recognise(ground, token) is None

    async def test_that_ran_out_is_removed_at_the_next_sign_in(self, ground: Ground, clock: FrozenClock) -> None:
        await add_staff(ground, login="agent")
        await sign_in(ground, login="agent", password=PASSWORD)
        clock.advance(hours=13)
        await sign_in(ground, login="agent", password=PASSWORD)
        async with ground.db.reading() as session:
            assert len((await session.exec(select(StaffSession))).all()) == 1
