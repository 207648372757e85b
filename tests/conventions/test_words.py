"""What may not be written down: paths of one machine, unfinished work, secrets, plates in logs."""

from __future__ import annotations

import ast
import re

from tests.conventions.tree import ROOT, nodes, place, python_files, text_files

MACHINE_PATH = re.compile(r"(?<![\w.<:/-])/(?:home|root|Users|work|opt|mnt)/\w")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b|\bNotImplemented" r"Error\b")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|(?i:password|passwd|secret|token)\s*=\s*[\"'][^\"'{<$]{6,}"
)
# Names that hold a plate or a vehicle's entry. None may go into a log call or an error's sentence.
PLATE_NAMES = {"plate", "vrm", "raw", "printed", "candidate", "candidates", "spelling", "entry", "hit"}
LOG_METHODS = {"debug", "info", "warning", "error", "critical", "exception", "log", "warn"}
LOG_OWNERS = {"log", "_log", "logger", "_logger", "logging", "warnings"}
# Whole values whose text holds a plate; an attribute that counts or places (entry.row) does not.
HARMLESS = {"row", "list_name", "line", "source", "index", "syntax", "style"}


def findings(pattern: re.Pattern[str], *, but: tuple[str, ...] = ("lock",)) -> list[str]:
    return [
        f"{place(path, number)} {line.strip()[:60]}"
        for path, text in text_files()
        if path.relative_to(ROOT).parts[0] not in but
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_one_machine_is_written_down() -> None:
    assert not findings(MACHINE_PATH)


def test_nothing_is_left_unfinished() -> None:
    assert not findings(UNFINISHED)


def test_no_secret_is_written_down() -> None:
    # Tests invent passwords to see that they are never shown.
    assert not findings(SECRET, but=("lock", "tests"))


def names_a_plate(node: ast.AST) -> bool:
    """Whether an expression carries a plate out, by the names it uses."""
    if isinstance(node, ast.Attribute):
        return node.attr in PLATE_NAMES or (node.attr not in HARMLESS and names_a_plate(node.value))
    if isinstance(node, ast.Name):
        return node.id in PLATE_NAMES
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"len", "type", "sum"}
    ):
        return False
    return any(names_a_plate(child) for child in ast.iter_child_nodes(node))


def is_log_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOG_METHODS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in LOG_OWNERS
    )


def test_no_plate_goes_into_the_program_log() -> None:
    told = [
        place(path, node.lineno)
        for path in python_files("src")
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and is_log_call(node)
        and any(names_a_plate(part) for part in [*node.args, *(k.value for k in node.keywords)])
    ]
    assert not told


def test_no_plate_goes_into_an_error() -> None:
    told = []
    for path in python_files("src"):
        for node in nodes(path):
            is_message = isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id in {"msg", "message", "problem"} for t in node.targets
            )
            if isinstance(node, ast.Raise) or is_message:
                told += [
                    place(path, part.lineno)
                    for part in ast.walk(node)
                    if isinstance(part, ast.FormattedValue) and names_a_plate(part.value)
                ]
    assert not told


def test_a_broad_except_says_why_on_its_line() -> None:
    broad = []
    for path in python_files("src", "training", "benchmarks"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in nodes(path):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = "" if node.type is None else ast.unparse(node.type)
            is_broad = node.type is None or re.search(r"\b(Base)?Exception\b", caught)
            comment = lines[node.lineno - 1].partition("#")[2].replace("noqa: BLE001", "").strip(" -:#")
            if is_broad and len(comment) < 12:
                broad.append(place(path, node.lineno))
    assert not broad, f"catch what you expect, or say why on the line: {broad}"


def test_an_exception_from_a_rule_says_why() -> None:
    pattern = re.compile(r"#\s*(?:noqa|type: ignore|pyright: ignore)(?P<code>[:\[][\w\], :]+)?(?P<why>.*)$")
    bare = []
    for path in python_files("src"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = pattern.search(line)
            if found and not found["code"]:
                bare.append(place(path, number))
    assert not bare, f"name the rule that is put aside: {bare}"


def test_the_text_is_british() -> None:
    american = re.compile(
        r"\b(?:colors?|centers?|gr[a]y|license plates?|behavior|recognizes?|analyze)\b", re.IGNORECASE
    )
    prose = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
    found = [
        f"{place(path, number)} {line.strip()[:60]}"
        for path in prose
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if american.search(re.sub(r"`[^`]*`", "", line))
    ]
    assert not found
