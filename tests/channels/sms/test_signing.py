"""The examples the providers print in their own documents, and a signature that depends on everything."""

from datetime import UTC, datetime

import pytest

from channels.sms.signing import acs3_headers, canonical_query, tc3_headers

NOW = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)


def acs3(**changes: str) -> str:
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    given = {
        "key_id": "YourAccessKeyId",
        "secret": "YourAccessKeySecret",
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "action": "RunInstances",
        "version": "2014-05-26",
        "query": canonical_query(query),
        "nonce": "3156853299f313e23d1673dc12e1703d",
    }
    return acs3_headers(now=NOW, **{**given, **changes})["Authorization"]


def tc3(*, body: bytes = b"", **changes: str) -> str:
    given = {
        "key_id": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******",
        "secret": "Gu5t9xGARNpq86cd98joQYCN3*******",
        "host": "cvm.tencentcloudapi.com",
        "service": "cvm",
        "action": "DescribeInstances",
        "version": "2017-03-12",
        "region": "ap-guangzhou",
    }
    example = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    moment = datetime.fromtimestamp(1551113065, UTC)
    return tc3_headers(body=body or example, now=moment, **{**given, **changes})["Authorization"]


def test_aliyuns_example_comes_out_as_printed() -> None:
    assert acs3() == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_example_comes_out_as_printed() -> None:
    assert tc3() == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"
    )


@pytest.mark.parametrize("change", ["secret", "host", "action", "version", "query", "nonce"])
def test_aliyuns_signature_depends_on_everything_it_protects(change: str) -> None:
    assert acs3(**{change: "other"}).rpartition("=")[2] != acs3().rpartition("=")[2]


@pytest.mark.parametrize("change", ["secret", "host", "service", "action"])
def test_tencents_signature_depends_on_everything_it_protects(change: str) -> None:
    assert tc3(body=b"", **{change: "other"}).rpartition("=")[2] != tc3().rpartition("=")[2]
    assert tc3(body=b"{}").rpartition("=")[2] != tc3().rpartition("=")[2]


def test_a_query_is_sorted_and_encoded_to_the_letter() -> None:
    assert canonical_query({"b": "a b+c*~", "a": "应/?&="}) == "a=%E5%BA%94%2F%3F%26%3D&b=a%20b%2Bc%2A~"
