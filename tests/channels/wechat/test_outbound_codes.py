"""Every code the platform may answer is understood."""

from datetime import UTC, datetime

import pytest
from wechatpy.constants import WeChatErrorCode

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryRefusedError,
    PersonUnreachableError,
    WindowClosedError,
)
from channels.wechat.error_codes import VERDICTS, PlatformRefusedError, Verdict, delivery_error, until_midnight

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

#: Those the channel's rules name, with what is promised for each.
NAMED = {
    40001: Verdict.TOKEN,
    40014: Verdict.TOKEN,
    42001: Verdict.TOKEN,
    40033: Verdict.MESSAGE,
    40164: Verdict.ACCOUNT,
    43004: Verdict.PERSON,
    43019: Verdict.PERSON,
    43101: Verdict.MESSAGE,
    44004: Verdict.MESSAGE,
    45002: Verdict.MESSAGE,
    45008: Verdict.MESSAGE,
    45009: Verdict.DAY,
    45011: Verdict.MINUTE,
    45015: Verdict.WINDOW,
    45028: Verdict.MESSAGE,
    45047: Verdict.WINDOW,
    45065: Verdict.MESSAGE,
    45066: Verdict.LATER,
    47003: Verdict.MESSAGE,
    48002: Verdict.PERSON,
    -1: Verdict.LATER,
}


@pytest.mark.parametrize(("code", "verdict"), NAMED.items())
def test_the_named_codes_mean_what_is_promised(code: int, verdict: Verdict) -> None:
    assert VERDICTS[code] is verdict


def test_every_code_of_the_library_is_classified() -> None:
    missing = {code.name: code.value for code in WeChatErrorCode if code.value and code.value not in VERDICTS}
    assert missing == {}


def test_no_code_has_two_verdicts() -> None:
    from channels.wechat import error_codes  # noqa: PLC0415 - the groups themselves are nobody else's business.

    assert sum(len(codes) for codes in error_codes._CODES.values()) == len(VERDICTS)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (45015, WindowClosedError),
        (43004, PersonUnreachableError),
        (45002, DeliveryRefusedError),
        (45009, AccountClosedError),
        (48001, AccountClosedError),
        (-1, DeliveryDelayedError),
        (123456, DeliveryDelayedError),
    ],
)
def test_it_is_told_in_the_words_of_the_port(code: int, error: type[Exception]) -> None:
    told = delivery_error(PlatformRefusedError(code, "their words"), NOON)
    assert type(told) is error
    assert (told.code, told.text) == (str(code), "their words")


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), 24),
        (datetime(2026, 12, 31, 4, 0, tzinfo=UTC), 12),
    ],
)
def test_the_platforms_day_ends_in_beijing(now: datetime, hours: int) -> None:
    assert until_midnight(now) == hours * 3600 + 5
