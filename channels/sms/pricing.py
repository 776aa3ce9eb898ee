"""How many messages a text is charged as, and what they cost. Pure."""

from decimal import ROUND_HALF_UP, Decimal

#: Characters of a text in one piece, of each piece of a longer one, and of the longest there can be.
SINGLE = 70
PIECE = 67
LONGEST = 500


def signed(sign: str, text: str) -> str:
    """The text as it arrives: the signature stands before it and is counted."""
    return f"【{sign}】{text}"


def length(text: str) -> int:
    """The characters a network counts: those outside the basic plane, emoji above all, are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """How many messages a signed text is charged as."""
    size = length(text)
    return 1 if size <= SINGLE else -(-size // PIECE)


def cost_cents(text: str, price_cents: float) -> Decimal:
    """What a signed text costs, in hundredths of a yuan."""
    return segments(text) * Decimal(str(price_cents))


def yuan(cents: Decimal) -> str:
    """In yuan, to the cent, half a cent up."""
    return str((cents / 100).quantize(Decimal("0.01"), ROUND_HALF_UP))
