"""Bring the files people send into our store, before anybody answers: platforms keep them for a short while."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select, update

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.models import InboundMessage
from channels.port import Attachment, Media, MediaSource
from kit.clock import Clock
from kit.db import AsyncSession, Database
from kit.errors import AppError
from kit.files import FileStore, InfectedFileError
from kit.log import log
from kit.outbox import ClaimedJob, finish, retry


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Handles ``media.due``: a file that cannot be had is named, and holds nothing up."""

    db: Database
    clock: Clock
    files: FileStore
    sources: Mapping[str, MediaSource]
    limit: int

    async def handle(self, job: ClaimedJob) -> None:
        """Fetch what is still missing; tried again when the platform says so, given up after the last try."""
        async with self.db.reading() as session:
            message = (
                await session.scalars(select(InboundMessage).where(col(InboundMessage.id) == job.payload["inbound"]))
            ).one()
        got = list(message.attachments)
        missing = [Media.model_validate(each) for each in message.media]
        while missing:
            try:
                got.append((await self._fetch(message, missing[0])).model_dump())
            except DeliveryDelayedError as delayed:
                if job.attempt < job.max_attempts:
                    await self._later(job, message, got, missing, delayed)
                    return
                got.append(_unfetched(missing[0]))
            missing = missing[1:]
        async with self.db.transaction() as session:
            await _keep(session, message.id, got, [])
            await finish(session, job)

    async def _fetch(self, message: InboundMessage, media: Media) -> Attachment:
        try:
            fetched = await self.sources[message.channel].fetch(account=message.account, media=media)
            stored = await self.files.save(fetched.content, name=media.name or fetched.name, limit=self.limit)
        except InfectedFileError:
            return Attachment.model_validate({**_unfetched(media), "scan": "infected"})
        except (DeliveryRefusedError, AppError) as error:
            log.warning("file not fetched", thread=message.thread, kind=media.kind, error=str(error))
            return Attachment.model_validate(_unfetched(media))
        return Attachment(id=stored.id, name=stored.name, mime=stored.mime, size=stored.size, scan=stored.scan)

    async def _later(
        self,
        job: ClaimedJob,
        message: InboundMessage,
        got: list[dict[str, Any]],
        missing: list[Media],
        delayed: DeliveryDelayedError,
    ) -> None:
        async with self.db.transaction() as session:
            await _keep(session, message.id, got, [media.model_dump(mode="json") for media in missing])
            await retry(session, self.clock.now(), job, error=str(delayed), after_s=delayed.retry_after_s)


def _unfetched(media: Media) -> dict[str, Any]:
    return {"id": "", "name": media.name or media.kind.value, "mime": "", "size": media.size or 0}


async def _keep(
    session: AsyncSession, message_id: int, got: list[dict[str, Any]], missing: list[dict[str, Any]]
) -> None:
    values = {"attachments": got, "media": missing}
    await session.execute(update(InboundMessage).where(col(InboundMessage.id) == message_id).values(**values))
