"""Do the tests catch changed code? `python -m benchmarks.code_mutants --of src/openanpr/policy tests/policy`.

The files under `--of` are changed in one place at a time: a comparison, an and, a not, a number, a word, a
branch, a raise. For each change the tests that are named run on a copy of the checkout until one fails; a
change that fails none is a survivor, and is printed with its line. Docstrings, annotations and the words of
errors stay as they are. It takes hours for a large folder: `--every N` takes one change in N.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import ROOT

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_LIMIT_S = 180


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the file, its line, what was changed, and the whole file with it."""

    path: Path
    line: int
    what: str
    text: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every change of one file."""
    source = path.read_text(encoding="utf-8")
    left_alone = _left_alone(ast.parse(source))
    count = sum(1 for _ in ast.walk(ast.parse(source)))
    for place in range(count):
        for variant in range(4):
            tree = ast.parse(source)
            node = next(one for at, one in enumerate(ast.walk(tree)) if at == place)
            if place in left_alone:
                break
            before = ast.unparse(node)
            changed = _changed(node, variant)
            if changed is None:
                break
            told = ast.unparse(_put(tree, node, changed) if changed is not node else tree)
            if told != ast.unparse(ast.parse(source)):
                what = f"{before.splitlines()[0][:60]}  ->  {ast.unparse(changed).splitlines()[0][:60]}"
                yield Mutant(path, getattr(node, "lineno", 0), what, told)


def _left_alone(tree: ast.Module) -> set[int]:
    """The places of docstrings, annotations, decorators, the words of errors, f-strings and imports."""
    skipped: set[int] = set()
    places = {id(node): at for at, node in enumerate(ast.walk(tree))}

    def skip(*nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                skipped.update(places[id(one)] for one in ast.walk(node))

    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                skip(node)
            case ast.Raise(exc=ast.Call() as call):
                skip(*call.args)
            case ast.AnnAssign():
                skip(node.annotation)
            case ast.FunctionDef():
                skip(node.returns, *node.decorator_list, *(arg.annotation for arg in node.args.args))
                skip(*(arg.annotation for arg in node.args.kwonlyargs))
            case ast.ClassDef():
                skip(*node.decorator_list, *node.bases)
            case _:
                pass
    return skipped


def _changed(node: ast.AST, variant: int) -> ast.AST | None:
    """The node changed in the way of that number, or None where there is no such way."""
    new = copy.deepcopy(node)
    ways = _of_logic(new) or _of_values(new) or _of_steps(new)
    return ways[variant] if variant < len(ways) else None


def _of_logic(new: ast.AST) -> list[ast.AST]:
    match new:
        case ast.Compare(ops=[op, *rest]) if type(op) in _COMPARE:
            new.ops = [_COMPARE[type(op)](), *rest]
            return [new]
        case ast.BoolOp():
            new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
            return [new, *new.values[:2]]
        case ast.UnaryOp(op=ast.Not()):
            return [new.operand]
        case ast.IfExp():
            return [new.body, new.orelse]
        case ast.If():
            new.test = ast.UnaryOp(ast.Not(), new.test)
            return [new]
        case _:
            return []


def _of_values(new: ast.AST) -> list[ast.AST]:
    match new:
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.BitOr() | ast.BitAnd()):
            return [new.left, new.right]
        case ast.Constant(value=bool() as value):
            return [ast.Constant(not value)]
        case ast.Constant(value=int() as value):
            return [ast.Constant(value + 1), ast.Constant(value - 1)]
        case ast.Constant(value=str() as value):
            return [ast.Constant(value + "x")]
        case _:
            return []


def _of_steps(new: ast.AST) -> list[ast.AST]:
    match new:
        case ast.Raise() | ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            return [ast.Pass()]
        case ast.Return(value=ast.expr()):
            return [ast.Return(ast.Constant(None))]
        case _:
            return []


def _put(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return ast.fix_missing_locations(Swap().visit(tree))


def _survives(mutant: Mutant, checkout: Path, tests: list[str]) -> bool:
    there = checkout / mutant.path.relative_to(ROOT)
    kept = there.read_text(encoding="utf-8")
    there.write_text(mutant.text, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=checkout,
            env=os.environ | {"PYTHONPATH": str(checkout / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        there.write_text(kept, encoding="utf-8")
    return done.returncode == 0


def main() -> int:
    """Print the survivors and the share that was noticed; 1 when it is under 90 in 100."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--of", type=Path, action="append", required=True, help="a file or a folder")
    options.add_argument("--every", type=int, default=1, metavar="N", help="one change in N")
    options.add_argument("tests", nargs="+", help="what pytest is to run")
    asked = options.parse_args()
    files = [f for of in asked.of for f in (sorted(of.rglob("*.py")) if of.is_dir() else [of])]
    chosen = [one for file in files for one in mutants(file.resolve())][:: asked.every]
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        kept = shutil.ignore_patterns(".venv", ".git", "out", "__pycache__", ".hypothesis")
        shutil.copytree(ROOT, checkout, ignore=kept)
        for number, mutant in enumerate(chosen, 1):
            if _survives(mutant, checkout, asked.tests):
                print(f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}", flush=True)
            else:
                noticed += 1
            if number % 50 == 0:
                print(f"# {noticed} of {number} noticed, of {len(chosen)}", flush=True)
    print(f"{noticed} of {len(chosen)} noticed ({noticed / max(1, len(chosen)):.1%})")
    return 0 if noticed >= 0.9 * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
