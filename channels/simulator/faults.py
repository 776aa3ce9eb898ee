"""What goes wrong at a platform on request: a wrong answer, none at all, a callback lost or told twice."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

#: A gateway's error page, as it comes with status 200 now and then.
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """The platform says no; every platform wraps this in its own error body. Nothing is carried out."""

    code: int
    text: str = "simulated"
    #: The status of the answer where the platform does not derive it from ``code``.
    status: int = 200
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stall:
    """The answer does not come in time.

    On the network it comes after ``seconds``, or at once when the platform is told to ``release()``; in one process
    the caller gets ``httpx.ReadTimeout`` straight away. With ``carried_out`` only the answer is missing.
    """

    seconds: float = 30.0
    carried_out: bool = True


@dataclass(frozen=True, kw_only=True)
class Garbage:
    """A page of a gateway in place of an answer. Nothing is carried out."""

    body: str = _PAGE
    status: int = 200


@dataclass(frozen=True)
class Unreachable:
    """The connection is refused: the request never left. In one process only; on the network it is a 503."""


@dataclass(frozen=True)
class Drop:
    """A callback that is never delivered."""


@dataclass(frozen=True)
class Twice:
    """A callback that is delivered twice."""


@dataclass(frozen=True)
class LoseAnswer:
    """A callback that is delivered, and whose answer is lost on the way back: the platform tries again."""


CallFault: TypeAlias = Refuse | Stall | Garbage | Unreachable
PushFault: TypeAlias = Drop | Twice | LoseAnswer


@dataclass
class _Planned:
    path_part: str
    outcome: CallFault | PushFault
    left: int


@dataclass
class Faults:
    """The faults still to come, in the order they were asked for; each happens ``times`` times."""

    _planned: list[_Planned] = field(default_factory=list)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, path_part: str, outcome: CallFault | PushFault, times: int = 1) -> None:
        """The next ``times`` calls or callbacks whose path contains ``path_part`` go wrong."""
        self._planned.append(_Planned(path_part, outcome, times))

    def clear(self, path_part: str = "") -> None:
        """Everything works again, or everything whose faults were asked for with ``path_part`` in their path."""
        self._planned = [planned for planned in self._planned if path_part not in planned.path_part]

    def of_call(self, path: str) -> CallFault | None:
        """What happens to a call of the product; used up by asking."""
        found = self._take(path, (Refuse, Stall, Garbage, Unreachable))
        return found if isinstance(found, Refuse | Stall | Garbage | Unreachable) else None

    def of_push(self, path: str) -> PushFault | None:
        """What happens to a callback to the product; used up by asking."""
        found = self._take(path, (Drop, Twice, LoseAnswer))
        return found if isinstance(found, Drop | Twice | LoseAnswer) else None

    def release(self) -> None:
        """Every stalled call on the network is answered now."""
        self._released.set()
        self._released = asyncio.Event()

    async def stall(self, stall: Stall, scope: Any) -> None:
        """Keep the caller waiting; raises ``httpx.ReadTimeout`` where the caller is in this process."""
        if in_process(scope):
            message = f"simulated stall of {stall.seconds} s"
            raise httpx.ReadTimeout(message)
        try:
            await asyncio.wait_for(self._released.wait(), stall.seconds)
        except TimeoutError:
            return

    def _take(self, path: str, kinds: tuple[type, ...]) -> CallFault | PushFault | None:
        if not self._planned:
            return None
        for planned in self._planned:
            if planned.path_part in path and isinstance(planned.outcome, kinds):
                planned.left -= 1
                if not planned.left:
                    self._planned.remove(planned)
                return planned.outcome
        return None


def refuse_connection(scope: Any) -> None:
    """Raise ``httpx.ConnectError`` where the caller is in this process."""
    if in_process(scope):
        message = "simulated: connection refused"
        raise httpx.ConnectError(message)


def in_process(scope: Any) -> bool:
    """Whether the request came through :class:`channels.simulator.network.SimulatedNetwork`."""
    return bool(scope.get("in_process"))
