"""No way leads to stored reads but through the desk of searches: it judges and logs before it asks."""

from __future__ import annotations

import ast

from tests.conventions.tree import PACKAGE, nodes, place, python_files

READS = {"of_marks", "last_of", "there", "like", "passed", "common", "company", "whole", "worked"}
"""What `search.ports.StoredReads` answers with reads."""
ASKERS = {"execute.py": READS - {"whole"}, "opening.py": {"whole"}, "for_subject.py": {"of_marks", "whole"}}
"""Which files of search ask for them: both are reached from the desk only after judging and logging."""


def called_on(path, names: set[str]) -> set[str]:
    """The names of these that are called on something named reads."""
    return {
        node.func.attr
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and ast.unparse(node.func.value).split(".")[-1] == "reads"
    }


def imports(path) -> set[str]:
    named = {alias.name for node in nodes(path) if isinstance(node, ast.Import) for alias in node.names}
    return named | {node.module or "" for node in nodes(path) if isinstance(node, ast.ImportFrom)}


def test_stored_reads_are_asked_for_in_two_files_of_search_alone() -> None:
    asked = {place(path): called_on(path, READS) for path in python_files("src")}
    found = {name.rpartition("/")[2]: names for name, names in asked.items() if names}
    assert found == ASKERS
    assert all("/search/" in name for name, names in asked.items() if names)


def test_the_question_is_put_by_what_judges_and_logs_first() -> None:
    users = {
        path.name
        for path in python_files("src")
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        and node.module == "openanpr.search.execute"
        and any(alias.name == "execute" for alias in node.names)
    }
    assert users == {"running.py"}


def test_web_and_run_reach_searches_through_the_desk_and_its_values() -> None:
    inner = {
        f"openanpr.search.{name}" for name in ("execute", "running", "opening", "handing_out", "casework")
    }
    strays = [
        place(path)
        for path in python_files("src")
        if path.relative_to(PACKAGE).parts[0] != "search" and imports(path) & inner
    ]
    assert not strays


def test_every_statement_that_answers_a_search_can_leave_cameras_out() -> None:
    """Which tell of reads already found or of cameras named, or say only where to look, need not."""
    narrowing = {
        "camera_sides",
        "estimate",
        "months",
        "months_misread",
        "plate_sides",
        "sifted",
        "stop",
        "worked",
    }
    statements = {
        path.stem.removeprefix("search_"): path for path in (PACKAGE / "store/sql").glob("search_*.sql")
    }
    strays = [
        name for name, path in statements.items() if "{without:" not in path.read_text(encoding="utf-8")
    ]
    assert set(strays) == narrowing
