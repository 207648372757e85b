"""Every change of one place that `code_mutants` tries: a comparison, an and, a number, a word, a branch.

Docstrings, annotations, decorators, imports and the words of errors stay as they are.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a file.

    `file` is its path under the checkout and `source` a digest of its text; `place` and `variant` find the
    change in it. `function` names the outermost function whose body is changed, empty at the top of a file
    or of a class; `line` is that of the change, `reach` are the first and last line of its statement.
    """

    file: str
    source: str
    place: int
    variant: int
    function: str
    line: int
    reach: tuple[int, int]
    what: str

    @property
    def key(self) -> str:
        """What a journal knows it by."""
        return f"{self.file}@{self.source}:{self.place}:{self.variant}"


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a node stands: its statement, and the name of the function whose body it is in."""

    statement: ast.stmt
    function: str


def mutants(root: Path, file: Path) -> Iterator[Mutant]:
    """Every change of one file under `root`."""
    text = file.read_text(encoding="utf-8")
    source = hashlib.sha256(text.encode()).hexdigest()[:12]
    tree = ast.parse(text)
    left_alone, stands = _left_alone(tree), _stands(tree)
    name = file.relative_to(root).as_posix()
    for place, node in enumerate(ast.walk(tree)):
        if place in left_alone or id(node) not in stands:
            continue
        before = ast.unparse(node)
        stand = stands[id(node)]
        for variant, changed in enumerate(_ways(node)):
            after = ast.unparse(changed)
            if after != before:
                what = f"{_first_line(before)}  ->  {_first_line(after)}"
                reach = _reach(stand.statement)
                line = getattr(node, "lineno", reach[0])
                yield Mutant(name, source, place, variant, stand.function, line, reach, what)


def changed_tree(text: str, place: int, variant: int) -> ast.Module:
    """The parsed file with that change in it; all lines keep their numbers."""
    tree = ast.parse(text)
    old = next(node for at, node in enumerate(ast.walk(tree)) if at == place)
    new = ast.copy_location(_ways(old)[variant], old)

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return ast.fix_missing_locations(Swap().visit(tree))


def _first_line(text: str) -> str:
    return text.splitlines()[0][:60]


def _stands(tree: ast.Module) -> dict[int, _Stand]:
    told: dict[int, _Stand] = {}

    def visit(node: ast.AST, above: _Stand | None, prefix: str) -> None:
        function = above.function if above else ""
        stand = _Stand(node, function) if isinstance(node, ast.stmt) else above
        if stand is not None:
            told[id(node)] = stand
        if isinstance(node, ast.ClassDef):
            prefix += f"{node.name}."
        body = getattr(node, "body", None)
        for child in ast.iter_child_nodes(node):
            inside = isinstance(node, ast.FunctionDef) and isinstance(body, list) and child in body
            if inside and isinstance(node, ast.FunctionDef) and not function:
                visit(child, _Stand(node, prefix + node.name), prefix)
            else:
                visit(child, stand, prefix)

    visit(tree, None, "")
    return told


def _reach(statement: ast.stmt) -> tuple[int, int]:
    """Its lines; of a statement with a body only its head."""
    first = statement.lineno
    match statement:
        case ast.Match(subject=subject):
            return first, subject.end_lineno or first
        case ast.If() | ast.While() | ast.For() | ast.With() | ast.Try() | ast.FunctionDef() | ast.ClassDef():
            return first, max(first, statement.body[0].lineno - 1)
        case _:
            return first, statement.end_lineno or first


def _left_alone(tree: ast.Module) -> set[int]:
    """The places of docstrings, annotations, decorators, the words of errors, f-strings and imports."""
    places = {id(node): at for at, node in enumerate(ast.walk(tree))}
    skipped = (part for node in ast.walk(tree) for part in _words_of(node) if part is not None)
    return {places[id(one)] for part in skipped for one in ast.walk(part)}


def _words_of(node: ast.AST) -> Sequence[ast.AST | None]:
    """The parts of a node that are words for people or types, and no behaviour."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return [node]
        case ast.Assign(targets=[ast.Name(id="msg")]):
            return [node]
        case ast.Raise(exc=ast.Call() as call):
            return call.args
        case ast.AnnAssign():
            return [node.annotation]
        case ast.FunctionDef():
            arguments = (*node.args.args, *node.args.kwonlyargs)
            return [node.returns, *node.decorator_list, *(one.annotation for one in arguments)]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases]
        case _:
            return []


def _ways(node: ast.AST) -> list[ast.AST]:
    """The node changed in every way that there is for its kind."""
    new = copy.deepcopy(node) if isinstance(node, ast.expr | ast.stmt) else node
    return _of_logic(new) or _of_values(new) or _of_steps(new)


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
