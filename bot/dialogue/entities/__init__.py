"""What a message names: invoices, taxpayers, contacts, errors, programs and places, with their checks."""

from bot.dialogue.entities.explain import Say, explain
from bot.dialogue.entities.extraction import extract
from bot.dialogue.entities.model import Entity, EntityKind, Problem, ProblemKind, Repair

__all__ = ["Entity", "EntityKind", "Problem", "ProblemKind", "Repair", "Say", "explain", "extract"]
