"""QR codes with a scene: scanned, they tell us who scanned which one, as to link a person's two accounts."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from kit.clock import Clock

#: The platform's longest life of a temporary code: 30 days.
LONGEST = timedelta(seconds=2_592_000)
#: Nobody finds a phone in less.
SHORTEST = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class SceneCode:
    """``scene`` comes back with the scan; whoever issued it lets it count once and until ``expires_at`` only."""

    scene: str
    picture_url: str
    url: str
    expires_at: datetime


async def issue_code(
    api: WeChatApi, credentials: Credentials, clock: Clock, *, lasts: timedelta, scene: str | None = None
) -> SceneCode:
    """A code that cannot be guessed: 128 bits of chance, unless ``scene`` is given (64 bytes at most).

    Raises PlatformRefusedError, or one of the delays of ``wire``.
    """
    chosen = scene or secrets.token_hex(16)
    life = min(max(lasts, SHORTEST), LONGEST)
    expires_at = clock.now() + life
    made = await api.create_scene(credentials, chosen, lasts_s=int(life.total_seconds()))
    return SceneCode(scene=chosen, picture_url=made.picture_url, url=made.url, expires_at=expires_at)
