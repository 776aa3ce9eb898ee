"""The signature on every push of 公众号 and 微信客服. Pure.

Rule: SHA-1 over the sorted, joined token and parts, in hexadecimal (developers.weixin.qq.com, 消息推送 1.2 and 2).
"""

import hashlib
import hmac


def signature(token: str, *parts: str) -> str:
    """What the platform writes on a request: ``parts`` are timestamp, nonce and, where encrypted, the cipher text."""
    joined = b"".join(sorted(_bytes(part) for part in (token, *parts)))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def signed_by(token: str, given: str, *parts: str) -> bool:
    """Whether ``given`` is the right signature; takes the same time however much of it is right."""
    return hmac.compare_digest(_bytes(signature(token, *parts)), _bytes(given))


def _bytes(text: str) -> bytes:
    # JSON can bring lone surrogates; they are compared like anything else and match nothing.
    return text.encode("utf-8", "surrogatepass")
