from pathlib import Path

import numpy as np
import pytest

from knowledge.search.fold import Synonyms
from knowledge.search.index import Index
from knowledge.search.phrasing import background
from knowledge.search.preparation import Reader
from knowledge.search.saving import Saved, SavedIndexRefusedError, load, save
from tests.knowledge.search.test_growing import LetterEncoder
from tests.knowledge.search.test_index import PHRASINGS

QUESTIONS = ("我登录不了平台", "税空盘没有显示", "今天天气怎么样", "prints half a page")


@pytest.fixture(params=["words alone", "words and vectors"])
def index(request: pytest.FixtureRequest) -> Index:
    encoder = LetterEncoder() if request.param == "words and vectors" else None
    return Index.of([*PHRASINGS, *background()[:20]], encoder)


@pytest.fixture
def file(tmp_path: Path, index: Index) -> Path:
    path = tmp_path / "search" / "saved.npz"
    save(path, Saved(index.collection, index.head, {"login": "1"}), "letters")
    return path


def test_what_was_saved_answers_as_before(index: Index, file: Path) -> None:
    saved = load(file, "letters", Reader())
    restored = Index(saved.collection, LetterEncoder() if index.semantic else None, saved.head)
    assert saved.stamps == {"login": "1"}
    for question in QUESTIONS:
        assert restored.search(question) == index.search(question)


def test_one_of_another_model_or_other_synonyms_is_refused(file: Path) -> None:
    with pytest.raises(SavedIndexRefusedError):
        load(file, "numbers", Reader())
    with pytest.raises(SavedIndexRefusedError):
        load(file, "letters", Reader(Synonyms({"zh": {"登录": ["签到"]}})))


def test_one_of_another_version_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.search.saving.FORMAT", 999)
    with pytest.raises(SavedIndexRefusedError):
        load(file, "letters", Reader())


@pytest.mark.parametrize("kept", [0, 1, 100, -200])
def test_a_broken_one_is_refused(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(SavedIndexRefusedError):
        load(file, "letters", Reader())


def test_something_else_is_refused_and_never_run(tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    np.savez(other, header=np.array([{"version": 1}], dtype=object))
    for path in (other, tmp_path / "missing.npz"):
        with pytest.raises(SavedIndexRefusedError):
            load(path, "letters", Reader())


def test_only_what_is_in_one_piece_is_saved(tmp_path: Path, index: Index) -> None:
    edited = index.updated({"login": []})
    with pytest.raises(ValueError, match="merged"):
        save(tmp_path / "x.npz", Saved(edited.collection, None, {}), "letters")
