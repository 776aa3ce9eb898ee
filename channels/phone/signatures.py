"""Whether a push is the telephone system's: ``t=<unix seconds>,v1=<hex hmac-sha256 of "<t>.<body>">``."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

HEADER = "x-yingpiao-signature"
#: How far the clocks of the two may be apart; what is older may be somebody's recording.
TOLERANCE = timedelta(minutes=5)

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, *, at: datetime) -> str:
    """The header, as the telephone system writes it."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def is_signed(shown: str, secret: str, body: bytes, *, now: datetime) -> bool:
    """Whether the header was made with the secret, for this body, and lately."""
    found = _SIGNATURE.fullmatch(shown.strip())
    if found is None or not secret:
        return False
    fits = hmac.compare_digest(found[2], _digest(secret, found[1], body))
    return fits and abs(now.timestamp() - int(found[1])) <= TOLERANCE.total_seconds()


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
