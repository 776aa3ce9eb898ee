"""Cosines of a question with all phrasings at once."""

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Matrix, unit_rows

#: Above this many rows a query would cost more than 10 ms, so the vectors are projected on fewer dimensions, which
#: costs no recall (512 to 128 dimensions, measured on public question sets).
MANY_ROWS = 20_000
FEW_DIMENSIONS = 128
_SAMPLE = 20_000
#: The search wants unrelated texts to lie at about 0.2. An encoder that puts them much closer is stretched.
UNRELATED, TOO_CLOSE_TOGETHER, _HIGHEST_FLOOR, _FEWEST_UNRELATED = 0.2, 0.6, 0.95, 50
Vector = NDArray[np.float32]


class Space:
    """How vectors are compared: in which dimensions, and from which cosine on two texts have something in common."""

    def __init__(self, basis: Matrix | None = None, floor: float = 0.0) -> None:
        self.basis = basis
        self.floor = floor

    @classmethod
    def for_rows(cls, rows: Matrix, unrelated: Matrix | None = None) -> "Space":
        """``unrelated`` are texts on all kinds of things, by which the encoder is measured."""
        floor = 0.0 if unrelated is None else _floor(unrelated)
        if len(rows) <= MANY_ROWS or rows.shape[1] <= FEW_DIMENSIONS:
            return cls(None, floor)
        return cls(_principal_directions(rows[:: max(1, len(rows) // _SAMPLE)]), floor)

    def placed(self, rows: Matrix) -> Matrix:
        """The rows in this space, of length one; those that are in it already stay as they are."""
        if self.basis is None or rows.shape[1] == self.basis.shape[1]:
            return np.ascontiguousarray(rows, np.float32)
        return unit_rows(rows @ self.basis)

    def cosines(self, rows: Matrix, vector: Vector) -> Vector:
        """One value a row, 0 where the texts have nothing to do with each other."""
        found: Vector = rows @ vector
        if self.floor:
            found = (found - np.float32(self.floor)) * np.float32(1 / (1 - self.floor))
        return np.maximum(found, np.float32(0), out=found)


def _floor(rows: Matrix) -> float:
    """From the mean cosine of different rows; the squared length of the mean row is that of all pairs."""
    count = len(rows)
    if count < _FEWEST_UNRELATED:
        return 0.0
    mean = rows.mean(axis=0)
    unrelated = (float(mean @ mean) * count - 1) / (count - 1)
    if unrelated < TOO_CLOSE_TOGETHER:
        return 0.0
    return min((unrelated - UNRELATED) / (1 - UNRELATED), _HIGHEST_FLOOR)


def _principal_directions(rows: Matrix) -> Matrix:
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, -FEW_DIMENSIONS:], np.float32)
