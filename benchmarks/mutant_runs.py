"""Run the tests on changed code, a fork for each change: `code_mutants` tells what for.

First one pytest session collects the tests once and learns, test by test, which lines each runs. A change
within a function is put into that session's own function, in a fork, and the tests that run its statement are
run, the quickest first, until one fails. What the session cannot show is then run anew from the disk, in a copy
of the checkout: changes at the top of a file, of functions that are called while files are imported, and for
the others the tests that start processes. What Hypothesis finds is
not made smaller: that a test fails is enough.
"""

from __future__ import annotations

import ast
import ctypes
import gc
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutant_journal import SURVIVED
from benchmarks.mutants import Mutant, changed_tree

_MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1  # of Linux: a run that is stopped leaves nothing running
_LEAST_S = 20.0
_UNTOLD = "cannot be shown in place"
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=native", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass(slots=True)
class Tests:
    """What one quiet run of the tests told, by the name of each: seconds, lines by file, and who starts processes.

    `imported` are the lines that run while the tests are collected.
    """

    took_s: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    starting: set[str] = field(default_factory=set)
    imported: dict[str, set[int]] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run the changed statement and start no process, the quickest first."""
        reach = range(mutant.reach[0], mutant.reach[1] + 1)
        ran = (
            name
            for name, files in self.lines.items()
            if name not in self.starting and not files.get(mutant.file, set()).isdisjoint(reach)
        )
        return sorted(ran, key=self.took_s.__getitem__)

    def anew(self, mutant: Mutant) -> list[str]:
        """The tests that must be run from the disk: those that run the file first, then the quickest."""
        asked = self.took_s if self.touches_import(mutant) else self.starting
        far = {name: mutant.file not in self.lines[name] for name in asked}
        return sorted(asked, key=lambda name: (name in self.starting, far[name], self.took_s[name]))

    def touches_import(self, mutant: Mutant) -> bool:
        """Whether what is changed has had its effect before any test runs."""
        reach = range(mutant.reach[0], mutant.reach[1] + 1)
        return not mutant.function or not self.imported.get(mutant.file, set()).isdisjoint(reach)


def in_fork(work: Callable[[], str], limit_s: float) -> str:
    """What `work` tells in a process of its own, or how that process ended without a word."""
    end, begin = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        os.close(end)
        told = "killed: the process ended"
        try:
            told = work()
        except BaseException as fault:  # noqa: BLE001 - the parent is told, whatever it was
            told = f"killed: {type(fault).__name__}: {fault}"
        finally:
            _send(begin, told)
            os._exit(0)
    os.close(begin)
    told = _received(end, limit_s)
    for stop in (os.killpg, os.kill):
        try:
            stop(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(child, 0)
    os.close(end)
    return told


def _send(pipe: int, text: str) -> None:
    waiting = text.encode() + b"\0"
    while waiting:
        waiting = waiting[os.write(pipe, waiting) :]


def _received(pipe: int, limit_s: float) -> str:
    until = time.monotonic() + limit_s
    held = b""
    while not held.endswith(b"\0"):
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            return "killed: no end within the time"
        more = os.read(pipe, 1 << 20)
        if not more:
            return "killed: the process ended"
        held += more
    return held[:-1].decode()


class _Session:
    """The pytest session that is collected once; `work` is given it in the place of the run."""

    def __init__(self, work: Callable[[_Session], None]) -> None:
        self._work = work
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            sys.exit("the tests could not be collected")
        self.items = {item.nodeid: item for item in session.items}
        self._work(self)
        return True

    def run(self, names: Sequence[str]) -> str:
        """SURVIVED when all of them hold, otherwise by which the change was killed."""
        chosen = [self.items[name] for name in names]
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            reports = runtestprotocol(item, log=False, nextitem=after)
            if any(report.failed for report in reports):
                return f"killed: {item.nodeid}"
        return SURVIVED


def in_session(
    checkout: Path, tests: Sequence[str], chosen: Iterable[Mutant], tell: Callable[[Mutant, str], None]
) -> tuple[Tests, list[Mutant]]:
    """Try what can be tried in place; what the tests told, and the changes that must be run from the disk."""
    told = Tests()
    left: list[Mutant] = []

    def work(session: _Session) -> None:
        imports.stop()
        told.imported.update(_lines_of(imports, checkout))
        _learn(session, checkout, told)
        functions = _functions(checkout)
        gc.freeze()
        for mutant in chosen:
            names = told.of(mutant)
            verdict = _UNTOLD
            if not told.touches_import(mutant):
                limit_s = _LEAST_S + 10 * sum(told.took_s[name] for name in names)
                verdict = in_fork(lambda m=mutant, n=names: _in_place(session, checkout, functions, m, n), limit_s)
            if verdict == _UNTOLD or (verdict == SURVIVED and told.starting):
                left.append(mutant)
            else:
                tell(mutant, verdict)

    imports = _counter(checkout)
    _ready(checkout)
    imports.start()
    status = pytest.main([*_QUIET, _basetemp(checkout), *tests], plugins=[_Session(work)])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(f"pytest ended with {status!r}")
    return told, left


def _ready(checkout: Path) -> None:
    """Let this process find the copy, and Hypothesis stop at its first finding."""
    os.chdir(checkout)
    sys.path.insert(0, str(checkout / "src"))
    sys.dont_write_bytecode = True
    hypothesis.settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def _basetemp(checkout: Path) -> str:
    return f"--basetemp={checkout.parent / 'tests'}"


def _counter(checkout: Path) -> coverage.Coverage:
    counter = coverage.Coverage(data_file=None, config_file=False, include=[f"{checkout}/src/*"])
    counter.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured", "already-imported"])
    return counter


def _lines_of(counter: coverage.Coverage, checkout: Path) -> dict[str, set[int]]:
    kept = counter.get_data()
    names = {name: Path(name).relative_to(checkout).as_posix() for name in kept.measured_files()}
    return {names[name]: set(kept.lines(name) or ()) for name in names}


def _learn(session: _Session, checkout: Path, told: Tests) -> None:
    """Run every test once, each in a fork, so that no test finds what another has kept in a cache."""
    for name in session.items:
        began = time.monotonic()
        seen = in_fork(lambda n=name: _looked_at(session, checkout, n), 600.0)
        if seen.startswith("killed"):
            sys.exit(f"{name} fails on the code as it is: {seen}")
        started, lines = ast.literal_eval(seen)
        told.took_s[name] = time.monotonic() - began
        told.lines[name] = {file: set(found) for file, found in lines.items()}
        if started:
            told.starting.add(name)


def _looked_at(session: _Session, checkout: Path, name: str) -> str:
    started: list[str] = []
    sys.addaudithook(lambda event, _: started.append(event) if event in _STARTS else None)
    counter = _counter(checkout)
    counter.start()
    verdict = session.run([name])
    counter.stop()
    if verdict != SURVIVED:
        return verdict
    return repr((bool(started), {file: sorted(found) for file, found in _lines_of(counter, checkout).items()}))


_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"})


def _functions(checkout: Path) -> dict[tuple[str, str], list[FunctionType]]:
    """Every function of ours that lives in this process, by file and name."""
    told: dict[tuple[str, str], list[FunctionType]] = {}
    begin = f"{checkout}/"
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(begin):
            code = one.__code__
            told.setdefault((code.co_filename.removeprefix(begin), code.co_qualname), []).append(one)
    return told


def _in_place(
    session: _Session,
    checkout: Path,
    functions: dict[tuple[str, str], list[FunctionType]],
    mutant: Mutant,
    names: Sequence[str],
) -> str:
    """Put the change into the living functions and run the tests."""
    path = checkout / mutant.file
    tree = changed_tree(path.read_text(encoding="utf-8"), mutant.place, mutant.variant)
    codes = [c for c in _codes(compile(tree, str(path), "exec")) if c.co_qualname == mutant.function]
    living = functions.get((mutant.file, mutant.function), [])
    if not living or not codes:
        return _UNTOLD
    for one in living:
        new = next((c for c in codes if c.co_firstlineno == one.__code__.co_firstlineno), None)
        if new is None or new.co_freevars != one.__code__.co_freevars:
            return _UNTOLD
        one.__code__ = new
    return session.run(names)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


class _Anew:
    """Runs only the tests that are named, in that order, and tells of the first that fails."""

    def __init__(self, names: Sequence[str]) -> None:
        self._order = {name: at for at, name in enumerate(names)}
        self.verdict = SURVIVED

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.verdict == SURVIVED:
            self.verdict = f"killed: {report.nodeid} cannot be imported"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.verdict == SURVIVED:
            self.verdict = f"killed: {report.nodeid}"


def from_disk(checkout: Path, told: Tests, mutant: Mutant) -> str:
    """Write the change into the copy and run from the beginning what may tell it."""
    names = told.anew(mutant)
    path = checkout / mutant.file
    kept = path.read_text(encoding="utf-8")
    path.write_text(ast.unparse(changed_tree(kept, mutant.place, mutant.variant)), encoding="utf-8")
    try:
        limit_s = 2 * _LEAST_S + 10 * sum(told.took_s[name] for name in names)
        return in_fork(lambda: _run_anew(checkout, names), limit_s)
    finally:
        path.write_text(kept, encoding="utf-8")


def _run_anew(checkout: Path, names: Sequence[str]) -> str:
    _ready(checkout)
    os.environ |= {"PYTHONPATH": str(checkout / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    anew = _Anew(names)
    files = dict.fromkeys(name.partition("::")[0] for name in names)
    status = pytest.main([*_QUIET, _basetemp(checkout), "-x", *files], plugins=[anew])
    if anew.verdict == SURVIVED and status != pytest.ExitCode.OK:
        return f"killed: pytest ended with {int(status)}"
    return anew.verdict
