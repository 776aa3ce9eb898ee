"""YAML as a tree of nodes with their lines, no deeper than a playbook can be."""

from typing import Any

import yaml

#: What is written of a playbook is seven deep; what is far deeper is a slip, or somebody at play.
DEEPEST = 20


class TooDeepError(yaml.MarkedYAMLError):
    """Lists in lists in lists."""


class _Loader(yaml.SafeLoader):
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeepError(problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]  # PyYAML's stubs leave the arguments open.
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def composed(source: str) -> yaml.Node | None:
    """The whole text; raises what PyYAML does, and :class:`TooDeepError`."""
    return yaml.compose(source, Loader=_Loader)
