"""How the two providers say no."""


class RefusedError(Exception):
    """``foreseen`` is False where the product could not have known: no rule was broken."""

    def __init__(self, code: str, text: str = "", *, status: int = 200, foreseen: bool = True) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text or code
        self.status = status
        self.foreseen = foreseen
