"""Cosines of a question with all phrasings at once."""

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Matrix, unit_rows

#: Above this many rows a query would cost more than 10 ms, so the vectors are projected on fewer dimensions, which
#: costs no recall (512 to 128 dimensions, measured on public question sets).
MANY_ROWS = 20_000
FEW_DIMENSIONS = 128
_SAMPLE = 20_000


class Vectors:
    def __init__(self, rows: Matrix) -> None:
        self._basis: Matrix | None = None
        if len(rows) > MANY_ROWS and rows.shape[1] > FEW_DIMENSIONS:
            self._basis = _principal_directions(rows[:: max(1, len(rows) // _SAMPLE)])
            rows = unit_rows(rows @ self._basis)
        self._rows = np.ascontiguousarray(rows)

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """One value a row, 0 where the texts have nothing to do with each other."""
        if self._basis is not None:
            vector = unit_rows((vector @ self._basis)[None, :])[0]
        cosines: NDArray[np.float32] = np.maximum(self._rows @ vector, np.float32(0))
        return cosines


def _principal_directions(rows: Matrix) -> Matrix:
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, -FEW_DIMENSIONS:], np.float32)
