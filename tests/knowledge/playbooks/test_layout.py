"""Drawn so that nothing lies on anything else, everything is there, and ways lead down."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.playbooks.layout import HEIGHT, WIDTH, Drawing, lay_out
from knowledge.playbooks.sketching import sketch

SHIPPED = sorted((Path(__file__).parents[3] / "knowledge" / "content" / "playbooks").glob("*.yaml"))
NAMES = st.sampled_from("abcdefghij")


def _overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (one.key, other.key)
        for one, other in combinations(drawing.boxes, 2)
        if abs(one.x - other.x) < WIDTH and abs(one.y - other.y) < HEIGHT
    ]


def _inside(drawing: Drawing) -> bool:
    return all(
        box.x >= 0 and box.y >= 0 and box.x + WIDTH <= drawing.width and box.y + HEIGHT <= drawing.height
        for box in drawing.boxes
    )


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=5), max_size=10))
def test_no_two_nodes_lie_on_each_other(ways: dict[str, list[str]]) -> None:
    drawing = lay_out("a", ways)
    assert {box.key for box in drawing.boxes} == set(ways)
    assert _overlaps(drawing) == []
    assert _inside(drawing)
    expected = {(key, to) for key, targets in ways.items() for to in targets if to in ways and to != key}
    assert {line.edge for line in drawing.lines} == expected


def test_a_way_leads_down_unless_it_leads_back() -> None:
    tops = {box.key: box.y for box in lay_out("a", {"a": ["b", "d"], "b": ["c"], "c": ["a", "d"], "d": []}).boxes}
    assert tops["a"] < tops["b"] < tops["c"] < tops["d"]


def test_nothing_is_drawn_of_nothing() -> None:
    assert lay_out("", {}).boxes == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_playbook_is_drawn_whole(path: Path) -> None:
    seen = sketch(path.read_text(encoding="utf-8"))
    assert seen.key == path.stem
    assert seen.unreached == []
    drawing = lay_out(seen.start, {key: [way.target for way in place.ways] for key, place in seen.places.items()})
    assert len(drawing.boxes) == len(seen.places) >= 8
    assert _overlaps(drawing) == []
    assert drawing.boxes[0].key == seen.start
