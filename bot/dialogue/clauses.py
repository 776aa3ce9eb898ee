import re
from dataclasses import dataclass

# Nobody says more things than this in one turn; what follows stays together as the last one.
_MOST_CLAUSES = 60
_CLAUSE = re.compile(r"([^,，。!?;、\n…~]++)([,，。!?;、\n…~]*+)")
_SPACES = re.compile(r"\s++")
# Beside a Chinese character a space parts nothing; between Latin words it does.
_SPACE_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9□?]++")
_QUOTED = re.compile('“[^“”\n]{1,200}”|‘[^‘’\n]{1,200}’|「[^「」\n]{1,200}」|『[^『』\n]{1,200}』|"[^"\n]{1,200}"')
_QUOTES = "“”‘’「」『』\"'"
_FULL_STOP = re.compile(r"\.(?=\s|$)|:(?=\s)")
_FEW_HAN, _FEW_WORDS = 4, 3
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Clause:
    """One thing said, in the two forms the phrase tables are written in."""

    zh: str
    en: str
    written: str
    asks: bool

    @property
    def has_han(self) -> bool:
        return bool(_HAN.search(self.zh))

    @property
    def is_statement(self) -> bool:
        """Tell whether it is long enough to say something of its own."""
        return len(_HAN.findall(self.zh)) >= _FEW_HAN or len(self.en.split()) >= _FEW_WORDS

    @property
    def pieces(self) -> list[str]:
        """Give the parts between spaces: many people use a space where a comma belongs."""
        return self.written.split()


def split_clauses(folded: str) -> list[Clause]:
    """Cut folded text into clauses; what is quoted inside it is somebody else's words and becomes a single mark."""
    bare = folded.strip().strip(_QUOTES)
    if not any(quote in bare for quote in _QUOTES):
        folded = bare
    folded = _FULL_STOP.sub("\n", _QUOTED.sub("□", folded))
    clauses: list[Clause] = []
    for match in _CLAUSE.finditer(folded):
        if len(clauses) == _MOST_CLAUSES:
            clauses.append(_clause(folded[match.start() :], ""))
            break
        if match[1].strip():
            clauses.append(_clause(match[1], match[2]))
    return clauses


def _clause(written: str, marks: str) -> Clause:
    asks = "?" in marks
    words = _BETWEEN_WORDS.sub(" ", written.replace("'", "").replace("’", "")).strip()
    spaced = _SPACES.sub(" ", written).strip()
    return Clause(_SPACE_IN_CHINESE.sub("", spaced).strip("/"), words, spaced, asks)
