"""What the platform lets an account say after what a person did: its rules, and changes to them. Pure.

These are of the document of messages/reply, 2014; one of the year before says 72 hours and three messages.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from channels.port import Opening

_TWO_DAYS = timedelta(hours=48)
#: By what the person did. Without a quota any number may be said.
DEFAULTS: Mapping[str, Opening] = MappingProxyType(
    {
        "message": Opening(by="message", quota=None, lasts=_TWO_DAYS),
        "follow": Opening(by="follow", quota=None, lasts=_TWO_DAYS),
        "menu": Opening(by="menu", quota=None, lasts=_TWO_DAYS),
        "scan": Opening(by="scan", quota=None, lasts=_TWO_DAYS),
        "mention": Opening(by="mention", quota=1, lasts=_TWO_DAYS),
    }
)
_ENTRY = re.compile(r"(?P<by>[a-z]+)=(?P<quota>\d{1,6}|\*)/(?P<count>\d{1,5})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_rules(entered: str) -> Mapping[str, Opening]:
    """All rules, with the changes an administrator entered: ``message=*/48h mention=1/48h``.

    Raises ValueError for anything else.
    """
    return {**DEFAULTS, **{rule.by: rule for rule in map(_rule, entered.split())}}


def _rule(entry: str) -> Opening:
    match = _ENTRY.fullmatch(entry)
    if match is None or match["by"] not in DEFAULTS:
        msg = f"not a rule: {entry}"
        raise ValueError(msg)
    quota = None if match["quota"] == "*" else int(match["quota"])
    return Opening(by=match["by"], quota=quota, lasts=timedelta(**{_UNITS[match["unit"]]: int(match["count"])}))
