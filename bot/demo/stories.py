"""What happened at the desk lately, oldest first; all of it is made up."""

from bot.demo.script import (
    Answers,
    Confirms,
    Customer,
    Lapses,
    Moves,
    Notes,
    Opens,
    Promises,
    Rates,
    Reopens,
    Replies,
    Resolves,
    Says,
    Story,
)
from tickets.stages import Stage

_HOUR = 60
_DAY = 24 * _HOUR

SPINNING = Story(
    customer=Customer(
        name="王会计", phone="13800001001", company="北京晨光文具有限公司", region="北京"
    ),
    began=3 * _DAY,
    steps=(
        (0, Says("月底开票一直转圈，点“开具”没反应，急")),
        (
            0,
            Answers(
                "先别连着点。换个浏览器或手机热点试一次，再查一下这张票是不是已经开成了。好了吗？",
                slug="fix-slow-timeout",
                helped=False,
            ),
        ),
        (6, Says("换了浏览器还是不行，热点也试了")),
        (7, Opens("月底开票一直转圈，点“开具”没反应", "issuing", {"region": "北京", "client": "Edge 浏览器"})),
        (7, Answers("已为您登记，北京服务组的同事会接着看。")),
        (26, Replies("zhaoyun", "王会计您好，我是赵芸。您账号的开票会话没有正常退出，我先帮您清一下，约十分钟。")),
        (31, Says("好的，麻烦快一点，下午三点前要开完")),
        (44, Resolves("zhaoyun", "卡住的开票会话已经清掉。请退出后重新登录再开票；之前那张没有开成，可以放心重开。")),
        (70, Says("可以了！")),
        (70, Confirms()),
        (75, Rates(5, "回复很快，讲得清楚")),
    ),
)  # fmt: skip

OFFLINE = Story(
    customer=Customer(name="Daniel Foster", locale="en", company="Northgate Trading (Shanghai)"),
    began=2 * _DAY,
    steps=(
        (0, Says("Twelve invoices we issued offline yesterday will not upload")),
        (
            0,
            Answers(
                "Connect the device, check the network, then press “Upload” once by hand. Did that help?",
                slug="fix-offline-not-uploaded",
                helped=False,
            ),
        ),
        (9, Says("No, it stops at the third one every time")),
        (10, Opens("Twelve offline invoices will not upload, it stops at the third one", "upload")),
        (
            55,
            Replies(
                "wangmin",
                "Hello Daniel, the third one carries a buyer tax ID with a letter O in it. "
                "Could you correct it and try again?",
            ),
        ),
        (92, Says("That was it. All twelve are up now, thank you!")),
        (
            95,
            Resolves(
                "wangmin",
                "The buyer's tax ID on the third invoice had a letter O instead of a zero. "
                "After the correction all twelve were uploaded.",
            ),
        ),
        (120, Confirms()),
        (126, Rates(4, "Good help, took a while to get a person")),
    ),
)  # fmt: skip

COMPLAINT = Story(
    customer=Customer(name="郭女士", phone="13800001008", company="天津海河物流有限公司", region="天津"),
    began=26 * _HOUR,
    steps=(
        (0, Says("上周报的问题没人跟我说结果，我要投诉")),
        (0, Answers("实在抱歉让您等了。我马上给您登记，请负责人直接联系您。")),
        (1, Opens("上周反映的红字发票问题没有答复，要求说明", "complaint", {"region": "天津"})),
        (35, Replies("liqing", "郭女士您好，我是主管李清。您上周的问题漏了回访，是我们的疏忽。今天由我跟进到底。")),
        (90, Resolves("liqing", "红字确认单已由对方确认，您现在可以开具。以后这类问题我们当天回访。")),
        (20 * _HOUR, Reopens("对方说没收到确认单，还是开不了")),
    ),
)  # fmt: skip

INTERFACE = Story(
    customer=Customer(name="吴工", phone="13800001005", company="苏州联创软件有限公司"),
    began=9 * _HOUR,
    steps=(
        (0, Says("ERP 调开票接口从早上开始返回 502，十次有三四次")),
        (
            0,
            Answers(
                "先看是不是都集中在整点；失败的请求请带同一个流水号重试，避免重复开票。",
                slug="fix-third-party",
                helped=False,
            ),
        ),
        (5, Opens("ERP 调用开票接口间歇返回 502", "interface", {"error": "502"})),
        (40, Replies("sunhao", "吴工您好，网关日志里看到超时了，正在和机房一起查。失败的请求先别并发重试。")),
        (48, Notes("sunhao", "网关 2 号节点连接池打满，已经请运维组扩容，等他们回执。")),
        (50, Promises("sunhao", 11 * _HOUR)),
    ),
)  # fmt: skip

LOST = Story(
    customer=Customer(name="陈丽", phone="13800001003", company="南京云帆商贸有限公司"),
    began=6 * _HOUR,
    steps=(
        (0, Says("客户端升级以后，上个月的发票全没了！！")),
        (
            0,
            Answers(
                "先停用那台电脑，不要重装、不要清理。升级前做过备份吗？",
                slug="fix-data-lost",
                helped=False,
            ),
        ),
        (4, Says("没有备份，是自动升级的")),
        (5, Opens("客户端自动升级后上个月发票记录不见了，没有备份", "data", {"client": "开票客户端"})),
        (17, Replies("sunhao", "陈女士您好，先别动那台电脑。平台上的记录我这边核对一遍，再告诉您怎么恢复到本地。")),
        (20, Promises("sunhao", 280)),
        (300, Lapses()),
    ),
)  # fmt: skip

SIGN_IN = Story(
    customer=Customer(name="赵先生", phone="13800001004", company="北京同心餐饮管理有限公司", region="北京"),
    began=5 * _HOUR,
    steps=(
        (0, Says("换了会计，新会计登不进去，说没有权限")),
        (
            0,
            Answers(
                "多半是还没把新会计加为开票员，请公司管理员看一下授权。好了吗？",
                slug="fix-cannot-login",
                helped=False,
            ),
        ),
        (3, Opens("换会计后新会计登录提示没有权限", "login", {"region": "北京"})),
        (31, Replies("zhaoyun", "赵先生您好，授权看着是有的。麻烦发一张提示截图，再说一下登录时选的是哪家公司。")),
        (32, Moves("zhaoyun", Stage.WAITING)),
    ),
)  # fmt: skip

PRINTING = Story(
    customer=Customer(name="小孟", phone="13800001006", company="杭州竹里设计工作室"),
    began=4 * _HOUR,
    steps=(
        (0, Says("打印出来的发票右边缺一块，调边距也没用")),
        (
            0,
            Answers(
                "打印时选“实际大小”，纸张选 A4，别选“适合页面”。好了吗？",
                slug="fix-print-format",
                helped=False,
            ),
        ),
        (8, Opens("打印发票右侧缺一块，调整边距无效", "print", {"client": "Windows 11"})),
        (50, Replies("wangmin", "您好，您用的阅读器版本比较旧，会把版式文件裁掉一截。我发您一个不用换软件的办法。")),
        (58, Resolves("wangmin", "在阅读器的打印设置里关掉“自动旋转和居中”，再按实际大小打印。麻烦您试一张。")),
    ),
)  # fmt: skip

NO_CODE = Story(
    customer=Customer(name="Emily Carter", locale="en", company="Harbour Foods (Beijing)", region="北京"),
    began=25,
    steps=(
        (0, Says("The sign-in code never arrives on my phone")),
        (
            0,
            Answers(
                "Check that the number ends as shown, that texts are not blocked, and wait a minute between tries.",
                slug="fix-no-sms-code",
                helped=False,
            ),
        ),
        (4, Says("Tried all that. Can I talk to a person please?")),
        (5, Opens("No sign-in code by text message, waited and tried again", "login", wants_person=True)),
        (5, Answers("You are first in line. A colleague will write to you here.")),
    ),
)  # fmt: skip

IDEA = Story(
    customer=Customer(name="何老师", company="武汉知行培训学校"),
    began=12,
    steps=(
        (0, Says("能不能让批量开票失败的那几条单独导出来？现在要一条条找")),
        (1, Opens("希望批量开票失败的记录可以单独导出", "suggestion")),
        (1, Answers("这个建议很实用，已经登记给产品同事，有结果会告诉您。")),
    ),
)  # fmt: skip

STORIES: tuple[Story, ...] = (
    SPINNING,
    OFFLINE,
    COMPLAINT,
    INTERFACE,
    LOST,
    SIGN_IN,
    PRINTING,
    NO_CODE,
    IDEA,
)
