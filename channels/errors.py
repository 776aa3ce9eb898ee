"""The two ways a platform says no; anything else that is raised is a bug and stays loud."""


class DeliveryRefusedError(Exception):
    """Permanent for this message or this person; ``code`` and the text are the platform's own words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class DeliveryDelayedError(Exception):
    """Not now; ``retry_after_s`` when the platform said how long."""

    def __init__(self, code: str, text: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.retry_after_s = retry_after_s
