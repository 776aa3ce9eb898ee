"""Whether it pays to keep a push waiting for its answer, learnt from the last ones. Pure."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

#: So many of the last outcomes are remembered, and so many are needed for a judgement.
REMEMBERED = 20
ENOUGH = 8
#: Where fewer than so many in a hundred came in time, the waiting only adds to the load.
WORTH_PERCENT = 25
#: One push in so many waits all the same, to notice when things are better.
PROBE_EVERY = 50


@dataclass
class _Lately:
    came: deque[bool] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    passed: int = 0

    @property
    def pays(self) -> bool:
        return len(self.came) < ENOUGH or sum(self.came) * 100 >= len(self.came) * WORTH_PERCENT


class Patience:
    """Remembers, per account, whether answers came in time."""

    def __init__(self) -> None:
        self._lately: defaultdict[str, _Lately] = defaultdict(_Lately)

    def allows(self, account: str) -> bool:
        """Whether the next push should wait."""
        lately = self._lately[account]
        if lately.pays:
            return True
        lately.passed += 1
        return lately.passed % PROBE_EVERY == 0

    def note(self, account: str, *, came: bool) -> None:
        """How it went. One answer in time after a bad while is reason enough to try anew."""
        lately = self._lately[account]
        if came and not lately.pays:
            lately.came.clear()
        lately.came.append(came)
