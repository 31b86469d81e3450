"""The program's own files, read and parsed once: what the tests about the code look at."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of the program (not its tests, benchmarks or migrations)."""
    return tuple(sorted([*ROOT.glob("aquacert/**/*.py"), *ROOT.glob("labs/**/*.py")]))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """The dotted name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def told(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def members(cast: str) -> list[Path]:
    """Every file that is, or is part of, this member of a room's cast (rules, commands, …)."""
    return [path for path in sources() if cast in name_of(path).split(".")]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """The functions of a module that another module may call."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def imports(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def contracts() -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in project()["tool"]["importlinter"]["contracts"]}


def layer_names(contract: dict[str, Any]) -> list[str]:
    """The modules of a layers contract in order, without the brackets of the optional ones."""
    return [name.strip().strip("()") for line in contract["layers"] for name in line.split("|")]
