"""No module and no function grows past what one can take in at once."""

import ast
from pathlib import Path

from tests.architecture.tree import CODE, ROOT, files_under

MODULE_LINES = 400
FUNCTION_LINES = 50


def oversized(root: Path, folders: tuple[str, ...]) -> list[str]:
    found = []
    for path in files_under(root, folders, ".py", ".js"):
        text = path.read_text(encoding="utf8")
        name = path.relative_to(root)
        if (lines := len(text.splitlines())) > MODULE_LINES:
            found.append(f"{name}: {lines} lines")
        if path.suffix == ".py":
            found += [f"{name}: {line}" for line in long_functions(text)]
    return found


def long_functions(source: str) -> list[str]:
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = ((node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions)
    return [f"{name}() has {length} lines" for name, length in lengths if length > FUNCTION_LINES]


def test_every_module_and_function_is_small() -> None:
    # Generated revisions are a record of what was, not code that grows.
    assert oversized(ROOT, CODE) == []


def test_a_long_module_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "small.py").write_text("x = 1\n" * MODULE_LINES)
    (tmp_path / "kit" / "large.py").write_text("x = 1\n" * (MODULE_LINES + 1))
    assert oversized(tmp_path, ("kit",)) == ["kit/large.py: 401 lines"]


def test_a_long_function_is_noticed() -> None:
    def source(body: int) -> str:
        return "class A:\n    async def grow(self):\n" + "        x = 1\n" * body

    assert long_functions(source(FUNCTION_LINES - 1)) == []
    assert long_functions(source(FUNCTION_LINES)) == ["grow() has 51 lines"]
