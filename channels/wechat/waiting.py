"""How a push waits for its answer: how long it pays to, and the waiting itself, which tests do without."""

import asyncio
from dataclasses import dataclass, field

from channels.wechat.patience import Patience
from kit.bus import Listener


@dataclass
class Waiting:
    """One per process."""

    patience: Patience = field(default_factory=Patience)

    async def hear(self, listener: Listener, seconds: float) -> bool:
        """Wait for a hint; False when none came in time."""
        return await listener.wait(seconds)

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)
