"""The composition root: the only place that chooses implementations. Real things are defaults, fakes arguments."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.turn import Dialogue
from bot.handlers import independent, transactional
from bot.news import News
from bot.typing import HEAR
from bot.voice import note_outcome
from channels.delivery import Sender, out_queue
from channels.inbox import IN_QUEUE
from channels.port import Channel
from channels.webchat.adapter import WebChat
from channels.webchat.translate import CHANNEL as WEBCHAT
from kit.bus import Bus, LocalBus
from kit.bus_remote import PostgresBus, SqliteBus
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.files import FileStore
from kit.ground import Ground
from kit.outbox.runner import Runner
from kit.settings import Settings
from knowledge.library import Builder, Library, NamedEncoder
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.index import Index


@dataclass(frozen=True)
class Runtime:
    """One product, put together."""

    ground: Ground
    library: Library
    channels: Mapping[str, Channel]
    runners: tuple[Runner, ...]


def make_bus(url: str, *, alone: bool) -> Bus:
    """How hints travel: one process alone on its SQLite file needs nothing but its own memory."""
    if not url.startswith("sqlite"):
        return PostgresBus(url)
    return LocalBus() if alone else SqliteBus(url)


def make_ground(settings: Settings, *, clock: Clock | None = None, bus: Bus | None = None) -> Ground:
    """Settings, time, storage and hints."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shared_bus = bus or LocalBus()
    return Ground(
        settings=settings,
        clock=clock or SystemClock(),
        db=Database(settings.url(), bus=shared_bus),
        bus=shared_bus,
        files=FileStore(settings.data_dir / "files"),
    )


def make_runtime(
    ground: Ground,
    *,
    channels: Mapping[str, Channel] | None = None,
    encoder: NamedEncoder | None = None,
    build: Builder = Index,
) -> Runtime:
    """Everything that works on a ground; the encoder is the shipped one unless settings leave it out."""
    chosen = channels if channels is not None else {WEBCHAT: WebChat(ground.db, ground.clock)}
    if encoder is None and ground.settings.semantic:
        encoder = UniversalEncoder()
    library = Library(ground.db, ground.clock, encoder, build=build)
    return Runtime(ground, library, chosen, _runners(ground, library, chosen))


def _runners(ground: Ground, library: Library, channels: Mapping[str, Channel]) -> tuple[Runner, ...]:
    dialogue = Dialogue(ground, library, HEAR)
    sender = Sender(db=ground.db, clock=ground.clock, channels=channels, listener=note_outcome)
    inward = Runner(
        ground.db,
        ground.clock,
        IN_QUEUE,
        transactional=transactional(dialogue, News(ground)),
        foresee=dialogue.foresee,
        lease_s=ground.settings.lease_s,
    )
    outward = (
        Runner(
            ground.db,
            ground.clock,
            out_queue(name),
            independent=independent(sender),
            lease_s=ground.settings.lease_s,
        )
        for name in channels
    )
    return (inward, *outward)
