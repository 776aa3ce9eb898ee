"""Every family of codes of both providers, and those in no table."""

from datetime import UTC, datetime, time, timedelta

import pytest

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)
from channels.sms.outcomes import ProviderError, delivery_error, says_unreachable
from channels.sms.templates import Provider

#: A Tuesday, 10:00:20 in China.
NOW = datetime(2026, 11, 24, 2, 0, 20, tzinfo=UTC)
ALIYUN, TENCENT = Provider.ALIYUN, Provider.TENCENT


def error(provider: Provider, code: str, text: str = "", *, morning: time = time(8)) -> DeliveryError:
    return delivery_error(provider, ProviderError(code, text), NOW, morning=morning)


def waiting(told: DeliveryError) -> timedelta:
    assert isinstance(told, DeliveryDelayedError)
    assert told.retry_after_s is not None
    return timedelta(seconds=told.retry_after_s)


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (ALIYUN, "isv.SMS_TEMPLATE_ILLEGAL"),
        (ALIYUN, "isv.TEMPLATE_MISSING_PARAMETERS"),
        (ALIYUN, "isv.PARAM_LENGTH_LIMIT"),
        (ALIYUN, "isv.PARAM_NOT_SUPPORT_URL"),
        (ALIYUN, "isv.BLACK_KEY_CONTROL_LIMIT"),
        (ALIYUN, "isv.SMS_CONTENT_ILLEGAL"),
        (TENCENT, "FailedOperation.TemplateIncorrectOrUnapproved"),
        (TENCENT, "FailedOperation.ContainSensitiveWord"),
        (TENCENT, "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"),
        (TENCENT, "InvalidParameterValue.TemplateParameterLengthLimit"),
        (TENCENT, "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"),
        (TENCENT, "MissingParameter.EmptyPhoneNumberSet"),
    ],
)
def test_a_message_no_provider_takes_is_refused(provider: Provider, code: str) -> None:
    told = error(provider, code, "words")
    assert type(told) is DeliveryRefusedError
    assert (told.code, told.text) == (code, "words")


@pytest.mark.parametrize("provider", [ALIYUN, TENCENT])
@pytest.mark.parametrize("code", ["isv.NEVER_HEARD_OF", "Weird.Code", "", "42"])
def test_a_code_nobody_told_us_of_is_kept_and_refused(provider: Provider, code: str) -> None:
    told = error(provider, code, "words")
    assert type(told) is DeliveryRefusedError
    assert (told.code, told.text) == (code, "words")


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (ALIYUN, "isv.MOBILE_NUMBER_ILLEGAL"),
        (ALIYUN, "isv.CUSTOMER_REFUSED"),
        (TENCENT, "FailedOperation.PhoneNumberInBlacklist"),
        (TENCENT, "InvalidParameterValue.IncorrectPhoneNumber"),
    ],
)
def test_a_person_who_cannot_be_reached_is_not_written_to_again(provider: Provider, code: str) -> None:
    assert isinstance(error(provider, code), PersonUnreachableError)


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (ALIYUN, "SignatureDoesNotMatch"),
        (ALIYUN, "InvalidAccessKeyId.NotFound"),
        (ALIYUN, "isp.RAM_PERMISSION_DENY"),
        (ALIYUN, "isv.AMOUNT_NOT_ENOUGH"),
        (ALIYUN, "isv.OUT_OF_SERVICE"),
        (ALIYUN, "isv.SMS_SIGNATURE_ILLEGAL"),
        (ALIYUN, "isv.DENY_IP_RANGE"),
        (TENCENT, "AuthFailure.SignatureFailure"),
        (TENCENT, "AuthFailure.SomethingNew"),
        (TENCENT, "UnauthorizedOperation.ServiceSuspendDueToArrears"),
        (TENCENT, "UnauthorizedOperation.SdkAppIdIsDisabled"),
        (TENCENT, "FailedOperation.InsufficientBalanceInSmsPackage"),
        (TENCENT, "FailedOperation.SignatureIncorrectOrUnapproved"),
    ],
)
def test_what_somebody_has_to_put_right_closes_the_account(provider: Provider, code: str) -> None:
    told = error(provider, code)
    assert isinstance(told, AccountClosedError)
    assert told.broken


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (ALIYUN, "isp.SYSTEM_ERROR"),
        (ALIYUN, "ServiceUnavailable"),
        (TENCENT, "InternalError.OtherError"),
        (TENCENT, "InternalError"),
    ],
)
def test_a_fault_of_the_provider_passes(provider: Provider, code: str) -> None:
    told = error(provider, code)
    assert type(told) is DeliveryDelayedError
    assert waiting(told) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("provider", "code"),
    [(ALIYUN, "InternalError"), (TENCENT, "InternalError.Timeout"), (TENCENT, "InternalError.SendAndRecvFail")],
)
def test_where_the_provider_itself_does_not_know_nobody_does(provider: Provider, code: str) -> None:
    assert isinstance(error(provider, code), OutcomeUnknownError)


@pytest.mark.parametrize(
    ("provider", "code", "text", "minutes", "seconds"),
    [
        (ALIYUN, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", 0, 42),
        (ALIYUN, "isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", 59, 42),
        (ALIYUN, "isv.BUSINESS_LIMIT_CONTROL", "没说多久", 59, 42),
        (ALIYUN, "BUSINESS_LIMIT_CONTROL_MINUTE", "", 0, 42),
        (ALIYUN, "isv.BUSINESS_LIMIT_HOUR", "", 59, 42),
        (ALIYUN, "isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", 21 * 60 + 59, 42),
        (ALIYUN, "isv.BUSINESS_LIMIT_DAY", "", 21 * 60 + 59, 42),
        (TENCENT, "LimitExceeded.PhoneNumberThirtySecondLimit", "", 0, 30),
        (TENCENT, "LimitExceeded.PhoneNumberOneHourLimit", "", 60, 0),
        (TENCENT, "LimitExceeded.DeliveryFrequencyLimit", "", 0, 42),
        (TENCENT, "LimitExceeded.PhoneNumberDailyLimit", "", 21 * 60 + 59, 42),
        (TENCENT, "LimitExceeded.PhoneNumberSameContentDailyLimit", "", 21 * 60 + 59, 42),
    ],
)
def test_a_limit_of_one_number_waits_for_its_window(
    provider: Provider, code: str, text: str, minutes: int, seconds: int
) -> None:
    told = error(provider, code, text)
    assert type(told) is DeliveryDelayedError
    assert waiting(told) == timedelta(minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (ALIYUN, "isv.DAY_LIMIT_CONTROL"),
        (ALIYUN, "isv.MONTH_LIMIT_CONTROL"),
        (TENCENT, "LimitExceeded.AppDailyLimit"),
        (TENCENT, "LimitExceeded.DailyLimit"),
    ],
)
def test_a_limit_of_the_whole_account_closes_it_until_the_morning(provider: Provider, code: str) -> None:
    told = error(provider, code)
    assert isinstance(told, AccountClosedError)
    assert not told.broken
    assert waiting(told) == timedelta(hours=21, minutes=59, seconds=42)


def test_without_quiet_hours_a_new_day_begins_at_midnight() -> None:
    told = error(ALIYUN, "isv.DAY_LIMIT_CONTROL", morning=time())
    assert waiting(told) == timedelta(hours=13, minutes=59, seconds=42)


@pytest.mark.parametrize(("provider", "code"), [(ALIYUN, "Throttling.User"), (TENCENT, "RequestLimitExceeded.IPLimit")])
def test_too_many_calls_make_the_account_pause(provider: Provider, code: str) -> None:
    told = error(provider, code)
    assert isinstance(told, AccountClosedError)
    assert not told.broken
    assert waiting(told) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("code", "text", "lost"),
    [
        ("MOBILE_IN_BLACK", "", True),
        ("MK:0001", "空号", True),
        ("DB:0144", "网关黑名单", True),
        ("X", "用户已退订", True),
        ("MK:0010", "用户关机", False),
        ("CONTENT_KEYWORD", "关键字拦截", False),
        ("", "", False),
    ],
)
def test_some_reports_mean_that_the_number_is_lost(code: str, text: str, lost: bool) -> None:  # noqa: FBT001 - a column of the table.
    assert says_unreachable(code, text) is lost
