"""How often an account may call: by the day in Beijing, and by the minute."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.simulator.errors import RefusedError
from channels.simulator.wechat.rules import DAILY, MINUTELY, WORDS

_BEIJING = timedelta(hours=8)
#: How often a month the counts may be cleared.
CLEARS_A_MONTH = 10


@dataclass
class Quotas:
    """Counts the calls of all accounts; the limits may be changed, to see what happens at them."""

    daily: dict[str, int] = field(default_factory=lambda: dict(DAILY))
    minutely: dict[str, int] = field(default_factory=lambda: dict(MINUTELY))
    _today: Counter[tuple[str, str]] = field(default_factory=Counter)
    _this_minute: Counter[tuple[str, str]] = field(default_factory=Counter)
    _day: int = 0
    _minute: int = 0
    #: When who was told that the day's quota is used up: another call today is against the rules.
    _told: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _cleared: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, app_id: str, api: str, now: datetime) -> None:
        """Another call; raises RefusedError when it is one too many."""
        self._turn_over(now)
        key = (app_id, api)
        if api in self.minutely:
            self._this_minute[key] += 1
            if self._this_minute[key] > self.minutely[api]:
                raise RefusedError(45011, WORDS[45011])
        if api in self.daily:
            self._today[key] += 1
            if self._today[key] > self.daily[api]:
                foreseen = self._told.get(key, now) < now
                raise RefusedError(45009, WORDS[45009], foreseen=foreseen, told=lambda: self._tell(key, now))

    def used(self, app_id: str, api: str) -> int:
        """How many of today's calls are used."""
        return self._today[app_id, api]

    def clear(self, app_id: str, now: datetime) -> None:
        """Begin the day's counts anew, ten times a month; raises RefusedError."""
        month = (now + _BEIJING).strftime("%Y-%m")
        self._cleared[app_id, month] += 1
        if self._cleared[app_id, month] > CLEARS_A_MONTH:
            raise RefusedError(48006, WORDS[48006])
        self._forget(app_id)

    def _forget(self, app_id: str) -> None:
        for counter in (self._today, self._this_minute):
            for key in [key for key in counter if key[0] == app_id]:
                del counter[key]
        self._told = {key: at for key, at in self._told.items() if key[0] != app_id}

    def _tell(self, key: tuple[str, str], now: datetime) -> None:
        self._told.setdefault(key, now)

    def _turn_over(self, now: datetime) -> None:
        seconds = int((now + _BEIJING).timestamp())
        if seconds // 60 != self._minute:
            self._minute = seconds // 60
            self._this_minute.clear()
        if seconds // 86_400 != self._day:
            self._day = seconds // 86_400
            self._today.clear()
            self._told.clear()
