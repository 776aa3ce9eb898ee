"""How a request is signed: ACS3-HMAC-SHA256 for Aliyun, TC3-HMAC-SHA256 for Tencent Cloud. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_ACS3, _TC3 = "ACS3-HMAC-SHA256", "TC3-HMAC-SHA256"


def canonical_query(values: Mapping[str, str]) -> str:
    """Sorted, and encoded as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(values.items()))


def acs3_headers(
    *, key_id: str, secret: str, host: str, action: str, version: str, query: str, now: datetime, nonce: str
) -> dict[str, str]:
    """The headers of a POST without a body, its parameters in ``query``."""
    nothing = _digest(b"")
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    request = "\n".join(["POST", "/", query, _lines(headers), names, nothing])
    signature = hmac.new(secret.encode(), f"{_ACS3}\n{_digest(request.encode())}".encode(), "sha256").hexdigest()
    return {**headers, "Authorization": f"{_ACS3} Credential={key_id},SignedHeaders={names},Signature={signature}"}


def tc3_headers(
    *,
    key_id: str,
    secret: str,
    host: str,
    service: str,
    action: str,
    version: str,
    region: str,
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers of a POST of JSON."""
    signed = {
        "content-type": "application/json; charset=utf-8",
        "host": host,
        "x-tc-action": action,
    }
    names = ";".join(sorted(signed))
    lines = _lines({name: value.lower() for name, value in signed.items()})
    request = "\n".join(["POST", "/", "", lines, names, _digest(body)])
    stamp, day = str(int(now.timestamp())), now.astimezone(UTC).date().isoformat()
    scope = f"{day}/{service}/tc3_request"
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = "\n".join([_TC3, stamp, scope, _digest(request.encode())])
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {
        **signed,
        "X-TC-Version": version,
        "X-TC-Timestamp": stamp,
        "X-TC-Region": region,
        "Authorization": f"{_TC3} {credential}",
    }


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
