"""Personal data as staff see it until they have a reason to see more."""

_DOTS = "•"
_SHORTEST = 7


def mask_number(value: str) -> str:
    """The first three and last four characters of a phone number or tax id: 138••••5678."""
    if len(value) <= _SHORTEST:
        return value[:1] + _DOTS * (len(value) - 1)
    return value[:3] + _DOTS * 4 + value[-4:]


def mask_email(value: str) -> str:
    """The first letter and the domain: w•••@example.cn."""
    name, at, domain = value.partition("@")
    return f"{name[:1]}{_DOTS * 3}@{domain}" if at else mask_number(value)


def mask_address(value: str) -> str:
    """Enough of a platform's address to tell two people apart."""
    return mask_email(value) if "@" in value else _DOTS * 2 + value[-6:]
