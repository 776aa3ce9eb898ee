"""From a request to a push that is certainly the platform's: signature, mode, time, cipher. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.accounts.book import Account
from channels.tencent.cipher import CipherRefusedError, MessageCipher
from channels.tencent.signatures import signed_by
from channels.wechat.reading import Fields, UnreadableError, read_fields
from channels.wechat.replies import Envelope
from channels.wechat.settings import Mode, WeChatSecrets, WeChatSettings
from channels.wechat.translate import Reader
from channels.wechat.windows import read_rules


class RefusedError(Exception):
    """Not shown to be the platform's: nothing of it is kept, and nobody is told why."""


class PushUnreadableError(Exception):
    """The platform's, and not in a form we can read; ``body`` is as far as we got."""

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(reason)
        self.reason = reason
        self.body = body


@dataclass(frozen=True, kw_only=True)
class Query:
    """What stands in the address of a request; what is missing is empty."""

    signature: str = ""
    msg_signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    echostr: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Query":
        return cls(**{name: parameters.get(name, "") for name in cls.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class Push:
    """What the platform says, and how to answer it."""

    fields: Fields
    envelope: Envelope


@dataclass(frozen=True, kw_only=True)
class Front:
    """One account as its callback address sees it."""

    name: str
    #: Nothing is sent: what comes in is kept, and no push waits for an answer.
    paused: bool
    settings: WeChatSettings
    secrets: WeChatSecrets
    cipher: MessageCipher | None
    reader: Reader

    @classmethod
    def of(cls, account: Account) -> "Front":
        """Raises ValueError (pydantic's own) when the account was not entered by the form."""
        settings = WeChatSettings.model_validate(account.settings)
        secrets = WeChatSecrets.model_validate(account.secrets)
        cipher = None
        if secrets.aes_key:
            cipher = MessageCipher(
                aes_key=secrets.aes_key, receiver_id=settings.app_id, old_aes_key=secrets.old_aes_key
            )
        rules = read_rules(settings.windows)
        reader = Reader(account=account.name, rules=rules, verified=settings.verified)
        return cls(
            name=account.name,
            paused=account.paused,
            settings=settings,
            secrets=secrets,
            cipher=cipher,
            reader=reader,
        )

    def verify(self, query: Query, now: datetime) -> str:
        """The echo the platform wants to see when the address is entered; raises RefusedError."""
        self._check_time(query, now)
        if not signed_by(self.secrets.token, query.signature, query.timestamp, query.nonce):
            raise RefusedError("signature")
        return query.echostr

    def open(self, query: Query, body: bytes, now: datetime) -> Push:
        """The push; raises RefusedError, or PushUnreadableError once it is known to be the platform's."""
        self._check_time(query, now)
        if self.settings.mode is Mode.PLAIN:
            return self._plain(query, body)
        return self._sealed(query, body)

    def _check_time(self, query: Query, now: datetime) -> None:
        tolerance = self.settings.timestamp_tolerance_s
        if not tolerance:
            return
        given = query.timestamp
        if not (given.isascii() and given.isdecimal() and abs(int(given[:12]) - now.timestamp()) <= tolerance):
            raise RefusedError("timestamp")

    def _plain(self, query: Query, body: bytes) -> Push:
        if not signed_by(self.secrets.token, query.signature, query.timestamp, query.nonce):
            raise RefusedError("signature")
        try:
            fields = read_fields(body)
        except UnreadableError as error:
            raise PushUnreadableError(str(error), body) from error
        if "Encrypt" in fields and "MsgType" not in fields and self.cipher is not None:
            # The platform's console says more than ours does: while the mode is changed, more safety is welcome.
            return self._sealed(query, body)
        return Push(fields=fields, envelope=self._envelope(query, body, None))

    def _sealed(self, query: Query, body: bytes) -> Push:
        """Only what is encrypted counts, whatever stands beside it in the clear; a body without it is no push."""
        try:
            encrypted = read_fields(body).get("Encrypt", "")
        except UnreadableError as error:
            raise RefusedError(str(error)) from error
        if not isinstance(encrypted, str) or self.cipher is None:
            raise RefusedError("nothing encrypted, or no key for it")
        if not signed_by(self.secrets.token, query.msg_signature, query.timestamp, query.nonce, encrypted):
            raise RefusedError("signature")
        try:
            text, cipher = self.cipher.opened(encrypted)
        except CipherRefusedError as error:
            raise RefusedError("cipher") from error
        try:
            fields = read_fields(text.encode())
        except UnreadableError as error:
            raise PushUnreadableError(str(error), text.encode()) from error
        return Push(fields=fields, envelope=self._envelope(query, body, cipher))

    def _envelope(self, query: Query, body: bytes, cipher: MessageCipher | None) -> Envelope:
        as_json = body.lstrip()[:1] == b"{"
        return Envelope(as_json=as_json, nonce=query.nonce, token=self.secrets.token, cipher=cipher)
