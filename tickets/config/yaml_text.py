"""YAML with the line of every value: the core of 1.2, so that "no" is a word and 22:00 is a time, not a number."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

LONGEST = 2_000_000
_DEEPEST = 20


class YamlError(Exception):
    """It cannot be read from ``line`` on."""

    def __init__(self, line: int, code: str, **values: Any) -> None:
        super().__init__(f"line {line}: {code}")
        self.line, self.code, self.values = line, code, values


class Lines:
    """Where each value stands, by its path; lines count from 1."""

    def __init__(self, places: Mapping[tuple[Any, ...], int]) -> None:
        self._places = places

    def at(self, path: Sequence[Any]) -> int:
        """The line of the value, or of the nearest thing around it that is there."""
        for end in range(len(path), -1, -1):
            if (line := self._places.get(tuple(path[:end]))) is not None:
                return line
        return 1


class _Loader(yaml.SafeLoader):
    """Plain words stay words but for numbers, true, false and null."""

    yaml_implicit_resolvers: Any = {}  # noqa: RUF012 - as the library declares it.


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), list(_first))


def parse(text: str) -> tuple[Any, Lines]:
    """The values and their lines; raises YamlError."""
    if len(text) > LONGEST:
        raise YamlError(1, "too_long_document", most=LONGEST)
    try:
        node = _node(text.removeprefix("\ufeff"))
        places: dict[tuple[Any, ...], int] = {}
        _walk(node, (), places)
        return _Loader("").construct_document(node), Lines(places)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise YamlError(mark.line + 1 if mark else 1, "yaml", said=said) from error


def _node(text: str) -> Any:
    # An alias could make a small file endless.
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(event.start_mark.line + 1 if event.start_mark else 1, "alias")
    node = yaml.compose(text, Loader=_Loader)
    if node is None:
        raise YamlError(1, "empty_document")
    return node


def _walk(node: Any, path: tuple[Any, ...], places: dict[tuple[Any, ...], int]) -> None:
    if len(path) > _DEEPEST:
        raise YamlError(node.start_mark.line + 1, "too_deep")
    places.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            key = (*path, _name(name))
            if key in places:
                raise YamlError(name.start_mark.line + 1, "twice", name=key[-1])
            places[key] = name.start_mark.line + 1
            _walk(value, key, places)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            _walk(value, (*path, place), places)


def _name(node: Any) -> str:
    """A name is a text, also when it looks like a number."""
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(node.start_mark.line + 1, "not_a_name")
    node.tag = "tag:yaml.org,2002:str"
    return str(node.value)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, lists set in."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - as the library calls it.
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as the library calls it.
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    block = "|" if "\n" in value and not value.startswith((" ", "\n")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=block)


_Dumper.add_representer(str, _text)


def write(data: Any) -> str:
    """The values as YAML that :func:`parse` reads back the same."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, indent=2)
