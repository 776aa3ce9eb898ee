"""Pages run under a strict content security policy, and nothing is printed into them unescaped."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, files_under

FORBIDDEN = {
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script in htmx": re.compile(r"\shx-on[:-]|\shx-(?:vals|headers)\s*=\s*['\"]\s*js:", re.IGNORECASE),
    "script address": re.compile(r"=\s*['\"]?\s*javascript:", re.IGNORECASE),
    "outside address": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=['\"]?(?:https?:)?//", re.IGNORECASE
    ),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}


def inline_parts(source: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(source)]


def offending_templates(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: {what}"
        for path in files_under(root, PACKAGES, ".html", ".jinja", ".j2")
        for what in inline_parts(path.read_text(encoding="utf8"))
    ]


def test_no_template_has_inline_script_or_style() -> None:
    assert offending_templates(ROOT) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ("<STYLE>p {}</STYLE>", "style element"),
        ('<p class="a"\n   style="color: red">', "style attribute"),
        ('<button type="button" onclick="go()">', "event attribute"),
        ('<form hx-on:submit="go()">', "script in htmx"),
        ("""<form hx-vals='js:{a: go()}'>""", "script in htmx"),
        ('<a href="javascript:go()">', "script address"),
        ('<script src="https://cdn.example/x.js"></script>', "outside address"),
        ("{{ text | safe }}", "unescaped output"),
    ],
)
def test_one_is_noticed(source: str, what: str) -> None:
    assert inline_parts(source) == [what]


@pytest.mark.parametrize(
    "source",
    [
        '<script src="/static/app.js" defer></script>',
        '<script type="application/json" id="state">{{ state | tojson }}</script>',
        '<p class="style">The style = house style; once = enough.</p>',
        '<a href="https://example.com">out</a>',
    ],
)
def test_an_allowed_one_passes(source: str) -> None:
    assert inline_parts(source) == []
