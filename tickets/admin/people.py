"""The teams of one person: they are kept with the teams, and are edited here from the person's side."""

from tickets.config.changing import put
from tickets.config.section import Hand, Item
from tickets.config.sections import SECTIONS, Everything
from tickets.config.teams import TeamItem


def team_keys(everything: Everything, login: str) -> list[str]:
    """The teams somebody is in."""
    return sorted(key for key, team in everything["teams"].items() if login in _members(team))


async def set_teams(hand: Hand, login: str, wanted: list[str]) -> bool:
    """Put the person into these teams and out of all others; False when nothing changed."""
    teams = SECTIONS["teams"]
    changed = False
    for key, team in (await teams.load(hand.session)).items():
        members = set(_members(team)) - {login}
        members |= {login} if key in wanted else set()
        after = team.model_copy(update={"members": sorted(members)})
        changed |= await put(hand, teams, key, after)
    return changed


def _members(team: Item) -> list[str]:
    return team.members if isinstance(team, TeamItem) else []
