"""Where the classifier's examples come from, and where what it has learnt is kept."""

import asyncio
import zlib
from collections.abc import Iterable
from datetime import datetime

import numpy as np
from sqlalchemy import Table, delete, exists, select

from kit.db import AsyncSession, Database, hint
from tickets.desk.models import Category
from tickets.models import Ticket
from tickets.routing.classifier import WIDTH, Classifier
from tickets.routing.models import ClassifierExample, ClassifierModel
from tickets.routing.training import Example, Trained, train

LEARNT = "classifier"
OTHER = "other"
#: So many past tickets are learnt from, newest first; training on them takes some seconds.
MOST_TICKETS = 20_000
#: So many corrections since the last training are learnt when it is read.
_MOST_RECENT = 200
_MODELS_KEPT = 5
_CORRECTED, _SEED = 2.0, 0.5

_ticket: Table = Ticket.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_category: Table = Category.__table__  # type: ignore[attr-defined]  # As above.
_model: Table = ClassifierModel.__table__  # type: ignore[attr-defined]  # As above.
_example: Table = ClassifierExample.__table__  # type: ignore[attr-defined]  # As above.

#: Texts somebody else knows to be about a category, by its key: the titles of articles.
Seeds = Iterable[tuple[str, str]]


async def newest_classifier(session: AsyncSession) -> Classifier | None:
    """What was learnt last, with the corrections since then."""
    row = (await session.execute(select(_model).order_by(_model.c.id.desc()).limit(1))).first()
    if row is None:
        return None
    weights = np.frombuffer(zlib.decompress(row.weights), dtype=np.float16).astype(np.float32)
    classifier = Classifier(
        categories=tuple(row.categories),
        weights=weights.reshape(WIDTH + 1, len(row.categories)),
        temperature=row.temperature,
        threshold=row.threshold,
    )
    recent = (
        select(_ticket.c.subject, _ticket.c.description, _category.c.key)
        .join(_example, _example.c.ticket_id == _ticket.c.id)
        .join(_category, _category.c.id == _example.c.category_id)
        .where(_example.c.at >= row.trained_at)
        .order_by(_example.c.at.desc(), _example.c.ticket_id.desc())
        .limit(_MOST_RECENT)
    )
    corrected = [(about(subject, text), key) for subject, text, key in (await session.execute(recent)).all()]
    return classifier.taught(corrected[::-1])


def about(subject: str, description: str) -> str:
    """What is read of a ticket: the subject is mostly the beginning of the description, once is enough."""
    return description if description.startswith(subject.rstrip("…")) else f"{subject}\n{description}"


async def retrain(db: Database, now: datetime, seeds: Seeds) -> Trained | None:
    """Learn everything anew and keep it; nothing when there is nothing to tell apart."""
    async with db.reading() as session:
        examples = await gather(session, seeds)
    if len({example.category for example in examples}) < 2:  # noqa: PLR2004 - one category is no choice.
        return None
    # In the thread of the loop it would hold up every answer for seconds.
    trained = await asyncio.to_thread(train, examples)
    async with db.transaction() as session:
        await _keep(session, now, trained)
    return trained


async def gather(session: AsyncSession, seeds: Seeds) -> list[Example]:
    """Corrections count twice, seeds half; what staff solved without changing its category counts as confirmed."""
    corrected = (
        select(_ticket.c.subject, _ticket.c.description, _category.c.key)
        .join(_example, _example.c.ticket_id == _ticket.c.id)
        .join(_category, _category.c.id == _example.c.category_id)
        .order_by(_example.c.at.desc())
        .limit(MOST_TICKETS)
    )
    said = select(_example.c.ticket_id).where(_example.c.ticket_id == _ticket.c.id)
    confirmed = (
        select(_ticket.c.subject, _ticket.c.description, _category.c.key)
        .join(_category, _category.c.id == _ticket.c.category_id)
        .where(_ticket.c.resolved_at.is_not(None), _category.c.key != OTHER, ~exists(said))
        .order_by(_ticket.c.id.desc())
        .limit(MOST_TICKETS)
    )
    parents = select(_category.c.parent_id).where(_category.c.parent_id.is_not(None))
    named = select(_category).where(_category.c.id.not_in(parents), _category.c.key != OTHER, _category.c.active)
    examples = [Example(about(s, d), key, _CORRECTED) for s, d, key in (await session.execute(corrected)).all()]
    examples += [Example(about(s, d), key) for s, d, key in (await session.execute(confirmed)).all()]
    for row in (await session.execute(named)).all():
        texts = (row.name_zh, row.name_en, row.materials_zh, row.materials_en)
        examples += [Example(text, row.key, _SEED) for text in texts if text]
    return examples + [Example(text, key, _SEED) for text, key in seeds]


async def _keep(session: AsyncSession, now: datetime, trained: Trained) -> None:
    classifier = trained.classifier
    session.add(
        ClassifierModel(
            trained_at=now,
            categories=list(classifier.categories),
            weights=zlib.compress(classifier.weights.astype(np.float16).tobytes(), 1),
            temperature=classifier.temperature,
            threshold=classifier.threshold,
            examples=trained.examples,
            accuracy=trained.accuracy,
        )
    )
    await session.flush()
    kept = select(_model.c.id).order_by(_model.c.id.desc()).limit(_MODELS_KEPT)
    await session.execute(delete(_model).where(_model.c.id.not_in(kept)))
    hint(session, LEARNT)


async def last_trained(session: AsyncSession) -> datetime | None:
    """When everything was learnt anew last."""
    last: datetime | None = (
        await session.execute(select(_model.c.trained_at).order_by(_model.c.id.desc()).limit(1))
    ).scalar()
    return last
