"""Who may see an article and when: what a search is narrowed by."""

from dataclasses import dataclass

#: An article is shown to those it was written for; what is unknown here is shown to nobody outside.
EVERYBODY = frozenset({"user", "operator"})
STAFF = EVERYBODY | {"staff"}


@dataclass(frozen=True, slots=True)
class Facets:
    """What the search knows of an article besides its words."""

    audience: str = "user"
    component: str = ""
    #: The incident the article speaks of; it is of no use before or after. Empty: it stands by itself.
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may be found. Left alone, it is what may be told to anybody."""

    audiences: frozenset[str] = EVERYBODY
    #: Only articles that can be asked for in this language.
    language: str | None = None
    components: frozenset[str] | None = None
    #: The incidents that are on at the moment.
    incidents: frozenset[str] = frozenset()

    def admits(self, facets: Facets, languages: frozenset[str]) -> bool:
        return (
            facets.audience in self.audiences
            and (self.language is None or self.language in languages)
            and (self.components is None or facets.component in self.components)
            and (not facets.incident or facets.incident in self.incidents)
        )


PUBLIC = Filter()
#: An article nobody said anything about.
PLAIN_FACETS = Facets()
