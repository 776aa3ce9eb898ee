"""Where the nodes of a playbook stand when it is drawn: in layers from the start down, with few crossings. Pure.

Sugiyama's way in small: ways back are turned round, each node stands one layer below the lowest that leads to it, ways
past a layer run through a point in it, and some sweeps put every node near the middle of its neighbours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 168, 52
_GAP_X, _GAP_Y, _MARGIN = 20, 52, 12
#: What a way that passes a layer needs there.
_PASSING = 12
_SWEEPS = 12
Edge = tuple[str, str]
#: A node by its key, or the point of a way in a layer it passes.
_Spot = str | tuple[str, str, int]


@dataclass(frozen=True)
class Box:
    """A node; the upper left corner."""

    key: str
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A way as the path of an SVG, and where on it a short label has room."""

    edge: Edge
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Drawing:
    """All of it, and how much room it takes."""

    width: float
    height: float
    boxes: Sequence[Box]
    lines: Sequence[Line]


def lay_out(start: str, ways: Mapping[str, Sequence[str]]) -> Drawing:
    """A drawing of nodes and where each leads to; what does not lead to a node is left out."""
    keys = sorted(ways, key=lambda key: key != start)
    edges = list(dict.fromkeys((key, target) for key in keys for target in ways[key] if target in ways))
    forward = _turned(keys, edges)
    depth = _depths(keys, forward)
    chains = {edge: _chain(edge, depth) for edge in forward if edge[0] != edge[1]}
    layers = _ordered(keys, depth, list(chains.values()))
    places = _placed(layers, list(chains.values()))
    return _drawing(edges, depth, chains, places)


def _turned(keys: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """The edges such that none leads back; depth first, without recursion."""
    out: dict[str, list[str]] = {key: [to for frm, to in edges if frm == key] for key in keys}
    state: dict[str, int] = {}
    back: set[Edge] = set()
    for root in keys:
        stack = [(root, iter(out[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            key, following = stack[-1]
            target = next(following, None)
            if target is None:
                state[key] = 2
                stack.pop()
            elif state.get(target) == 1:
                back.add((key, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(out[target])))
    return list(dict.fromkeys((to, frm) if (frm, to) in back else (frm, to) for frm, to in edges))


def _depths(keys: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    depth = dict.fromkeys(keys, 0)
    inward = dict.fromkeys(keys, 0)
    out: dict[str, list[str]] = {key: [] for key in keys}
    for frm, to in edges:
        if frm != to:
            out[frm].append(to)
            inward[to] += 1
    ready = [key for key in keys if inward[key] == 0]
    while ready:
        key = ready.pop()
        for to in out[key]:
            depth[to] = max(depth[to], depth[key] + 1)
            inward[to] -= 1
            if inward[to] == 0:
                ready.append(to)
    return depth


def _chain(edge: Edge, depth: Mapping[str, int]) -> list[_Spot]:
    frm, to = edge
    return [frm, *((frm, to, layer) for layer in range(depth[frm] + 1, depth[to])), to]


def _ordered(keys: Sequence[str], depth: Mapping[str, int], chains: Sequence[list[_Spot]]) -> list[list[_Spot]]:
    layers: list[list[_Spot]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key in keys:
        layers[depth[key]].append(key)
    for chain in chains:
        for spot in chain[1:-1]:
            layers[spot[2] if isinstance(spot, tuple) else 0].append(spot)
    above, below = _neighbours(chains)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        beside = above if down else below
        for layer in layers if down else reversed(layers):
            rank = {spot: place for one in layers for place, spot in enumerate(one)}
            layer.sort(key=lambda spot: _middle([rank[one] for one in beside.get(spot, [])], rank[spot]))
    return layers


def _neighbours(chains: Sequence[list[_Spot]]) -> tuple[dict[_Spot, list[_Spot]], dict[_Spot, list[_Spot]]]:
    above: dict[_Spot, list[_Spot]] = {}
    below: dict[_Spot, list[_Spot]] = {}
    for chain in chains:
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _middle(values: Sequence[float], itself: float) -> float:
    return sum(values) / len(values) if values else itself


def _room(spot: _Spot) -> float:
    return WIDTH if isinstance(spot, str) else _PASSING


def _placed(layers: Sequence[list[_Spot]], chains: Sequence[list[_Spot]]) -> dict[_Spot, float]:
    """The middle of each spot: first side by side, then towards its neighbours, never over the one beside it."""
    places: dict[_Spot, float] = {}
    for layer in layers:
        edge = -sum(_room(spot) + _GAP_X for spot in layer) / 2
        for spot in layer:
            places[spot] = edge + _room(spot) / 2
            edge += _room(spot) + _GAP_X
    above, below = _neighbours(chains)
    for sweep in range(_SWEEPS):
        beside = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _pull(
                layer,
                places,
                {spot: _middle([places[one] for one in beside.get(spot, [])], places[spot]) for spot in layer},
            )
    leftmost = min((place - _room(spot) / 2 for spot, place in places.items()), default=0)
    return {spot: place - leftmost + _MARGIN for spot, place in places.items()}


def _pull(layer: Sequence[_Spot], places: dict[_Spot, float], wanted: Mapping[_Spot, float]) -> None:
    """As near to where each wants to be as its neighbours let it, half from the left and half from the right."""
    from_left: list[float] = []
    for place, spot in enumerate(layer):
        least = from_left[-1] + _apart(layer[place - 1], spot) if place else wanted[spot]
        from_left.append(max(least, wanted[spot]))
    from_right: list[float] = []
    for place, spot in reversed(list(enumerate(layer))):
        most = from_right[-1] - _apart(spot, layer[place + 1]) if from_right else wanted[spot]
        from_right.append(min(most, wanted[spot]))
    for spot, left, right in zip(layer, from_left, reversed(from_right), strict=True):
        places[spot] = (left + right) / 2


def _apart(left: _Spot, right: _Spot) -> float:
    return (_room(left) + _room(right)) / 2 + _GAP_X


def _drawing(
    edges: Sequence[Edge], depth: Mapping[str, int], chains: Mapping[Edge, list[_Spot]], places: Mapping[_Spot, float]
) -> Drawing:
    boxes = [Box(key, round(places[key] - WIDTH / 2, 1), _top(depth[key])) for key in depth]
    lines = [line for edge in edges if (line := _line(edge, depth, chains, places)) is not None]
    width = max((place + _room(spot) / 2 for spot, place in places.items()), default=0) + _MARGIN
    height = _top(max(depth.values(), default=0)) + HEIGHT + _MARGIN
    return Drawing(round(width, 1), height, boxes, lines)


def _top(layer: int) -> float:
    return _MARGIN + layer * (HEIGHT + _GAP_Y)


def _line(
    edge: Edge, depth: Mapping[str, int], chains: Mapping[Edge, list[_Spot]], places: Mapping[_Spot, float]
) -> Line | None:
    back = edge not in chains
    chain = chains.get((edge[1], edge[0])) if back else chains[edge]
    if chain is None:
        return None
    points = list(_points(chain, depth, places))
    if back:
        points.reverse()
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        bend = (to_y - y) / 2
        path += f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"
    return Line(edge, path, round(points[-1][0], 1), round(points[-1][1] - 8, 1))


def _points(
    chain: Sequence[_Spot], depth: Mapping[str, int], places: Mapping[_Spot, float]
) -> Iterator[tuple[float, float]]:
    for place, spot in enumerate(chain):
        if isinstance(spot, tuple):
            yield places[spot], _top(spot[2])
            yield places[spot], _top(spot[2]) + HEIGHT
        else:
            yield places[spot], _top(depth[spot]) + (HEIGHT if place == 0 else 0)
