"""A playbook as it is walked: what is asked, what follows on which answer. Values, read once from the YAML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kit.i18n import Locale

Words = Mapping[Locale, str]


@dataclass(frozen=True)
class Option:
    """One answer to a choice; ``also`` are other ways to say it, in any language."""

    key: str
    label: Words
    to: str
    also: Sequence[str] = ()
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One of a few: by button, number, letter or words."""

    words: Words
    options: Sequence[Option]
    fact: str = ""


@dataclass(frozen=True)
class Ask:
    """Anything the person says."""

    words: Words
    to: str
    fact: str


@dataclass(frozen=True)
class Input:
    """Something of a form, like a number; ``skip`` is the way for who does not have it at hand."""

    words: Words
    to: str
    fact: str
    check: str
    skip: Option | None = None


@dataclass(frozen=True)
class Attempt:
    """Something to try, or an article to follow; then whether it works."""

    words: Words
    article: str
    solved: str
    otherwise: str


@dataclass(frozen=True)
class Branch:
    """On by what is known of a fact."""

    fact: str
    whens: Sequence[tuple[frozenset[str], str]]
    otherwise: str


@dataclass(frozen=True)
class Put:
    """Know something from here on."""

    values: Mapping[str, str]
    to: str


@dataclass(frozen=True)
class Escalate:
    """People take over; without a category it is the playbook's topic."""

    words: Words
    category: str = ""
    priority: str = ""


@dataclass(frozen=True)
class Done:
    """It works."""

    words: Words


Node = Choice | Ask | Input | Attempt | Branch | Put | Escalate | Done


@dataclass(frozen=True)
class Fact:
    """What a walk may find out; ``known`` names what may have been said before."""

    label: Words
    known: str = ""


@dataclass(frozen=True)
class Plan:
    """A whole playbook; ``lines`` are where its nodes stand, ``digest`` is of the text it was read from."""

    key: str
    title: Words
    about: Words
    topic: str
    articles: Sequence[str]
    questions: Mapping[Locale, Sequence[str]]
    facts: Mapping[str, Fact]
    start: str
    nodes: Mapping[str, Node]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    digest: str = ""
    #: The questions in both languages as they are compared, see :func:`knowledge.playbooks.matching.folded`.
    phrasings: frozenset[str] = frozenset()


def ways(node: Node) -> Iterator[str]:
    """The nodes it may lead to."""
    match node:
        case Choice():
            yield from (option.to for option in node.options)
        case Ask():
            yield node.to
        case Input():
            yield node.to
            if node.skip:
                yield node.skip.to
        case Attempt():
            yield node.solved
            yield node.otherwise
        case Branch():
            yield from (to for _, to in node.whens)
            yield node.otherwise
        case Put():
            yield node.to
        case Escalate() | Done():
            return


def waits(node: Node) -> bool:
    """Whether the person has to say something before it goes on."""
    return isinstance(node, Choice | Ask | Input | Attempt)
