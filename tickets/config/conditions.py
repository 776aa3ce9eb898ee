"""Conditions of rules and policies, with the names they speak of."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kit.i18n import LOCALES
from tickets.conditions import On
from tickets.config.values import CategoryName, Line, Names, TeamName, Urgency, problem


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(set(values))


def _spoken(values: list[str]) -> list[str]:
    for value in values:
        if value not in LOCALES:
            raise problem("choice", value=value, expected=", ".join(LOCALES))
    return values


class ConditionsItem(BaseModel):
    """Each field that is filled has to be met, by any of its values; see tickets.conditions."""

    model_config = ConfigDict(extra="forbid")

    category: Annotated[list[CategoryName], AfterValidator(_sorted)] = Field(default_factory=list)
    priority: Annotated[list[Urgency], AfterValidator(_sorted)] = Field(default_factory=list)
    channel: Names = Field(default_factory=list)
    team: Annotated[list[TeamName], AfterValidator(_sorted)] = Field(default_factory=list)
    region: Names = Field(default_factory=list)
    language: Annotated[Names, AfterValidator(_spoken)] = Field(default_factory=list)
    component: Names = Field(default_factory=list)
    tag: Names = Field(default_factory=list)
    customer_tag: Names = Field(default_factory=list)
    words: Annotated[list[Line], AfterValidator(_sorted)] = Field(default_factory=list)

    def stored(self) -> dict[str, list[str]]:
        """As the table has it: only what is filled, all as text."""
        found = {on.value: list(getattr(self, on.value)) for on in On}
        found[On.PRIORITY] = [str(int(one)) for one in self.priority]
        return {name: values for name, values in found.items() if values}

    def refers(self) -> Iterable[tuple[str, str]]:
        yield from (("categories", key) for key in self.category)
        yield from (("teams", key) for key in self.team)


def conditions_of(stored: dict[str, Any]) -> ConditionsItem:
    """From the table; what was configured and has gone since is left as it is."""
    return ConditionsItem(**{on.value: stored.get(on.value, []) for on in On})
