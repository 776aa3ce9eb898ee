"""An index as a file, so that a start need not read, cut and learn everything again.

A file is a cache: whatever is not as expected is refused, and the index is built from the database.
"""

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.text import SIMPLIFIED
from knowledge.search.collection import Collection, Line
from knowledge.search.dense import Space
from knowledge.search.filters import Facets
from knowledge.search.head import Head
from knowledge.search.lexical import Postings
from knowledge.search.phrasing import Phrasing
from knowledge.search.preparation import Reader
from knowledge.search.segment import Segment

#: Goes up whenever the file, or how an index is made, changes.
FORMAT = 1
_TABLES = (SIMPLIFIED, *(Path(__file__).with_name(name) for name in ("offtopic.toml", "pinyin.txt")))
Arrays = dict[str, NDArray[Any]]


class SavedIndexRefusedError(Exception):
    """The file is of another version, model or set of synonyms, or is broken."""


@dataclass(frozen=True, slots=True)
class Saved:
    collection: Collection
    head: Head | None
    #: What the caller wanted to find again: which version of each article this is.
    stamps: Mapping[str, str]


def save(path: Path, saved: Saved, model: str) -> None:
    """Whole or not at all; another process may be writing the same."""
    collection = saved.collection
    if collection.gone or collection.delta.phrasings:
        msg = "only a merged collection is saved"
        raise ValueError(msg)
    header = {
        "version": _version(model, collection.reader),
        "stamps": dict(saved.stamps),
        "floor": collection.space.floor,
    }
    arrays = {"header": _packed(header), **_segment_arrays(collection.base), **_line_arrays(collection.lines)}
    if collection.space.basis is not None:
        arrays["basis"] = collection.space.basis
    if saved.head is not None:
        arrays |= {"head.known": _packed(saved.head.known), "head.matrix": saved.head.matrix}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    unfinished.replace(path)


def load(path: Path, model: str, reader: Reader) -> Saved:
    """What was saved; or SavedIndexRefusedError."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            header = _unpacked(file["header"])
            if header["version"] != _version(model, reader):
                raise SavedIndexRefusedError(path, "another version")
            arrays: Arrays = dict(file)
        return _restored(arrays, header, reader)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SavedIndexRefusedError(path, error) from error


def _restored(arrays: Arrays, header: Mapping[str, Any], reader: Reader) -> Saved:
    space = Space(arrays.get("basis"), header["floor"])
    collection = Collection(
        base=_segment(arrays),
        delta=Segment.of([], reader, space),
        gone=frozenset(),
        reader=reader,
        space=space,
        lines=_lines(arrays),
    )
    return Saved(collection, _head(arrays), header["stamps"])


def _head(arrays: Arrays) -> Head | None:
    if "head.matrix" not in arrays:
        return None
    articles, weights = _unpacked(arrays["head.known"])
    return Head(articles, weights, arrays["head.matrix"])


def _version(model: str, reader: Reader) -> list[str]:
    tables = b"".join(table.read_bytes() for table in _TABLES)
    return [str(FORMAT), model, reader.synonyms.digest, sha256(tables).hexdigest(), np.__version__]


def _segment_arrays(segment: Segment) -> Arrays:
    arrays: Arrays = {
        "articles": _packed([list(segment.articles), [asdict(facets) for facets in segment.facets]]),
        "starts": segment.starts,
        "texts": _packed([_fields(line) for line in segment.phrasings]),
        "context": _packed([_fields(line) for line in segment.context]),
    }
    for name, postings in (("written", segment.written), ("sounds", segment.sounds)):
        arrays |= {
            f"{name}.tokens": _packed(list(postings.rows)),
            f"{name}.starts": postings.starts,
            f"{name}.owners": postings.owners,
        }
    if segment.vectors is not None:
        arrays["vectors"] = segment.vectors
    return arrays | _context_rows(segment.context)


def _context_rows(context: Sequence[Phrasing]) -> Arrays:
    rows = [line.vector for line in context if line.vector is not None]
    return {"context.vectors": np.stack(rows)} if rows and len(rows) == len(context) else {}


def _segment(arrays: Arrays) -> Segment:
    articles, facets = _unpacked(arrays["articles"])
    vectors = arrays.get("vectors")
    phrasings = _phrasings(arrays["texts"], vectors)
    return Segment(
        phrasings=phrasings,
        context=_phrasings(arrays["context"], arrays.get("context.vectors")),
        articles=articles,
        facets=[Facets(**one) for one in facets],
        starts=arrays["starts"],
        written=_postings(arrays, "written", len(phrasings)),
        sounds=_postings(arrays, "sounds", len(phrasings)),
        vectors=vectors,
    )


def _postings(arrays: Arrays, name: str, size: int) -> Postings:
    rows = {token: row for row, token in enumerate(_unpacked(arrays[f"{name}.tokens"]))}
    return Postings(rows, arrays[f"{name}.starts"], arrays[f"{name}.owners"], size)


def _line_arrays(lines: Sequence[Line]) -> Arrays:
    packed = _packed([[_fields(line.phrasing), sorted(line.rivals)] for line in lines])
    rows = [line.phrasing.vector for line in lines if line.phrasing.vector is not None]
    return {"lines": packed} | ({"lines.vectors": np.stack(rows)} if rows else {})


def _lines(arrays: Arrays) -> tuple[Line, ...]:
    vectors = arrays.get("lines.vectors")
    return tuple(
        Line(_phrasing(fields, None if vectors is None else vectors[row]), frozenset(rivals))
        for row, (fields, rivals) in enumerate(_unpacked(arrays["lines"]))
    )


def _fields(line: Phrasing) -> tuple[str, str, str, str]:
    return line.article, line.lang, line.text, line.source


def _phrasings(packed: NDArray[Any], vectors: NDArray[np.float32] | None) -> list[Phrasing]:
    rows = _unpacked(packed)
    return [_phrasing(fields, None if vectors is None else vectors[row]) for row, fields in enumerate(rows)]


def _phrasing(fields: Sequence[str], vector: NDArray[np.float32] | None) -> Phrasing:
    article, lang, text, source = fields
    return Phrasing(article, lang, text, source, vector)


def _packed(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def _unpacked(packed: NDArray[Any]) -> Any:
    return json.loads(packed.tobytes())
