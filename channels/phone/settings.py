"""What an administrator enters for a telephone system."""

import secrets as chance
from typing import Self

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from channels.phone.lines import as_pairs
from channels.platform import AccountForm

SECRET_MIN = 16


class PhoneSettings(AccountForm):
    """``extensions`` says whose telephone is whose: ``801=wang, 802=li``, by the names they sign in with."""

    extensions: str = ""

    @field_validator("extensions")
    @classmethod
    def _pairs(cls, value: str) -> str:
        pairs = as_pairs(value)
        if pairs is None:
            raise PydanticCustomError("channels.phone.extensions.bad", "not pairs of extension and login")
        return pairs


class PhoneSecrets(AccountForm):
    """An empty ``secret`` is made here; the check shows it until the telephone system has used it."""

    secret: str = ""

    @model_validator(mode="after")
    def _a_secret(self) -> Self:
        if not self.secret:
            self.secret = chance.token_urlsafe(32)
        if len(self.secret) < SECRET_MIN:
            raise PydanticCustomError("channels.phone.secret.bad", "too short")
        return self
