"""Only what the telephone system signed, lately, is read."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.phone.signatures import TOLERANCE, is_signed, sign

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BODY = b'{"event": "ring"}'


def test_what_was_signed_is_known() -> None:
    assert is_signed(sign("s3cret", BODY, at=NOW), "s3cret", BODY, now=NOW)


def test_the_format_is_the_documented_one() -> None:
    # Made with: printf '1790000000.{"event": "ring"}' | openssl dgst -sha256 -hmac s3cret
    at = datetime.fromtimestamp(1_790_000_000, UTC)
    digest = "7c51c6d701635ed3cb7b13e4bca1a57f09ccd0fab63e6635013343c8e8d7c34d"
    assert sign("s3cret", BODY, at=at) == f"t=1790000000,v1={digest}"


@pytest.mark.parametrize(
    "shown", ["", "t=1,v1=", "v1=" + "0" * 64, "t=x,v1=" + "0" * 64, "t=1790000000,v1=" + "Z" * 64]
)
def test_anything_else_is_not(shown: str) -> None:
    assert not is_signed(shown, "s3cret", BODY, now=NOW)


def test_another_body_secret_or_moment_is_not() -> None:
    shown = sign("s3cret", BODY, at=NOW)
    assert not is_signed(shown, "s3cret", BODY + b" ", now=NOW)
    assert not is_signed(shown, "secret", BODY, now=NOW)
    assert not is_signed(shown.replace("t=1", "t=2"), "s3cret", BODY, now=NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed(sign("", BODY, at=NOW), "", BODY, now=NOW)


@pytest.mark.parametrize("sign_of_time", [1, -1])
def test_a_recording_is_worth_nothing_after_five_minutes(sign_of_time: int) -> None:
    shown = sign("s3cret", BODY, at=NOW)
    assert is_signed(shown, "s3cret", BODY, now=NOW + sign_of_time * TOLERANCE)
    assert not is_signed(shown, "s3cret", BODY, now=NOW + sign_of_time * (TOLERANCE + timedelta(seconds=2)))
