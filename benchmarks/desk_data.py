"""A desk of any size, made up: who asks, what about, what was said. The same size gives the same desk."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tickets.search.buckets import buckets_of
from tickets.search.segment import index_tokens
from tickets.search.service import tsvector_words

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STAFF, TEAMS, CATEGORIES, TAGS = 40, 20, 30, 8
#: Said in one message of so many thousand, for searches that find little.
RARE = "金税盘锁死日"
REGIONS = "beijing shanghai guangdong jiangsu zhejiang shandong sichuan hubei henan fujian hunan hebei".split()
CHANNELS = "webchat wechat wecom email phone telegram sms".split()
COMPONENTS = ("etax", "issuing", "invoice_system", "ofd", "signing", None)
_WHO = "我们公司 我 财务这边 客户那边 门店 总部会计 我同事 分公司".split()
_DOES = "开票 红冲 登录 打印 勾选认证 下载发票 交付发票 导出明细 修改税号 申领额度 上传清单 抄报".split()
_HOW = "提交后一直转圈 提示网络异常 报错无法继续 半天没有反应 提示余额不足 页面空白 一直排队 提示系统繁忙".split()
_WHEN = "今天早上 刚才 昨天下午 从周一开始 升级以后 换了电脑以后 月底 这两天".split()
_END = "请帮忙看看 很着急 客户在等 怎么处理 麻烦尽快 试过重启也不行 换浏览器也一样 谢谢".split()
_STAFF_SAYS = (
    "您好，请先退出重新登录 已转给技术同事 请提供税号和截图 问题已经修复请再试一次 请清除浏览器缓存 正在排查".split()
)
_ENGLISH = ("the invoice page shows error 500", "cannot log in since the update", "OFD file will not open")


@dataclass(frozen=True)
class Size:
    tickets: int
    messages: int

    @property
    def contacts(self) -> int:
        return max(1, self.tickets // 3)


@dataclass(frozen=True)
class Phrase:
    """A text, cut once for all the messages that say it."""

    text: str
    #: As the database stores them, without the buckets of a ticket.
    grams: dict[bool, str]


def phrases(count: int, chance: random.Random, *, staff: bool = False) -> list[Phrase]:
    texts = [_said(chance, staff=staff) for _ in range(count)]
    return [Phrase(text, _grams([text])) for text in texts]


def _grams(texts: list[str]) -> dict[bool, str]:
    tokens = index_tokens(texts)
    return {True: " ".join(tokens), False: tsvector_words(tokens, [])}


def _said(chance: random.Random, *, staff: bool) -> str:
    if staff:
        return f"{chance.choice(_STAFF_SAYS)}，编号{chance.randrange(10**6):06d}，{chance.choice(_END)}"
    if chance.random() < 0.03:
        return f"{chance.choice(_ENGLISH)} ref {chance.randrange(10**5)}"
    rare = RARE if chance.random() < 0.0005 else ""
    money = f"发票号码{chance.randrange(10**8):08d}" if chance.random() < 0.3 else "发票"
    does, how = chance.choice(_DOES), chance.choice(_HOW)
    return f"{chance.choice(_WHEN)}{chance.choice(_WHO)}{does}{how}，{money}{rare}，{chance.choice(_END)}"


def tickets(size: Size) -> Iterator[dict[str, Any]]:
    """Oldest first; of the newest fifth a third is open, of the others hardly any."""
    chance = random.Random(1)
    for number in range(1, size.tickets + 1):
        yield _ticket(number, size, chance)


def _ticket(number: int, size: Size, chance: random.Random) -> dict[str, Any]:
    at = NOW - timedelta(days=365) * (1 - number / size.tickets) - timedelta(minutes=5)
    is_open = chance.random() < (0.33 if number > size.tickets * 0.8 else 0.004)
    contact = chance.randrange(1, size.contacts + 1)
    stage = chance.choice(("accepted", "processing", "processing", "waiting", "confirming")) if is_open else "solved"
    said = _said(chance, staff=False)
    return {
        "id": number,
        "number": f"YP-{at:%y%m%d}-{number:04d}",
        "token": f"token-of-{number:012d}",
        "lookup_code": f"{number % 10**6:06d}",
        "conversation_id": contact,
        "contact_id": contact,
        "channel": CHANNELS[contact % len(CHANNELS)],
        "subject": said[:60],
        "description": said,
        "facts": {"tax_id": f"91{contact:012d}MA0X"},
        "category_id": chance.randrange(1, CATEGORIES + 1),
        "team_id": chance.randrange(1, TEAMS + 1),
        "assignee_id": chance.randrange(1, STAFF + 1) if chance.random() < 0.7 else None,
        "priority": chance.choices((1, 2, 3, 4), (3, 12, 70, 15))[0],
        "stage": stage,
        "version": 3,
        "wants_person": False,
        "waiting_since": at if is_open and chance.random() < 0.4 else None,
        "alarm": "first_reply_late" if is_open and chance.random() < 0.05 else None,
        "first_reply_due": at + timedelta(hours=1),
        "first_replied_at": at + timedelta(minutes=30) if stage != "accepted" else None,
        "resolution_due": at + timedelta(days=3),
        "sla_due": NOW + timedelta(minutes=chance.randrange(-3000, 9000)) if is_open and stage != "waiting" else None,
        "resolved_at": None if is_open else at + timedelta(hours=20),
        "closed_at": None if is_open else at + timedelta(hours=24),
        "reopened": 0,
        "locale": "en" if chance.random() < 0.05 else "zh",
        "region": REGIONS[contact % len(REGIONS)],
        "component": chance.choice(COMPONENTS),
        "incident_id": chance.randrange(1, 30) if chance.random() < 0.02 else None,
        "snoozed_until": NOW + timedelta(hours=8) if is_open and chance.random() < 0.05 else None,
        "tags": [f"标签{chance.randrange(1, TAGS + 1)}"] if chance.random() < 0.1 else None,
        "created_at": at,
        "updated_at": at + timedelta(hours=24) if not is_open else at + timedelta(minutes=40),
    }


def messages(size: Size) -> Iterator[tuple[dict[str, Any], dict[bool, str] | None]]:
    """What was said about each ticket, with the grams of what can be found; the bot's words cannot."""
    chance = random.Random(2)
    from_people, from_staff = phrases(40_000, chance), phrases(10_000, chance, staff=True)
    each = size.messages // size.tickets
    number = 0
    for ticket in tickets(size):
        for turn in range(each):
            number += 1
            author = ("customer", "staff", "customer", "bot", "staff")[turn % 5]
            phrase = chance.choice(from_staff if author == "staff" else from_people)
            yield _message(number, ticket, author, phrase, turn), None if author == "bot" else phrase.grams


def _message(number: int, ticket: Mapping[str, Any], author: str, phrase: Phrase, turn: int) -> dict[str, Any]:
    return {
        "id": number,
        "conversation_id": ticket["conversation_id"],
        "ticket_id": ticket["id"],
        "author": author,
        "staff_id": 1 + number % STAFF if author == "staff" else None,
        "internal": False,
        "text": phrase.text,
        "buttons": [],
        "links": [],
        "attachments": [],
        "created_at": ticket["created_at"] + timedelta(minutes=10 * turn),
    }


def entry(number: int, ticket_id: int, message_id: int | None, grams: str, *, sqlite: bool) -> dict[str, Any]:
    buckets = " ".join(one if sqlite else f"'{one}'" for one in buckets_of(ticket_id))
    return {"id": number, "ticket_id": ticket_id, "message_id": message_id, "grams": f"{grams} {buckets}"}


def entries(size: Size, *, sqlite: bool) -> Iterator[dict[str, Any]]:
    """One of each ticket, then of its messages."""
    said = iter(messages(size))
    number = 0
    each = size.messages // size.tickets
    for ticket in tickets(size):
        number += 1
        about = [ticket["number"], ticket["description"], ticket["facts"]["tax_id"], name_of(ticket["contact_id"])]
        yield entry(number, ticket["id"], None, _grams(about)[sqlite], sqlite=sqlite)
        for _ in range(each):
            message, grams = next(said)
            if grams is not None:
                number += 1
                yield entry(number, ticket["id"], message["id"], grams[sqlite], sqlite=sqlite)


_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静磊军洋勇艳杰涛明超秀霞平刚桂英"


def name_of(contact: int) -> str:
    digits = contact * 7919
    return _SURNAMES[digits % 12] + _GIVEN[digits // 12 % 20] + _GIVEN[digits // 240 % 20]


def contacts(size: Size) -> Iterator[dict[str, Any]]:
    for number in range(1, size.contacts + 1):
        yield {"id": number, "name": name_of(number), "locale": "zh", "created_at": NOW - timedelta(days=400)}


def conversations(size: Size) -> Iterator[dict[str, Any]]:
    for number in range(1, size.contacts + 1):
        channel = CHANNELS[number % len(CHANNELS)]
        yield {
            "id": number,
            "contact_id": number,
            "channel": channel,
            "account": "main",
            "address": f"visitor-{number:08d}",
            "thread": f"{channel}:main:visitor-{number:08d}",
            "locale": "zh",
            "owner": "bot",
            "memory": {},
            "created_at": NOW - timedelta(days=400),
            "last_message_at": NOW,
        }


def events(size: Size) -> Iterator[dict[str, Any]]:
    number = 0
    for ticket in tickets(size):
        for kind, minutes in (("opened", 0), ("replied", 30)):
            number += 1
            yield {
                "id": number,
                "ticket_id": ticket["id"],
                "kind": kind,
                "actor": "customer" if kind == "opened" else "staff",
                "public": kind == "opened",
                "data": {},
                "team_id": ticket["team_id"],
                "channel": ticket["channel"],
                "at": ticket["created_at"] + timedelta(minutes=minutes),
            }


def tagged(size: Size) -> Iterator[dict[str, Any]]:
    for ticket in tickets(size):
        for tag in ticket["tags"] or ():
            yield {"ticket_id": ticket["id"], "tag_id": int(tag.removeprefix("标签"))}
