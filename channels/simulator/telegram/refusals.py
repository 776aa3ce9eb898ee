"""How the Bot API says no."""

from typing import Any


class Refusal(Exception):  # noqa: N818 - what a platform answers is not an error of this program.
    """``forbidden``: the product should have known better than to ask, so it is a violation of the rules."""

    def __init__(
        self, code: int, description: str, *, forbidden: bool = False, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.forbidden = forbidden
        self.parameters = parameters or {}

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        extra = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.code, "description": self.description, **extra}


def bad_request(text: str, *, forbidden: bool = False, **parameters: Any) -> Refusal:
    """400, in Telegram's wording."""
    return Refusal(400, f"Bad Request: {text}", forbidden=forbidden, parameters=parameters)


def too_many_requests(seconds: int) -> Refusal:
    """429; the product has to keep quiet for so long."""
    text = f"Too Many Requests: retry after {seconds}"
    return Refusal(429, text, forbidden=True, parameters={"retry_after": seconds})
