"""Questions are encoded once: in a failure many people ask the same, and those of one moment go in one batch."""

from collections.abc import Sequence

import numpy as np

from knowledge.search.encoder import Encoder, EncoderUnavailableError, Matrix

#: Two kilobytes each.
_MOST = 2048


class Remembering:
    """An encoder that keeps the vectors of single texts, and of those it was told to foresee.

    A remote one is not waited for in the middle of a search: what was not foreseen is unavailable.
    """

    def __init__(self, encoder: Encoder, model: str, *, remote: bool = False) -> None:
        self.MODEL = model
        self.remote = remote
        self._encoder = encoder
        self._known: dict[str, Matrix] = {}

    def encode(self, texts: list[str], /) -> Matrix:
        """One text is remembered; many are an index being built, and are not."""
        if len(texts) != 1:
            return self._encoder.encode(texts)
        known = self._known.get(texts[0])
        if known is None:
            if self.remote:
                raise EncoderUnavailableError(self.MODEL)
            known = self._encoder.encode(texts)
            self._keep(texts, known)
        return known

    def foresee(self, texts: Sequence[str]) -> None:
        """Encode what will be asked for one by one; a text costs half in a batch of four, a third in one of eight."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._keep(new, self._encoder.encode(new))

    def _keep(self, texts: Sequence[str], vectors: Matrix) -> None:
        if len(self._known) + len(texts) > _MOST:
            self._known.clear()
        for text, vector in zip(texts, vectors, strict=True):
            self._known[text] = np.array(vector[None, :])
