"""What the providers' codes mean for a delivery. Pure.

Codes: Aliyun 短信服务 API 错误码, Tencent Cloud 短信 API 3.0 错误码. A code that stands in no table is a refusal.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)
from channels.sms.templates import Provider
from kit.log import log

#: Both providers count days in China's time.
ZONE = ZoneInfo("Asia/Shanghai")
#: Somebody has to correct or to pay something; looked at again after so many seconds.
_BROKEN_FOR_S = 600.0
_FLOOD_S, _SYSTEM_S, _HALF_MINUTE_S, _HOUR_S = 5.0, 30.0, 30.0, 3600.0
#: A moment after the window has opened anew, as clocks differ.
_MARGIN = timedelta(seconds=2)


class Meaning(StrEnum):
    """What a code comes down to."""

    REFUSED = auto()
    UNREACHABLE = auto()
    BROKEN = auto()
    SYSTEM = auto()
    UNSURE = auto()
    FLOOD = auto()
    HALF_MINUTE = auto()
    MINUTE = auto()
    HOUR = auto()
    ROLLING_HOUR = auto()
    DAY = auto()
    ACCOUNT_DAY = auto()
    #: Some limit on one number; the words say which.
    SOME_LIMIT = auto()


class ProviderError(Exception):
    """A provider's refusal: its code and its words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


def _table(**families: str) -> dict[str, Meaning]:
    return {code: Meaning(meaning) for meaning, codes in families.items() for code in codes.split()}


_ALIYUN = _table(
    broken="""
        InvalidAccessKeyId InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive SignatureDoesNotMatch
        IncompleteSignature InvalidTimeStamp.Expired InvalidTimeStamp.Format Forbidden Forbidden.RAM NoPermission
        isp.RAM_PERMISSION_DENY isv.RAM_CHECK_FAILED isv.OUT_OF_SERVICE isv.AMOUNT_NOT_ENOUGH
        isv.BILLING_DEDUCTION_ERROR isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE isv.ACCOUNT_NOT_EXISTS
        isv.ACCOUNT_ABNORMAL isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL
        isv.SIGN_NAME_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL isv.DENY_IP_RANGE isv.FORBIDDEN_ACTION
    """,
    unreachable="isv.MOBILE_NUMBER_ILLEGAL isv.CUSTOMER_REFUSED",
    refused="""
        isv.SMS_TEMPLATE_ILLEGAL isv.TEMPLATE_MISSING_PARAMETERS isv.TEMPLATE_PARAMS_ILLEGAL isv.INVALID_PARAMETERS
        isv.INVALID_JSON_PARAM isv.PARAM_LENGTH_LIMIT isv.PARAM_NOT_SUPPORT_URL isv.BLACK_KEY_CONTROL_LIMIT
        isv.SMS_CONTENT_ILLEGAL isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE isv.UNSUPPORTED_CONTENT isv.EXTEND_CODE_ERROR
        isv.MOBILE_COUNT_OVER_LIMIT isv.DOMESTIC_NUMBER_NOT_SUPPORTED isv.COUNTRY_RESTRICTED
        MissingPhoneNumbers MissingSignName MissingTemplateCode InvalidVersion InvalidAction.NotFound
    """,
    system="""
        isp.SYSTEM_ERROR isp.GATEWAY_ERROR isp.UNKNOWN isv.DATA_NOT_EXIST ServiceUnavailable SignatureNonceUsed
    """,
    unsure="InternalError",
    flood="Throttling Throttling.User Throttling.Api",
    account_day="isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL",
    some_limit="""
        isv.BUSINESS_LIMIT_CONTROL isv.BUSINESS_LIMIT_HOUR isv.BUSINESS_LIMIT_DAY BUSINESS_LIMIT_CONTROL_MINUTE
        BUSINESS_LIMIT_CONTROL_PHONE
    """,
)
_TENCENT = _table(
    broken="""
        FailedOperation.InsufficientBalanceInSmsPackage FailedOperation.SignatureIncorrectOrUnapproved
        FailedOperation.NotEnterpriseCertification FailedOperation.ProhibitSubAccountUse
        InvalidParameterValue.SdkAppIdNotExist InternalError.SigVerificationFail InternalError.SigFieldMissing
        InvalidParameter.AppidAndBizId IpNotInWhitelist IpInBlacklist UnsupportedRegion
    """,
    unreachable="FailedOperation.PhoneNumberInBlacklist InvalidParameterValue.IncorrectPhoneNumber",
    refused="""
        FailedOperation.TemplateIncorrectOrUnapproved FailedOperation.TemplateUnapprovedOrNotExist
        FailedOperation.TemplateParamSetNotMatchApprovedTemplate FailedOperation.TemplateIdNotExist
        FailedOperation.ContainSensitiveWord FailedOperation.FailResolvePacket FailedOperation.JsonParseFail
        FailedOperation.PhoneNumberParseFail FailedOperation.ParametersOtherError
        FailedOperation.MarketingSendTimeConstraint InvalidParameter.DirtyWordFound
        InvalidParameterValue.ContentLengthLimit InvalidParameterValue.TemplateParameterFormatError
        InvalidParameterValue.TemplateParameterLengthLimit
        InvalidParameterValue.ProhibitedUseUrlInTemplateParameter LimitExceeded.PhoneNumberCountLimit
        LimitExceeded.AppCountryOrRegionInBlacklist UnsupportedOperation
    """,
    unsure="InternalError.Timeout InternalError.SendAndRecvFail",
    half_minute="LimitExceeded.PhoneNumberThirtySecondLimit",
    rolling_hour="LimitExceeded.PhoneNumberOneHourLimit",
    day="LimitExceeded.PhoneNumberDailyLimit LimitExceeded.PhoneNumberSameContentDailyLimit",
    account_day="""
        LimitExceeded.AppDailyLimit LimitExceeded.DailyLimit LimitExceeded.AppGlobalDailyLimit
        LimitExceeded.AppMainlandChinaDailyLimit LimitExceeded.AppCountryOrRegionDailyLimit
    """,
    flood="RequestLimitExceeded",
)
#: By the first word of a code, where the whole of it is not known.
_TENCENT_FAMILIES = {
    "AuthFailure": Meaning.BROKEN,
    "UnauthorizedOperation": Meaning.BROKEN,
    "RequestLimitExceeded": Meaning.FLOOD,
    "LimitExceeded": Meaning.MINUTE,
    "InternalError": Meaning.SYSTEM,
    "FailedOperation": Meaning.REFUSED,
    "InvalidParameter": Meaning.REFUSED,
    "InvalidParameterValue": Meaning.REFUSED,
    "MissingParameter": Meaning.REFUSED,
    "UnsupportedOperation": Meaning.REFUSED,
    "ResourceUnavailable": Meaning.SYSTEM,
}
_TABLES: Mapping[Provider, Mapping[str, Meaning]] = {Provider.ALIYUN: _ALIYUN, Provider.TENCENT: _TENCENT}
#: In the words of a limit: 触发分钟级流控, 触发小时级流控, 触发天级流控.
_SPANS = (
    (("分钟", "minute"), Meaning.MINUTE),
    (("小时", "hour"), Meaning.HOUR),
    (("天级", "日", "day"), Meaning.DAY),
)


def meaning_of(provider: Provider, code: str, text: str = "") -> Meaning:
    """What a code means; what nobody has told us of is refused, and noted."""
    meaning = _TABLES[provider].get(code)
    if meaning is None and provider is Provider.TENCENT:
        meaning = _TENCENT_FAMILIES.get(code.partition(".")[0])
    if meaning is None:
        log.warning("code of a provider not known", provider=provider, code=code, text=text)
        return Meaning.REFUSED
    return _span_of(f"{code} {text}".lower()) if meaning is Meaning.SOME_LIMIT else meaning


def _span_of(words: str) -> Meaning:
    return next((meaning for names, meaning in _SPANS if any(name in words for name in names)), Meaning.HOUR)


def delivery_error(provider: Provider, refused: ProviderError, now: datetime, *, morning: time) -> DeliveryError:
    """The same refusal in the words of the port; what waits for another day waits for its ``morning``."""
    code, text = refused.code, refused.text
    meaning = meaning_of(provider, code, text)
    match meaning:
        case Meaning.REFUSED:
            return DeliveryRefusedError(code, text)
        case Meaning.UNREACHABLE:
            return PersonUnreachableError(code, text)
        case Meaning.BROKEN:
            return AccountClosedError(code, text, retry_after_s=_BROKEN_FOR_S, broken=True)
        case Meaning.UNSURE:
            return OutcomeUnknownError(code, text)
    wait_s = waits(meaning, now, morning=morning)
    if meaning in {Meaning.FLOOD, Meaning.ACCOUNT_DAY}:
        return AccountClosedError(code, text, retry_after_s=wait_s)
    return DeliveryDelayedError(code, text, retry_after_s=wait_s)


def waits(meaning: Meaning, now: datetime, *, morning: time) -> float:
    """Seconds until the same may pass: Aliyun counts calendar minutes and hours, Tencent the last ones."""
    local = now.astimezone(ZONE)
    match meaning:
        case Meaning.MINUTE:
            opens = local.replace(second=0, microsecond=0) + timedelta(minutes=1) + _MARGIN
        case Meaning.HOUR:
            opens = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) + _MARGIN
        case Meaning.DAY | Meaning.ACCOUNT_DAY:
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            opens = midnight.replace(hour=morning.hour, minute=morning.minute) + _MARGIN
        case _:
            return _FIXED.get(meaning, _SYSTEM_S)
    return (opens - local).total_seconds()


_FIXED = {Meaning.FLOOD: _FLOOD_S, Meaning.HALF_MINUTE: _HALF_MINUTE_S, Meaning.ROLLING_HOUR: _HOUR_S}
#: Reports of a network by which the number takes nothing more of ours.
_LOST_CODES = frozenset({"MOBILE_IN_BLACK", "USER_REJECT", "MBBLACK", "DBBLACK", "BLACK", "TDBLACK", "MK:0001"})
_LOST_WORDS = ("黑名单", "退订", "拒收", "免打扰", "空号", "blacklist", "blocklist", "unsubscribed")


def says_unreachable(code: str, text: str) -> bool:
    """Whether a network's report means that the person is not to be written to any more."""
    words = f"{code} {text}".lower()
    return code.upper() in _LOST_CODES or any(word in words for word in _LOST_WORDS)
