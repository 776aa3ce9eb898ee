"""What can be seen of a playbook while it is being written: forgiving, where the walk is strict.

A draft is wrong most of the time. Whatever of it can be read is drawn and listed all the same; what is wrong with it is
said by the check.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from kit.i18n import LOCALES, Locale
from knowledge.playbooks.composing import composed

KINDS = ("choice", "input", "ask", "check", "article", "say", "escalate", "done", "set")
#: What makes a node one of its kind, the most telling first: an article is shown with words of its own.
_TELLING = ("choice", "input", "ask", "check", "escalate", "done", "article", "say", "set")


@dataclass(frozen=True)
class Way:
    """From a node on: by an option, a ``when``, or one of ``to``, ``solved``, ``else``, ``otherwise``, ``skip``."""

    by: str
    target: str
    label: Mapping[Locale, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """One node as far as it can be read; ``line`` counts from 1."""

    key: str
    kind: str
    line: int
    words: Mapping[Locale, str] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    article: str = ""


@dataclass(frozen=True)
class Sketch:
    """All of it; nothing in it where the text is no YAML at all."""

    key: str = ""
    titles: Mapping[Locale, str] = field(default_factory=dict)
    start: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def unreached(self) -> list[str]:
        """Nodes that no way leads to."""
        seen: set[str] = set()
        waiting = [self.start]
        while waiting:
            place = self.places.get(waiting.pop())
            if place and place.key not in seen:
                seen.add(place.key)
                waiting += [way.target for way in place.ways]
        return [key for key in self.places if key not in seen]


def sketch(source: str) -> Sketch:
    """Never raises."""
    try:
        root = composed(source)
    except (yaml.YAMLError, RecursionError, ValueError):
        return Sketch()
    top = _entries(root)
    nodes = [(key, line, node) for key, line, node in _pairs(top.get("nodes"))]
    places = [_place(key, line, _entries(node)) for key, line, node in nodes]
    return Sketch(
        key=_text(top.get("key")),
        titles=_words(top.get("title")),
        start=_text(top.get("start")),
        places={place.key: place for place in places},
    )


def _place(key: str, line: int, fields: Mapping[str, yaml.Node]) -> Place:
    kind = next((name for name in _TELLING if name in fields), "")
    words = _words(fields.get("say") if kind == "article" else fields.get(kind))
    if kind == "check":
        words = dict.fromkeys(LOCALES, _text(fields.get("check")))
    return Place(key, kind, line, words, tuple(_ways(fields)), _text(fields.get("article")))


def _ways(fields: Mapping[str, yaml.Node]) -> Iterator[Way]:
    for option in _items(fields.get("options")):
        entries = _entries(option)
        yield Way("option", _text(entries.get("to")), _words(entries.get("label")))
    for when in _items(fields.get("when")):
        entries = _entries(when)
        told = ", ".join(_values(entries.get("in"))) or _text(entries.get("is"))
        yield Way("when", _text(entries.get("to")), dict.fromkeys(LOCALES, told))
    for name in ("to", "solved", "else", "otherwise"):
        if target := _text(fields.get(name)):
            yield Way(name, target)
    if skip := _entries(fields.get("skip")):
        yield Way("skip", _text(skip.get("to")), _words(skip.get("label")))


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key: value for key, _, value in _pairs(node)}


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, key.start_mark.line + 1, value


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _values(node: yaml.Node | None) -> list[str]:
    return [_text(item) for item in _items(node)]


def _text(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""


def _words(node: yaml.Node | None) -> dict[Locale, str]:
    entries = _entries(node)
    return {locale: text for locale in LOCALES if (text := _text(entries.get(locale)))}
