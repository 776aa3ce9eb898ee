"""An index that was edited is the same as one built anew."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.search.encoder import Encoder, Matrix, unit_rows
from knowledge.search.filters import STAFF, Facets, Filter
from knowledge.search.index import Index
from knowledge.search.phrasing import Phrasing, background

WORDS = ("登录", "不上", "发票", "打印", "偏了", "税控盘", "没反应", "上传", "失败", "login", "print", "今天天气怎么样")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=3, unique=True)
NAMES = ("one", "two", "three", "four", "five")
SHELF = st.dictionaries(st.sampled_from(NAMES), TEXTS, min_size=1)
CHANGES = st.lists(st.dictionaries(st.sampled_from(NAMES), st.one_of(st.just([]), TEXTS), min_size=1), max_size=3)
LINES = background()[:12]


class LetterEncoder:
    def encode(self, texts: list[str], /) -> Matrix:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % 64] += 1
        return unit_rows(rows)


def phrasings(article: str, texts: Sequence[str]) -> list[Phrasing]:
    return [Phrasing(article, "zh", text, "question") for text in texts]


def built(shelf: Mapping[str, Sequence[str]], encoder: Encoder | None) -> Index:
    own = [line for article, texts in shelf.items() for line in phrasings(article, texts)]
    return Index.of([*own, *LINES], encoder, head=False)


def answers(index: Index, question: str) -> tuple[str, dict[str, tuple[float, float]]]:
    result = index.search(question, limit=len(NAMES))
    return result.outcome, {hit.article: (hit.score, hit.confidence) for hit in result.hits}


def assert_same(one: Index, other: Index, question: str) -> None:
    outcome, hits = answers(one, question)
    other_outcome, other_hits = answers(other, question)
    assert outcome == other_outcome
    assert hits.keys() == other_hits.keys()
    for article, figures in hits.items():
        assert figures == pytest.approx(other_hits[article], abs=1e-4)


@settings(deadline=None, max_examples=60)
@given(shelf=SHELF, changes=CHANGES, questions=st.lists(TEXT, min_size=1, max_size=3), semantic=st.booleans())
def test_edited_and_merged_it_answers_as_one_built_anew(
    shelf: dict[str, list[str]], changes: list[dict[str, list[str]]], questions: list[str], *, semantic: bool
) -> None:
    encoder = LetterEncoder() if semantic else None
    edited, now = built(shelf, encoder), dict(shelf)
    for change in changes:
        edited = edited.updated({article: phrasings(article, texts) for article, texts in change.items()})
        now |= change
    fresh = built({article: texts for article, texts in now.items() if texts}, encoder)
    for question in [*questions, "今天天气怎么样"]:
        assert_same(edited, fresh, question)
        assert_same(edited.merged(head=False), fresh, question)


@given(
    audiences=st.lists(st.sampled_from(["user", "operator", "staff", "board"]), min_size=5, max_size=5),
    edits=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["user", "staff", "board"])),
    merged=st.booleans(),
    question=TEXT,
)
@settings(deadline=None, max_examples=60)
def test_what_is_for_staff_never_reaches_anybody_else(
    audiences: list[str], edits: dict[str, str], question: str, *, merged: bool
) -> None:
    texts = [line for name in NAMES for line in phrasings(name, WORDS)]
    facets = {name: Facets(audience) for name, audience in zip(NAMES, audiences, strict=True)}
    edited = {name: Facets(audience) for name, audience in edits.items()}
    index = Index.of(texts, None, facets, head=False).updated({name: phrasings(name, WORDS) for name in edited}, edited)
    if merged:
        index = index.merged(head=False)
    told = {hit.article for hit in index.search(question, limit=9).hits}
    now = facets | edited
    assert told == {name for name in NAMES if now[name].audience in {"user", "operator"}}
    seen = {hit.article for hit in index.search(question, limit=9, only=Filter(STAFF)).hits}
    assert seen == {name for name in NAMES if now[name].audience != "board"}


class TestFilters:
    FACETS = (
        ("plain", Facets(component="login")),
        ("outage", Facets(component="login", incident="INC-1")),
        ("paper", Facets(component="print")),
    )

    @pytest.mark.parametrize(
        ("only", "found"),
        [
            (Filter(), {"plain", "paper"}),
            (Filter(components=frozenset({"login"})), {"plain"}),
            (Filter(incidents=frozenset({"INC-1"})), {"plain", "outage", "paper"}),
            (Filter(incidents=frozenset({"INC-2"})), {"plain", "paper"}),
            (Filter(language="en"), {"paper"}),
            (Filter(audiences=frozenset()), set()),
        ],
    )
    def test_only_what_passes_is_found(self, only: Filter, found: set[str]) -> None:
        texts = [Phrasing(name, "zh", "登录不上", "question") for name, _ in self.FACETS]
        index = Index.of([*texts, Phrasing("paper", "en", "cannot log in", "question")], None, dict(self.FACETS))
        assert {hit.article for hit in index.search("登录不上", only=only).hits} == found

    def test_what_is_hidden_leaves_no_trace_in_the_confidence(self) -> None:
        one = phrasings("open", ["税控盘没反应"])
        hidden = phrasings("secret", ["税控盘没反应了"])
        with_secret = Index.of([*one, *hidden], None, {"secret": Facets("staff")})
        assert with_secret.search("税控盘没反应").hits[0].confidence > 0.9


def test_an_article_that_comes_later_is_known_to_the_head_after_the_merge() -> None:
    taught = {
        name: [f"{word}{name}", f"{word}怎么{name}", f"{name}{word}了"]
        for name, word in zip(NAMES, WORDS, strict=False)
    }
    own = [line for name, texts in taught.items() for line in phrasings(name, texts)]
    index = Index.of([*own, *LINES]).updated({"late": phrasings("late", ["红冲", "怎么红冲", "红冲了"])})
    assert index.search("怎么红冲").hits[0].article == "late"
    merged = index.merged()
    assert merged.head is not None
    assert "late" in merged.head.articles
    assert merged.search("红冲怎么弄").hits[0].article == "late"


def test_a_large_one_keeps_few_dimensions_through_edits_and_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.search.dense.MANY_ROWS", 5)
    monkeypatch.setattr("knowledge.search.dense.FEW_DIMENSIONS", 8)
    index = built({name: list(WORDS) for name in NAMES}, LetterEncoder())
    for number in range(3):
        index = index.updated({f"new-{number}": phrasings(f"new-{number}", [f"新的问题{number}号"])})
    for edited in (index, index.merged(), index.merged().updated({"new-1": phrasings("new-1", ["换了说法"])})):
        assert edited.collection.space.basis is not None
        assert edited.search("新的问题2号").hits[0].article == "new-2"


def test_no_question_goes_without_its_answer_while_indices_are_swapped() -> None:
    shelf = [built({name: [word] for name, word in zip(NAMES, WORDS, strict=False)}, LetterEncoder())]
    wrong: list[str] = []
    asked = [0]
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set() or not asked[0]:
            hits = shelf[0].search(WORDS[0]).hits
            asked[0] += 1
            if not hits or hits[0].article != NAMES[0]:
                wrong.append(str(hits))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        shelf[0] = shelf[0].updated({f"new-{number}": phrasings(f"new-{number}", [f"新的问题{number}"])})
        if number % 5 == 0:
            shelf[0] = shelf[0].merged(head=False)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert asked[0] > 0
