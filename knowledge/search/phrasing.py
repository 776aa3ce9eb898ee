"""One way to ask for an article."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: The article of lines that no article answers; it is never a hit.
BACKGROUND = ""
#: Sources that only teach the head which words belong to an article: they are not how anybody asks.
CONTEXT_SOURCES = frozenset({"step", "tags"})


@dataclass(frozen=True, slots=True)
class Phrasing:
    article: str
    lang: str
    text: str
    source: str
    #: A float32 row of length one from the encoder of the index; left out, the index computes it.
    vector: NDArray[np.float32] | None = None


def background() -> list[Phrasing]:
    """The shipped small talk and other people's business; hand them to the index beside the articles."""
    lines = tomllib.loads(Path(__file__).with_name("offtopic.toml").read_text(encoding="utf-8"))
    return [Phrasing(BACKGROUND, lang, text, "background") for lang, texts in lines.items() for text in texts]
