"""The form of a call: what was typed, what stands there until somebody chooses, and what is wrong with it."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from kit.phones import e164, takes_texts
from kit.settings import Locale
from kit.text import clean_text
from tickets.calls.alike import Alike
from tickets.calls.callers import Caller
from tickets.calls.service import CallNote
from tickets.calls.ways import News, Way, first_of
from tickets.stages import Priority
from tickets.working import MAX_REPLY

NEW = "new"
_FREE = r"[^@\s,;<>\"\x00-\x1f\x7f]"
_EMAIL = re.compile(rf"{_FREE}{{1,64}}@{_FREE}{{1,190}}\.(?:(?!\.){_FREE}){{2,63}}")
_WORDS, _DIGITS = 120, 24


class CallFields(BaseModel):
    """As typed; nothing is wrong with it yet, so that everything can be shown again."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    key: str = Field(default="", max_length=64)
    call: str = Field(default="", max_length=20)
    number: str = Field(default="", max_length=64)
    who: str = Field(default="", max_length=20)
    #: The number for which ``who`` and ``news`` were answered: for another one they are asked anew.
    asked: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=_WORDS)
    company: str = Field(default="", max_length=_WORDS)
    region: str = Field(default="", max_length=_WORDS)
    add: str = Field(default="", max_length=20)
    #: An open ticket it is about again: the call is added to the caller's own, and linked with one of somebody else.
    into: str = Field(default="", max_length=20)
    text: str = Field(default="", max_length=4 * MAX_REPLY)
    category: str = Field(default="", max_length=_WORDS)
    priority: str = Field(default="", max_length=1)
    news: str = Field(default="", max_length=10)
    sms_to: str = Field(default="", max_length=64)
    email: str = Field(default="", max_length=254)
    answered: str = Field(default="", max_length=1)
    mine: str = Field(default="", max_length=1)

    @property
    def e164(self) -> str | None:
        return e164(self.number)

    @property
    def is_same(self) -> bool:
        """Whether the number is still the one that the answers are about."""
        return self.asked != "" and self.asked == self.e164

    @property
    def call_id(self) -> int | None:
        return int(self.call) if self.call.isascii() and self.call.isdecimal() and len(self.call) < _LONG else None


#: Longer numbers are none of ours: the database would refuse them.
_LONG = 19


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the answers depend on; ``known`` are the chosen caller's addresses by way."""

    callers: Sequence[Caller]
    ways: Sequence[Way]
    categories: Collection[str]
    regions: Collection[str]
    known: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = False
    alike: Sequence[Alike] = ()


def chosen(fields: CallFields, callers: Sequence[Caller]) -> Caller | None:
    """Who it is: as chosen, else the first who is certain; None for a new person."""
    who = fields.who if fields.is_same else ""
    if who == NEW:
        return None
    by_id = {str(caller.contact.id): caller for caller in callers}
    return by_id.get(who) or next((caller for caller in callers if caller.certain), None)


def chosen_news(fields: CallFields, around: Surroundings) -> News:
    """How the caller is told: as chosen while that is possible, else the way that asks for no more typing."""
    offered = offered_news(around)
    typed = {News.SMS: fields.sms_to, News.EMAIL: fields.email}
    if fields.news in offered and (fields.is_same or typed.get(News(fields.news))):
        return News(fields.news)
    if News.KEEP in offered:
        return News.KEEP
    if News.SMS in offered and _text_address(fields, around):
        return News.SMS
    return News.EMAIL if News.EMAIL in offered and around.known.get(News.EMAIL) else News.NONE


def offered_news(around: Surroundings) -> list[News]:
    """What can be chosen."""
    by_way = [news for news in (News.SMS, News.EMAIL) if first_of(around.ways, news)]
    return [*([News.KEEP] if around.keeps else []), *by_way, News.NONE]


def _text_address(fields: CallFields, around: Surroundings) -> str | None:
    """Where a text would go; None when nowhere."""
    if fields.sms_to:
        other = e164(fields.sms_to)
        return other if other and takes_texts(other) else None
    number = fields.e164
    return number if number and takes_texts(number) else around.known.get(News.SMS)


def is_mail_address(text: str) -> bool:
    """Whether it could be one."""
    return _EMAIL.fullmatch(text) is not None


def problems_of(fields: CallFields, around: Surroundings) -> dict[str, str]:
    """What is wrong, by field: a key of the catalogue."""
    found = {}
    if fields.e164 is None:
        found["number"] = "console.call.problem.number"
    text = clean_text(fields.text)
    if not text:
        found["text"] = "console.call.problem.text"
    elif len(text) > MAX_REPLY:
        found["text"] = "console.call.problem.long"
    news = chosen_news(fields, around)
    if (fields.sms_to or news is News.SMS) and not _text_address(fields, around):
        found["sms_to"] = "console.call.problem.sms"
    if fields.email and not is_mail_address(fields.email):
        found["email"] = "console.call.problem.email"
    elif news is News.EMAIL and not (fields.email or around.known.get(News.EMAIL)):
        found["email"] = "console.call.problem.email_missing"
    if fields.into and about_again(fields, around) is None:
        found["into"] = "console.call.problem.into"
    return found


def about_again(fields: CallFields, around: Surroundings) -> Alike | None:
    """The open ticket that was chosen from those shown, if it is still one of them."""
    return next((one for one in around.alike if str(one.ticket.id) == fields.into), None)


def note_of(fields: CallFields, around: Surroundings, *, locale: Locale) -> CallNote:
    """What to log; the fields have no problems."""
    caller = chosen(fields, around.callers)
    own = {str(ticket.id): ticket.id for ticket in (caller.open_tickets if caller else [])}
    again = about_again(fields, around)
    return CallNote(
        key=_key_of(fields),
        number=fields.e164 or "",
        text=clean_text(fields.text),
        contact_id=caller.contact.id if caller else None,
        name=clean_text(fields.name),
        company=clean_text(fields.company),
        region=fields.region if fields.region in around.regions else "",
        category=fields.category if fields.category in around.categories else None,
        priority=Priority(int(fields.priority)) if fields.priority in {"1", "2", "3", "4"} else None,
        ticket_id=again.ticket.id if again and again.own else own.get(fields.add),
        answered=bool(fields.answered),
        mine=bool(fields.mine),
        news=chosen_news(fields, around),
        sms_to=e164(fields.sms_to) or "",
        email=fields.email.lower(),
        call_id=fields.call_id,
        locale=caller_locale(caller, locale),
    )


def _key_of(fields: CallFields) -> str:
    """Sent twice it is one call; whoever goes back to the form and writes something else logs another one."""
    filled = hashlib.sha256(fields.model_dump_json().encode()).hexdigest()
    return f"{fields.key}.{filled[:_DIGITS]}"


def caller_locale(caller: Caller | None, locale: Locale) -> Locale:
    """The person's own language where we know it; for a new one, that of whoever talked with them."""
    if caller is None:
        return locale
    return "en" if caller.contact.locale == "en" else "zh"
