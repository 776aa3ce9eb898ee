import numpy as np

from knowledge.search.dense import FEW_DIMENSIONS, MANY_ROWS, UNRELATED, Space
from knowledge.search.encoder import unit_rows


def test_cosines_are_exact_and_never_negative() -> None:
    rows = unit_rows(np.array([[1, 0], [1, 1], [-1, 0]], np.float32))
    space = Space.for_rows(rows)
    np.testing.assert_allclose(space.cosines(space.placed(rows), rows[0]), [1, np.sqrt(0.5), 0], atol=1e-6)


def test_many_rows_are_projected_and_the_nearest_stays_the_nearest() -> None:
    random = np.random.default_rng(7)
    meaning = random.normal(size=(MANY_ROWS + 1, 40)) @ random.normal(size=(40, 256))
    rows = unit_rows(meaning.astype(np.float32))
    space = Space.for_rows(rows)
    placed = space.placed(rows)
    assert placed.shape[1] == FEW_DIMENSIONS
    assert space.placed(placed) is placed or np.array_equal(space.placed(placed), placed)
    for row in (0, 5, MANY_ROWS):
        assert int(space.cosines(placed, space.placed(rows[row : row + 1])[0]).argmax()) == row


def test_an_encoder_that_puts_everything_close_together_is_stretched() -> None:
    random = np.random.default_rng(7)
    apart = unit_rows(random.normal(size=(400, 64)).astype(np.float32))
    together = unit_rows(apart + 2 * unit_rows(np.ones((1, 64), np.float32)))
    raw = float(np.median(together[1:] @ together[0]))
    stretched = Space.for_rows(together, together).cosines(together, together[0])
    assert raw > 0.7
    assert abs(float(np.median(stretched[1:])) - UNRELATED) < 0.1
    assert abs(float(stretched[0]) - 1) < 1e-5
    assert Space.for_rows(apart, apart).floor == Space.for_rows(together, together[:9]).floor == 0.0
