"""What an index is built with: the encoder, the vectors it stored, and the way to build."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from kit.db import Database
from kit.text import simplify
from knowledge.holdings import Holdings, StoredQuestion, store_vectors
from knowledge.search.encoder import Matrix
from knowledge.search.filters import Facets
from knowledge.search.index import Index
from knowledge.search.phrasing import Phrasing
from knowledge.search.preparation import Reader

#: So few texts in one call that a question asked meanwhile waits for the encoder some hundredths of a second.
_AT_ONCE = 4
_IN_ONE_TRANSACTION = 256


class NamedEncoder(Protocol):
    """An encoder whose vectors may be stored: those of another model are made anew."""

    @property
    def MODEL(self) -> str: ...  # noqa: N802 - the constant of a class of encoders.

    def encode(self, texts: list[str], /) -> Matrix: ...


class Builder(Protocol):
    """Makes an index of phrasings; building the same one again and again is what a test would avoid."""

    def __call__(
        self,
        phrasings: Sequence[Phrasing],
        encoder: NamedEncoder | None,
        facets: Mapping[str, Facets],
        reader: Reader,
        /,
    ) -> Index: ...


def build_quickly(
    phrasings: Sequence[Phrasing], encoder: NamedEncoder | None, facets: Mapping[str, Facets], reader: Reader, /
) -> Index:
    return Index.of(phrasings, encoder, facets, reader, head=False)


async def vectors_made(db: Database, encoder: NamedEncoder, holdings: Holdings) -> Holdings:
    """The same with all vectors of this encoder; those that were missing are stored as they are made."""
    missing = [question for question in holdings.questions if question.model != encoder.MODEL or not question.vector]
    made: dict[int, bytes] = {}
    for start in range(0, len(missing), _IN_ONE_TRANSACTION):
        part = missing[start : start + _IN_ONE_TRANSACTION]
        vectors = await _encode(encoder, part)
        async with db.transaction() as session:
            await store_vectors(session, part, vectors, encoder.MODEL)
        made |= {question.id: vector.tobytes() for question, vector in zip(part, vectors, strict=True)}
    questions = [
        question._replace(vector=made[question.id], model=encoder.MODEL) if question.id in made else question
        for question in holdings.questions
    ]
    return replace(holdings, questions=questions)


async def _encode(encoder: NamedEncoder, questions: Sequence[StoredQuestion]) -> Matrix:
    rows = [
        await asyncio.to_thread(encoder.encode, [simplify(one.text) for one in questions[first : first + _AT_ONCE]])
        for first in range(0, len(questions), _AT_ONCE)
    ]
    return np.concatenate(rows).astype(np.float32)
