"""A check is silenced for one named rule and for a reason that stands beside it, or not at all."""

import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.tree import CODE, ROOT, files_under

SILENCER = re.compile(r"#\s*(?:type:\s*ignore|noqa|ruff:|mypy:|pragma:)", re.IGNORECASE)
WITH_CODE_AND_REASON = re.compile(
    r"# type: ignore\[[a-z, -]+\] {1,2}# .{5,}|# noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* - .{5,}"
)


def unexplained(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = ((token.string, token.start[0]) for token in tokens if token.type == tokenize.COMMENT)
    return [
        f"line {line}: {comment}"
        for comment, line in comments
        if SILENCER.search(comment) and not WITH_CODE_AND_REASON.search(comment)
    ]


def unexplained_in(root: Path, folders: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(root)}, {line}"
        for path in files_under(root, folders, ".py")
        for line in unexplained(path.read_text(encoding="utf8"))
    ]


def test_every_silenced_check_has_its_rule_and_reason() -> None:
    assert unexplained_in(ROOT, (*CODE, "migrations", "tests")) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore # The stub is wrong.",
        "# noqa",
        "# noqa: S101",
        "# noqa: because I say so",
        "# ruff: noqa",
        "# mypy: ignore-errors",
    ],
)
def test_a_bare_one_is_noticed(comment: str) -> None:
    assert unexplained(f"x = 1  {comment}\n") == [f"line 1: {comment}"]


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore[arg-type]  # The stub of the driver lacks bytes.",
        "# noqa: S101 - A benchmark must stop here.",
        "# noqa: S101, S603 - Both come from the test itself.",
        "# The words type and ignore alone mean nothing.",
    ],
)
def test_an_explained_one_passes(comment: str) -> None:
    assert unexplained(f"x = 1  {comment}\n") == []
