"""Secrets at rest: sealed with a key that never lies in the database."""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.errors import ConflictError
from kit.settings import Settings


class SecretsLostError(ConflictError):
    """Sealed with a key that this installation does not have."""

    code = "secrets_lost"


class SecretBox:
    """Seals with the first key; opens with any."""

    def __init__(self, key: str, *older: str) -> None:
        self._fernet = MultiFernet([Fernet(_derived(each)) for each in (key, *older)])

    @classmethod
    def of(cls, settings: Settings) -> "SecretBox":
        """The box of this installation."""
        return cls(settings.secret_key(), *settings.old_secrets)

    def seal(self, values: Mapping[str, str]) -> str:
        """The values as a text that says nothing without the key."""
        return self._fernet.encrypt(json.dumps(dict(values)).encode()).decode()

    def open(self, sealed: str) -> dict[str, str]:
        """What was sealed; raises SecretsLostError."""
        try:
            values: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SecretsLostError from error
        return values


def _derived(secret: str) -> bytes:
    # The signing key is used elsewhere as it is; what is sealed gets a key of its own from it.
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yingpiao secret box")
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))
