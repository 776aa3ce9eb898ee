"""The ways a platform says no; anything else that is raised is a bug and stays loud."""

from kit.errors import NotFoundError


class DeliveryError(Exception):
    """``code`` and ``text`` are the platform's own words, kept for staff."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class DeliveryRefusedError(DeliveryError):
    """This message never; another one may pass."""


class PersonUnreachableError(DeliveryRefusedError):
    """This person never, until the person writes again: blocked us, left, unsubscribed."""


class WindowClosedError(DeliveryError):
    """The person has to write first: the reply window is shut or its quota is used up."""


class DeliveryDelayedError(DeliveryError):
    """Not now, and nothing was sent; ``retry_after_s`` when the platform said how long."""

    def __init__(self, code: str, text: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(code, text)
        self.retry_after_s = retry_after_s


class AccountClosedError(DeliveryDelayedError):
    """Nothing goes out on the whole account for ``retry_after_s`` seconds: flood control, or a quota of the day.

    ``broken``: it will not pass by itself; somebody has to correct the account's settings.
    """

    def __init__(self, code: str, text: str, *, retry_after_s: float, broken: bool = False) -> None:
        super().__init__(code, text, retry_after_s=retry_after_s)
        self.broken = broken


class OutcomeUnknownError(DeliveryError):
    """The platform was asked and did not answer: it may have sent the message or not."""


class AddressMovedError(DeliveryError):
    """The person's address has changed to ``address``; nothing was sent."""

    def __init__(self, code: str, text: str, *, address: str) -> None:
        super().__init__(code, text)
        self.address = address


class UnknownAccountError(NotFoundError):
    """There is no such account, or it was removed."""

    code = "unknown_account"
