"""A raw report as its texts, its fields for machines, and the mail that it quotes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from channels.email.mime.charsets import decode, storable
from channels.email.mime.entities import Budget, Entity, read_entity
from channels.email.mime.headers import split_head, unfold
from channels.email.mime.html import html_to_text

#: What is looked at: reports are short, and what follows is the mail that came back.
MOST_BYTES = 256 * 1024
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINALS = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
        "text/rfc822-headers",
        "text/rfc822-header",
    }
)
_FEEDBACK, _DISPOSITION = "message/feedback-report", "message/disposition-notification"


@dataclass(frozen=True)
class Parts:
    """The parts of a report by what they are for. The mail it quotes is never taken apart."""

    root: Entity

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        return tuple(self._texts(_STATUS))

    @cached_property
    def feedback(self) -> tuple[str, ...]:
        return tuple(self._texts({_FEEDBACK}))

    @cached_property
    def dispositions(self) -> tuple[str, ...]:
        return tuple(self._texts({_DISPOSITION}))

    @cached_property
    def originals(self) -> tuple[str, ...]:
        return tuple(self._texts(_ORIGINALS))

    @cached_property
    def words(self) -> str:
        """What the report says to people: its plain texts, or its pages where it has none."""
        plain = "\n".join(self._texts({"text/plain"}))
        return plain if plain.strip() else "\n".join(map(html_to_text, self._texts({"text/html"})))

    @property
    def report_type(self) -> str:
        return self.root.content_type.get("report-type").lower()

    def _texts(self, mimes: frozenset[str] | set[str]) -> Iterator[str]:
        for entity in _leaves(self.root):
            if entity.mime in mimes:
                yield storable(decode(entity.content, entity.charset))


def read_parts(raw: bytes) -> Parts:
    return Parts(read_entity(raw[:MOST_BYTES], Budget()))


def header_block(text: str) -> dict[str, str]:
    """The headers at the top of a text, unfolded, the first of each name."""
    headers, _ = split_head(text.lstrip("\r\n\t ").encode("utf-8", "replace"))
    block: dict[str, str] = {}
    for name, value in headers.fields:
        block.setdefault(name, storable(unfold(value)))
    return block


def _leaves(entity: Entity) -> Iterator[Entity]:
    if not entity.children:
        yield entity
    for child in entity.children:
        yield from _leaves(child)
