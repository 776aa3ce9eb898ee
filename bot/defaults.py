"""The configuration a new installation starts with; from then on the rows in the database are what counts."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, select

from bot.phrasebook import install_canned, install_macros
from kit.db import AsyncSession
from tickets.desk.models import Category, Team
from tickets.macros.models import CannedReply, Macro
from tickets.routing.models import RoutingRule
from tickets.sla.installing import install_policies
from tickets.sla.models import SlaPolicy
from tickets.stages import Priority


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A category tickets are filed under; ``materials`` are one a line, Chinese then English."""

    key: str
    zh: str
    en: str
    team: str
    priority: Priority
    materials: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Root:
    key: str
    zh: str
    en: str
    leaves: tuple[_Leaf, ...]


#: Key, Chinese name, English name, region. The first takes whatever has no team of its own.
TEAMS: tuple[tuple[str, str, str, str | None], ...] = (
    ("issuing", "开票支持组", "Invoicing support", None),
    ("beijing", "北京服务组", "Beijing service", "北京"),
    ("records", "数据与接口组", "Data and interfaces", None),
    ("operations", "运维组", "Operations", None),
)

#: Only together with our own teams; another installation writes its own.
RULES: tuple[dict[str, Any], ...] = (
    {
        "key": "beijing",
        "name": "北京客户",
        "position": 10,
        "conditions": {"region": ["北京"]},
        "actions": {"team": "beijing"},
    },
)

CATEGORIES: tuple[_Root, ...] = (
    _Root(
        "access",
        "登录与设备",
        "Signing in and devices",
        (
            _Leaf(
                "login",
                "登录与身份",
                "Signing in and identity",
                "issuing",
                Priority.NORMAL,
                (
                    "公司名称和税号\n登录时的提示原话或截图\n用的浏览器或手机型号",
                    (
                        "Company name and tax ID\n"
                        "The exact message when signing in, or a screenshot\n"
                        "Browser or phone model"
                    ),
                ),
            ),
            _Leaf(
                "device",
                "税控设备与证书",
                "Tax devices and certificates",
                "issuing",
                Priority.NORMAL,
                (
                    "设备类型和编号\n电脑系统版本\n插上设备后的提示截图",
                    ("Type and number of the device\nOperating system version\nScreenshot after plugging it in"),
                ),
            ),
        ),
    ),
    _Root(
        "invoicing",
        "开票与上传",
        "Issuing and uploading",
        (
            _Leaf(
                "issuing",
                "开具发票",
                "Issuing invoices",
                "issuing",
                Priority.HIGH,
                (
                    "公司名称和税号\n报错原话、代码或截图\n哪种发票、几点开始开不出",
                    (
                        "Company name and tax ID\n"
                        "The error message or code, or a screenshot\n"
                        "Kind of invoice, and since when"
                    ),
                ),
            ),
            _Leaf(
                "upload",
                "上传与离线发票",
                "Uploading and offline invoices",
                "issuing",
                Priority.HIGH,
                (
                    "未上传的张数和时间段\n发票号码（一两张即可）\n离线限额还剩多少",
                    (
                        "How many are not uploaded, and from when\n"
                        "One or two invoice numbers\n"
                        "How much of the offline limit is left"
                    ),
                ),
            ),
        ),
    ),
    _Root(
        "documents",
        "查验与版式",
        "Checking and printing",
        (
            _Leaf(
                "query",
                "查询与查验",
                "Looking up and verifying",
                "issuing",
                Priority.NORMAL,
                (
                    "发票号码、开票日期、金额\n查验页面的提示截图",
                    "Invoice number, date and amount\nScreenshot of the result page",
                ),
            ),
            _Leaf(
                "print",
                "打印与版式",
                "Printing and layout",
                "issuing",
                Priority.LOW,
                (
                    "打印机型号\n打出来的照片或版式文件\n用什么软件打开的",
                    ("Printer model\nA photo of the print, or the file\nThe program it was opened with"),
                ),
            ),
        ),
    ),
    _Root(
        "environment",
        "网络与软件",
        "Network and software",
        (
            _Leaf(
                "network",
                "网络与速度",
                "Network and speed",
                "operations",
                Priority.NORMAL,
                (
                    "所在城市和网络运营商\n什么时候慢、持续多久\n换手机热点后的结果",
                    ("City and internet provider\nWhen it is slow, and for how long\nWhether a phone hotspot helps"),
                ),
            ),
            _Leaf(
                "client",
                "客户端与升级",
                "Client and upgrades",
                "issuing",
                Priority.NORMAL,
                (
                    "客户端版本号\n电脑系统版本\n安装或升级时的报错截图",
                    ("Client version\nOperating system version\nScreenshot of the error while installing"),
                ),
            ),
            _Leaf(
                "outage",
                "平台整体故障",
                "The platform is down",
                "operations",
                Priority.HIGH,
                (
                    "从几点开始、哪个功能用不了\n同事或同行是否也一样\n报错截图",
                    ("Since when, and which function\nWhether colleagues see the same\nScreenshot of the error"),
                ),
            ),
        ),
    ),
    _Root(
        "records",
        "数据与接口",
        "Data and interfaces",
        (
            _Leaf(
                "data",
                "数据丢失",
                "Lost records",
                "records",
                Priority.URGENT,
                (
                    (
                        "丢失的发票号码或时间段\n"
                        "发现之前做过什么（升级、迁移、删除）\n"
                        "最近一次备份的时间\n"
                        "在我们回复前请不要重装或清理"
                    ),
                    (
                        "Invoice numbers or period that are missing\n"
                        "What was done before (upgrade, move, deletion)\n"
                        "When the last backup was made\n"
                        "Until we reply, please do not reinstall or clean up"
                    ),
                ),
            ),
            _Leaf(
                "interface",
                "接口对接",
                "Interfaces",
                "records",
                Priority.HIGH,
                (
                    "接口名称和请求时间\n返回的代码和内容（去掉密钥）\n单次还是持续失败",
                    (
                        "Name of the interface and time of the call\n"
                        "Code and content returned (without keys)\n"
                        "Whether it fails once or always"
                    ),
                ),
            ),
        ),
    ),
    _Root(
        "service",
        "投诉、建议与其他",
        "Complaints, ideas and the rest",
        (
            _Leaf(
                "complaint",
                "投诉",
                "Complaints",
                "issuing",
                Priority.HIGH,
                (
                    "事情经过和时间\n之前的工单号（如果有）\n您希望怎么解决",
                    ("What happened, and when\nThe earlier ticket number, if any\nWhat you would like us to do"),
                ),
            ),
            _Leaf(
                "suggestion",
                "建议",
                "Suggestions",
                "issuing",
                Priority.LOW,
                (
                    "您想改进的地方\n现在是怎么做的",
                    "What you would like to be better\nHow you do it today",
                ),
            ),
            _Leaf(
                "other",
                "其他问题",
                "Anything else",
                "issuing",
                Priority.NORMAL,
                (
                    "您遇到的情况，一句话也行\n方便联系您的电话或邮箱",
                    "What happened; one sentence is fine\nA phone number or e-mail to reach you",
                ),
            ),
        ),
    ),
)


async def install_defaults(session: AsyncSession) -> None:
    """Fill what is empty: a table that somebody has already configured is left exactly as it is."""
    if await _is_empty(session, Team):
        session.add_all(Team(key=key, name_zh=zh, name_en=en, region=region) for key, zh, en, region in TEAMS)
        session.add_all(RoutingRule(**rule) for rule in RULES)
        await session.flush()
    if await _is_empty(session, Category):
        await _install_categories(session)
    if await _is_empty(session, SlaPolicy):
        await install_policies(session)
    if await _is_empty(session, CannedReply):
        await install_canned(session)
    if await _is_empty(session, Macro):
        await install_macros(session)
    await session.flush()


async def _is_empty(session: AsyncSession, table: type[SQLModel]) -> bool:
    return (await session.exec(select(table).limit(1))).first() is None


async def _install_categories(session: AsyncSession) -> None:
    teams = {team.key: team.id for team in (await session.exec(select(Team))).all()}
    for place, root in enumerate(CATEGORIES, start=1):
        parent = Category(key=root.key, name_zh=root.zh, name_en=root.en, position=place)
        session.add(parent)
        await session.flush()
        session.add_all(
            _category(leaf, parent.id, teams.get(leaf.team), position)
            for position, leaf in enumerate(root.leaves, start=1)
        )


def _category(leaf: _Leaf, parent_id: int, team_id: int | None, position: int) -> Category:
    return Category(
        parent_id=parent_id,
        key=leaf.key,
        name_zh=leaf.zh,
        name_en=leaf.en,
        team_id=team_id,
        priority=leaf.priority,
        materials_zh=leaf.materials[0],
        materials_en=leaf.materials[1],
        position=position,
    )
