"""How a simulated platform says no."""

from collections.abc import Callable


class RefusedError(Exception):
    """The platform's answer to a call it does not carry out; ``status`` is the HTTP status.

    ``foreseen`` is False where the product could not have known: no rule was broken. ``told`` is called once the
    product has this answer: from then on it knows.
    """

    def __init__(
        self,
        code: int,
        text: str,
        *,
        status: int = 200,
        foreseen: bool = True,
        told: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.foreseen = foreseen
        self.told = told
