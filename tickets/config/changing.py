"""Change what is configured, one item or many: in one transaction, one after another, and written into the audit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.audit import Change, history, record, take_turn
from kit.db import AsyncSession, hint
from kit.errors import NotFoundError
from tickets.config.section import (
    CONFIG_CHANGED,
    Hand,
    Item,
    ItemChangedError,
    ItemInUseError,
    ItemMisfitError,
    Section,
    digest,
)
from tickets.config.sections import SECTIONS, Everything, known_now, load_all


@dataclass(frozen=True)
class Planned:
    """One change to come; nothing before: made, nothing after: removed."""

    section: str
    key: str
    before: Item | None
    after: Item | None

    @property
    def action(self) -> str:
        if self.before is None:
            return "create"
        return "update" if self.after is not None else "remove"


async def put(
    hand: Hand,
    section: Section,
    key: str,
    item: Item,
    *,
    seen: str | None = None,
    action: str | None = None,
) -> bool:
    """Make or change an item; False when it is so already.

    ``seen`` is the digest of what the person looked at: raises ItemChangedError when somebody else was first, and
    ItemMisfitError when the whole would not fit together.
    """
    session = hand.session
    await take_turn(session)
    items = await section.load(session)
    present = items.get(key)
    if seen is not None and digest(present) != seen:
        raise ItemChangedError(who=await _last_author(session, section.name, key))
    if present == item:
        return False
    _check(section, items | {key: item}, items)
    await _carry_out(hand, Planned(section.name, key, present, item), action)
    return True


async def remove(hand: Hand, section: Section, key: str) -> None:
    """Delete an item nothing uses; raises ItemInUseError."""
    session = hand.session
    await take_turn(session)
    everything = await load_all(session)
    items = everything[section.name]
    rest = {name: one for name, one in items.items() if name != key}
    kept = everything | {section.name: rest}
    if key not in items or section.only or (section.name, key) in referred(kept) or key in await section.used(session):
        raise ItemInUseError(item=key)
    _check(section, rest, items)
    await _carry_out(hand, Planned(section.name, key, items[key], None))


async def restore(hand: Hand, section: Section, key: str, old: Any) -> bool:
    """Put an item back as an entry of the audit says it was; raises a ValidationError where that no longer works."""
    item = section.item.model_validate(old, context=await known_now(hand.session))
    return await put(hand, section, key, item, action="restore")


async def move(hand: Hand, section: Section, key: str, by: int) -> None:
    """Change places with the next among its equals; what is first or last already stays there."""
    await take_turn(hand.session)
    items = await section.load(hand.session)
    if key not in items or "position" not in section.item.model_fields:
        raise NotFoundError
    parent = getattr(items[key], "parent", None)
    equals = [one for one in section.arranged(items) if getattr(items[one], "parent", None) == parent]
    place = equals.index(key)
    other = min(max(place + by, 0), len(equals) - 1)
    equals[place], equals[other] = equals[other], equals[place]
    for position, one in enumerate(equals, start=1):
        after = items[one].model_copy(update={"position": position})
        if after != items[one]:
            await _carry_out(hand, Planned(section.name, one, items[one], after), "move")


async def plan(session: AsyncSession, wanted: Mapping[str, Mapping[str, Item]], *, prune: bool) -> list[Planned]:
    """What has to be done so that everything is as wanted; raises ItemMisfitError.

    What is not mentioned stays, unless ``prune``: then it is removed, or closed where something still refers to it.
    """
    present = await load_all(session)
    steps: list[Planned] = []
    for name, section in SECTIONS.items():
        items = wanted.get(name, {})
        changed = [key for key in section.arranged(items) if present[name].get(key) != items[key]]
        steps += [Planned(name, key, present[name].get(key), items[key]) for key in changed]
    if prune:
        steps += await _pruned(session, present, wanted)
    for name, section in SECTIONS.items():
        _check(section, _after(present[name], name, steps), present[name])
    return steps


def _after(items: Mapping[str, Item], section: str, steps: Iterable[Planned]) -> dict[str, Item]:
    found = dict(items)
    for step in steps:
        if step.section == section and step.after is not None:
            found[step.key] = step.after
        elif step.section == section:
            del found[step.key]
    return found


async def _pruned(
    session: AsyncSession, present: Everything, wanted: Mapping[str, Mapping[str, Item]]
) -> list[Planned]:
    """What refers goes before what it refers to; what is left closed keeps what it refers to."""
    kept: Everything = {name: dict(wanted.get(name, {})) for name in SECTIONS}
    steps: list[Planned] = []
    for name, section in reversed(SECTIONS.items()):
        gone = [key for key in reversed(section.arranged(present[name])) if key not in kept[name]]
        used = await section.used(session) if gone else set()
        for key in gone:
            item = present[name][key]
            stays = section.only or key in used or (name, key) in referred(kept)
            after = _closed(item) if stays else None
            if after is not None:
                kept[name][key] = after
            if after != item:
                steps.append(Planned(name, key, item, after))
    return steps


def _closed(item: Item) -> Item:
    """What cannot go: out of use, or emptied, or as it is."""
    fields = type(item).model_fields
    if "active" in fields:
        return item.model_copy(update={"active": False})
    return item if any(field.is_required() for field in fields.values()) else type(item).model_validate({})


def referred(everything: Mapping[str, Mapping[str, Item]]) -> set[tuple[str, str]]:
    """Section and key of all that some item refers to."""
    return {
        name
        for section, items in everything.items()
        for item in items.values()
        for name in SECTIONS[section].refers(item)
    }


async def apply(hand: Hand, steps: Sequence[Planned]) -> None:
    """Carry a plan out, in the caller's transaction; the caller made it in the same one, after :func:`take_turn`."""
    for step in steps:
        await _carry_out(hand, step, "import" if step.action == "update" else None)


async def _carry_out(hand: Hand, step: Planned, action: str | None = None) -> None:
    section, session = SECTIONS[step.section], hand.session
    if step.after is None:
        await section.remove(session, step.key)
    else:
        await section.save(hand, step.key, step.after)
    told = Change(
        action=action or step.action,
        kind=step.section,
        key=step.key,
        before=step.before.dump() if step.before else None,
        after=step.after.dump() if step.after else None,
    )
    await record(session, hand.now, hand.author, told)
    hint(session, CONFIG_CHANGED)


def _check(section: Section, after: Mapping[str, Item], before: Mapping[str, Item]) -> None:
    """What did not fit before may stay as it is; no change makes it worse."""
    old = set(section.misfits(before))
    for misfit in section.misfits(after):
        if misfit not in old:
            raise ItemMisfitError(misfit)


async def _last_author(session: AsyncSession, kind: str, key: str) -> str:
    entries = await history(session, kind, key, limit=1)
    return entries[0].actor if entries else "?"
