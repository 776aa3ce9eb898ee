"""Which encoder an installation uses; and vectors from a service that speaks the OpenAI embeddings interface."""

from threading import Lock

import httpx
import numpy as np

from kit.settings import Settings
from knowledge.building import NamedEncoder
from knowledge.search.e5 import E5Encoder
from knowledge.search.encoder import EncoderUnavailableError, Matrix, UniversalEncoder, unit_rows

#: A person waits for the answer; after this the words alone decide.
TIMEOUT_S = 2.0
_AT_ONCE = 64


class EmbeddingsEndpoint:
    """Asked off the event loop only, see :class:`knowledge.search.remembering.Remembering`."""

    #: The search never waits for it: what was not encoded beforehand is searched by words.
    REMOTE = True

    def __init__(self, url: str, model: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.MODEL = model
        self._url = f"{url.rstrip('/')}/embeddings"
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT_S, transport=transport)
        self._lock = Lock()

    def encode(self, texts: list[str], /) -> Matrix:
        """One row of length one for each text; or EncoderUnavailableError."""
        parts = [self._ask(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)

    def _ask(self, texts: list[str]) -> Matrix:
        try:
            with self._lock:
                answer = self._client.post(self._url, json={"model": self.MODEL, "input": texts})
            answer.raise_for_status()
            found = sorted(answer.json()["data"], key=lambda one: one["index"])
            rows = np.array([one["embedding"] for one in found], np.float32)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise EncoderUnavailableError(repr(error)) from error
        if rows.ndim != 2 or len(rows) != len(texts):  # noqa: PLR2004 - rows and columns.
            msg = f"{len(texts)} texts were sent, rows of shape {rows.shape} came back"
            raise EncoderUnavailableError(msg)
        return unit_rows(rows)


def chosen_encoder(settings: Settings) -> NamedEncoder:
    """As the settings say; the weights are loaded at the first use."""
    match settings.encoder:
        case "use":
            return UniversalEncoder()
        case "e5":
            return E5Encoder()
        case "endpoint":
            return EmbeddingsEndpoint(settings.embeddings_url, settings.embeddings_model, settings.embeddings_key)
