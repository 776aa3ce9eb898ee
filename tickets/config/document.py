"""The document: every section as YAML, read with the line of each problem, written in one order."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from kit.db import AsyncSession
from kit.errors import InvalidError
from tickets.config.section import Item, Section
from tickets.config.sections import SECTIONS, Everything, known_of, load_all
from tickets.config.values import Known
from tickets.config.yaml_text import Lines, YamlError, parse, write

VERSION = 1
_VERSION = "version"


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the document: where, and the code and values of the text ``config.problem.<code>``."""

    line: int
    path: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


class DocumentError(InvalidError):
    """The document cannot be used; ``troubles`` say why, each with its line."""

    code = "config_document"

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = sorted(troubles, key=lambda one: one.line)
        super().__init__(count=len(self.troubles))

    def __str__(self) -> str:
        return "; ".join(f"line {one.line}: {one.path}: {one.code} {dict(one.values)}" for one in self.troubles)


async def export(session: AsyncSession) -> str:
    """The whole configuration, without secrets; reading it in again changes nothing."""
    return write(as_data(await load_all(session)))


def as_data(everything: Mapping[str, Mapping[str, Item]]) -> dict[str, Any]:
    """What the document says, as plain values in its order."""
    data: dict[str, Any] = {_VERSION: VERSION}
    for name, section in SECTIONS.items():
        items = everything.get(name, {})
        briefs = {key: items[key].brief() for key in section.arranged(items)}
        data[name] = {key: brief for key, brief in briefs.items() if brief or not section.keys_of}
    return data


async def read(session: AsyncSession, text: str, *, prune: bool = False) -> Everything:
    """What the document wants; raises DocumentError with all that is wrong with it.

    An item may refer to what there is already and to what the document brings; with ``prune`` only to the latter.
    """
    data, lines = _parsed(text)
    present: Known = {} if prune else known_of(await load_all(session))
    troubles = list(_strange(data, lines))
    sections = {name: data[name] for name in SECTIONS if isinstance(data.get(name), dict)}
    known = {name: present.get(name, frozenset()) | frozenset(map(str, sections.get(name, {}))) for name in SECTIONS}
    wanted: Everything = {}
    for name, items in sections.items():
        wanted[name] = {}
        for key, raw in items.items():
            found = _item(SECTIONS[name], str(key), raw, known, lines)
            if isinstance(found, Item):
                wanted[name][str(key)] = found
            else:
                troubles += found
    if troubles:
        raise DocumentError(troubles)
    return wanted


def _parsed(text: str) -> tuple[dict[Any, Any], Lines]:
    try:
        data, lines = parse(text)
    except YamlError as error:
        raise DocumentError([Trouble(error.line, "", error.code, error.values)]) from error
    if not isinstance(data, dict) or data.get(_VERSION) != VERSION:
        line = lines.at((_VERSION,))
        raise DocumentError([Trouble(line, _VERSION, "version", {"version": VERSION})])
    return data, lines


def _strange(data: Mapping[Any, Any], lines: Lines) -> Iterator[Trouble]:
    for name, value in data.items():
        if name == _VERSION:
            continue
        if name not in SECTIONS:
            yield Trouble(lines.at((name,)), str(name), "unknown_section", _nearest(str(name), SECTIONS))
        elif value is not None and not isinstance(value, dict):
            yield Trouble(lines.at((name,)), str(name), "not_a_mapping")


def _item(section: Section, key: str, raw: Any, known: Known, lines: Lines) -> Item | list[Trouble]:
    place = (section.name, key)
    if section.keys_of and key not in known[section.keys_of]:
        values = {"section": section.keys_of, "value": key, **_nearest(key, known[section.keys_of])}
        return [Trouble(lines.at(place), ".".join(place), "unknown_name", values)]
    if not section.is_key(key):
        return [Trouble(lines.at(place), ".".join(place), "key", {"item": key})]
    try:
        return section.item.model_validate({} if raw is None else raw, context=known)
    except ValidationError as error:
        return [_trouble(section, place, found, lines) for found in error.errors()]


def _trouble(section: Section, place: tuple[str, ...], found: Any, lines: Lines) -> Trouble:
    path = (*place, *(part for part in found["loc"]))
    values = {**found.get("ctx", {}), "value": str(found.get("input", ""))[:60]}
    if found["type"] == "extra_forbidden":
        fields = section.item.model_fields if len(found["loc"]) == 1 else ()
        values |= {"field": str(path[-1]), **_nearest(str(path[-1]), fields)}
    return Trouble(lines.at(path), ".".join(map(str, path)), found["type"], values)


def _nearest(name: str, known: Iterable[str]) -> dict[str, str]:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return {"name": name, "nearest": close[0] if close else "", "known": ", ".join(known)}
