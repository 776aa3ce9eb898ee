"""The encryption of pushes and passive replies: AES-256-CBC with the receiver's id inside. Pure.

A thin layer over wechatpy, whose many exceptions on hostile input become one refusal.
"""

import base64
import binascii
import secrets
import string
import struct
from collections.abc import Callable

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

#: EncodingAESKey: 43 characters of base64 without its padding.
AES_KEY_LENGTH = 43
_LETTERS = string.ascii_letters + string.digits


class CipherRefusedError(Exception):
    """Not encrypted with our key, not for us, or not a cipher text at all."""


def _sixteen_letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


class MessageCipher:
    """Opens and seals for one receiver (the app id of 公众号, the corp id of 微信客服).

    While keys are changed over, the platform may still use the ``old_aes_key``: it opens too. ``chance`` makes the
    16 letters before each message; wechatpy would take them from a generator that can be predicted.
    """

    def __init__(
        self,
        *,
        aes_key: str,
        receiver_id: str,
        old_aes_key: str = "",
        chance: Callable[[], str] = _sixteen_letters,
    ) -> None:
        self._receiver_id = receiver_id
        self._crypto = _Crypto(key_bytes(aes_key), chance)
        self._older = MessageCipher(aes_key=old_aes_key, receiver_id=receiver_id) if old_aes_key else None

    def decrypt(self, encrypted: str) -> str:
        """The message inside; raises CipherRefusedError, whatever is wrong."""
        return self.opened(encrypted)[0]

    def opened(self, encrypted: str) -> tuple[str, "MessageCipher"]:
        """The message inside, and the cipher its answer is sealed with; raises CipherRefusedError."""
        text = self._open(encrypted)
        if text is not None:
            return text, self
        if self._older is None:
            raise CipherRefusedError
        return self._older.opened(encrypted)

    def encrypt(self, text: str) -> str:
        """The cipher text, in base64."""
        sealed: bytes = self._crypto.encrypt(text, self._receiver_id)
        return sealed.decode("ascii")

    def _open(self, encrypted: str) -> str | None:
        try:
            text: str = self._crypto.decrypt(encrypted, self._receiver_id)
        except (ValueError, IndexError, TypeError, struct.error, InvalidAppIdException):
            return None
        return text


class _Crypto(PrpCrypto):  # type: ignore[misc]  # wechatpy publishes no types.
    def __init__(self, key: bytes, chance: Callable[[], str]) -> None:
        super().__init__(key)
        self.get_random_string = chance


def key_bytes(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey; raises ValueError when it is none."""
    if len(aes_key) != AES_KEY_LENGTH or "=" in aes_key:
        msg = f"an EncodingAESKey has {AES_KEY_LENGTH} characters"
        raise ValueError(msg)
    try:
        return base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "an EncodingAESKey consists of letters and digits"
        raise ValueError(msg) from error
