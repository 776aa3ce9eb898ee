"""Aliyun 短信服务, version 2017-05-25: parameters in the address, errors as ``Code`` and ``Message``."""

import json
import secrets as chance
from collections.abc import Mapping
from typing import Any

from channels.accounts.book import Account
from channels.sms.gateway import Approval, Review
from channels.sms.outcomes import ProviderError
from channels.sms.settings import secret_of, settings_of
from channels.sms.signing import acs3_headers, canonical_query
from channels.sms.templates import Filled, Template
from channels.sms.wire import Wire, unsure
from kit.clock import Clock

_VERSION = "2017-05-25"
_HOME = "+86"
#: 0 is under review, 10 a review that was withdrawn.
_STATES = {"0": Approval.PENDING, "1": Approval.APPROVED, "2": Approval.REJECTED, "10": Approval.REJECTED}


class Aliyun:
    """See :class:`channels.sms.gateway.Gateway`."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    async def send(self, account: Account, *, key: str, address: str, filled: Filled) -> str:
        query = {
            "PhoneNumbers": _local(address),
            "SignName": settings_of(account).sign_name,
            "TemplateCode": filled.code,
            "OutId": key,
        }
        if filled.params:
            query["TemplateParam"] = json.dumps(dict(filled.params), ensure_ascii=False)
        answer = await self._call(account, "SendSms", query, sending=True)
        name = answer.get("BizId")
        if not isinstance(name, str) or not name:
            raise unsure("no_biz_id", "taken without a name", sending=True)
        return name

    async def review_sign(self, account: Account) -> Review:
        answer = await self._call(account, "GetSmsSign", {"SignName": settings_of(account).sign_name})
        return _review(answer, "SignStatus")

    async def review_template(self, account: Account, template: Template) -> Review:
        answer = await self._call(account, "GetSmsTemplate", {"TemplateCode": template.code})
        return _review(answer, "TemplateStatus", text=str(answer.get("TemplateContent") or ""))

    async def _call(
        self, account: Account, action: str, query: Mapping[str, str], *, sending: bool = False
    ) -> dict[str, Any]:
        settings = settings_of(account)
        encoded = canonical_query({**query, "RegionId": settings.region_name})
        headers = acs3_headers(
            key_id=settings.access_key_id,
            secret=secret_of(account),
            host=settings.host,
            action=action,
            version=_VERSION,
            query=encoded,
            now=self._clock.now(),
            nonce=chance.token_hex(16),
        )
        answer = await self._wire.post(f"{settings.url}/?{encoded}", headers=headers, sending=sending)
        code = answer.get("Code")
        if code == "OK":
            return answer
        if not isinstance(code, str) or not code:
            raise unsure("no_code", "an answer without a code", sending=sending)
        raise ProviderError(code, str(answer.get("Message", "")))


def _local(address: str) -> str:
    """Numbers at home without the country, others without the plus."""
    return address.removeprefix(_HOME) if address.startswith(_HOME) else address.removeprefix("+")


def _review(answer: Mapping[str, Any], field: str, *, text: str = "") -> Review:
    audit = answer.get("AuditInfo")
    reason = audit.get("RejectInfo") if isinstance(audit, dict) else answer.get("Reason")
    state = _STATES.get(str(answer.get(field)), Approval.UNKNOWN)
    return Review(approval=state, said=str(reason or ""), text=text)
