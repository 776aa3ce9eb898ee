"""Telephone numbers, as people write them and as networks name them."""

import phonenumbers

#: Where a number without a country's code is from.
HOME = "CN"


def e164(raw: str) -> str | None:
    """The number as networks name it, ``+8613800138000``; None when it cannot be one."""
    try:
        number = phonenumbers.parse(raw, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_texts(number: str) -> bool:
    """Whether a short message can arrive there: not at a line in a wall. ``number`` is as :func:`e164` gives it."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    mobile = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    return kind in mobile


def readable(number: str) -> str:
    """As people at home read it: 138 0013 8000; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.country_code_for_region(HOME) == parsed.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
