"""What single phrases tell, looked up in the phrase tables of both languages."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from bot.dialogue.clauses import Clause

_SHORT = 8
_LONGEST_SEGMENTED = 40
_MARK = "□"


class Cue(StrEnum):
    PERSON = "person"
    ABUSE = "abuse"
    SWEARING = "swearing"
    BROKEN = "broken"
    NEGATIVE = "negative"
    FAILURE = "failure"
    GRIEVANCE = "grievance"
    HYPOTHETICAL = "hypothetical"
    STATUS = "status"
    QUESTION = "question"
    TOPIC = "topic"
    FIXED = "fixed"
    FIXED_WHEN_ASKED = "fixed_when_asked"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    CLOSE = "close"
    SKIP = "skip"
    UNSURE = "unsure"
    BACK = "back"
    RESTART = "restart"
    GREETING = "greeting"
    LATER = "later"
    NONE = "none"


# With a question mark behind them these ask and do not tell.
_TURNED_BY_QUESTION_MARK = frozenset((Cue.FIXED, Cue.YES, Cue.NO, Cue.NEGATIVE, Cue.CLOSE))
# However the clause falls into parts, these count.
_NEVER_OVERHEARD = frozenset((Cue.PERSON, Cue.ABUSE, Cue.BROKEN))
# One clause may say one of these, not both: "nothing works" is no "nothing" and no "works".
_DENIALS = frozenset((Cue.NO, Cue.NEGATIVE))
_ASSENTS = frozenset((Cue.YES, Cue.FIXED))
_ASKING = (Cue.QUESTION, Cue.HYPOTHETICAL)
_DENIABLE = frozenset((Cue.FIXED, Cue.FIXED_WHEN_ASKED))


@dataclass(frozen=True)
class Lexicon:
    """One language's phrases; `joiner` is what stands between two tokens of a phrase."""

    joiner: Literal["", " "]
    whole: dict[str, frozenset[Cue]]
    fillers: frozenset[str]
    contains: dict[Cue, re.Pattern[str]]
    short: dict[Cue, re.Pattern[str]]
    idioms: re.Pattern[str]
    masks: re.Pattern[str]
    spoken_by_programs: re.Pattern[str]
    now: re.Pattern[str]
    negations: re.Pattern[str]
    longest: int

    def cues(self, form: str, pieces: list[str], *, asks: bool) -> frozenset[Cue]:
        """Tell what one clause says; a clause made up of whole phrases says nothing besides them."""
        whole = self._whole(form)
        if whole is None and len(pieces) > 1:
            parts = [self._whole(piece) for piece in pieces]
            whole = frozenset().union(*(part or frozenset() for part in parts)) if all(parts) else None
            if whole:
                whole |= self._contained(form)
        if not whole:
            return self._contained(form)
        if asks and whole & _TURNED_BY_QUESTION_MARK:
            return whole - _TURNED_BY_QUESTION_MARK | {Cue.QUESTION} | self._contained(form)
        return whole if form in self.whole else whole | (self._contained(form) & _NEVER_OVERHEARD)

    def is_about_now(self, form: str) -> bool:
        return bool(self.now.search(self._padded(form)))

    def _contained(self, form: str) -> frozenset[Cue]:
        padded = self.idioms.sub(_MARK, self._padded(form))
        # 能不能 asks, though the 不能 in it must not count as a failure.
        asked = {cue for cue in _ASKING if self._has(cue, padded)}
        text = self.masks.sub(_MARK, padded)
        said = {cue for cue in self.contains if cue not in _ASKING and self._has(cue, text)}
        if len(form) <= _SHORT:
            said |= {cue for cue, pattern in self.short.items() if pattern.search(text)}
        own_words = self.spoken_by_programs.split(text, maxsplit=1)[0]
        said -= {cue for cue in (Cue.PERSON, Cue.ABUSE) if cue in said and not self._has(cue, own_words)}
        if said & _DENIABLE and self.negations.search(text):
            said -= _DENIABLE - self._certain(text)
        return frozenset(said | asked)

    def _certain(self, text: str) -> frozenset[Cue]:
        """Keep a recovery told by a denial, such as 不报错了."""
        match = self.contains[Cue.FIXED].search(text)
        return frozenset({Cue.FIXED}) if match and self.negations.search(match.group()) else frozenset()

    def _has(self, cue: Cue, text: str) -> bool:
        pattern = self.contains.get(cue)
        return bool(pattern and pattern.search(text))

    def _padded(self, form: str) -> str:
        return f"{self.joiner}{form}{self.joiner}"

    def _whole(self, form: str) -> frozenset[Cue] | None:
        """Read the clause as a row of whole phrases and fillers, in as few parts as possible."""
        if form in self.whole:
            return self.whole[form]
        tokens = form.split(" ") if self.joiner else list(form)
        if len(tokens) > _LONGEST_SEGMENTED or not form:
            return None
        parts = self._segmented(tokens)
        if parts is None:
            return None
        said = self._union(part for part in parts if part not in self.fillers)
        if not said:
            # Of fillers alone those speak that are phrases too; to greet the support desk is not to call for it.
            said = self._union(parts)
            said = said - {Cue.PERSON} or said
        contradicts = said & _DENIALS and said & _ASSENTS
        return None if contradicts else said or None

    def _segmented(self, tokens: list[str]) -> list[str] | None:
        best: list[list[str] | None] = [[]] + [None] * len(tokens)
        for start in range(len(tokens)):
            reached = best[start]
            if reached is None:
                continue
            for end in range(min(len(tokens), start + self.longest), start, -1):
                part = self.joiner.join(tokens[start:end])
                here = best[end]
                if self._is_part(part) and (here is None or len(here) > len(reached) + 1):
                    best[end] = [*reached, part]
        return best[-1]

    def _is_part(self, part: str) -> bool:
        return part in self.fillers or (part in self.whole and len(part) > 1)

    def _union(self, parts: Iterable[str]) -> frozenset[Cue]:
        return frozenset().union(*(self.whole.get(part, frozenset()) for part in parts))


@cache
def lexicons() -> tuple[Lexicon, Lexicon]:
    """Load the tables of both languages; both are always applied, for people mix them."""
    return _load("zh.toml", ""), _load("en.toml", " ")


def clause_cues(clause: Clause) -> frozenset[Cue]:
    chinese, english = lexicons()
    found = chinese.cues(clause.zh, clause.pieces, asks=clause.asks)
    if clause.en:
        said = english.cues(clause.en, [], asks=clause.asks)
        # "ok" or "hi" alone is a whole clause only when no Chinese stands around it.
        found |= said & _ANYWHERE if clause.has_han else said
    return found | {Cue.QUESTION} if clause.asks and not found else found


_ANYWHERE = frozenset((Cue.PERSON, Cue.ABUSE, Cue.SWEARING, Cue.BROKEN, Cue.FAILURE, Cue.TOPIC))


def _load(name: str, joiner: Literal["", " "]) -> Lexicon:
    table: dict[str, Any] = tomllib.loads(files("bot.dialogue").joinpath("phrases", name).read_text(encoding="utf-8"))
    sections = {Cue(key): value for key, value in table.items() if isinstance(value, dict)}
    whole: dict[str, frozenset[Cue]] = {}
    for cue, section in sections.items():
        for phrase in section.get("whole", ()):
            whole[phrase] = whole.get(phrase, frozenset()) | {cue}
    lists = ("idioms", "masks", "spoken_by_programs", "now", "negations")
    patterns = {key: _pattern(table[key], joiner) for key in lists}
    return Lexicon(
        joiner=joiner,
        whole=whole,
        fillers=frozenset(table["fillers"]),
        contains=_patterns(sections, "contains", joiner),
        short=_patterns(sections, "short", joiner),
        longest=max(len(phrase.split(" ") if joiner else phrase) for phrase in (*whole, *table["fillers"])),
        **patterns,
    )


def _patterns(sections: dict[Cue, Any], key: str, joiner: Literal["", " "]) -> dict[Cue, re.Pattern[str]]:
    return {cue: _pattern(section[key], joiner) for cue, section in sections.items() if key in section}


def _pattern(phrases: Iterable[str], joiner: Literal["", " "]) -> re.Pattern[str]:
    """Every repeat in it is bounded, so a search takes time proportional to the text."""
    gap = "(?: [a-z0-9□]{1,30}){0,4} " if joiner else ".{0,6}"
    edges = ("(?<= )", "(?= )") if joiner else ("(?<![a-z])", "(?![a-z])")
    longest_first = sorted(phrases, key=len, reverse=True)
    parts = (gap.join(re.escape(part.strip()) for part in phrase.split("…")) for phrase in longest_first)
    # Chinese needs no edges, but Latin letters in its table must not be found inside an English word.
    return re.compile("|".join(f"{edges[0]}{part}{edges[1]}" if joiner or part.isascii() else part for part in parts))
