"""Tencent Cloud 短信, version 2021-01-11: JSON, errors in ``Response.Error`` or in the status of each number."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from channels.accounts.book import Account
from channels.sms.gateway import Approval, Review
from channels.sms.outcomes import ProviderError
from channels.sms.settings import secret_of, settings_of
from channels.sms.signing import tc3_headers
from channels.sms.templates import Filled, Template
from channels.sms.wire import Wire, unsure
from kit.clock import Clock

_VERSION, _SERVICE = "2021-01-11", "sms"
_STATES = {0: Approval.APPROVED, 1: Approval.PENDING, -1: Approval.REJECTED}
_AT_HOME = 0


class Tencent:
    """See :class:`channels.sms.gateway.Gateway`."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    async def send(self, account: Account, *, key: str, address: str, filled: Filled) -> str:
        settings = settings_of(account)
        body = {
            "PhoneNumberSet": [address],
            "SmsSdkAppId": settings.sdk_app_id,
            "SignName": settings.sign_name,
            "TemplateId": filled.code,
            "TemplateParamSet": list(filled.params.values()),
            "SessionContext": key,
        }
        answer = await self._call(account, "SendSms", body, sending=True)
        status = _first(answer.get("SendStatusSet"))
        code, name = status.get("Code"), status.get("SerialNo")
        if code == "Ok" and isinstance(name, str) and name:
            return name
        if not isinstance(code, str) or code in {"", "Ok"}:
            raise unsure("no_status", "an answer without a status", sending=True)
        raise ProviderError(code, str(status.get("Message", "")))

    async def review_sign(self, account: Account) -> Review:
        """A signature is asked for by its number, which nothing else needs: without it the key alone is tried."""
        sign_id = settings_of(account).sign_id
        wanted = [int(sign_id)] if sign_id.isascii() and sign_id.isdecimal() else []
        if not wanted:
            nothing: dict[str, Any] = {"TemplateIdSet": [], "International": _AT_HOME, "Limit": 1, "Offset": 0}
            await self._call(account, "DescribeSmsTemplateList", nothing)
            return Review(approval=Approval.UNKNOWN)
        body = {"SignIdSet": wanted, "International": _AT_HOME}
        answer = await self._call(account, "DescribeSmsSignList", body)
        found = _first(answer.get("DescribeSignListStatusSet"))
        name = found.get("SignName")
        if name not in {None, settings_of(account).sign_name}:
            return Review(approval=Approval.REJECTED, said=str(name))
        return _review(found)

    async def review_template(self, account: Account, template: Template) -> Review:
        number = int(template.code) if template.code.isascii() and template.code.isdecimal() else 0
        body = {"TemplateIdSet": [number], "International": _AT_HOME}
        answer = await self._call(account, "DescribeSmsTemplateList", body)
        found = _first(answer.get("DescribeTemplateStatusSet"))
        return _review(found, text=str(found.get("TemplateContent") or ""))

    async def _call(
        self, account: Account, action: str, body: Mapping[str, Any], *, sending: bool = False
    ) -> dict[str, Any]:
        settings = settings_of(account)
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = tc3_headers(
            key_id=settings.access_key_id,
            secret=secret_of(account),
            host=settings.host,
            service=_SERVICE,
            action=action,
            version=_VERSION,
            region=settings.region_name,
            body=content,
            now=self._clock.now(),
        )
        answer = await self._wire.post(f"{settings.url}/", headers=headers, content=content, sending=sending)
        response = answer.get("Response")
        if not isinstance(response, dict):
            raise unsure("no_response", "an answer without a response", sending=sending)
        error = response.get("Error")
        if isinstance(error, dict):
            raise ProviderError(str(error.get("Code", "")), str(error.get("Message", "")))
        return response


def _first(entries: object) -> Mapping[str, Any]:
    found = entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ()
    return next((entry for entry in found if isinstance(entry, dict)), {})


def _review(found: Mapping[str, Any], *, text: str = "") -> Review:
    if not found:
        return Review(approval=Approval.REJECTED)
    state = found.get("StatusCode")
    approval = _STATES.get(state, Approval.UNKNOWN) if isinstance(state, int) else Approval.UNKNOWN
    return Review(approval=approval, said=str(found.get("ReviewReply") or ""), text=text)
