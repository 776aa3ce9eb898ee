"""How surprising a number of people is."""

from math import exp, lgamma, log, log1p

_SMALLEST = 1e-300


def surprise(people: int, expected: float, shape: float) -> float:
    """Minus the decimal logarithm of the chance of at least so many; 6 is one in a million.

    The chance is a negative binomial's of that mean, whose variance is ``mean + mean² / shape``: days differ more
    than throws of dice do, and of what was seldom seen the mean itself is hardly known.
    """
    if people <= 0 or expected <= 0:
        return 0.0
    failed = -log1p(expected / shape) * shape
    ratio = log(expected) - log(expected + shape)
    below = [exp(failed + one * ratio + lgamma(one + shape) - lgamma(one + 1) - lgamma(shape)) for one in range(people)]
    left = 1.0 - sum(below)
    if left < 1e-9:  # noqa: PLR2004 - here what is left is rounding; the tail is summed itself.
        left = _tail(people, failed, ratio, shape)
    return -log(max(left, _SMALLEST)) / log(10)


def _tail(people: int, failed: float, ratio: float, shape: float) -> float:
    total, one = 0.0, people
    while True:
        term = exp(failed + one * ratio + lgamma(one + shape) - lgamma(one + 1) - lgamma(shape))
        total += term
        one += 1
        if term <= total * 1e-6 or one > people + 2000:
            return total
