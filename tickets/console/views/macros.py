"""What a macro does on a ticket, in words: before it runs, and afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.i18n import translate
from kit.settings import Locale
from tickets.macros.actions import Do
from tickets.macros.running import Outcome, Run
from tickets.models import Ticket


@dataclass(frozen=True)
class ActionLine:
    """One action: what it is, what with, and what is to be known of it."""

    title: str
    detail: str
    warning: str = ""
    done: bool = True


def action_line(run: Run, ticket: Ticket, action: Mapping[str, Any], locale: Locale) -> ActionLine:
    """As it would be done now."""
    title = translate(f"macro.do.{action['do']}", locale)
    if action["do"] in {Do.REPLY, Do.NOTE, Do.RESOLVE}:
        filled = run.filled(ticket, action)
        names = "、".join(translate(f"variable.{name}", locale) for name in filled.missing)
        return ActionLine(title, filled.text, translate("canned.missing", locale, names=names) if names else "")
    return ActionLine(title, _detail(action, locale))


def _detail(action: Mapping[str, Any], locale: Locale) -> str:
    match action["do"]:
        case Do.TAGS:
            added = [f"+{name}" for name in action.get("add", ())]
            return " ".join(added + [f"-{name}" for name in action.get("remove", ())])
        case Do.SNOOZE:
            return translate("macro.hours", locale, count=f"{action['hours']:g}")
        case Do.STAGE:
            return translate(f"console.stages.{action['to']}", locale)
        case Do.PRIORITY:
            return translate(f"priority.{action['to']}", locale)
        case Do.ASSIGN if action["to"] in {"me", "nobody"}:
            return translate(f"macro.to.{action['to']}", locale)
        case _:
            return str(action["to"])


def outcome_lines(run: Run, ticket: Ticket, outcomes: Sequence[Outcome], locale: Locale) -> list[ActionLine]:
    """What became of each; what was refused says why."""
    lines = []
    for outcome in outcomes:
        line = action_line(run, ticket, outcome.action, locale)
        refusal = outcome.refusal
        why = translate(f"error.{refusal.code}", locale, **_spoken(refusal.values, locale)) if refusal else ""
        lines.append(ActionLine(line.title, line.detail, why, outcome.done))
    return lines


def _spoken(values: Mapping[str, str | int], locale: Locale) -> dict[str, str | int]:
    """Stages by their names."""
    ends = {
        name: translate(f"console.stages.{values[name]}", locale) for name in ("source", "target") if name in values
    }
    return {**values, **ends}
