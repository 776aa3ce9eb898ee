import numpy as np
import pytest

from knowledge.search.encoder import UniversalEncoder


@pytest.fixture(scope="module")
def encoder() -> UniversalEncoder:
    return UniversalEncoder()


def test_rows_have_length_one_and_do_not_depend_on_the_batch(encoder: UniversalEncoder) -> None:
    rows = encoder.encode(["发票开不出来", "cannot issue an invoice"])
    assert rows.shape == (2, UniversalEncoder.DIMENSIONS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(encoder.encode(["发票开不出来"])[0], rows[0], atol=1e-5)


def test_one_meaning_is_close_in_both_languages(encoder: UniversalEncoder) -> None:
    asked, same, foreign = encoder.encode(["我登录不了", "I cannot log in", "今天天气很好"])
    assert float(asked @ same) > float(asked @ foreign) + 0.2


def test_nothing_to_encode_gives_no_rows(encoder: UniversalEncoder) -> None:
    assert encoder.encode([]).shape == (0, UniversalEncoder.DIMENSIONS)
