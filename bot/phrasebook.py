"""Canned replies and macros that a new desk begins with, for days on which the platform is down and for others."""

from typing import Any

from kit.db import AsyncSession
from tickets.macros.service import create_canned, create_macro

#: Shortcut, title and text, each in Chinese and English.
_CANNED: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "hello",
        "收到，正在看",
        "Received, looking into it",
        "您好，我是{agent}。您反映的问题（工单{number}）我已经在看了，{due}前一定给您回复。",
        "Hello, this is {agent}. I am looking into your ticket {number} and will reply by {due}.",
    ),
    (
        "outage",
        "平台故障，正在抢修",
        "The platform is down",
        "您好，目前平台确实出现故障，技术人员正在抢修，不是您操作的问题。恢复后我们会第一时间告诉您，进展也可以看这里：{link}",
        (
            "The platform is down at the moment and is being repaired; it is nothing you did. We will tell you as soon"
            " as it works again. You can follow it here: {link}"
        ),
    ),
    (
        "offline",
        "先用离线开票",
        "Issue offline meanwhile",
        "您好，平台恢复前，可以先在离线限额内继续开票，已开的发票会在恢复后自动上传，请不要重装软件或清除数据。",
        (
            "Until the platform is back you can go on issuing within your offline limit. The invoices are uploaded by"
            " themselves afterwards; please do not reinstall anything or delete any data."
        ),
    ),
    (
        "materials",
        "请补充信息",
        "Please tell us more",
        "您好，为了尽快查清，麻烦补充三样：一、单位名称和税号；二、从什么时候开始；三、报错的截图。直接回复这条消息就行。",
        (
            "To find the cause quickly we need three things: your company's name and tax ID, since when it happens, and"
            " a screenshot of the error. Just reply to this message."
        ),
    ),
    (
        "retry",
        "请再试一次",
        "Please try again",
        "您好，我们这边已经处理好了，请退出后重新登录再试一次。如果还不行，把新的提示截图发给我，我马上接着查。",
        (
            "This should be put right now. Please sign out, sign in again and try once more. If it still fails, send me"
            " a screenshot of what it says and I will go on at once."
        ),
    ),
    (
        "restored",
        "平台已恢复",
        "The platform is back",
        "好消息：平台已经恢复，可以正常开票了。之前没传上去的发票会自动补传，请过一会儿核对一下。给您添麻烦了，抱歉。",
        (
            "Good news: the platform is back and invoices can be issued as usual. What could not be uploaded follows by"
            " itself; please check in a while. We are sorry for the trouble."
        ),
    ),
    (
        "peak",
        "高峰期变慢",
        "Slow at peak times",
        "您好，月初月末申报集中，系统会慢一些。建议避开上午九点到十一点，中午或傍晚会快很多。急用的话告诉我，我帮您看看别的办法。",
        (
            "Around the turn of the month many people file at once and the system is slower. Avoid nine to eleven in"
            " the morning; noon and early evening are much faster. If it is urgent, tell me: we will find a way."
        ),
    ),
    (
        "escalated",
        "已转技术组",
        "Passed on to the engineers",
        "您好，这个问题需要技术人员进一步排查，我已经转给{team}，由他们继续跟进，您不用重复说明。进展看这里：{link}",
        (
            "This needs a closer look by our engineers. I have passed it on to {team}; you will not have to explain it"
            " again. You can follow it here: {link}"
        ),
    ),
    (
        "done",
        "确认是否解决",
        "Is it solved?",
        "您好，您反映的问题应该已经解决了，麻烦确认一下现在能正常使用吗？还有问题直接回复我就好。",
        "Your problem should be solved now. Could you check that everything works? If not, just reply to me.",
    ),
    (
        "sorry",
        "致歉",
        "We are sorry",
        "让您久等了，实在抱歉。您的工单{number}一直在处理，没有被忘记，一有结果我马上告诉您。",
        (
            "I am sorry that you had to wait this long. Your ticket {number} has not been forgotten; I will tell you"
            " as soon as there is a result."
        ),
    ),
)

_MACROS: tuple[dict[str, Any], ...] = (
    {
        "key": "outage-told",
        "name_zh": "平台故障：安抚并等恢复",
        "name_en": "Outage: tell them and wait",
        "actions": [
            {
                "do": "reply",
                "text_zh": "您好，目前平台出现故障，正在抢修，不是您操作的问题。恢复后马上告诉您，进展看这里：{link}",
                "text_en": "The platform is down at the moment and is being repaired; it is nothing you did. We will"
                " tell you as soon as it is back. You can follow it here: {link}",
            },
            {"do": "tags", "add": ["平台故障"]},
            {"do": "category", "to": "outage"},
            {"do": "snooze", "hours": 4, "wakes": ["reply", "incident"]},
        ],
        "after": "next",
    },
    {
        "key": "ask-materials",
        "name_zh": "请客户补充材料",
        "name_en": "Ask for more details",
        "actions": [
            {
                "do": "reply",
                "text_zh": "您好，麻烦补充单位名称、税号、开始时间和报错截图，收到后我们马上接着查。",
                "text_en": "Please send us your company's name and tax ID, since when it happens, and a screenshot of"
                " the error. We go on as soon as we have them.",
            },
            {"do": "stage", "to": "waiting"},
            {"do": "tags", "add": ["待补材料"]},
        ],
        "after": "next",
    },
    {
        "key": "restored",
        "name_zh": "平台恢复：告知并解决",
        "name_en": "Restored: tell them and resolve",
        "actions": [
            {"do": "tags", "add": ["平台故障"]},
            {
                "do": "resolve",
                "text_zh": "平台已经恢复，可以正常开票了，没传上去的发票会自动补传。给您添麻烦了，抱歉。",
                "text_en": "The platform is back and invoices can be issued as usual; what could not be uploaded"
                " follows by itself. We are sorry for the trouble.",
            },
        ],
        "after": "stay",
    },
)


async def install_canned(session: AsyncSession) -> None:
    """Ten that are needed every day."""
    names = ("shortcut", "title_zh", "title_en", "body_zh", "body_en")
    for texts in _CANNED:
        await create_canned(session, dict(zip(names, texts, strict=True)))


async def install_macros(session: AsyncSession) -> None:
    """Three for an outage, in the order in which they come up."""
    for position, fields in enumerate(_MACROS, start=1):
        await create_macro(session, {**fields, "position": position})
