"""The composition root: the only place that chooses implementations. Real things are defaults, fakes arguments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.afterwards import Afterwards
from bot.dialogue.turn import Dialogue
from bot.elsewhere import Outcomes
from bot.handlers import independent, transactional
from bot.news import News
from bot.typing import HEAR
from bot.wording import WORDING_DUE, WORDING_QUEUE, Wording, chosen_model
from channels.context import ChannelContext
from channels.delivery import out_queue
from channels.inbox import IN_QUEUE, MEDIA_DUE, media_queue
from channels.media import Fetcher
from channels.pace import AccountGate
from channels.phone.lines import CHANNEL as PHONE
from channels.phone.lines import HOTLINE
from channels.port import Channel, MediaSource
from channels.registry import PLATFORMS, build_channels
from channels.sending import Sender
from channels.webchat.translate import ACCOUNT as SITE
from channels.webchat.translate import CHANNEL as WEBCHAT
from kit.bus import Bus, LocalBus
from kit.bus_remote import PostgresBus, SqliteBus
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.files import FileStore
from kit.ground import Ground
from kit.outbox.runner import Runner
from kit.scanning import Scanner
from kit.settings import Settings
from knowledge.embeddings import chosen_encoder
from knowledge.library import Builder, Library, NamedEncoder
from knowledge.publishing.publishing import PUBLISH_DUE, DuePublishing
from knowledge.search.index import Index
from tickets.bulk.jobs import BulkWork
from tickets.entry.batches import ENTRY_DUE, ENTRY_UNDO
from tickets.entry.undoing import Undoing
from tickets.entry.writing import Entering

#: Accounts of the platforms that are ourselves; all others are entered by an administrator.
OWN_ACCOUNTS = {WEBCHAT: SITE, PHONE: HOTLINE}


@dataclass(frozen=True)
class Runtime:
    """One product, put together."""

    ground: Ground
    library: Library
    context: ChannelContext
    channels: Mapping[str, Channel]
    #: What always runs; each account that may send has a runner besides, see :meth:`outward`.
    runners: tuple[Runner, ...]
    sender: Sender
    own_accounts: Mapping[str, str]

    async def sending_accounts(self) -> list[tuple[str, str]]:
        """Channel and name of every account that may send now."""
        entered = [(one.channel, one.name) for one in await self.context.accounts.all() if not one.paused]
        own = list(self.own_accounts.items())
        return [pair for pair in dict.fromkeys(own + entered) if pair[0] in self.channels]

    def outward(self, channel: str, account: str) -> Runner:
        """The runner of what one account sends."""
        rate = self.channels[channel].capabilities.rate
        return Runner(
            self.ground.db,
            self.ground.clock,
            out_queue(channel, account),
            independent=independent(self.sender),
            gate=AccountGate(channel, account, rate) if channel not in self.own_accounts else None,
            overlapping=channel not in self.own_accounts,
            lease_s=self.ground.settings.lease_s,
        )


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
        files=FileStore(settings.data_dir / "files", scanner=Scanner(settings.clamd) if settings.clamd else None),
    )


def make_runtime(
    ground: Ground,
    *,
    context: ChannelContext | None = None,
    channels: Mapping[str, Channel] | None = None,
    own_accounts: Mapping[str, str] = OWN_ACCOUNTS,
    encoder: NamedEncoder | None = None,
    build: Builder = Index.of,
) -> Runtime:
    """Everything that works on a ground; the encoder is the shipped one unless settings leave it out."""
    context = context or ChannelContext.of(ground)
    chosen = channels if channels is not None else build_channels(context)
    if encoder is None and ground.settings.semantic:
        encoder = chosen_encoder(ground.settings)
    library = Library(ground.db, ground.clock, encoder, build=build, file=ground.settings.data_dir / "search.npz")
    sender = Sender(db=ground.db, clock=ground.clock, channels=chosen, listener=Outcomes(ground, chosen).note)
    return Runtime(ground, library, context, chosen, _runners(context, library, chosen), sender, own_accounts)


def _runners(context: ChannelContext, library: Library, channels: Mapping[str, Channel]) -> tuple[Runner, ...]:
    ground = context.ground
    settle = {
        name: able.settle_s for name, channel in channels.items() if (able := channel.capabilities).settle_s is not None
    }
    slow = frozenset(name for name, channel in channels.items() if channel.capabilities.slow)
    model = chosen_model(ground)
    wording = Wording(ground, library, model) if model else None
    dialogue = Dialogue(ground, library, HEAR, settle, slow, wording.put_off if wording else None)
    inward = Runner(
        ground.db,
        ground.clock,
        IN_QUEUE,
        transactional={
            **transactional(dialogue, News(ground, channels), _afterwards(ground, channels), BulkWork(ground)),
            ENTRY_DUE: Entering(ground).handle,
            ENTRY_UNDO: Undoing(ground.clock).handle,
            PUBLISH_DUE: DuePublishing(ground.clock).handle,
        },
        foresee=dialogue.foresee,
        lease_s=ground.settings.lease_s,
    )
    words = _wording_runners(ground, wording) if wording else ()
    return (inward, *words, *_media_runners(ground, channels), *_platform_runners(context, channels))


def _wording_runners(ground: Ground, wording: Wording) -> Iterator[Runner]:
    kinds = {WORDING_DUE: wording.handle}
    lease_s = ground.settings.lease_s
    yield Runner(ground.db, ground.clock, WORDING_QUEUE, independent=kinds, overlapping=True, lease_s=lease_s)


def _afterwards(ground: Ground, channels: Mapping[str, Channel]) -> Afterwards:
    return Afterwards(ground.clock, Outcomes(ground, channels).note)


def _media_runners(ground: Ground, channels: Mapping[str, Channel]) -> Iterator[Runner]:
    sources = {name: channel for name, channel in channels.items() if isinstance(channel, MediaSource)}
    fetcher = Fetcher(
        db=ground.db,
        clock=ground.clock,
        files=ground.files,
        sources=sources,
        limit=ground.settings.upload_max_bytes,
    )
    for name in sources:
        yield Runner(
            ground.db,
            ground.clock,
            media_queue(name),
            independent={MEDIA_DUE: fetcher.handle},
            overlapping=True,
            lease_s=ground.settings.lease_s,
        )


def _platform_runners(context: ChannelContext, channels: Mapping[str, Channel]) -> Iterator[Runner]:
    ground = context.ground
    for platform in PLATFORMS.values():
        if platform.name in channels and platform.runners is not None:
            for queue, kinds in platform.runners(context).items():
                yield Runner(ground.db, ground.clock, queue, independent=kinds, lease_s=ground.settings.lease_s)
