from datetime import UTC, datetime

import pytest

from channels.webchat.tokens import BadTokenError, FileToken, Tokens
from kit.clock import FrozenClock


@pytest.fixture
def tokens(clock: FrozenClock) -> Tokens:
    return Tokens("one secret, long enough", clock)


def test_a_token_says_who_it_is_for_and_until_when(tokens: Tokens) -> None:
    named = tokens.verify(tokens.issue("visitor", "token"))
    assert (named.visitor_id, named.token_id) == ("visitor", "token")
    assert named.expires_at == datetime(2027, 5, 23, 2, 0, tzinfo=UTC)


def test_another_secret_signs_nothing_we_believe(tokens: Tokens, clock: FrozenClock) -> None:
    with pytest.raises(BadTokenError):
        tokens.verify(Tokens("another secret, as long", clock).issue("visitor", "token"))


def test_no_single_character_can_be_changed(tokens: Tokens) -> None:
    token = tokens.issue("visitor", "token")
    for at, character in enumerate(token[:-1]):
        changed = token[:at] + ("A" if character != "A" else "B") + token[at + 1 :]
        with pytest.raises(BadTokenError):
            tokens.verify(changed)


def test_a_file_address_stays_the_same_all_day(tokens: Tokens, clock: FrozenClock) -> None:
    file = FileToken("f1", "截图.png", "image/png")
    morning = tokens.sign_file(file)
    clock.advance(hours=8)
    assert tokens.sign_file(file) == morning
    assert tokens.verify_file(morning) == file
    clock.advance(hours=20)
    assert tokens.sign_file(file) != morning


def test_the_two_kinds_are_not_mixed_up(tokens: Tokens) -> None:
    with pytest.raises(BadTokenError):
        tokens.verify_file(tokens.issue("visitor", "token"))
    with pytest.raises(BadTokenError):
        tokens.verify(tokens.sign_file(FileToken("f1", "a", "b")))
