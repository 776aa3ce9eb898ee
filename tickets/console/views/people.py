"""People and teams as staff see them."""

from kit.i18n import translate
from kit.masking import mask_address, mask_email, mask_number
from kit.settings import Locale
from tickets.contacts.models import Contact
from tickets.desk.models import Category, Team


def person_label(contact: Contact, address: str, locale: Locale) -> str:
    """The name if we know one, else something masked that tells people apart."""
    if contact.name:
        return contact.name
    if contact.phone:
        return mask_number(contact.phone)
    if contact.email:
        return mask_email(contact.email)
    return translate("console.visitor", locale, address=mask_address(address))


def named(row: Team | Category | None, locale: Locale) -> str | None:
    """The name in the language of whoever looks."""
    if row is None:
        return None
    return row.name_zh if locale == "zh" else row.name_en
