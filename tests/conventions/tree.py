"""The checkout as the conventions see it: its files, their syntax trees and their functions."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openanpr"
FOLDERS = ("src", "training", "tests", "benchmarks", "demonstration")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked() -> list[Path]:
    """Every file that is committed or would be; without git, every file outside caches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        return sorted(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
    skipped = {".venv", "out", "build", "dist", "__pycache__"}
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(p in skipped or p.endswith("_cache") for p in path.parts)
    )


def text_files() -> Iterator[tuple[Path, str]]:
    """Every committed file that is text, with its text."""
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def python_files(*folders: str) -> list[Path]:
    """The Python files under these top folders (all of ours when none is named)."""
    wanted = folders or FOLDERS
    return [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in wanted]


@cache
def parse(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of one file's syntax tree, walked once for all who ask."""
    return tuple(ast.walk(parse(path)))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of one file, nested ones too."""
    return (node for node in nodes(path) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of code from `def` to the end, its docstring not counted."""
    first = function.body[0]
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def imported(path: Path) -> set[str]:
    """The top packages that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def place(path: Path, line: int = 0) -> str:
    """How a finding is named: `src/openanpr/read/detect.py:12`."""
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))
