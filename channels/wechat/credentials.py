"""Who we are at the platform, read from an account."""

import hashlib
from dataclasses import dataclass, field

from channels.accounts.book import Account

API_URL = "https://api.weixin.qq.com"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What the platform knows an account by, and where it answers."""

    account: str
    app_id: str
    app_secret: str = field(repr=False)
    api_url: str
    #: The account has the customer service interface: it may write without being asked at this moment.
    verified: bool

    @classmethod
    def of(cls, account: Account) -> "Credentials":
        """The credentials of an account; what is missing is left for the platform to complain about."""
        return cls(
            account=account.name,
            app_id=str(account.settings.get("app_id", "")),
            app_secret=account.secrets.get("app_secret", ""),
            api_url=str(account.settings.get("api_url") or API_URL).rstrip("/"),
            verified=bool(account.settings.get("verified", True)),
        )

    @property
    def fingerprint(self) -> str:
        """Tells credentials apart without telling the secret."""
        return hashlib.sha256(f"{self.api_url}\n{self.app_id}\n{self.app_secret}".encode()).hexdigest()
