"""The columns of a table of records, and which heading of a stranger's table means which."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from kit.i18n import LOCALES, translate
from kit.settings import Locale


class Column(StrEnum):
    """What a column can be about; each has a text ``entry.column.<name>``, its heading in our own tables."""

    REFERENCE = "reference"
    OCCURRED_AT = "occurred_at"
    CHANNEL = "channel"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    COMPANY = "company"
    TAX_ID = "tax_id"
    REGION = "region"
    CATEGORY = "category"
    PRIORITY = "priority"
    SUBJECT = "subject"
    DESCRIPTION = "description"
    HANDLED_BY = "handled_by"
    FIRST_REPLIED_AT = "first_replied_at"
    RESOLVED_AT = "resolved_at"
    SOLUTION = "solution"
    NOTES = "notes"
    SATISFACTION = "satisfaction"


#: What other tables call them, besides our own headings.
_ALIASES: Mapping[Column, str] = {
    Column.REFERENCE: "编号 序号 单号 工单号 受理编号 登记号 ticket no id number ref case",
    Column.OCCURRED_AT: (
        "时间 日期 来电时间 受理时间 登记时间 报修时间 反映时间 创建时间 opened created date reported when occurred"
    ),
    Column.CHANNEL: "来源 渠道 受理方式 反映渠道 方式 source via how medium",
    Column.NAME: "姓名 联系人 客户 客户姓名 来电人 反映人 contact customer caller person",
    Column.PHONE: "电话 手机 手机号 联系电话 联系方式 来电号码 tel telephone mobile",
    Column.EMAIL: "邮箱 电子邮件 电子邮箱 邮件 mail email",
    Column.COMPANY: "单位 公司 企业 企业名称 单位名称 纳税人名称 organisation organization firm",
    Column.TAX_ID: "税号 纳税人识别号 统一社会信用代码 信用代码 taxid taxpayer vat",
    Column.REGION: "地区 区域 省份 所在地 城市 province area city",
    Column.CATEGORY: "类别 分类 问题类型 问题分类 类型 故障类型 type kind topic",
    Column.PRIORITY: "优先级 紧急程度 级别 urgency severity",
    Column.SUBJECT: "标题 主题 摘要 事项 title summary",
    Column.DESCRIPTION: "描述 问题 内容 问题描述 详情 反映内容 故障现象 details problem text issue",
    Column.HANDLED_BY: "处理人 受理人 经办人 负责人 客服 坐席 agent assignee owner handler",
    Column.FIRST_REPLIED_AT: "首次回复 首次回复时间 回复时间 答复时间 响应时间 replied response answered",
    Column.RESOLVED_AT: "解决时间 办结时间 完成时间 结束时间 关闭时间 closed solved finished resolved",
    Column.SOLUTION: "处理结果 解决办法 解决方案 处理情况 答复内容 办理结果 outcome resolution answer fix",
    Column.NOTES: "备注 说明 内部备注 remark remarks comment comments",
    Column.SATISFACTION: "满意度 评分 评价 打分 rating score csat",
}
#: From here on two headings are taken for one that was written differently.
_ALIKE = 0.75
_LOOSE = re.compile(r"\([^)]*\)$|[\s_\-/():*.。]+")


def heading(column: Column, locale: Locale) -> str:
    """What our own tables call it."""
    return translate(f"entry.column.{column}", locale)


def guess(headers: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    """What each heading is about, empty where nobody can tell; no column is given twice.

    ``remembered`` is what this person chose for a heading before: it wins.
    """
    found: dict[int, Column] = {}
    for place, header in enumerate(headers):
        chosen = remembered.get(folded(header), "")
        if chosen in set(Column) and chosen not in found.values():
            found[place] = Column(chosen)
    rated = sorted(_rated(headers), key=lambda one: (-one[0], one[1]))
    for score, place, column in rated:
        unknown = place not in found and folded(headers[place]) not in remembered
        if score >= _ALIKE and unknown and column not in found.values():
            found[place] = column
    return [found[place].value if place in found else "" for place in range(len(headers))]


def folded(header: str) -> str:
    """A heading without its case, width and decoration, and without what stands in brackets at its end."""
    plain = unicodedata.normalize("NFKC", header).casefold().strip()
    return _LOOSE.sub("", plain) or plain


def _rated(headers: Sequence[str]) -> list[tuple[float, int, Column]]:
    names = {column: _names(column) for column in Column}
    return [
        (max(_alike(folded(header), name) for name in names[column]), place, column)
        for place, header in enumerate(headers)
        if folded(header)
        for column in Column
    ]


def _names(column: Column) -> set[str]:
    return {folded(name) for name in _ALIASES[column].split()} | {folded(heading(column, one)) for one in LOCALES}


def _alike(one: str, other: str) -> float:
    return 1.0 if one == other else 0.99 * SequenceMatcher(None, one, other).ratio()
