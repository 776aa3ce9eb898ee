import numpy as np

from knowledge.search.dense import MANY_ROWS, Vectors
from knowledge.search.encoder import unit_rows


def test_cosines_of_few_rows_are_exact_and_never_negative() -> None:
    rows = unit_rows(np.array([[1, 0], [1, 1], [-1, 0]], np.float32))
    np.testing.assert_allclose(Vectors(rows).cosines(rows[0]), [1, np.sqrt(0.5), 0], atol=1e-6)


def test_many_rows_are_projected_and_the_nearest_stays_the_nearest() -> None:
    random = np.random.default_rng(7)
    meaning = random.normal(size=(MANY_ROWS + 1, 40)) @ random.normal(size=(40, 256))
    rows = unit_rows(meaning.astype(np.float32))
    vectors = Vectors(rows)
    for row in (0, 5, MANY_ROWS):
        assert int(vectors.cosines(rows[row]).argmax()) == row
