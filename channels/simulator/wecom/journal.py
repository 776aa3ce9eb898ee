"""What happened on all accounts of a corporation, kept for three days and pulled by the product page by page."""

import itertools
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.errors import RefusedError
from channels.simulator.wecom.rules import CALLBACK_TOKEN_LASTS, HISTORY, SYNC_LIMIT, UNTOKENED_A_MINUTE, WORDS


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One message or event; ``fields`` as the interface gives them."""

    number: int
    open_kfid: str
    at: datetime
    fields: dict[str, Any]


@dataclass
class Journal:
    """``page`` is the most the platform gives at once, whatever the product asks for."""

    page: int = 100
    untokened_a_minute: int = UNTOKENED_A_MINUTE
    #: By account: up to where the product has read.
    read_to: dict[str, int] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _minute: int = 0
    #: Pulls of this minute without a callback's token, by account.
    _untokened: Counter[str] = field(default_factory=Counter)

    def add(self, open_kfid: str, fields: dict[str, Any], now: datetime) -> Entry:
        """Something happened; it gets its msgid here: longer than the product's own may be."""
        number = next(self._numbers)
        named = {"msgid": f"sim{number:013d}{secrets.token_hex(24)}", "send_time": int(now.timestamp()), **fields}
        entry = Entry(number=number, open_kfid=open_kfid, at=now, fields=named)
        self._entries.append(entry)
        return entry

    def new_token(self, now: datetime) -> str:
        """The token of a callback."""
        token = "ENC" + secrets.token_urlsafe(34)
        self._tokens[token] = now
        return token

    def pull(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """A page of what is newer than the cursor; raises RefusedError."""
        open_kfid, limit = str(body.get("open_kfid", "")), body.get("limit", SYNC_LIMIT)
        self._check_token(open_kfid, body.get("token") or "", now)
        if not isinstance(limit, int) or not 1 <= limit <= SYNC_LIMIT:
            raise RefusedError(40058, f"{WORDS[40058]}: limit")
        after = _position(body.get("cursor") or "")
        waiting = [
            entry
            for entry in self._entries
            if entry.number > after and entry.open_kfid == open_kfid and entry.at + HISTORY > now
        ]
        page = waiting[: min(limit, self.page)]
        reached = page[-1].number if page else after
        self.read_to[open_kfid] = max(self.read_to.get(open_kfid, 0), reached)
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": f"sim-cursor-{reached}",
            "has_more": int(len(page) < len(waiting)),
            "msg_list": [entry.fields for entry in page],
        }

    def _check_token(self, open_kfid: str, token: str, now: datetime) -> None:
        if token:
            issued = self._tokens.get(token)
            if issued is None or issued + CALLBACK_TOKEN_LASTS <= now:
                raise RefusedError(95007, WORDS[95007], foreseen=issued is None)
            return
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute = minute
            self._untokened.clear()
        self._untokened[open_kfid] += 1
        if self._untokened[open_kfid] > self.untokened_a_minute:
            raise RefusedError(45009, WORDS[45009])


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    number = cursor.removeprefix("sim-cursor-")
    if number == cursor or not number.isdigit():
        raise RefusedError(40058, f"{WORDS[40058]}: cursor")
    return int(number)
