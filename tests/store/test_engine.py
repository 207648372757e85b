"""The engine is opened by one process, answers within its limits, and its errors name no plate."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from openanpr.core.span import Span
from openanpr.store.chdb_folder import ChdbFolder, FolderInUseError
from openanpr.store.clickhouse_server import ClickHouseServer, ServerAddress
from openanpr.store.engine import Statement, StoreError, statement
from tests.store.asked import reads_of_vrm
from tests.store.killing import ROOT
from tests.store.reads import AT, arrived

SLOW = Statement(
    "slow",
    "SELECT sleepEachRow(0.2), {vrm:String} FROM numbers(9) "
    "SETTINGS max_execution_time = 0.5, max_block_size = 1",
)
SQL_FILES = sorted((ROOT / "src/openanpr/store/sql").glob("*.sql"))


def open_child(folder, *words, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.open_child", folder, *words],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def test_a_folder_that_another_process_has_open_is_refused_with_its_number(tmp_path) -> None:
    with open_child(tmp_path, "hold") as holder:
        assert holder.stdout.readline() == "open\n"
        with open_child(tmp_path) as second:
            told = second.communicate(timeout=60)[0]
        assert told.startswith("FolderInUseError")
        assert f"process {holder.pid}:" in told
        holder.kill()
        holder.wait()
        with open_child(tmp_path) as third:
            assert third.communicate(timeout=60)[0] == "open\n", "a killed holder must not keep the folder"


def test_a_second_opening_in_the_same_process_is_refused_too(chdb_store) -> None:
    with pytest.raises(FolderInUseError, match="only one process"):
        ChdbFolder.open(chdb_store._folder)


def test_a_forked_child_is_refused_at_once_rather_than_left_to_hang(chdb_store, monkeypatch) -> None:
    monkeypatch.setattr("openanpr.store.chdb_folder.os.getpid", lambda: -1)
    with pytest.raises(StoreError, match="spawn"):
        chdb_store.run(Statement("any", "SELECT 1"), {})


def test_the_engine_keeps_to_the_memory_it_was_given(chdb_store) -> None:
    asked = Statement(
        "memory", "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"
    )
    assert chdb_store.rows(asked, {}, tuple[str]) == [(str(2 * 2**30),)]


def test_a_question_that_takes_too_long_is_ended_and_the_error_names_no_plate(engine) -> None:
    with pytest.raises(StoreError, match=r"slow: TIMEOUT_EXCEEDED .*159") as told:
        engine.rows(SLOW, {"vrm": "AB12CDE"}, tuple[int, str])
    assert told.value.code == 159
    assert told.value.__suppress_context__
    assert "AB12CDE" not in str(told.value)


def test_a_failed_question_leaves_nothing_behind_for_the_next(engine) -> None:
    with pytest.raises(StoreError, match="TIMEOUT"):
        engine.rows(SLOW, {"vrm": "AB12CDE"}, tuple[int, str])
    for _ in range(3):
        assert engine.rows(Statement("next", "SELECT 'next'"), {}, tuple[str]) == [("next",)]


def test_a_bad_value_is_refused_without_being_repeated(engine) -> None:
    with pytest.raises(StoreError, match=r"BAD_QUERY_PARAMETER|CANNOT_PARSE") as told:
        engine.rows(Statement("number", "SELECT {n:UInt8}"), {"n": "AB12CDE"}, tuple[int])
    assert "AB12CDE" not in str(told.value)


def test_a_block_that_is_broken_is_refused_and_the_engine_lives_on(engine) -> None:
    with pytest.raises(StoreError, match="arrivals_insert"):
        engine.insert(statement("arrivals_insert"), b"\x01\x01garbage", token="0" * 64)
    assert engine.rows(Statement("one", "SELECT 1"), {}, tuple[int]) == [(1,)]


def test_a_token_that_is_no_hash_never_reaches_the_statement(engine) -> None:
    with pytest.raises(ValueError, match="64 hex digits"):
        engine.insert(statement("arrivals_insert"), b"", token="x', async_insert = '1")


def test_threads_ask_and_write_at_the_same_time(engine, write) -> None:
    def work(n: int) -> int:
        write(*(arrived(f"AA{n:02}BBB", at=AT + timedelta(seconds=i)) for i in range(5)))
        span = Span(AT, AT + timedelta(hours=1))
        return len(reads_of_vrm(engine, f"AA{n:02}BBB", span, limit=9).rows)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(8))) == [5] * 8


@pytest.mark.usefixtures("chdb_store")
def test_a_second_folder_in_the_same_process_is_refused(tmp_path) -> None:
    with pytest.raises(FolderInUseError, match="one a process"):
        ChdbFolder.open(tmp_path)


def test_a_closed_store_says_so(chdb_store, tmp_path) -> None:
    shut = ChdbFolder(chdb_store._folder, (tmp_path / "lock").open("w"), chdb_store._address)
    shut.close()
    shut.close()
    with pytest.raises(StoreError, match="was closed"):
        shut.run(Statement("any", "SELECT 1"), {})


@pytest.mark.parametrize("url", ["ftp://host", "clickhouse:9000", "http://", "http://me:secret@host"])
def test_an_address_that_is_none_is_refused(url) -> None:
    with pytest.raises(StoreError, match="http://host:port"):
        ClickHouseServer.open(ServerAddress(url))


def test_a_server_that_does_not_answer_is_told_and_no_password_with_it() -> None:
    address = ServerAddress("http://127.0.0.1:9", password="sesame", timeout_s=1)
    with pytest.raises(StoreError, match="see that its server runs") as told:
        ClickHouseServer.open(address)
    assert "sesame" not in f"{told.value}{address}"


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.stem)
def test_every_question_is_one_statement_that_says_what_it_answers_and_has_its_limits(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    assert ";" not in code
    if code.startswith("SELECT"):
        assert "readonly = 1" in code
        assert "max_execution_time" in code
    for name in {word.split(":")[0] for word in code.split("{")[1:]}:
        assert name in text.split(code[:20])[0], f"its head does not name {name}"
