"""The simulated provider refuses what the real ones would, and remembers who broke a rule."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from channels.simulator.sms.account import ApprovedText, Maker, SmsCustomer, State
from channels.simulator.sms.server import make_app
from channels.simulator.sms.state import SmsPlatform
from kit.clock import FrozenClock

NUMBER, SECRET = "13800138000", "a secret of the customer's"


class Client:
    """A product of a few lines, with signatures of its own making."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.taken: list[Any] = []
        self.status = 200
        product = httpx.AsyncClient(transport=httpx.MockTransport(self._take), base_url="http://desk.test")
        self.platform = SmsPlatform(clock, product)
        for maker, key, code in ((Maker.ALIYUN, "LTAI5t", "SMS_1"), (Maker.TENCENT, "AKIDz8", "11")):
            text = "工单${number}看${page}。" if maker is Maker.ALIYUN else "工单{1}看{2}。"
            customer = SmsCustomer(maker=maker, key_id=key, secret=SECRET, hook_url=f"http://desk.test/{key}")
            customer.app_id = "1400006666"
            customer.signs["应票"] = State.APPROVED
            customer.templates[code] = ApprovedText(text=text)
            self.platform.add_customer(customer)
        self.web = httpx.AsyncClient(transport=httpx.ASGITransport(app=make_app(self.platform)))
        self._nonce = 0

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.taken.append(json.loads(request.content))
        return httpx.Response(self.status, json={"code": 0, "result": 0})

    async def aliyun(self, *, secret: str = SECRET, late: float = 0, nonce: str = "", **changes: str) -> Any:
        asked = {
            "PhoneNumbers": NUMBER,
            "SignName": "应票",
            "TemplateCode": "SMS_1",
            "TemplateParam": '{"number": "7", "page": "abc"}',
            **changes,
        }
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(asked.items()))
        self._nonce += 1
        headers = {
            "host": "dysmsapi.aliyuncs.com",
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": (self.clock.now() - timedelta(seconds=late)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": nonce or str(self._nonce),
            "x-acs-version": "2017-05-25",
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        text = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
        signed = f"ACS3-HMAC-SHA256\n{hashlib.sha256(text.encode()).hexdigest()}"
        signature = hmac.new(secret.encode(), signed.encode(), "sha256").hexdigest()
        headers["authorization"] = f"ACS3-HMAC-SHA256 Credential=LTAI5t,SignedHeaders={names},Signature={signature}"
        answer = await self.web.post(f"https://dysmsapi.aliyuncs.com/?{query}", headers=headers)
        return answer.json()["Code"]

    async def tencent(self, *, secret: str = SECRET, late: float = 0, **changes: Any) -> Any:
        asked = {
            "PhoneNumberSet": [f"+86{NUMBER}"],
            "SmsSdkAppId": "1400006666",
            "SignName": "应票",
            "TemplateId": "11",
            "TemplateParamSet": ["7", "abc"],
            **changes,
        }
        body = json.dumps(asked).encode()
        stamp = str(int((self.clock.now() - timedelta(seconds=late)).timestamp()))
        day = (self.clock.now() - timedelta(seconds=late)).strftime("%Y-%m-%d")
        lines = "content-type:application/json\nhost:sms.tencentcloudapi.com\n"
        text = f"POST\n/\n\n{lines}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
        signed = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{hashlib.sha256(text.encode()).hexdigest()}"
        key = f"TC3{secret}".encode()
        for part in (day, "sms", "tc3_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        signature = hmac.new(key, signed.encode(), "sha256").hexdigest()
        headers = {
            "content-type": "application/json",
            "x-tc-action": "SendSms",
            "x-tc-version": "2021-01-11",
            "x-tc-region": "ap-guangzhou",
            "x-tc-timestamp": stamp,
            "authorization": (
                f"TC3-HMAC-SHA256 Credential=AKIDz8/{day}/sms/tc3_request, "
                f"SignedHeaders=content-type;host, Signature={signature}"
            ),
        }
        answer = await self.web.post("https://sms.tencentcloudapi.com/", headers=headers, content=body)
        response = answer.json()["Response"]
        return response["Error"]["Code"] if "Error" in response else response["SendStatusSet"][0]["Code"]

    @property
    def broken(self) -> list[str]:
        return [violation.text.partition(":")[0] for violation in self.platform.violations]


@pytest.fixture
async def client(clock: FrozenClock) -> AsyncIterator[Client]:
    made = Client(clock)
    yield made
    await made.web.aclose()
    await made.platform.http.aclose()


class TestAliyun:
    async def test_takes_what_is_right(self, client: Client) -> None:
        assert await client.aliyun() == "OK"
        assert (await client.platform.person(f"+86{NUMBER}")).texts == ["【应票】工单7看abc。"]
        assert client.broken == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"secret": "wrong"}, "SignatureDoesNotMatch"),
            ({"late": 1000.0}, "InvalidTimeStamp.Expired"),
            ({"PhoneNumbers": "1380013"}, "isv.MOBILE_NUMBER_ILLEGAL"),
            ({"PhoneNumbers": f"{NUMBER},13900139000"}, "isv.MOBILE_COUNT_OVER_LIMIT"),
            ({"SignName": "别家"}, "isv.SMS_SIGNATURE_ILLEGAL"),
            ({"TemplateCode": "SMS_2"}, "isv.SMS_TEMPLATE_ILLEGAL"),
            ({"TemplateParam": ""}, "isv.TEMPLATE_MISSING_PARAMETERS"),
            ({"TemplateParam": '{"number": "7"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
            ({"TemplateParam": "{"}, "isv.INVALID_JSON_PARAM"),
            ({"TemplateParam": '{"number": 7, "page": "a"}'}, "isv.INVALID_JSON_PARAM"),
            ({"TemplateParam": json.dumps({"number": "7", "page": "x" * 36})}, "isv.PARAM_LENGTH_LIMIT"),
            ({"TemplateParam": json.dumps({"number": "【7】", "page": "x"})}, "isv.TEMPLATE_PARAMS_ILLEGAL"),
            ({"OutId": "x" * 300}, "isv.INVALID_PARAMETERS"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(self, client: Client, changes: dict[str, Any], code: str) -> None:
        assert await client.aliyun(**changes) == code
        assert client.broken == [code]
        assert (await client.platform.person(f"+86{NUMBER}")).texts == []

    async def test_takes_a_nonce_once(self, client: Client) -> None:
        assert await client.aliyun(nonce="n") == "OK"
        assert await client.aliyun(nonce="n") == "SignatureNonceUsed"

    async def test_takes_links_only_for_domains_that_are_registered(self, client: Client) -> None:
        param = json.dumps({"number": "7", "page": "https://desk.test/t/1"})
        assert await client.aliyun(TemplateParam=param) == "OK"
        client.platform.customers["LTAI5t"].templates["SMS_1"].links = False
        assert await client.aliyun(TemplateParam=param) == "isv.PARAM_NOT_SUPPORT_URL"

    async def test_counts_by_template_number_and_day(self, client: Client, clock: FrozenClock) -> None:
        client.platform.most_a_day[Maker.ALIYUN] = 1
        assert await client.aliyun() == "OK"
        assert await client.aliyun(PhoneNumbers="13900139000") == "OK"
        assert await client.aliyun() == "isv.BUSINESS_LIMIT_CONTROL"
        clock.advance(hours=14)
        assert await client.aliyun() == "OK"

    async def test_sends_nothing_on_credit(self, client: Client) -> None:
        client.platform.customers["LTAI5t"].money = 1
        assert [await client.aliyun(), await client.aliyun()] == ["OK", "isv.AMOUNT_NOT_ENOUGH"]
        assert client.broken == []


class TestTencent:
    async def test_takes_what_is_right(self, client: Client) -> None:
        assert await client.tencent() == "Ok"
        assert (await client.platform.person(f"+86{NUMBER}")).texts == ["【应票】工单7看abc。"]
        assert client.broken == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"secret": "wrong"}, "AuthFailure.SignatureFailure"),
            ({"late": 400.0}, "AuthFailure.SignatureExpire"),
            ({"PhoneNumberSet": []}, "LimitExceeded.PhoneNumberCountLimit"),
            ({"PhoneNumberSet": [NUMBER]}, "InvalidParameterValue.IncorrectPhoneNumber"),
            ({"SignName": "别家"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
            ({"TemplateId": "12"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
            ({"TemplateParamSet": ["7"]}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
            ({"TemplateParamSet": ["7", 8]}, "InvalidParameterValue.TemplateParameterFormatError"),
            ({"TemplateParamSet": ["7", "x" * 36]}, "InvalidParameterValue.TemplateParameterLengthLimit"),
            ({"SessionContext": "x" * 512}, "InvalidParameterValue"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(self, client: Client, changes: dict[str, Any], code: str) -> None:
        assert await client.tencent(**changes) == code
        assert client.broken == [code]

    async def test_takes_the_same_words_once_in_half_a_minute(self, client: Client, clock: FrozenClock) -> None:
        assert await client.tencent() == "Ok"
        assert await client.tencent() == "LimitExceeded.PhoneNumberThirtySecondLimit"
        clock.advance(seconds=30)
        assert await client.tencent() == "Ok"


class TestCallingBack:
    async def test_each_provider_reports_in_its_own_form(self, client: Client) -> None:
        await client.aliyun(OutId="k1")
        await client.tencent()
        assert await client.platform.report() == 0
        (aliyun,), (tencent,) = client.taken
        assert (aliyun["success"], aliyun["out_id"], aliyun["phone_number"]) == (True, "k1", NUMBER)
        assert (tencent["report_status"], tencent["nationcode"], tencent["mobile"]) == ("SUCCESS", "86", NUMBER)

    async def test_what_is_not_taken_is_told_four_times(self, client: Client) -> None:
        await client.aliyun()
        client.status = 500
        assert [await client.platform.report() for _ in range(5)] == [1, 1, 1, 0, 0]
        assert len(client.taken) == 4

    async def test_an_answer_goes_to_who_wrote_last(self, client: Client) -> None:
        telephone = await client.platform.person(f"+86{NUMBER}")
        with pytest.raises(LookupError):
            await telephone.says("喂")
        await client.aliyun()
        await telephone.says("喂")
        await client.tencent()
        await telephone.says("喂喂")
        assert [one[0]["content"] if isinstance(one, list) else one["text"] for one in client.taken] == ["喂", "喂喂"]
