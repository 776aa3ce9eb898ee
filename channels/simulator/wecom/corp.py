"""A corporation with customer-service accounts, as its administrators have set it up."""

from dataclasses import dataclass, field
from functools import cached_property

from channels.simulator.crypto import MessageCipher


@dataclass(kw_only=True)
class Servicer:
    """Somebody on the corporation's staff who receives customers in the WeCom client."""

    userid: str
    receiving: bool = True


@dataclass(kw_only=True)
class KfAccount:
    """One customer-service account."""

    open_kfid: str
    name: str = "客服"
    servicers: dict[str, Servicer] = field(default_factory=dict)

    def add_servicer(self, userid: str, *, receiving: bool = True) -> Servicer:
        return self.servicers.setdefault(userid, Servicer(userid=userid, receiving=receiving))


@dataclass(kw_only=True)
class Corp:
    """``whitelist`` None: every address may call."""

    corp_id: str
    secret: str
    token: str
    aes_key: str
    hook_url: str = ""
    whitelist: set[str] | None = None
    accounts: dict[str, KfAccount] = field(default_factory=dict)

    @cached_property
    def cipher(self) -> MessageCipher:
        return MessageCipher(self.aes_key, self.corp_id)

    def change_key(self, aes_key: str) -> None:
        """The administrator has changed the EncodingAESKey."""
        self.aes_key = aes_key
        self.__dict__.pop("cipher", None)

    def add_account(self, open_kfid: str, name: str = "客服") -> KfAccount:
        return self.accounts.setdefault(open_kfid, KfAccount(open_kfid=open_kfid, name=name))
