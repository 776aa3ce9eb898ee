"""What a telephone system says, read: pure."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kit.phones import e164
from kit.text import clean_text

#: Longer than any number or name of a call.
WORD_MAX = 128


class UnreadableError(Exception):
    """It is no event of a call; the text says why."""


class EventName(StrEnum):
    """What can happen to a call."""

    RING = "ring"
    ANSWER = "answer"
    HANGUP = "hangup"


def _word(value: Any) -> Any:
    """Telephone systems write extensions and ids as numbers too; what cannot be stored is left out."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    return clean_text(str(value))


_Word = Annotated[str, BeforeValidator(_word), Field(max_length=WORD_MAX)]


class CallEvent(BaseModel):
    """One push. ``at`` is in seconds since 1970; whatever else is said is left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: EventName
    call_id: Annotated[_Word, Field(min_length=1)]
    caller: _Word = Field(default="", validation_alias="from")
    called: _Word = Field(default="", validation_alias="to")
    extension: _Word = Field(default="", validation_alias=AliasChoices("extension", "agent"))
    direction: _Word = ""
    at: float | None = Field(default=None, ge=0, le=32_503_680_000, allow_inf_nan=False)

    @property
    def outgoing(self) -> bool:
        return self.direction.lower().startswith("out")

    @property
    def number(self) -> str:
        """The other end: the caller, or whom one of ours has called."""
        raw = self.called if self.outgoing else self.caller
        return e164(raw) or raw

    def moment(self, now: datetime) -> datetime:
        """When it happened, by the telephone system's clock as long as that is not plainly wrong."""
        if self.at is None or abs(self.at - now.timestamp()) > _DAY_S:
            return now
        return datetime.fromtimestamp(self.at, UTC)


#: A clock that is further off, or an event that is older, tells nothing.
_DAY_S = 86_400


def read_event(body: bytes) -> CallEvent:
    """The event; raises UnreadableError."""
    try:
        return CallEvent.model_validate_json(body)
    except (ValidationError, RecursionError) as error:
        raise UnreadableError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """Names of fields and kinds of faults only: a body may hold anything."""
    if not isinstance(error, ValidationError):
        return "nested too deeply"
    return ", ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['type']}" for one in error.errors()[:5])
