"""Precision against recall as an SVG that is readable on light and dark ground."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _SIDE = 640, 460, 60, 30, 380
_COLOURS = ("#2f7d5b", "#b4552d", "#7a5bb0")


def curves(lines: Mapping[str, Sequence[tuple[float, float, float]]]) -> str:
    """Each line's points are (recall, precision, strictness)."""
    font = 'font-family="sans-serif" font-size="12" fill="#6b7280"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {font}>',
        "<title>Precision and recall of outage detection</title>",
        *_grid(),
    ]
    for place, (name, points) in enumerate(lines.items()):
        parts += _line(name, sorted(points), _COLOURS[place % len(_COLOURS)], place)
    return "\n".join([*parts, "</svg>", ""])


def _grid() -> list[str]:
    parts = []
    for step in range(6):
        share = step / 5
        cross = f"M{_x(share):.0f} {_y(0):.0f}V{_y(1):.0f}M{_x(0):.0f} {_y(share):.0f}H{_x(1):.0f}"
        parts.append(f'<path d="{cross}" stroke="#9ca3af" stroke-opacity=".35"/>')
        parts.append(_text(_x(share), _y(0) + 18, f"{share:.1f}", "middle"))
        parts.append(_text(_x(0) - 8, _y(share) + 4, f"{share:.1f}", "end"))
    parts.append(_text(_x(0.5), _y(0) + 38, "recall: outages found in time", "middle"))
    parts.append(_text(_x(0), _TOP - 12, "precision: proposals that were right", "start"))
    return parts


def _line(name: str, points: Sequence[tuple[float, float, float]], colour: str, place: int) -> list[str]:
    path = " ".join(f"{_x(recall):.1f},{_y(precision):.1f}" for recall, precision, _ in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for recall, precision, strictness in points:
        title = f"<title>{escape(name)}: {strictness:g}</title>"
        parts.append(f'<circle cx="{_x(recall):.1f}" cy="{_y(precision):.1f}" r="4" fill="{colour}">{title}</circle>')
    y = _TOP + 14 + 20 * place
    parts.append(f'<path d="M{_x(1) + 20:.0f} {y}h18" stroke="{colour}" stroke-width="3"/>')
    parts.append(_text(_x(1) + 44, y + 4, escape(name), "start"))
    return parts


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
