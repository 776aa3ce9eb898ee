"""What a provider tells the product: reports in batches, answers one by one, nothing of it signed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from channels.simulator.faults import Drop, Faults, LoseAnswer, Twice
from channels.simulator.line import Line
from channels.simulator.sms import rules
from channels.simulator.sms.account import Maker, SmsCustomer
from kit.clock import Clock

if TYPE_CHECKING:
    from channels.simulator.sms.state import Carried

_MIME = "application/json; charset=utf-8"


@dataclass
class Callbacks:
    """Each method answers whether the product has taken it."""

    clock: Clock
    line: Line
    faults: Faults

    async def report(self, customer: SmsCustomer, carried: "Sequence[Carried]") -> bool:
        """Tell what became of some messages."""
        shaped = self._aliyun_report if customer.maker is Maker.ALIYUN else self._tencent_report
        return await self._push(customer, [shaped(one) for one in carried])

    async def answer(
        self, customer: SmsCustomer, number: str, sign: str, text: str, *, sequence: int, at: datetime
    ) -> bool:
        """Tell what somebody has answered."""
        if customer.maker is Maker.ALIYUN:
            entry: dict[str, Any] = {
                "phone_number": number.removeprefix("+86"),
                "send_time": rules.stamp(at),
                "content": text,
                "sign_name": sign,
                "dest_code": "1234",
                "sequence_id": sequence,
            }
            return await self._push(customer, [entry])
        nation, mobile = (
            ("86", number.removeprefix("+86")) if number.startswith("+86") else ("", number.removeprefix("+"))
        )
        told = {"extend": "", "mobile": mobile, "nationcode": nation, "sign": sign, "text": text}
        return await self._push(customer, {**told, "time": int(at.timestamp())})

    def _aliyun_report(self, one: "Carried") -> dict[str, Any]:
        return {
            "phone_number": one.telephone.number.removeprefix("+86"),
            "send_time": rules.stamp(one.sent_at),
            "report_time": rules.stamp(self.clock.now()),
            "success": one.arrived,
            "err_code": one.code,
            "err_msg": one.words,
            "sms_size": str(rules.pieces(one.text)),
            "biz_id": one.name,
            "out_id": one.given,
        }

    def _tencent_report(self, one: "Carried") -> dict[str, Any]:
        return {
            "user_receive_time": rules.stamp(self.clock.now()),
            "nationcode": "86",
            "mobile": one.telephone.number.removeprefix("+86"),
            "report_status": "SUCCESS" if one.arrived else "FAIL",
            "errmsg": "DELIVRD" if one.arrived else one.code,
            "description": "用户短信送达成功" if one.arrived else one.words,
            "sid": one.name,
        }

    async def _push(self, customer: SmsCustomer, body: Any) -> bool:
        fault = self.faults.of_push(urlsplit(customer.hook_url).path)
        if isinstance(fault, Drop):
            return True
        content = json.dumps(body, ensure_ascii=False).encode()
        if isinstance(fault, Twice):
            await self.line.post(customer.hook_url, {}, content, _MIME)
        response = await self.line.post(customer.hook_url, {}, content, _MIME)
        if response is None or isinstance(fault, LoseAnswer):
            return False
        answer = response.json()
        name = "code" if customer.maker is Maker.ALIYUN else "result"
        return isinstance(answer.get(name), int) and answer[name] == 0
