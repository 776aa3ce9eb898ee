"""Access tokens: two ways to get one that know nothing of each other."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime

from channels.simulator.errors import RefusedError
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.rules import (
    FORCED_EVERY,
    TOKEN_GRACE,
    TOKEN_LASTS,
    TOKEN_RENEWED_BEFORE,
    WORDS,
)


@dataclass
class Token:
    """``refused_with`` is set when the token was revoked before its time."""

    value: str
    account: OfficialAccount
    expires_at: datetime
    refused_with: int = 0

    def seconds_left(self, now: datetime) -> int:
        return int((self.expires_at - now).total_seconds())


@dataclass
class TokenOffice:
    """Gives tokens out and knows them again."""

    _tokens: dict[str, Token] = field(default_factory=dict)
    #: By app id and way: the token given out last.
    _last: dict[tuple[str, str], Token] = field(default_factory=dict)
    _forced_at: dict[str, datetime] = field(default_factory=dict)
    _number: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def stable(self, account: OfficialAccount, now: datetime, *, forced: bool) -> Token:
        """The token in use; a new one close to its end, or when forced: then the old one ends at once."""
        last = self._last.get((account.app_id, "stable"))
        if forced:
            self._check_force(account, now)
            if last is not None:
                last.refused_with = 40001
            return self._new(account, "stable", now)
        if last is None or last.refused_with or last.expires_at - now <= TOKEN_RENEWED_BEFORE:
            return self._new(account, "stable", now)
        return last

    def classic(self, account: OfficialAccount, now: datetime) -> Token:
        """A new token each time; the one before lives five minutes more."""
        last = self._last.get((account.app_id, "classic"))
        if last is not None:
            last.expires_at = min(last.expires_at, now + TOKEN_GRACE)
        return self._new(account, "classic", now)

    def account_of(self, value: str, now: datetime) -> OfficialAccount:
        """Whose token it is; raises RefusedError."""
        if not value:
            raise RefusedError(41001, WORDS[41001])
        token = self._tokens.get(value)
        if token is None:
            raise RefusedError(40001, WORDS[40001], foreseen=False)
        if token.refused_with:
            raise RefusedError(token.refused_with, WORDS[token.refused_with], foreseen=False)
        if token.expires_at <= now:
            raise RefusedError(42001, WORDS[42001], foreseen=False)
        return token.account

    def revoke(self, app_id: str, code: int = 40001) -> None:
        """Every token of the account is refused with ``code`` from now on."""
        for token in self._tokens.values():
            if token.account.app_id == app_id:
                token.refused_with = code

    def _check_force(self, account: OfficialAccount, now: datetime) -> None:
        before = self._forced_at.get(account.app_id)
        if before is not None and now - before < FORCED_EVERY:
            raise RefusedError(45011, WORDS[45011])
        self._forced_at[account.app_id] = now

    def _new(self, account: OfficialAccount, way: str, now: datetime) -> Token:
        value = f"{next(self._number)}_{way}_{account.app_id}_".ljust(136, "x")
        token = Token(value, account, now + TOKEN_LASTS)
        self._tokens[value] = token
        self._last[account.app_id, way] = token
        return token
