"""dysmsapi.aliyuncs.com: signature of the third version, parameters in the address."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from channels.simulator.sms import rules
from channels.simulator.sms.account import Maker, SmsCustomer, State
from channels.simulator.sms.refusals import RefusedError
from channels.simulator.sms.request import Request
from channels.simulator.sms.state import SmsPlatform

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),SignedHeaders=(?P<names>[a-z0-9;-]+),Signature=(?P<hex>[0-9a-f]{64})"
)
_MUST_SIGN = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
_VARIABLE = re.compile(r"\$\{([^{}]+)\}")
_STATES = {State.PENDING: 0, State.APPROVED: 1, State.REJECTED: 2}


async def answer(platform: SmsPlatform, request: Request) -> dict[str, Any]:
    """Carry a call out; raises RefusedError."""
    customer = _customer(platform, request)
    asked = dict(parse_qsl(request.query, keep_blank_values=True))
    action = request.header("x-acs-action")
    if request.header("x-acs-version") != "2017-05-25":
        raise RefusedError("InvalidVersion", status=400)
    match action:
        case "SendSms":
            found = await _send(platform, customer, asked)
        case "GetSmsSign":
            found = _sign(customer, asked.get("SignName", ""))
        case "GetSmsTemplate":
            found = _template(customer, asked.get("TemplateCode", ""))
        case _:
            raise RefusedError("InvalidAction.NotFound", status=404)
    return {"Code": "OK", "Message": "OK", "RequestId": f"R-{platform.next_number()}", **found}


def _customer(platform: SmsPlatform, request: Request) -> SmsCustomer:
    given = _AUTHORIZATION.fullmatch(request.header("authorization"))
    if given is None or not set(given["names"].split(";")) >= _MUST_SIGN:
        raise RefusedError("IncompleteSignature", status=400)
    customer = platform.customers.get(given["key"])
    if customer is None or customer.maker is not Maker.ALIYUN:
        raise RefusedError(
            "InvalidAccessKeyId.NotFound", "Specified access key is not found.", status=404, foreseen=False
        )
    if hashlib.sha256(request.body).hexdigest() != request.header("x-acs-content-sha256"):
        raise RefusedError("SignatureDoesNotMatch", "content digest", status=400)
    expected = _signature(customer.secret, request, given["names"].split(";"))
    if not hmac.compare_digest(expected, given["hex"]):
        raise RefusedError("SignatureDoesNotMatch", "Specified signature is not matched", status=400)
    _fresh(platform, request)
    return customer


def _fresh(platform: SmsPlatform, request: Request) -> None:
    try:
        signed_at = datetime.strptime(request.header("x-acs-date"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise RefusedError("InvalidTimeStamp.Format", status=400) from error
    if abs(platform.now - signed_at) > rules.CLOCK_SKEW:
        raise RefusedError("InvalidTimeStamp.Expired", status=400)
    nonce = request.header("x-acs-signature-nonce")
    if nonce in platform.nonces:
        raise RefusedError("SignatureNonceUsed", status=400)
    platform.nonces.add(nonce)


def _signature(secret: str, request: Request, names: list[str]) -> str:
    # The query as it came: the product has to send exactly what it has signed, and in order.
    ordered = "&".join(sorted(request.query.split("&"))) if request.query else ""
    lines = [f"{name}:{request.header(name).strip()}\n" for name in names]
    canonical = f"POST\n{request.path}\n{ordered}\n{''.join(lines)}\n{';'.join(names)}\n"
    canonical += request.header("x-acs-content-sha256")
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


async def _send(platform: SmsPlatform, customer: SmsCustomer, asked: dict[str, str]) -> dict[str, Any]:
    number, sign, code = asked.get("PhoneNumbers", ""), asked.get("SignName", ""), asked.get("TemplateCode", "")
    if "," in number:
        raise RefusedError("isv.MOBILE_COUNT_OVER_LIMIT")
    if not rules.AT_HOME.fullmatch(number.removeprefix("+86")) and not rules.ABROAD.fullmatch(number):
        raise RefusedError("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号")
    if customer.signs.get(sign) is not State.APPROVED:
        raise RefusedError("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法", foreseen=sign not in customer.signs)
    template = customer.templates.get(code)
    if template is None or template.state is not State.APPROVED:
        raise RefusedError("isv.SMS_TEMPLATE_ILLEGAL", "短信模板不合法", foreseen=template is None)
    if len(asked.get("OutId", "")) > rules.OUT_ID_MOST:
        raise RefusedError("isv.INVALID_PARAMETERS", "OutId")
    text = _filled(template.text, asked.get("TemplateParam", ""), links=template.links)
    at_home = number.removeprefix("+86")
    telephone = platform.telephone(f"+86{at_home}" if rules.AT_HOME.fullmatch(at_home) else f"+{number}")
    counted = (customer.key_id, sign, code, telephone.number, rules.day(platform.now))
    if platform.counted[counted] >= platform.most_a_day[Maker.ALIYUN]:
        words = f"触发天级流控Permits:{platform.most_a_day[Maker.ALIYUN]}"
        raise RefusedError("isv.BUSINESS_LIMIT_CONTROL", words)
    name = f"{platform.next_number()}^0"
    given = asked.get("OutId", "")
    platform.take(customer, telephone, sign=sign, text=f"【{sign}】{text}", name=name, given=given, via="SendSms")
    platform.counted[counted] += 1
    return {"BizId": name}


def _filled(text: str, param: str, *, links: bool) -> str:
    wanted = set(_VARIABLE.findall(text))
    try:
        values = json.loads(param) if param else {}
    except ValueError as error:
        raise RefusedError("isv.INVALID_JSON_PARAM") from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise RefusedError("isv.INVALID_JSON_PARAM")
    if missing := wanted - values.keys():
        raise RefusedError("isv.TEMPLATE_MISSING_PARAMETERS", f"模板变量缺少参数: {sorted(missing)}")
    for name in wanted:
        value = values[name]
        if not value or rules.MARKED.search(value):
            raise RefusedError("isv.TEMPLATE_PARAMS_ILLEGAL", name)
        if len(value) > rules.VARIABLE_MOST:
            raise RefusedError("isv.PARAM_LENGTH_LIMIT", name)
        if rules.LINK.search(value) and not links:
            raise RefusedError("isv.PARAM_NOT_SUPPORT_URL", name)
    filled = _VARIABLE.sub(lambda place: values[place[1]], text)
    if len(filled) > rules.TEXT_MOST:
        raise RefusedError("isv.INVALID_PARAMETERS", "too long")
    return filled


def _sign(customer: SmsCustomer, name: str) -> dict[str, Any]:
    if name not in customer.signs:
        raise RefusedError("isv.SMS_SIGN_NOT_FOUND", foreseen=False)
    rejected = {"AuditInfo": {"RejectInfo": "签名用途不明"}} if customer.signs[name] is State.REJECTED else {}
    return {"SignName": name, "SignStatus": _STATES[customer.signs[name]], **rejected}


def _template(customer: SmsCustomer, code: str) -> dict[str, Any]:
    template = customer.templates.get(code)
    if template is None:
        raise RefusedError("isv.SMS_TEMPLATE_ILLEGAL", "模板不存在", foreseen=False)
    rejected = {"AuditInfo": {"RejectInfo": "变量内容不明"}} if template.state is State.REJECTED else {}
    state = str(_STATES[template.state])
    return {"TemplateCode": code, "TemplateContent": template.text, "TemplateStatus": state, **rejected}
