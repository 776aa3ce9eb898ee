"""What every part stands on, made once by the composition root and handed down."""

from dataclasses import dataclass

from kit.bus import Bus
from kit.clock import Clock
from kit.db import Database
from kit.files import FileStore
from kit.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Settings, time, storage and hints."""

    settings: Settings
    clock: Clock
    db: Database
    bus: Bus
    files: FileStore
