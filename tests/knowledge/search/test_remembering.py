import numpy as np

from knowledge.search.encoder import Matrix
from knowledge.search.remembering import Remembering


class CountingEncoder:
    """Says how long a text is, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, texts: list[str], /) -> Matrix:
        self.asked.append(texts)
        return np.array([[len(text)] for text in texts], np.float32)


def test_one_text_is_encoded_once() -> None:
    encoder = CountingEncoder()
    remembering = Remembering(encoder, "counting")
    assert [remembering.encode(["登录不了"]).tolist() for _ in range(2)] == [[[4.0]], [[4.0]]]
    assert encoder.asked == [["登录不了"]]


def test_what_was_foreseen_is_encoded_together_and_each_keeps_its_own_vector() -> None:
    encoder = CountingEncoder()
    remembering = Remembering(encoder, "counting")
    remembering.encode(["急"])
    remembering.foresee(["急", "登录不了", "打印", "打印"])
    assert remembering.encode(["打印"]).tolist() == [[2.0]]
    assert remembering.encode(["登录不了"]).tolist() == [[4.0]]
    assert encoder.asked == [["急"], ["登录不了", "打印"]]


def test_an_index_being_built_pushes_nothing_out() -> None:
    encoder = CountingEncoder()
    remembering = Remembering(encoder, "counting")
    remembering.encode(["急"])
    remembering.encode(["x" * length for length in range(5000)])
    remembering.encode(["急"])
    assert len(encoder.asked) == 2
