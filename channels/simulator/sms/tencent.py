"""sms.tencentcloudapi.com: TC3 signatures over JSON."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

from channels.simulator.sms import rules
from channels.simulator.sms.account import Maker, SmsCustomer, State
from channels.simulator.sms.refusals import RefusedError
from channels.simulator.sms.request import Request
from channels.simulator.sms.state import SmsPlatform

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)/sms/tc3_request, "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<hex>[0-9a-f]{64})"
)
_VARIABLE = re.compile(r"\{(\d+)\}")
_STATES = {State.APPROVED: 0, State.PENDING: 1, State.REJECTED: -1}
_E164 = re.compile(r"\+[1-9]\d{6,14}")


async def answer(platform: SmsPlatform, request: Request) -> dict[str, Any]:
    """Carry a call out; raises RefusedError."""
    customer = _customer(platform, request)
    if request.header("x-tc-version") != "2021-01-11":
        raise RefusedError("NoSuchVersion")
    if not request.header("x-tc-region"):
        raise RefusedError("MissingParameter", "Region")
    try:
        asked = json.loads(request.body)
    except ValueError as error:
        raise RefusedError("FailedOperation.JsonParseFail") from error
    match request.header("x-tc-action"):
        case "SendSms":
            found = _send(platform, customer, asked)
        case "DescribeSmsSignList":
            found = _signs(customer, asked)
        case "DescribeSmsTemplateList":
            found = _templates(customer, asked)
        case _:
            raise RefusedError("InvalidAction")
    return {"Response": {**found, "RequestId": f"R-{platform.next_number()}"}}


def _customer(platform: SmsPlatform, request: Request) -> SmsCustomer:
    given = _AUTHORIZATION.fullmatch(request.header("authorization"))
    if given is None or not {"content-type", "host"} <= set(given["names"].split(";")):
        raise RefusedError("AuthFailure.InvalidAuthorization")
    customer = platform.customers.get(given["key"])
    if customer is None or customer.maker is not Maker.TENCENT:
        raise RefusedError("AuthFailure.SecretIdNotFound", "The SecretId is not found", foreseen=False)
    stamp = request.header("x-tc-timestamp")
    signed_at = datetime.fromtimestamp(int(stamp) if stamp.isdecimal() else 0, UTC)
    if abs(platform.now - signed_at) > rules.TENCENT_CLOCK_SKEW:
        raise RefusedError("AuthFailure.SignatureExpire")
    if signed_at.strftime("%Y-%m-%d") != given["day"]:
        raise RefusedError("AuthFailure.SignatureFailure", "day")
    expected = _signature(customer.secret, request, given["names"].split(";"), given["day"])
    if not hmac.compare_digest(expected, given["hex"]):
        raise RefusedError("AuthFailure.SignatureFailure", "The provided credentials could not be validated.")
    return customer


def _signature(secret: str, request: Request, names: list[str], day: str) -> str:
    lines = "".join(f"{name}:{request.header(name).lower()}\n" for name in names)
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = f"POST\n/\n{request.query}\n{lines}\n{';'.join(names)}\n{digest}"
    scope = f"{day}/sms/tc3_request"
    to_sign = "\n".join(
        ["TC3-HMAC-SHA256", request.header("x-tc-timestamp"), scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )

    def hashed(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    signing = hashed(hashed(hashed(f"TC3{secret}".encode(), day), "sms"), "tc3_request")
    return hmac.new(signing, to_sign.encode(), hashlib.sha256).hexdigest()


def _send(platform: SmsPlatform, customer: SmsCustomer, asked: dict[str, Any]) -> dict[str, Any]:
    numbers = asked.get("PhoneNumberSet")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= rules.NUMBERS_MOST:
        raise RefusedError("LimitExceeded.PhoneNumberCountLimit")
    if asked.get("SmsSdkAppId") != customer.app_id:
        raise RefusedError("UnauthorizedOperation.SmsSdkAppIdVerifyFail", foreseen=False)
    if len(str(asked.get("SessionContext", "")).encode()) >= rules.CONTEXT_MOST:
        raise RefusedError("InvalidParameterValue", "SessionContext")
    return {"SendStatusSet": [_status(platform, customer, number, asked) for number in numbers]}


def _status(platform: SmsPlatform, customer: SmsCustomer, number: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with one number is told in its status, and nowhere else."""
    context = str(asked.get("SessionContext", ""))
    told = {"PhoneNumber": number, "SessionContext": context, "IsoCode": "CN"}
    try:
        name, text = _to_one(platform, customer, number, asked)
    except RefusedError as refused:
        if refused.foreseen:
            platform.log.forbid(platform.calls[-1], 0, f"{refused.code}: {refused.text}")
        return {**told, "SerialNo": "", "Fee": 0, "Code": refused.code, "Message": refused.text}
    return {**told, "SerialNo": name, "Fee": rules.pieces(text), "Code": "Ok", "Message": "send success"}


def _to_one(platform: SmsPlatform, customer: SmsCustomer, number: str, asked: dict[str, Any]) -> tuple[str, str]:
    if not _E164.fullmatch(number):
        raise RefusedError("InvalidParameterValue.IncorrectPhoneNumber")
    sign = str(asked.get("SignName", ""))
    if customer.signs.get(sign) is not State.APPROVED:
        raise RefusedError(
            "FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批", foreseen=sign not in customer.signs
        )
    telephone = platform.telephone(number)
    if telephone.listed:
        raise RefusedError("FailedOperation.PhoneNumberInBlacklist", "手机号在免打扰名单库中", foreseen=False)
    text = _filled(customer, asked)
    _count(platform, customer, number, text)
    name = f"2640:{platform.next_number()}"
    context = str(asked.get("SessionContext", ""))
    platform.take(customer, telephone, sign=sign, text=f"【{sign}】{text}", name=name, given=context, via="SendSms")
    return name, f"【{sign}】{text}"


def _filled(customer: SmsCustomer, asked: dict[str, Any]) -> str:
    template = customer.templates.get(str(asked.get("TemplateId", "")))
    if template is None or template.state is not State.APPROVED:
        raise RefusedError("FailedOperation.TemplateIncorrectOrUnapproved", "模板未审批", foreseen=template is None)
    values = asked.get("TemplateParamSet") or []
    wanted = set(_VARIABLE.findall(template.text))
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RefusedError("InvalidParameterValue.TemplateParameterFormatError")
    if len(values) != len(wanted):
        raise RefusedError("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
    for value in values:
        if not value or rules.MARKED.search(value):
            raise RefusedError("InvalidParameterValue.TemplateParameterFormatError")
        if len(value) > rules.VARIABLE_MOST:
            raise RefusedError("InvalidParameterValue.TemplateParameterLengthLimit")
        if rules.LINK.search(value) and not template.links:
            raise RefusedError("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter")
    filled = _VARIABLE.sub(lambda place: values[int(place[1]) - 1], template.text)
    if len(filled) > rules.TEXT_MOST:
        raise RefusedError("InvalidParameterValue.ContentLengthLimit")
    return filled


def _count(platform: SmsPlatform, customer: SmsCustomer, number: str, text: str) -> None:
    now, same = platform.now, (customer.app_id, number)
    before = platform.last_texts.get(same)
    if before and before[0] == text and now - before[1] < rules.TENCENT_SAME_TEXT:
        raise RefusedError("LimitExceeded.PhoneNumberThirtySecondLimit", foreseen=False)
    counted = (customer.app_id, number, rules.day(now))
    if platform.counted[counted] >= platform.most_a_day[Maker.TENCENT]:
        raise RefusedError("LimitExceeded.PhoneNumberDailyLimit")
    platform.counted[counted] += 1
    platform.last_texts[same] = text, now


def _signs(customer: SmsCustomer, asked: dict[str, Any]) -> dict[str, Any]:
    found = [
        {
            "SignId": number,
            "International": 0,
            "StatusCode": _STATES[customer.signs[customer.sign_ids[number]]],
            "ReviewReply": "",
            "SignName": customer.sign_ids[number],
        }
        for number in asked.get("SignIdSet", [])
        if number in customer.sign_ids
    ]
    return {"DescribeSignListStatusSet": found}


def _templates(customer: SmsCustomer, asked: dict[str, Any]) -> dict[str, Any]:
    wanted = asked.get("TemplateIdSet") or [int(code) for code in customer.templates][: asked.get("Limit", 0)]
    found = [
        {
            "TemplateId": number,
            "International": 0,
            "StatusCode": _STATES[customer.templates[str(number)].state],
            "ReviewReply": "内容不明" if customer.templates[str(number)].state is State.REJECTED else "",
            "TemplateName": f"模板{number}",
            "TemplateContent": customer.templates[str(number)].text,
        }
        for number in wanted
        if str(number) in customer.templates
    ]
    return {"DescribeTemplateStatusSet": found}
