"""How often the classifier of tickets is right about tickets it has not seen: ``python -m benchmarks.classifier``.

The tickets are made up: what people write of each kind of trouble, in many wordings, with the noise of real letters
(greetings, companies, numbers, typing errors, half sentences about something else). Wordings of the held-out tickets
do not occur among those it learns from.
"""

import argparse
import random
import time
from collections.abc import Sequence

from tickets.routing.training import Example, train

#: What people call the matter, and what they say is wrong with it; halves are kept apart for the judgement.
_MATTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "login": (
        (
            "登录",
            "账号",
            "密码",
            "验证码",
            "扫码登录",
            "实名认证",
            "电子税务局登录页",
            "短信码",
            "办税员身份",
            "人脸识别",
        ),
        (
            "进不去",
            "一直转圈",
            "提示错误",
            "收不到",
            "被锁了",
            "忘了怎么办",
            "登不上",
            "显示不匹配",
            "过不去",
            "反复让重来",
        ),
    ),
    "device": (
        ("税控盘", "金税盘", "UKey", "税务证书", "盘口令", "读卡器", "驱动", "证书口令", "税盘指示灯", "加密设备"),
        (
            "读不出来",
            "不识别",
            "灯不亮",
            "过期了",
            "报设备错误",
            "装不上",
            "插上没反应",
            "被锁死",
            "找不到设备",
            "连接失败",
        ),
    ),
    "issuing": (
        (
            "开票",
            "开具专票",
            "电子发票",
            "红字信息表",
            "开票额度",
            "红冲",
            "数电票",
            "发票填开",
            "商品编码",
            "差额开票",
        ),
        (
            "开不了",
            "提交失败",
            "按钮是灰的",
            "额度不够",
            "报错",
            "点了没反应",
            "保存不了",
            "一直在处理中",
            "不让开",
            "卡住了",
        ),
    ),
    "upload": (
        (
            "离线发票",
            "发票上传",
            "未上传发票",
            "离线限额",
            "待上传的票",
            "离线时长",
            "上传队列",
            "离线开票",
            "同步发票",
            "批量上传",
        ),
        (
            "传不上去",
            "一直待上传",
            "超限了",
            "上传失败",
            "卡在队列里",
            "超时锁开",
            "没有同步",
            "提示未上传",
            "上传中断",
            "传了好久",
        ),
    ),
    "query": (
        (
            "发票查验",
            "查询发票",
            "查验平台",
            "发票状态",
            "进项勾选",
            "抵扣勾选",
            "发票真伪",
            "全量查询",
            "历史发票",
            "查验次数",
        ),
        (
            "查不到",
            "结果不对",
            "提示不一致",
            "超过次数",
            "查无此票",
            "显示作废",
            "没有数据",
            "勾选不了",
            "刷新不出来",
            "查出来是空的",
        ),
    ),
    "print": (
        ("打印", "打印机", "版式文件", "PDF 发票", "针式打印机", "OFD 文件", "打印模板", "发票联", "清单打印", "边距"),
        ("打不出来", "打偏了", "字压线", "是空白的", "打不开", "乱码", "少一截", "格式不对", "没反应", "错位了"),
    ),
    "network": (
        ("网络", "系统速度", "页面加载", "服务器连接", "专线", "开票网页", "网速", "代理设置", "内网", "防火墙"),
        ("特别慢", "连不上", "超时", "经常断", "打不开网页", "502", "丢包", "卡得不行", "时好时坏", "无法访问"),
    ),
    "client": (
        ("客户端", "开票软件", "升级", "安装包", "新版本", "补丁", "软件启动", "系统更新", "控件", "运行库"),
        (
            "闪退",
            "装不上",
            "升级失败",
            "打不开",
            "白屏",
            "提示缺少文件",
            "版本不对",
            "卡在百分之九十九",
            "启动报错",
            "被杀毒删了",
        ),
    ),
    "data": (
        ("数据", "历史记录", "数据库", "备份", "客户资料库", "商品库", "以前的票", "账套", "库文件", "迁移后的资料"),
        ("丢了", "没有了", "恢复不了", "损坏", "全空了", "少了一个月", "打不开备份", "被删了", "对不上", "找不回来"),
    ),
    "interface": (
        ("接口", "API", "ERP 对接", "回调", "推送接口", "密钥", "签名", "报文", "开票接口", "测试环境"),
        (
            "返回错误码",
            "调不通",
            "验签失败",
            "没有回调",
            "超频",
            "字段不对",
            "401",
            "报文解析失败",
            "返回空",
            "偶尔失败",
        ),
    ),
    "outage": (
        ("整个平台", "全市系统", "税务系统", "大家", "所有功能", "整个系统", "同行", "全公司", "好几家单位", "平台"),
        (
            "都瘫痪了",
            "崩了",
            "全都用不了",
            "集体登不上",
            "是不是故障",
            "停机了吗",
            "宕机了",
            "都不能开票",
            "今天不行",
            "挂了",
        ),
    ),
    "complaint": (
        ("客服", "你们的服务", "处理结果", "上次的工单", "服务态度", "电话", "回复", "工作人员", "热线", "售后"),
        (
            "太差了",
            "我要投诉",
            "没人管",
            "一直不解决",
            "骗人",
            "推来推去",
            "再不处理就举报",
            "让人失望",
            "等了三天",
            "挂我电话",
        ),
    ),
}
_BEFORE = (
    "",
    "你好，",
    "老师，",
    "请问一下",
    "急急急！",
    "在吗",
    "您好，我们公司",
    "麻烦看下，",
    "今天早上开始",
    "又来了，",
)
_AFTER = (
    "",
    "，怎么办",
    "，帮忙看看",
    "，客户等着要",
    "！！",
    "，谢谢",
    "，重启也没用",
    "。税号91110108MA01A2B3C4",
    "，电话13800138000",
    "，月底了很急",
)
_ASIDE = ("顺便问下能打印吗", "登录是正常的", "网络没问题", "昨天还能开票", "客户端已经升级过了", "数据都在")


def tickets(count: int, seed: int, *, held_out: bool) -> list[Example]:
    """Made-up tickets; those held out use wordings of trouble the others never do."""
    chance = random.Random(seed)
    return [_ticket(chance, held_out=held_out) for _ in range(count)]


def _ticket(chance: random.Random, *, held_out: bool) -> Example:
    category = chance.choice(sorted(_MATTERS))
    subjects, troubles = _MATTERS[category]
    subject = chance.choice(subjects[8:] if held_out and chance.random() < 0.5 else subjects[:8])
    trouble = chance.choice(troubles[7:] if held_out else troubles[:7])
    text = (
        f"{chance.choice(_BEFORE)}{subject}{chance.choice(('', '怎么', '突然', '又'))}{trouble}{chance.choice(_AFTER)}"
    )
    if chance.random() < 0.2:
        text += "，" + chance.choice(_ASIDE)
    return Example(_mistyped(text, chance), category)


def _mistyped(text: str, chance: random.Random) -> str:
    """One letter in forty is lost."""
    return "".join(letter for letter in text if chance.random() > 0.025)


def judge(past: Sequence[Example], unseen: Sequence[Example]) -> None:
    started = time.perf_counter()
    trained = train(past)
    took = time.perf_counter() - started
    classifier = trained.classifier
    started = time.perf_counter()
    guesses = [(classifier.guess(one.text), one.category) for one in unseen]
    each = (time.perf_counter() - started) / len(unseen)
    right = sum(guess is not None and guess.category == wanted for guess, wanted in guesses)
    used = [(guess, wanted) for guess, wanted in guesses if guess and guess.confidence >= classifier.threshold]
    used_right = sum(guess.category == wanted for guess, wanted in used)
    print(
        f"{len(past):>6} past tickets: accuracy {right / len(unseen):.1%} on {len(unseen)}; "
        f"files {len(used) / len(unseen):.0%} of them by itself, {used_right / max(1, len(used)):.1%} of those right; "
        f"trained in {took:.1f} s, {each * 1e6:.0f} µs a ticket"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unseen", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    for held_out, name in ((False, "worded like the past ones"), (True, "in wordings never seen")):
        print(f"New tickets {name}:")
        unseen = tickets(chosen.unseen, chosen.seed + 1, held_out=held_out)
        for count in (100, 1000, 10_000):
            judge(tickets(count, chosen.seed, held_out=False), unseen)


if __name__ == "__main__":
    main()
