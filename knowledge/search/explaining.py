"""Why an article was found, in words: what the question and the phrasing have in common."""

from dataclasses import dataclass

from knowledge.search.fold import literal
from knowledge.search.preparation import Reader
from knowledge.search.tokens import units_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """``words`` stand in the question and in the phrasing; ``sounds`` only sound alike; ``meant`` by a synonym."""

    phrasing: str
    words: tuple[str, ...]
    sounds: tuple[str, ...]
    meant: tuple[str, ...]


def explain(question: str, phrasing: str, reader: Reader) -> Explanation:
    asked, there = literal(question), reader.tokens(phrasing)
    as_written = _runs(asked, there.written)
    as_meant = [run for run in _runs(reader.synonyms.fold(question), there.written) if run not in asked]
    alike = [run for run in _runs(asked, there.sounds, sounding=True) if not _within(run, as_written)]
    return Explanation(phrasing, tuple(as_written), tuple(alike), tuple(as_meant))


def _runs(folded: str, known: frozenset[str], *, sounding: bool = False) -> list[str]:
    """The longest stretches whose neighbours are neighbours in the other text too, each once, in their order."""
    runs: list[list[tuple[str, str]]] = []
    for unit, token in units_of(folded, sounding=sounding):
        if token not in known:
            runs.append([])
        elif runs and runs[-1] and f"{runs[-1][-1][1]} {token}" in known:
            runs[-1].append((unit, token))
        else:
            runs.append([(unit, token)])
    return list(dict.fromkeys(_spelt([unit for unit, _ in run]) for run in runs if run))


def _spelt(units: list[str]) -> str:
    return (" " if all(unit.isascii() for unit in units) else "").join(units)


def _within(run: str, longer: list[str]) -> bool:
    return any(run in other for other in longer)
