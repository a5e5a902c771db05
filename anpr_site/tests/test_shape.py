"""The size and the manners of the code, held by a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("anpr_site", "cameras", "detections", "labeling", "inference")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}
BROAD = {"Exception", "BaseException"}
ALLOWED_BROAD = {("cameras/supervisor.py", "run"), ("detections/delivery.py", "run")}
FILES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not {"tests", "migrations"} & set(path.parts)
]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return len([name for name in names if name not in {"self", "cls"}])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 400
    assert path.stem not in FORBIDDEN_NAMES
    assert not text.strip() or ast.get_docstring(tree), "the module opens with one sentence"
    for function in functions(tree):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= 60, f"{function.name} has {length} lines"
        assert positional(function) <= 5, f"{function.name} takes {positional(function)} positional parameters"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_handler_catches_everything(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler):
                broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in BROAD)
                allowed = (path.relative_to(ROOT).as_posix(), function.name) in ALLOWED_BROAD
                assert not broad or allowed, f"{function.name} line {node.lineno}"
