"""What the platform lets an account say after what a person did: its rules, and changes to them. Pure.

The platform has changed them several times; these are of 客服消息下发规则 in the document "客服消息介绍".
A menu click that the platform itself answers with a message opens nothing, and is not told to us either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from channels.port import Opening


@dataclass(frozen=True)
class Rule:
    """So many messages (None: any number), for so long."""

    quota: int | None
    lasts: timedelta


#: By what the person did: wrote, clicked a menu that tells us, followed, scanned a code.
DEFAULTS: Mapping[str, Rule] = MappingProxyType(
    {
        "message": Rule(5, timedelta(hours=48)),
        "menu": Rule(3, timedelta(minutes=1)),
        "follow": Rule(3, timedelta(minutes=1)),
        "scan": Rule(3, timedelta(minutes=1)),
    }
)
_ENTRY = re.compile(r"(?P<by>[a-z]+)=(?P<quota>\d{1,6}|\*)/(?P<count>\d{1,5})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_rules(entered: str) -> Mapping[str, Rule]:
    """All rules, with the changes an administrator entered: ``message=5/48h menu=3/1m``, ``*`` for any number.

    Raises ValueError for anything else.
    """
    return {**DEFAULTS, **dict(_rule(entry) for entry in entered.split())}


def _rule(entry: str) -> tuple[str, Rule]:
    match = _ENTRY.fullmatch(entry)
    if match is None or match["by"] not in DEFAULTS:
        msg = f"not a rule: {entry}"
        raise ValueError(msg)
    quota = None if match["quota"] == "*" else int(match["quota"])
    return match["by"], Rule(quota, timedelta(**{_UNITS[match["unit"]]: int(match["count"])}))


def opening_for(by: str, rules: Mapping[str, Rule], *, verified: bool) -> Opening:
    """What a person's act opens. An account without the customer service interface may never send by itself.

    Its opening holds no message, but lets go what waited: the push that brings it takes an answer along.
    """
    rule = rules[by]
    return Opening(by=by, quota=rule.quota if verified else 0, lasts=rule.lasts)
