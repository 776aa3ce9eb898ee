"""From YAML to a plan; whatever is wrong is told with its line, all of it at once."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kit.i18n import LOCALES
from knowledge.playbooks.composing import DEEPEST, TooDeepError, composed
from knowledge.playbooks.matching import folded
from knowledge.playbooks.plans import (
    Ask,
    Attempt,
    Branch,
    Choice,
    Done,
    Escalate,
    Fact,
    Input,
    Node,
    Option,
    Plan,
    Put,
    Words,
)

_FIELDS = frozenset("key title about topic articles questions facts start nodes".split())
_PRIORITIES = frozenset({"urgent", "high", "normal", "low"})
#: What a node of a kind may have beside it; the kinds in the order in which they are told apart.
_KINDS: dict[str, frozenset[str]] = {
    "choice": frozenset({"fact", "options"}),
    "input": frozenset({"fact", "check", "to", "skip"}),
    "ask": frozenset({"fact", "to"}),
    "escalate": frozenset({"category", "priority"}),
    "done": frozenset(),
    "article": frozenset({"say", "solved", "else"}),
    "say": frozenset({"solved", "else"}),
    "check": frozenset({"when", "otherwise"}),
    "set": frozenset({"to"}),
}
Entries = Mapping[str, yaml.Node]


@dataclass(frozen=True)
class Fault:
    """Something wrong; ``what`` names the text ``playbook.fault.<what>``, which is told with ``values``."""

    line: int
    node: str
    what: str
    values: Mapping[str, Any] = field(default_factory=dict)


def read_plan(source: str) -> tuple[Plan | None, list[Fault]]:
    """The plan as far as it can be read, none when hardly anything can; and what is wrong with the text."""
    try:
        root = composed(source)
    except TooDeepError as error:
        return None, [Fault(_line_of(error), "", "too_deep", {"most": DEEPEST})]
    except yaml.MarkedYAMLError as error:
        return None, [Fault(_line_of(error), "", "yaml", {"problem": error.problem or ""})]
    except (yaml.YAMLError, RecursionError, ValueError):
        return None, [Fault(1, "", "yaml", {"problem": ""})]
    if not isinstance(root, yaml.MappingNode):
        return None, [Fault(1, "", "no_mapping")]
    reader = _Reader()
    plan = reader.plan(root, hashlib.sha256(source.encode()).hexdigest())
    return plan, sorted(reader.faults, key=lambda fault: fault.line)


def _line_of(error: yaml.MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1


class _Reader:
    """Gathers faults on the way; ``_at`` is the node being read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._at = ""

    def plan(self, root: yaml.MappingNode, digest: str) -> Plan:
        top = self._entries(root)
        self._only(top, _FIELDS)
        for name in ("key", "title", "topic", "start", "nodes"):
            if name not in top:
                self._fault(root, "missing", name=name)
        facts = {name: self._fact(node) for name, node in self._entries(top.get("facts")).items()}
        nodes: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for name, node in self._entries(top.get("nodes")).items():
            self._at, lines[name] = name, node.start_mark.line + 1
            if (read := self._node(node)) is not None:
                nodes[name] = read
        self._at = ""
        asked = self._entries(top.get("questions"))
        questions = {locale: self._texts(asked.get(locale)) for locale in LOCALES}
        return Plan(
            key=self._text(top.get("key")),
            title=self._words(top.get("title"), root),
            about=self._words(top.get("about"), root) if "about" in top else {},
            topic=self._text(top.get("topic")),
            articles=self._texts(top.get("articles")),
            questions=questions,
            facts=facts,
            start=self._text(top.get("start")),
            nodes=nodes,
            lines=lines,
            digest=digest,
            phrasings=frozenset(folded(way) for ways in questions.values() for way in ways),
        )

    def _fact(self, node: yaml.Node) -> Fact:
        entries = self._entries(node)
        self._only(entries, frozenset({"label", "known"}))
        return Fact(self._words(entries.get("label"), node), self._text(entries.get("known")))

    def _node(self, node: yaml.Node) -> Node | None:
        entries = self._entries(node)
        kind = next((name for name in _KINDS if name in entries), None)
        if kind is None:
            self._fault(node, "kind")
            return None
        self._only(entries, _KINDS[kind] | {kind})
        return _MAKERS[kind](self, entries, node)

    def choice(self, entries: Entries, node: yaml.Node) -> Node:
        options = [self._option(one) for one in self._items(entries.get("options"))]
        if len(options) < 2:  # noqa: PLR2004 - one answer is no choice.
            self._fault(node, "few_options")
        keys = [option.key for option in options]
        if len(set(keys)) < len(keys):
            self._fault(node, "twice")
        return Choice(self._words(entries["choice"], node), options, self._text(entries.get("fact")))

    def _option(self, node: yaml.Node) -> Option:
        entries = self._entries(node)
        self._only(entries, frozenset({"key", "label", "to", "also", "set"}))
        also = [text for locale in LOCALES for text in self._texts(self._entries(entries.get("also")).get(locale))]
        put = {name: self._text(value) for name, value in self._entries(entries.get("set")).items()}
        label = self._words(entries.get("label"), node)
        return Option(self._need(entries, node, "key"), label, self._need(entries, node, "to"), also, put)

    def input(self, entries: Entries, node: yaml.Node) -> Node:
        fact, to = self._need(entries, node, "fact"), self._need(entries, node, "to")
        skip = None
        if "skip" in entries:
            ways = self._entries(entries["skip"])
            self._only(ways, frozenset({"label", "to"}))
            label = self._words(ways.get("label"), entries["skip"])
            skip = Option("skip", label, self._need(ways, entries["skip"], "to"))
        check = self._text(entries.get("check")) or "text"
        return Input(self._words(entries["input"], node), to, fact, check, skip)

    def ask(self, entries: Entries, node: yaml.Node) -> Node:
        fact, to = self._need(entries, node, "fact"), self._need(entries, node, "to")
        return Ask(self._words(entries["ask"], node), to, fact)

    def escalate(self, entries: Entries, node: yaml.Node) -> Node:
        priority = self._text(entries.get("priority"))
        if priority and priority not in _PRIORITIES:
            self._fault(entries["priority"], "priority", name=priority)
        return Escalate(self._words(entries["escalate"], node), self._text(entries.get("category")), priority)

    def done(self, entries: Entries, node: yaml.Node) -> Node:
        return Done(self._words(entries["done"], node))

    def attempt(self, entries: Entries, node: yaml.Node) -> Node:
        words = self._words(entries["say"], node) if "say" in entries else {}
        solved, otherwise = self._need(entries, node, "solved"), self._need(entries, node, "else")
        return Attempt(words, self._text(entries.get("article")), solved, otherwise)

    def branch(self, entries: Entries, node: yaml.Node) -> Node:
        whens = []
        for one in self._items(entries.get("when")):
            when = self._entries(one)
            self._only(when, frozenset({"is", "in", "to"}))
            values = frozenset(self._texts(when.get("in"))) or frozenset({self._need(when, one, "is")})
            whens.append((values, self._need(when, one, "to")))
        if not whens:
            self._fault(node, "missing", name="when")
        return Branch(self._text(entries.get("check")), whens, self._need(entries, node, "otherwise"))

    def put(self, entries: Entries, node: yaml.Node) -> Node:
        values = {name: self._text(value) for name, value in self._entries(entries["set"]).items()}
        return Put(values, self._need(entries, node, "to"))

    def _entries(self, node: yaml.Node | None) -> dict[str, yaml.Node]:
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, "no_mapping")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self._fault(key, "twice_named", name=name)
            found[name] = value
        return found

    def _only(self, entries: Entries, allowed: frozenset[str]) -> None:
        for name in entries.keys() - allowed:
            self._fault(entries[name], "unknown_field", name=name)

    def _need(self, entries: Entries, node: yaml.Node, name: str) -> str:
        text = self._text(entries.get(name))
        if not text:
            self._fault(node, "missing", name=name)
        return text

    def _words(self, node: yaml.Node | None, around: yaml.Node) -> Words:
        """A text in both languages."""
        entries = self._entries(node)
        words = {locale: self._text(entries.get(locale)) for locale in LOCALES}
        for locale, text in words.items():
            if not text:
                self._fault(node or around, "untranslated", language=locale)
        return words

    def _texts(self, node: yaml.Node | None) -> list[str]:
        return [text for one in self._items(node) if (text := self._text(one))]

    def _items(self, node: yaml.Node | None) -> Iterator[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        elif node is not None:
            self._fault(node, "no_list")

    def _text(self, node: yaml.Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, "no_text")
            return ""
        return str(node.value).strip()

    def _fault(self, node: yaml.Node, what: str, **values: Any) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, self._at, what, values))


_MAKERS: dict[str, Callable[[_Reader, Entries, yaml.Node], Node]] = {
    "choice": _Reader.choice,
    "input": _Reader.input,
    "ask": _Reader.ask,
    "escalate": _Reader.escalate,
    "done": _Reader.done,
    "article": _Reader.attempt,
    "say": _Reader.attempt,
    "check": _Reader.branch,
    "set": _Reader.put,
}
