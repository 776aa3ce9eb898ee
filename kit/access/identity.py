"""Who is asking, once they have proven it."""

from dataclasses import dataclass, field
from enum import StrEnum

from kit.settings import Locale


class Role(StrEnum):
    """What a member of staff may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    EDITOR = "editor"
    ADMIN = "admin"


#: What each role may do besides its own: agents and editors stand side by side under the supervisors.
INCLUDES: dict[Role, frozenset[Role]] = {
    Role.AGENT: frozenset({Role.AGENT}),
    Role.EDITOR: frozenset({Role.EDITOR}),
    Role.SUPERVISOR: frozenset({Role.SUPERVISOR, Role.AGENT, Role.EDITOR}),
    Role.ADMIN: frozenset(Role),
}


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A member of staff in a live session; it carries no password hash, so it may go into templates."""

    id: int
    login: str
    name: str
    role: Role
    locale: Locale
    csrf: str = field(repr=False)
    token: str = field(repr=False)

    def may(self, role: Role) -> bool:
        """Whether this person may do what ``role`` may do."""
        return role in INCLUDES[self.role]
