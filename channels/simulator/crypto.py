"""Signatures and the message cipher of WeChat and WeCom, from the platform's side.

The cipher: AES-256-CBC, the first 16 bytes of the key as the initial vector, padded to blocks of 32 bytes; the clear
text is 16 random bytes, the length of the message in 4 bytes in network order, the message, and the receiver's id.
"""

import base64
import hashlib
import secrets
import struct
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32
_SALT = 16


class UnreadableError(ValueError):
    """What the product sent is not encrypted as it should be."""


def signature(token: str, *parts: str) -> str:
    """SHA-1 over the sorted parts."""
    joined = "".join(sorted([token, *parts]))
    # The platforms' own rule; nothing here depends on SHA-1 being hard to collide.
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def new_aes_key() -> str:
    """A key as the platform's console makes one: 43 characters."""
    return base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")


@dataclass(frozen=True)
class MessageCipher:
    """Encrypts for and reads from one account; ``receiver`` is its app id or corp id."""

    aes_key: str
    receiver: str

    def encrypt(self, message: str) -> str:
        body = message.encode()
        clear = secrets.token_bytes(_SALT) + struct.pack("!I", len(body)) + body + self.receiver.encode()
        padding = _BLOCK - len(clear) % _BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(clear + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        """The message; raises UnreadableError."""
        try:
            decryptor = self._cipher.decryptor()
            clear = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
            body, receiver = _unpacked(clear)
            message = body.decode()
        except (ValueError, IndexError, struct.error) as error:
            raise UnreadableError(str(error)) from error
        if receiver != self.receiver.encode():
            raise UnreadableError(f"meant for {receiver!r}")
        return message

    @cached_property
    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _unpacked(clear: bytes) -> tuple[bytes, bytes]:
    padding = clear[-1]
    if not 1 <= padding <= _BLOCK or clear[-padding:] != bytes([padding]) * padding:
        raise UnreadableError("wrong padding")
    content = clear[_SALT:-padding]
    (length,) = struct.unpack("!I", content[:4])
    body = content[4 : 4 + length]
    if len(body) != length:
        raise UnreadableError("truncated")
    return body, content[4 + length :]
