"""The shape of the house: folders with a purpose, small files, small functions."""

from __future__ import annotations

import ast
import tomllib

import pytest

from tests.conventions.tree import PACKAGE, ROOT, functions, length, nodes, parse, place, python_files

FOLDERS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
VAGUE = {"utils", "util", "common", "helpers", "helper", "lib", "services", "misc", "tools"}
VAGUE_ENDINGS = ("Manager", "Helper", "Processor", "Handler", "Util", "Utils", "Base", "Info", "Data")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_folder_says_in_one_line_what_lives_there(folder) -> None:
    docstring = ast.get_docstring(parse(folder / "__init__.py"))
    assert docstring, f"{place(folder / '__init__.py')} needs a one-line docstring"
    assert "\n" not in docstring, f"{place(folder / '__init__.py')}: one line, not more"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_only_opens_its_door_and_holds_no_code_in_it(folder) -> None:
    body = parse(folder / "__init__.py").body
    assert len(body) == 1, f"{place(folder / '__init__.py')}: only the docstring; put code in a named file"


def test_every_folder_has_its_floor_in_the_import_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")
    placed = {name.strip() for layer in layers["layers"] for name in layer.split("|")}
    assert layers["exhaustive"] is True
    assert placed == {folder.name for folder in FOLDERS}


def test_every_module_says_what_it_is_for() -> None:
    silent = [place(path) for path in python_files() if not ast.get_docstring(parse(path))]
    assert not silent, f"no docstring at the head of: {silent}"


def test_no_name_is_vague() -> None:
    found = [place(path) for path in python_files() if VAGUE & {path.stem, path.parent.name}]
    for path in python_files("src", "training", "benchmarks"):
        found += [
            f"{place(path, node.lineno)} {node.name}"
            for node in nodes(path)
            if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE_ENDINGS)
        ]
    assert not found, f"name what it is, not what kind of thing: {found}"


def test_no_file_passes_500_lines() -> None:
    counted = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    long = {name: lines for name, lines in counted.items() if lines > 500}
    assert not long, f"split these files by the noun they own: {long}"


@pytest.mark.parametrize(
    ("folder", "most"), [("src", 60), ("benchmarks", 60), ("tests", 60), ("training", 100)]
)
def test_no_function_is_too_long(folder, most) -> None:
    """Sixty lines; a hundred where plates are drawn, because a glyph is a table of strokes."""
    long = [
        f"{place(path, function.lineno)} {function.name}: {length(function)}"
        for path in python_files(folder)
        for function in functions(path)
        if length(function) > most
    ]
    assert not long, f"cut these into steps with names: {long}"


def test_long_functions_stay_rare() -> None:
    lengths = [length(function) for path in python_files("src") for function in functions(path)]
    long = sum(1 for lines in lengths if lines > 40)
    assert long <= max(1, 0.05 * len(lengths)), (
        f"{long} of {len(lengths)} functions pass 40 lines; 1 in 20 may"
    )


def test_every_value_is_frozen() -> None:
    """A state may change if it has methods of its own or is known to one file only; a value may not."""
    loose = []
    for path in python_files("src"):
        for node in nodes(path):
            marks = [ast.unparse(m) for m in node.decorator_list] if isinstance(node, ast.ClassDef) else []
            mark = next((text for text in marks if text.startswith("dataclass")), None)
            if mark is None or not isinstance(node, ast.ClassDef):
                continue
            own = node.name.startswith("_") or any(isinstance(part, ast.FunctionDef) for part in node.body)
            if "slots=True" not in mark or ("frozen=True" not in mark and not own):
                loose.append(f"{place(path, node.lineno)} {node.name}")
    assert not loose, f"@dataclass(frozen=True, slots=True); only a state may change: {loose}"
