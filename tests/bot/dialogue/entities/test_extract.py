"""What a message names, by kind, with its problem."""

import pytest

from bot.dialogue.entities import Entity, EntityKind, ProblemKind, extract

K, P = EntityKind, ProblemKind
GOOD_CODE = "91350100M000100Y43"
DIGITAL = "24112000000012345678"


def named(text: str) -> list[tuple[EntityKind, str]]:
    return [(entity.kind, entity.value) for entity in extract(text) if entity.problem is None]


def doubted(text: str) -> list[tuple[EntityKind, ProblemKind]]:
    return [(entity.kind, entity.problem.kind) for entity in extract(text) if entity.problem]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发票号码12345678，代码1100194130", [(K.INVOICE_NUMBER, "12345678"), (K.INVOICE_CODE, "1100194130")]),
        ("1100194130 12345678", [(K.INVOICE_CODE, "1100194130"), (K.INVOICE_NUMBER, "12345678")]),
        ("011001900104", [(K.INVOICE_CODE, "011001900104")]),
        (DIGITAL, [(K.INVOICE_NUMBER, DIGITAL)]),
        ("发票号码 2411200000 0012345678", [(K.INVOICE_NUMBER, DIGITAL)]),
        ("2411 2000 0000 1234 5678", [(K.INVOICE_NUMBER, DIGITAL)]),
        ("２４１１２０００００００１２３４５６７８", [(K.INVOICE_NUMBER, DIGITAL)]),
        ("invoice number: 12345678", [(K.INVOICE_NUMBER, "12345678")]),
        ("发票号码：20241126", [(K.INVOICE_NUMBER, "20241126")]),
        (f"税号{GOOD_CODE.lower()}", [(K.CREDIT_CODE, GOOD_CODE)]),
        ("税号 91350100 M000100Y43", [(K.CREDIT_CODE, GOOD_CODE)]),
        ("91350100-M000100Y4-3", [(K.CREDIT_CODE, GOOD_CODE)]),
        ("手机13800138000", [(K.PHONE, "+8613800138000")]),
        ("138 0013 8000", [(K.PHONE, "+8613800138000")]),
        ("+86 138-0013-8000", [(K.PHONE, "+8613800138000")]),
        ("008613800138000", [(K.PHONE, "+8613800138000")]),
        ("１３８００１３８０００", [(K.PHONE, "+8613800138000")]),
        ("1 3 8 0 0 1 3 8 0 0 0", [(K.PHONE, "+8613800138000")]),
        ("座机010-61234567转801", [(K.PHONE, "+861061234567")]),
        ("（010）61234567", [(K.PHONE, "+861061234567")]),
        ("4008001234", [(K.PHONE, "+864008001234")]),
        ("call me at 13912345678", [(K.PHONE, "+8613912345678")]),
        ("邮箱 Zhang.San@QQ.com。", [(K.EMAIL, "zhang.san@qq.com")]),
        ("b@qq.com,c@163.com", [(K.EMAIL, "b@qq.com"), (K.EMAIL, "c@163.com")]),
        ("ｌｉ＠１６３．ｃｏｍ", [(K.EMAIL, "li@163.com")]),
        ("YP-261124-0042", [(K.TICKET_NUMBER, "YP-261124-0042")]),
        ("yp2611240042", [(K.TICKET_NUMBER, "YP-261124-0042")]),
        ("ＹＰ－２６１１２４－４２", [(K.TICKET_NUMBER, "YP-261124-0042")]),
        ("yp 261124 10042", [(K.TICKET_NUMBER, "YP-261124-10042")]),
        ("YP二六一一二四零零四二", [(K.TICKET_NUMBER, "YP-261124-0042")]),
        ("错误代码 -1001", [(K.ERROR_CODE, "-1001")]),
        ("错误代码：－1001", [(K.ERROR_CODE, "-1001")]),
        ("弹了个0x80070005", [(K.ERROR_CODE, "0x80070005")]),
        ("0X8007000e", [(K.ERROR_CODE, "0x8007000E")]),
        ("E1023", [(K.ERROR_CODE, "E1023")]),
        ("[12-345]", [(K.ERROR_CODE, "[12-345]")]),
        ("【12-345】", []),
        ("error 500", [(K.ERROR_CODE, "500")]),
        ("ERR_CONNECTION_RESET", [(K.ERROR_CODE, "ERR_CONNECTION_RESET")]),
        ("提示“发票未上传”", [(K.ERROR_TEXT, "发票未上传")]),
        ("弹出「证书已过期」", [(K.ERROR_TEXT, "证书已过期")]),
        ('it says "access denied"', [(K.ERROR_TEXT, "access denied")]),
        ("提示网络超时怎么办", [(K.ERROR_TEXT, "网络超时")]),
        ("报错：密码不正确，怎么办", [(K.ERROR_TEXT, "密码不正确")]),
        ("error: connection refused", [(K.ERROR_TEXT, "connection refused")]),
        ("win7系统", [(K.OS, "Windows 7")]),
        ("Windows 10", [(K.OS, "Windows 10")]),
        ("ＷＩＮ１１", [(K.OS, "Windows 11")]),
        ("macOS 14.5", [(K.OS, "macOS 14.5")]),
        ("银河麒麟V10", [(K.OS, "银河麒麟 V10")]),
        ("统信UOS", [(K.OS, "统信UOS")]),
        ("IE11", [(K.BROWSER, "IE 11")]),
        ("Chrome 120.0.1", [(K.BROWSER, "Chrome 120.0.1")]),
        ("谷歌浏览器版本是120", [(K.BROWSER, "Chrome 120")]),
        ("360安全浏览器", [(K.BROWSER, "360 安全浏览器")]),
        ("在微信里打不开", [(K.BROWSER, "微信")]),
        ("开票软件V2.0.54", [(K.CLIENT, "开票软件 V2.0.54")]),
        ("税务UKey驱动", [(K.CLIENT, "税务UKey")]),
        ("电子税务局", [(K.CLIENT, "电子税务局")]),
        ("我在海淀", [(K.REGION, "北京")]),
        ("朝阳区的公司", [(K.REGION, "北京")]),
        ("长春朝阳区", [(K.REGION, "吉林")]),
        ("Chaoyang, Liaoning", [(K.REGION, "辽宁")]),
        ("杭州", [(K.REGION, "浙江")]),
        ("深圳", [(K.REGION, "深圳")]),
        ("廣東省", [(K.REGION, "广东")]),
        ("we are in Shanghai", [(K.REGION, "上海")]),
    ],
)
def test_named(text: str, expected: list[tuple[EntityKind, str]]) -> None:
    assert named(text) == expected
    assert doubted(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发票号码1234567O", [(K.INVOICE_NUMBER, P.LETTER_FOR_DIGIT)]),
        ("l2345678是发票号码", []),
        ("1234567l", [(K.INVOICE_NUMBER, P.LETTER_FOR_DIGIT)]),
        ("2411200000OO12345678", [(K.INVOICE_NUMBER, P.LETTERS_FOR_DIGITS)]),
        ("发票号码 1234567", [(K.INVOICE_NUMBER, P.TOO_SHORT)]),
        ("发票号码 123456789", [(K.INVOICE_NUMBER, P.TOO_LONG)]),
        ("2411200000001234567", [(K.INVOICE_NUMBER, P.TOO_SHORT)]),
        ("发票号码 1100194130", [(K.INVOICE_NUMBER, P.LOOKS_LIKE_INVOICE_CODE)]),
        ("发票代码 12345678", [(K.INVOICE_CODE, P.LOOKS_LIKE_INVOICE_NUMBER)]),
        ("发票代码 11001941301", [(K.INVOICE_CODE, P.WRONG_LENGTH)]),
        ("发票号码 1234A678", [(K.INVOICE_NUMBER, P.NOT_A_DIGIT)]),
        ("手机1380013800", [(K.PHONE, P.TOO_SHORT)]),
        ("138O0138000", [(K.PHONE, P.LETTER_FOR_DIGIT)]),
        ("电话61234567", [(K.PHONE, P.AREA_CODE_MISSING)]),
        ("电话 99999999", [(K.PHONE, P.PHONE_UNKNOWN)]),
        ("税号9135O100M000100Y43", [(K.CREDIT_CODE, P.UNUSED_LETTER_FITS)]),
        ("91350100M000100743", [(K.CREDIT_CODE, P.WRONG_CHECK_REPAIRS)]),
        ("税号 9135010M000100Y43", [(K.CREDIT_CODE, P.TOO_SHORT)]),
        ("11010519491231002X", [(K.CREDIT_CODE, P.LOOKS_LIKE_ID_CARD)]),
        ("zhang@qq.con", [(K.EMAIL, P.EMAIL_SLIP)]),
        ("li@163,com", [(K.EMAIL, P.EMAIL_SLIP)]),
        ("a@gmial.com", [(K.EMAIL, P.EMAIL_SLIP)]),
        ("zhang@qq", [(K.EMAIL, P.EMAIL_INCOMPLETE)]),
    ],
)
def test_doubted(text: str, expected: list[tuple[EntityKind, ProblemKind]]) -> None:
    assert doubted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "开票日期20241126",
        "20241126",
        "2024-11-26 10:30",
        "金额12345678元",
        "12345678.90",
        "订单号12345678",
        "订单 1234 5678 9012 3456",
        "银行卡6222021234567890123",
        "身份证11010519491231002X",
        "192.168.1.100:8080",
        "12366",
        "https://etax.example.cn/12345678?x=13800138000",
        "QQ 12345678",
        "验证码 12345678",
        "北京银行",
        "南京东路",
        "显示器黑屏",
        "提示怎么关",
        "报错了",
        "12345678个",
        "d41d8cd98f00b204e9800998ecf8427e",
        "@张三",
        "1,234,567.00",
        "",
    ],
)
def test_left_alone(text: str) -> None:
    assert extract(text) == ()


def test_spans_point_into_the_text_as_written() -> None:
    text = "　税号：９１３５０１００Ｍ０００１００Ｙ４３，手机 138-0013-8000"
    code, phone = extract(text)
    assert text[slice(*code.span)] == "９１３５０１００Ｍ０００１００Ｙ４３"
    assert text[slice(*phone.span)] == "138-0013-8000"


def test_positions_and_likely_digits_are_told() -> None:
    (entity,) = extract("发票号码 1234O678")
    assert entity.problem is not None
    assert (entity.problem.position, entity.problem.found, entity.problem.likely) == (5, "O", "0")


def test_a_ticket_number_is_not_read_as_an_invoice_code_too() -> None:
    assert [entity.kind for entity in extract("YP-1100190042")] == [EntityKind.TICKET_NUMBER]


def test_entities_come_in_the_order_of_the_text() -> None:
    found = extract("北京 Windows 10 Chrome 开票软件 报错 0x80070005 电话13800138000")
    kinds = [K.REGION, K.OS, K.BROWSER, K.CLIENT, K.ERROR_CODE, K.PHONE]
    assert [entity.kind for entity in found if entity.kind is not K.ERROR_TEXT] == kinds
    assert all(isinstance(entity, Entity) for entity in found)
