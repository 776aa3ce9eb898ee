"""Everybody who asks at once shares an answer, and none is older than the question."""

import asyncio

import pytest

from kit.together import Together


class Counted:
    """A look that takes as long as the test wants, and says what was true when it began."""

    def __init__(self) -> None:
        self.truth = 0
        self.looks = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> int:
        self.looks += 1
        seen = self.truth
        await self.go_on.wait()
        return seen


async def started(*tasks: asyncio.Task[int]) -> None:
    """Let each come to where it waits."""
    for _ in range(5 * len(tasks)):
        await asyncio.sleep(0)


async def test_a_hundred_who_ask_at_once_are_answered_by_one_look() -> None:
    together, look = Together[int](), Counted()
    look.go_on.set()
    assert await asyncio.gather(*(together.ask("queue", look) for _ in range(100))) == [0] * 100
    assert look.looks == 1


async def test_nobody_gets_an_answer_begun_before_the_question() -> None:
    together, look = Together[int](), Counted()
    early = asyncio.create_task(together.ask("queue", look))
    await started(early)
    look.truth = 1
    late = [asyncio.create_task(together.ask("queue", look)) for _ in range(10)]
    await started(*late)
    assert look.looks == 1, "one look at a time"
    look.go_on.set()
    assert await early == 0
    assert await asyncio.gather(*late) == [1] * 10
    assert look.looks == 2


async def test_another_key_is_another_question() -> None:
    together, look = Together[int](), Counted()
    look.go_on.set()
    await asyncio.gather(together.ask("open", look), together.ask("solved", look))
    assert look.looks == 2


async def test_who_goes_away_does_not_take_the_answer_along() -> None:
    together, look = Together[int](), Counted()
    first = asyncio.create_task(together.ask("queue", look))
    second = asyncio.create_task(together.ask("queue", look))
    await started(first, second)
    first.cancel()
    look.go_on.set()
    assert await second == 0


async def test_a_fault_is_everybodys_and_the_next_question_is_asked_anew() -> None:
    together = Together[int]()

    async def fails() -> int:
        raise LookupError

    for _ in range(2):
        answers = await asyncio.gather(
            together.ask("queue", fails), together.ask("queue", fails), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [LookupError, LookupError]


async def test_nothing_is_kept_once_nobody_asks() -> None:
    together, look = Together[int](), Counted()
    look.go_on.set()
    await together.ask("queue", look)
    assert together._asked == {}


@pytest.mark.parametrize("askers", [1, 7])
async def test_a_look_that_follows_runs_even_if_the_one_before_failed(askers: int) -> None:
    together, go_on = Together[int](), asyncio.Event()

    async def fails() -> int:
        await go_on.wait()
        raise LookupError

    async def answers() -> int:
        return 5

    failing = asyncio.create_task(together.ask("queue", fails))
    await started(failing)
    waiting = [asyncio.create_task(together.ask("queue", answers)) for _ in range(askers)]
    await started(*waiting)
    go_on.set()
    with pytest.raises(LookupError):
        await failing
    assert await asyncio.gather(*waiting) == [5] * askers


async def test_the_first_look_is_taken_at_once_and_the_next_after_its_rest() -> None:
    together, begun = Together[int](rest_s=0.05), []

    async def look() -> int:
        begun.append(asyncio.get_running_loop().time())
        return len(begun)

    asked = asyncio.get_running_loop().time()
    assert await together.ask("queue", look) == 1
    assert await asyncio.gather(*(together.ask("queue", look) for _ in range(100))) == [2] * 100
    assert begun[0] - asked < 0.05 <= begun[1] - begun[0]


async def test_a_key_that_has_rested_is_forgotten() -> None:
    together, look = Together[int](rest_s=0.001), Counted()
    look.go_on.set()
    await together.ask("queue", look)
    async with asyncio.timeout(5):
        while together._asked:  # noqa: ASYNC110 - nobody is told when a key is forgotten.
            await asyncio.sleep(0)
    assert look.looks == 1
