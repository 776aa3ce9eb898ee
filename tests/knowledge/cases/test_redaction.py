"""Nothing that tells of a person gets through, and what helped does."""

import pytest

from knowledge.cases.redaction import Known, Personal, redact, summed

WORDS = {kind: f"<{kind.value}>" for kind in Personal}


def clean(text: str, *known: Known) -> str:
    return redact(text, known, WORDS)[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("电话13812345678，急", "电话<phone>，急"),
        ("打 138-1234-5678 或 +86 138 1234 5678", "打 <phone> 或 <phone>"),
        ("座机010-62345678转801", "座机<phone>"),
        ("客服 400-820-1234", "客服 <phone>"),
        ("+44 20 7946 0958 please", "<phone> please"),
        ("税号91310000MA1FL2AB3C开不了", "税号<tax_id>开不了"),
        ("识别号：123456789012345", "<tax_id>"),
        ("身份证310101199001011234", "身份证<id_card>"),
        ("邮箱 wang.li@example.com.cn。", "邮箱 <email>。"),
        ("发票号码12345678", "<invoice>"),
        ("全电票25312000000012345678没了", "全电票<invoice>没了"),
        ("卡号 6222021234567890123", "<account>"),
        ("微信号：wang_li88", "<account>"),
        ("看 https://a.test/x?token=1，谢谢", "看 <link>，谢谢"),
        ("服务器 192.168.10.21 连不上", "服务器 <network> 连不上"),
        ("粤B12345的加油票", "<plate>的加油票"),
        ("我叫王小明，", "我叫<name>，"),
        ("找张会计", "找<name>"),
        ("上海晨光商贸有限公司", "<company>"),
        ("Ask Mr. John Smith of Blue Sky Trading Co., Ltd.", "Ask <name> of <company>"),
        ("上海市浦东新区世纪大道100号", "<address>"),
        ("工单 YP-20261124-0007", "工单 <ticket>"),
    ],
)
def test_is_taken_out(text: str, left: str) -> None:
    assert clean(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "重启打印机 2 次，等 30 分钟，版本 3.11.2，错误码 5001。",
        "金额 1234567.89 元，税率 13%，2026-11-24 10:30 恢复",
        "先看总开关，再看打印机。",
        "Restart the client, wait 5 minutes, then print 3 copies.",
    ],
)
def test_what_helped_stays(text: str) -> None:
    assert clean(text) == text


def test_what_the_desk_knows_goes_wherever_it_stands() -> None:
    known = (Known(Personal.NAME, "李"), Known(Personal.NAME, "李小红"), Known(Personal.COMPANY, "老王面馆"))
    assert clean("老王面馆的李小红说票打不出来", *known) == "<company>的<name>说票打不出来"


def test_the_list_for_checking_shows_no_more_than_a_part() -> None:
    _, found = redact("13812345678 和 13812345678，li@example.com，王经理", (), WORDS)
    shown = {(one.kind, one.shown, one.count) for one in summed(found)}
    assert shown == {
        (Personal.PHONE, "138••••5678", 2),
        (Personal.EMAIL, "l•••@example.com", 1),
        (Personal.NAME, "王••", 1),
    }
