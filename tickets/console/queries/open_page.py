"""A page of open tickets, out of their columns in memory: the same as the database would give, whatever is filtered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tickets.console.queries.ordering import Place, Stretch
from tickets.views.open_tickets import NOTHING, Mask, OpenTickets, moment_number, moment_of


def places_of(desk: OpenTickets, meant: Mask, stretches: Sequence[Stretch], begins: Place, limit: int) -> list[Place]:
    """The next ``limit`` of the tickets that are meant, in order."""
    found: list[Place] = []
    for number in range(begins.stretch, len(stretches)):
        begin = begins if number == begins.stretch else Place(number)
        found += _of_stretch(desk, meant, stretches[number], begin, limit - len(found))
        if len(found) == limit:
            break
    return found


def _of_stretch(desk: OpenTickets, meant: Mask, stretch: Stretch, begin: Place, limit: int) -> list[Place]:
    slots = np.flatnonzero(_within(desk, meant, stretch))
    ids = desk.column("id")[slots]
    turned = -1 if stretch.descending else 1
    keys, numbers = (desk.column(stretch.by)[slots] if stretch.by else ids) * turned, ids * turned
    if begin.ticket_id is not None:
        last = turned * (moment_number(begin.moment) if begin.moment else begin.ticket_id)
        beyond = (keys > last) | ((keys == last) & (numbers > turned * begin.ticket_id))
        keys, numbers = keys[beyond], numbers[beyond]
    first = _first(keys, numbers, limit)
    return [
        Place(begin.stretch, moment_of(key * turned) if stretch.by else None, number * turned)
        for key, number in zip(keys[first].tolist(), numbers[first].tolist(), strict=True)
    ]


def _within(desk: OpenTickets, meant: Mask, stretch: Stretch) -> Mask:
    if stretch.priority:
        meant = meant & (desk.column("priority") == stretch.priority)
    if stretch.by:
        meant = meant & (desk.column(stretch.by) != NOTHING)
    if stretch.without:
        meant = meant & (desk.column(stretch.without) == NOTHING)
    return meant


def _first(keys: NDArray[np.int64], numbers: NDArray[np.int64], limit: int) -> NDArray[np.intp]:
    """Where the smallest pairs stand, in order; only those that come into question are sorted."""
    near = np.arange(len(keys))
    if len(keys) > limit:
        near = np.flatnonzero(keys <= np.partition(keys, limit - 1)[limit - 1])
    return near[np.lexsort((numbers[near], keys[near]))][:limit]
