import json
from typing import Any

import httpx
import numpy as np
import pytest

from kit.settings import Settings
from knowledge.embeddings import EmbeddingsEndpoint, chosen_encoder
from knowledge.search.encoder import EncoderUnavailableError, UniversalEncoder


def endpoint(answer: httpx.Response | Exception, asked: list[httpx.Request] | None = None) -> EmbeddingsEndpoint:
    def reply(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx.MockTransport(reply)
    return EmbeddingsEndpoint("https://models.example/v1/", "bge", "secret", transport=transport)


def rows(*embeddings: tuple[int, list[float]]) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"index": index, "embedding": row} for index, row in embeddings]})


def test_rows_come_in_the_order_of_the_texts_and_of_length_one() -> None:
    asked: list[httpx.Request] = []
    found = endpoint(rows((1, [0.0, 2.0]), (0, [3.0, 4.0])), asked).encode(["登录", "打印"])
    np.testing.assert_allclose(found, [[0.6, 0.8], [0.0, 1.0]], atol=1e-6)
    [request] = asked
    assert str(request.url) == "https://models.example/v1/embeddings"
    assert request.headers["Authorization"] == "Bearer secret"
    assert json.loads(request.content) == {"model": "bge", "input": ["登录", "打印"]}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json={"error": "no such model"}),
        rows((0, [1.0])),
        httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]}),
    ],
)
def test_whatever_goes_wrong_means_unavailable(answer: Any) -> None:
    with pytest.raises(EncoderUnavailableError):
        endpoint(answer).encode(["登录", "打印"])


def test_the_settings_choose_the_encoder() -> None:
    assert isinstance(chosen_encoder(Settings(encoder="use")), UniversalEncoder)
    assert chosen_encoder(Settings(encoder="e5")).MODEL == "e5-small-4bit"
    service = Settings(encoder="endpoint", embeddings_url="https://models.example", embeddings_model="bge")
    assert chosen_encoder(service).MODEL == "bge"
