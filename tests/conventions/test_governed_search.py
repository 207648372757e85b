"""No ungoverned search can be written: who may import what finds reads, and who may ask their tables."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conventions.tree import PACKAGE, nodes, place, python_files

SQL = PACKAGE / "store" / "sql"
READS = re.compile(r"\b(reads|reads_by_camera|vrm_month|held_reads|camera_hour|camera_day)\b")
ASKS = re.compile(r"\b(?:FROM|JOIN)\s+(?:reads|reads_by_camera|vrm_month|held_reads)\b")
NAMED = re.compile(r"\{\w+:Identifier\}")

# Module: the only modules that may import it.
MAY_IMPORT = {
    "openanpr.store.searched_reads": {"openanpr.run.node.searching"},
    "openanpr.store.reads_find": {"openanpr.store.searched_reads"},
    "openanpr.store.reads_look_back": {"openanpr.run.node.back_match"},
    "openanpr.store.under_way": {"openanpr.store.searched_reads", "openanpr.store.reads_find"},
    "openanpr.store.reads_named": {
        "openanpr.run.node.back_match",
        "openanpr.store.found_rows",
        "openanpr.store.reads_find",
        "openanpr.store.searched_reads",
        "openanpr.web.local.hit_pictures",
        "openanpr.web.local.keeping",
    },
}
# Module of store: the statements about reads that it may name, all of them.
MAY_ASK = {
    "reads_find": {
        "search_camera_sides",
        "search_company",
        "search_like",
        "search_like_anywhere",
        "search_like_of",
        "search_marks",
        "search_marks_misread",
        "search_months",
        "search_months_misread",
        "search_passed",
        "search_passed_styles",
        "search_plate_sides",
        "search_scene",
        "search_sifted",
        "search_worked",
    },
    "camera_counts": {"camera_clocks"},
    "reads_look_back": {"look_back_like", "look_back_shapes"},
    "reads_named": {"whole_reads_camera", "whole_reads_plate"},
    "holds": {
        "held_counts",
        "held_counts_of_day",
        "held_pictures_of_day",
        "held_reads_of",
        "hold_reads",
        "reads_there",
    },
    "origins": {"origin_batches_to_hold"},
    "shared_traffic": {"shared_traffic"},
    "retention": {"day_left", "days_before", "months_stale"},
}
ABOUT_READS = {
    path.stem
    for path in SQL.glob("*.sql")
    if ASKS.search(re.sub(r"(?m)--.*$", "", path.read_text(encoding="utf-8")))
}
LIMITS = """SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, \
max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', \
read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
"""


def module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names(path: Path) -> set[str]:
    """Every dotted name that a file imports, by statement or, as text, in another way."""
    found: set[str] = set()
    here = module(path).split(".")
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: -node.level]) if node.level else ""
            source = ".".join(part for part in (base, node.module or "") if part)
            found.add(source)
            found.update(f"{source}.{alias.name}" for alias in node.names)
    return found


@cache
def texts(path: Path) -> set[str]:
    """Every text in the code of a file, docstrings apart."""
    docs = {
        node.body[0].value
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs
    }


@pytest.mark.parametrize("guarded", sorted(MAY_IMPORT))
def test_what_finds_stored_reads_is_imported_by_those_named_alone(guarded) -> None:
    strays = [
        place(path)
        for path in python_files("src")
        if guarded in names(path) and module(path) not in MAY_IMPORT[guarded]
    ]
    assert not strays, f"{guarded} is for {sorted(MAY_IMPORT[guarded])} alone; ask through governed search"


def test_nothing_that_finds_stored_reads_is_imported_by_its_name_as_text() -> None:
    last = {guarded.rsplit(".", 1)[1] for guarded in MAY_IMPORT}
    strays = [
        place(path)
        for path in python_files("src")
        if any(
            text.rsplit(".", 1)[-1] in last for text in texts(path) if "openanpr" in text or "." not in text
        )
    ]
    assert not strays, f"import what you need by an import statement: {strays}"


def test_every_statement_about_reads_is_named_by_the_module_that_it_is_for() -> None:
    allowed = set().union(*MAY_ASK.values())
    assert allowed == ABOUT_READS, f"say in MAY_ASK which module asks {sorted(allowed ^ ABOUT_READS)}"


def test_a_module_names_no_statement_about_reads_but_its_own() -> None:
    for path in python_files("src"):
        own = MAY_ASK.get(path.stem, set()) if path.parent == PACKAGE / "store" else set()
        strays = (texts(path) & ABOUT_READS) - own
        assert not strays, f"{place(path)} may not ask {sorted(strays)}: ask through governed search"


def test_outside_the_store_nobody_makes_a_statement_or_writes_sql_about_reads() -> None:
    strays = [
        place(path)
        for path in python_files("src")
        if path.parent != PACKAGE / "store"
        and ({"openanpr.store.engine.Statement", "openanpr.store.engine.statement"} & names(path))
    ]
    assert not strays, f"statements are made in store: {strays}"
    sql = re.compile(r"\bSELECT\b", re.IGNORECASE)
    written = [
        place(path)
        for path in python_files("src")
        if any(sql.search(text) and READS.search(text) for text in texts(path))
    ]
    assert not written, f"SQL about reads is a file in store/sql: {written}"


def test_no_select_takes_a_table_by_a_name_that_is_given() -> None:
    free = {path.stem for path in SQL.glob("*.sql") if NAMED.search(path.read_text(encoding="utf-8"))}
    assert free == {"backup_freeze", "drop_damaged_part"}, "name the table in the statement"


@pytest.mark.parametrize("path", sorted(SQL.glob("search_*.sql")), ids=lambda path: path.stem)
def test_every_statement_of_a_search_ends_with_the_same_limits(path) -> None:
    if path.stem != "search_stop":
        assert path.read_text(encoding="utf-8").endswith(LIMITS)
