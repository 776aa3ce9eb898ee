"""The tree speaks of itself alone: nothing in it depends on where or how it was written."""

import re

import pytest

from tests.architecture.tree import ROOT, project_files, text_of

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.~])/(?:work|farm|root|home/\w+|Users/\w+)/"),
    "a neighbour of the tree": re.compile(r"(?:\.\./)+shared\b"),
    "a package registry": re.compile(
        r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|npmmirror\.com|deb\.debian\.org)"
    ),
    "a number in some tracker": re.compile(r"\b(?:issue|pull request|PR|fixes|closes|refs)\s*#\d+", re.IGNORECASE),
    "who or what wrote it": re.compile(
        r"co-authored[-]by:|\bsub-?agents?\b|\bAI assistants?\b|\bas an AI\b"
        r"|\b(?:written|generated) (?:by|with) (?:an? )?(?:AI|LLM|language model|assistant)\b",
        re.IGNORECASE,
    ),
    "an order to its authors": re.compile(r"\bthe brief (?:says|asks|wants)\b|\bthis workplace\b", re.IGNORECASE),
}


def foreign_words(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_speaks_of_anything_but_the_project() -> None:
    texts = ((path, text_of(path)) for path in project_files())
    found = {str(path.relative_to(ROOT)): foreign_words(text) for path, text in texts if text}
    assert {name: words for name, words in found.items() if words} == {}


def test_names_of_files_are_read_too() -> None:
    assert [path for path in project_files() if foreign_words(f"/{path.relative_to(ROOT)}/")] == []


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        (("see /home", "/me/notes"), "a path of one machine"),
        (("read ..", "/shared/plan.md"), "a neighbour of the tree"),
        (("https://", "pypi", ".org/simple"), "a package registry"),
        (("as asked in issue ", "#12"), "a number in some tracker"),
        (("Co-authored", "-by: someone"), "who or what wrote it"),
        (("because the brief", " says so"), "an order to its authors"),
    ],
)
def test_one_is_noticed(parts: tuple[str, ...], what: str) -> None:
    # In parts, so that this file itself passes.
    assert foreign_words("".join(parts)) == [what]


@pytest.mark.parametrize("text", ["a brief outage", "please issue 2 invoices", "/console/tickets/", "ticket #3"])
def test_everyday_words_pass(text: str) -> None:
    assert foreign_words(text) == []
