"""The facts a ticket wants, and which are worth asking for which matter."""

from dataclasses import dataclass

from bot.dialogue.entities import Entity, EntityKind


@dataclass(frozen=True)
class Fact:
    """A thing worth knowing.

    ``typed`` facts only take what an extractor recognised (or a second try); of ``wordy`` ones the person's own
    words are kept whole, whatever was recognised in them.
    """

    name: str
    kinds: tuple[EntityKind, ...]
    typed: bool
    components: frozenset[str] | None = None
    wordy: bool = False


FACTS: tuple[Fact, ...] = (
    # Asked only when somebody wants a ticket without having said what is wrong.
    Fact("problem", (), typed=False),
    Fact("error", (EntityKind.ERROR_CODE, EntityKind.ERROR_TEXT), typed=False, wordy=True),
    Fact(
        "client",
        (EntityKind.CLIENT, EntityKind.OS, EntityKind.BROWSER),
        typed=False,
        wordy=True,
        components=frozenset({"device", "client", "print", "login"}),
    ),
    Fact(
        "invoice_number",
        (EntityKind.INVOICE_NUMBER,),
        typed=True,
        components=frozenset({"upload", "query", "data"}),
    ),
    Fact("region", (EntityKind.REGION,), typed=False),
    Fact("tax_id", (EntityKind.CREDIT_CODE,), typed=True),
    Fact("phone", (EntityKind.PHONE, EntityKind.EMAIL), typed=True),
)
BY_NAME = {fact.name: fact for fact in FACTS}


def wanted(component: str | None, known: dict[str, str]) -> tuple[str, ...]:
    """Names of the facts to ask for, in order, leaving out what is known already."""
    fitting = (fact for fact in FACTS if fact.components is None or component in fact.components)
    return tuple(fact.name for fact in fitting if fact.name not in known)


def found(entities: tuple[Entity, ...]) -> dict[str, str]:
    """Facts that sound entities give; the first of a kind counts."""
    facts: dict[str, str] = {}
    for fact in FACTS:
        for entity in entities:
            if entity.kind in fact.kinds and entity.problem is None:
                facts.setdefault(fact.name, entity.value)
    return facts


def doubtful(name: str, entities: tuple[Entity, ...]) -> Entity | None:
    """An attempt at the fact that cannot be right."""
    kinds = BY_NAME[name].kinds
    return next((entity for entity in entities if entity.kind in kinds and entity.problem), None)
