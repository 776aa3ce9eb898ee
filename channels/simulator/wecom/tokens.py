"""Access tokens of corporations."""

from dataclasses import dataclass, field
from datetime import datetime

from channels.simulator.errors import RefusedError
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.rules import TOKEN_LASTS, WORDS


@dataclass
class _Token:
    value: str
    corp: Corp
    expires_at: datetime
    revoked: bool = False


@dataclass
class TokenOffice:
    """Gives the same token until it ends."""

    _tokens: dict[str, _Token] = field(default_factory=dict)
    _last: dict[str, _Token] = field(default_factory=dict)

    def grant(self, corp: Corp, now: datetime) -> tuple[str, int]:
        """The token and its seconds."""
        last = self._last.get(corp.corp_id)
        if last is None or last.revoked or last.expires_at <= now:
            value = f"{len(self._tokens) + 1}_{corp.corp_id}_".ljust(214, "y")
            last = _Token(value, corp, now + TOKEN_LASTS)
            self._tokens[value] = self._last[corp.corp_id] = last
        return last.value, int((last.expires_at - now).total_seconds())

    def corp_of(self, value: str, now: datetime) -> Corp:
        """Whose token it is; raises RefusedError."""
        if not value:
            raise RefusedError(41001, WORDS[41001])
        token = self._tokens.get(value)
        if token is None or token.revoked:
            raise RefusedError(40014, WORDS[40014], foreseen=False)
        if token.expires_at <= now:
            raise RefusedError(42001, WORDS[42001], foreseen=False)
        return token.corp

    def revoke(self, corp_id: str) -> None:
        """Every token of the corporation is refused from now on."""
        for token in self._tokens.values():
            token.revoked = token.revoked or token.corp.corp_id == corp_id
