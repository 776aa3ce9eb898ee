"""Every text that code or a page asks for by name stands in a catalogue, as does one for every refusal."""

import ast
import re
from collections.abc import Iterator

import pytest

from kit.i18n import catalogue
from tests.architecture.tree import PACKAGES, ROOT, files_under

#: t("a.key"...) or t('a.prefix.' + value): the name, and what follows it.
IN_TEMPLATE = re.compile(r"""\bt\(\s*["']([^"']+)["']\s*([+~]?)""")


def asked_by_template(source: str) -> Iterator[str]:
    """Yield the keys a page asks for; one that is put together at run time ends in a star."""
    for key, joined in IN_TEMPLATE.findall(source):
        yield f"{key}*" if joined else key


def asked_by_code(source: str) -> Iterator[str]:
    """Yield the keys that ``translate`` is called with, and those of refusals; put together ones have a star."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translate":
            yield from _keys(node.args[0]) if node.args else ()
        elif isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            yield from (f"error.{code}" for code in _codes(node))


def _keys(expression: ast.expr) -> Iterator[str]:
    if isinstance(expression, ast.Constant):
        yield str(expression.value)
    elif isinstance(expression, ast.IfExp):
        yield from (*_keys(expression.body), *_keys(expression.orelse))
    elif isinstance(expression, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "*" for part in expression.values)
        yield "".join(str(part) for part in parts)


def _codes(refusal: ast.ClassDef) -> Iterator[str]:
    for statement in refusal.body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == ["code"]:
            yield str(ast.literal_eval(statement.value))


def is_known(key: str, known: set[str]) -> bool:
    if "*" not in key:
        return key in known
    pattern = re.compile(".+".join(re.escape(part) for part in key.split("*")))
    return any(pattern.fullmatch(one) for one in known)


def unknown_texts(known: set[str]) -> list[str]:
    asking = {".py": asked_by_code, ".html": asked_by_template}
    return [
        f"{path.relative_to(ROOT)}: {key}"
        for path in files_under(ROOT, PACKAGES, *asking)
        for key in asking[path.suffix](path.read_text(encoding="utf8"))
        if not is_known(key, known)
    ]


def test_every_text_asked_for_is_in_a_catalogue() -> None:
    assert unknown_texts(set(catalogue().texts)) == []


def test_a_missing_text_is_noticed() -> None:
    known = set(catalogue().texts)
    assert any("error.not_found" in found for found in unknown_texts(known - {"error.not_found"}))


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('translate("a.b", locale)', ["a.b"]),
        ('translate("a" if x else "b", locale)', ["a", "b"]),
        ('translate(f"a.{x}.c", locale)', ["a.*.c"]),
        ('class GoneError(AppError):\n    code = "gone"', ["error.gone"]),
        ('text.translate("a")', []),
    ],
)
def test_code_is_understood(source: str, keys: list[str]) -> None:
    assert list(asked_by_code(source)) == keys


def test_pages_are_understood() -> None:
    source = "{{ t('a.b') }} {{ t(\"c\", n=1) }} {{ t('d.' ~ x) }} {{ t(item.text) }} {{ format('e') }}"
    assert list(asked_by_template(source)) == ["a.b", "c", "d.*"]


def test_a_text_put_together_needs_at_least_one_of_its_kind() -> None:
    assert is_known("stage.*", {"stage.open"})
    assert not is_known("stage.*", {"stages"})
