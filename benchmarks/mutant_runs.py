"""Run the tests on changed code, a fork for each change: `code_mutants` tells what for.

First one pytest session collects the tests once and learns, test by test, which lines each runs. A change
within a function is put into that session's own function, in a fork, and the tests that run its statement
are run, the quickest first, until one fails. What the session cannot show is then run anew from the disk, in
a copy of the checkout: changes at the top of a file, of functions that are called while files are imported,
and for the others the tests that start processes. What Hypothesis finds is not made smaller: that a test
fails is enough.
"""

from __future__ import annotations

import ast
import ctypes
import gc
import hashlib
import os
import pickle
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType
from typing import cast

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutant_journal import SURVIVED
from benchmarks.mutants import Mutant, changed_tree

_MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1  # of Linux: a run that is stopped leaves nothing running
_LEAST_S = 2.0
_FOR_EVER = 1e9
_ASLEEP_S = 12.0
_CLOCK_S = 900.0
_ENDED = "killed: the process ended"
_UNTOLD = "cannot be shown in place"
_QUIET = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    "--tb=native",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)


@dataclass(slots=True)
class Tests:
    """What one run of the tests told, by the name of each: processor seconds, and its lines by file.

    `starting` are those that start processes; `imported` the lines that run while the tests are collected.
    """

    took_s: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    starting: set[str] = field(default_factory=set)
    imported: dict[str, set[int]] = field(default_factory=dict)

    def quick(self, most_s: float) -> Tests:
        """The same without the tests that take longer, and without those that start processes."""
        names = [
            name for name, took_s in self.took_s.items() if took_s <= most_s and name not in self.starting
        ]
        of_names = ({name: self.took_s[name] for name in names}, {name: self.lines[name] for name in names})
        return Tests(*of_names, set(), self.imported)

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

    def limit_s(self, names: Iterable[str]) -> float:
        """The processor time after which these tests are taken to go round for ever."""
        return 2 * _LEAST_S + 3 * sum(self.took_s[name] for name in names)

    def touches_import(self, mutant: Mutant) -> bool:
        """Whether what is changed has had its effect before any test runs."""
        reach = range(mutant.reach[0], mutant.reach[1] + 1)
        return not mutant.function or not self.imported.get(mutant.file, set()).isdisjoint(reach)


def in_fork(
    work: Callable[[], str],
    limit_s: float,
    *,
    processor_s: float | None = None,
    asleep_s: float | None = None,
) -> str:
    """What `work` tells in a process of its own, or how that process ended without a word.

    `limit_s` is by the clock, `processor_s` what it may reckon itself: on a busy machine only that is fair.
    One that does nothing at all for `asleep_s` waits for ever.
    """
    end, begin = os.pipe()
    child = os.fork()
    if child == 0:
        _begin_child()
        if processor_s is not None:
            most = int(processor_s) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        os.close(end)
        told = _ENDED
        try:
            told = work()
        except BaseException as fault:  # noqa: BLE001 - the parent is told, whatever it was
            told = f"killed: {type(fault).__name__}: {fault}"
        finally:
            _send(begin, told)
            os._exit(0)
    os.close(begin)
    told = _received(end, limit_s, child, asleep_s)
    for stop in (os.killpg, os.kill):
        try:
            stop(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(child, 0)
    os.close(end)
    return told


def _begin_child() -> None:
    """Let this process end with its parent, and take no more memory than is there."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _send(pipe: int, text: str) -> None:
    waiting = text.encode() + b"\0"
    while waiting:
        waiting = waiting[os.write(pipe, waiting) :]


def _received(pipe: int, limit_s: float, child: int, asleep_s: float | None) -> str:
    until = time.monotonic() + limit_s
    held, before, since = b"", "", time.monotonic()
    while not held.endswith(b"\0"):
        if select.select([pipe], [], [], 2.0)[0]:
            more = os.read(pipe, 1 << 20)
            if not more:
                return _ENDED
            held += more
            continue
        now = _doing(child)
        if now != before or not now:
            before, since = now, time.monotonic()
        if time.monotonic() > until or (asleep_s is not None and time.monotonic() - since > asleep_s):
            return "killed: no end within the time"
    return held[:-1].decode()


def _doing(child: int) -> str:
    """What the threads of a process have reckoned so far, where all of them sleep; "" where one does not."""
    told: list[str] = []
    for task in Path(f"/proc/{child}/task").glob("*/stat"):
        try:
            state, *fields = task.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if state != "S":
            return ""
        told.append(f"{task} {fields[10]} {fields[11]}")
    return "\n".join(told)


class _Session:
    """The pytest session that is collected once; `work` is given it in the place of the run."""

    def __init__(self, work: Callable[[_Session], None]) -> None:
        self._work = work
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise RunError("the tests could not be collected")
        self.items = {item.nodeid: item for item in session.items}
        self._work(self)
        return True

    def run(self, names: Sequence[str], took_s: Mapping[str, float] | None = None) -> str:
        """SURVIVED when all of them hold, otherwise by which the change was killed.

        A test that reckons for far longer than it took ends the process: it goes round for ever.
        """
        chosen = [self.items[name] for name in names]
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            if took_s is not None:
                signal.setitimer(signal.ITIMER_PROF, _LEAST_S + 4 * took_s[item.nodeid])
            reports = runtestprotocol(item, log=False, nextitem=after)
            if any(report.failed for report in reports):
                return f"killed: {item.nodeid}"
        return SURVIVED


class InPlace:
    """The session in a process of its own: it learns what each test runs, then tries changes one by one."""

    def __init__(self, checkout: Path, tests: Sequence[str], kept: Path, quick_s: float | None) -> None:
        """Begin it on a copy of the checkout; what it learns is kept in the file `kept`. Raises RunError.

        With `quick_s` nothing is learnt of a test that takes much longer, and it is none of the tests.
        """
        self._ours, theirs = Pipe()
        self._child = os.fork()
        if self._child == 0:
            self._ours.close()
            _begin_child()
            try:
                _serve(theirs, checkout, tests, (kept, quick_s))
            except BaseException as fault:  # noqa: BLE001 - the parent is told, whatever it was
                theirs.send(f"{type(fault).__name__}: {fault}")
            finally:
                os._exit(0)
        theirs.close()
        told = self._received()
        if not isinstance(told, Tests):
            raise RunError(f"the tests could not be run on the code as it is: {told}")
        self.tests = told

    def verdict(self, mutant: Mutant, names: Sequence[str]) -> str | None:
        """What the tests of these names say of the change; None where it cannot be shown in place."""
        self._ours.send((mutant, list(names)))
        told = cast("str", self._received())
        return None if told == _UNTOLD else told

    def close(self) -> None:
        """End it."""
        self._ours.close()
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)

    def _received(self) -> object:
        try:
            return self._ours.recv()
        except EOFError as fault:
            raise RunError("the session ended without a word") from fault


class RunError(Exception):
    """The tests cannot be run."""


def _serve(
    pipe: Connection, checkout: Path, tests: Sequence[str], learning: tuple[Path, float | None]
) -> None:
    told = Tests()

    def work(session: _Session) -> None:
        imports.stop()
        told.imported.update(_lines_of(imports, checkout))
        _learn(session, checkout, told, *learning)
        functions = _functions(checkout)
        gc.freeze()
        pipe.send(told)
        while True:
            try:
                mutant, names = pipe.recv()
            except EOFError:
                return
            pipe.send(
                in_fork(
                    lambda m=mutant, n=names: _in_place(session, checkout, functions, m, n, told.took_s),
                    _CLOCK_S,
                    asleep_s=_ASLEEP_S,
                )
            )

    imports = _counter(checkout)
    _ready(checkout)
    imports.start()
    status = pytest.main([*_QUIET, _basetemp(checkout), *tests], plugins=[_Session(work)])
    raise RunError(f"pytest ended with {status!r}")


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
    counter.set_option(
        "run:disable_warnings", ["no-data-collected", "module-not-measured", "already-imported"]
    )
    return counter


def _lines_of(counter: coverage.Coverage, checkout: Path) -> dict[str, set[int]]:
    kept = counter.get_data()
    names = {name: Path(name).relative_to(checkout).as_posix() for name in kept.measured_files()}
    return {names[name]: set(kept.lines(name) or ()) for name in names}


def _learn(session: _Session, checkout: Path, told: Tests, kept: Path, quick_s: float | None) -> None:
    """Run every test once, each in a fork, so that no test finds what another has kept in a cache.

    What was learnt is kept in the file `kept`: a test is run anew when its file or the code has changed.
    """
    known: dict[str, tuple[bool, float, dict[str, list[int]]]] = {}
    if kept.exists():
        known = pickle.loads(kept.read_bytes())  # noqa: S301 - we wrote it
    code = _digest([*(checkout / "src").rglob("*.py")])
    limit_s = None if quick_s is None else 4 * quick_s  # to be watched takes longer
    for number, (name, item) in enumerate(session.items.items()):
        beside = (path for path in item.path.parent.glob("*.py") if not path.name.startswith("test_"))
        key = f"{name}@{code}@{_digest([item.path, *beside])}"
        if key not in known or (quick_s is None and known[key][1] == _FOR_EVER):
            seen = in_fork(lambda n=name: _looked_at(session, checkout, n), _CLOCK_S, processor_s=limit_s)
            if seen == _ENDED and quick_s is not None:
                seen = repr((False, _FOR_EVER, {}))
            elif seen.startswith("killed"):
                raise RunError(f"{name} fails on the code as it is: {seen}")
            known[key] = ast.literal_eval(seen)
        started, told.took_s[name], lines = known[key]
        told.lines[name] = {file: set(numbers) for file, numbers in lines.items()}
        if started:
            told.starting.add(name)
        if number % 50 == 49:
            kept.write_bytes(pickle.dumps(known))
    kept.write_bytes(pickle.dumps(known))


def _digest(paths: Sequence[Path]) -> str:
    told = hashlib.sha256()
    for path in sorted(paths):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _looked_at(session: _Session, checkout: Path, name: str) -> str:
    started: list[str] = []
    sys.addaudithook(lambda event, _: started.append(event) if event in _STARTS else None)
    counter = _counter(checkout)
    counter.start()
    began = time.process_time()
    verdict = session.run([name])
    took_s = time.process_time() - began
    counter.stop()
    if verdict != SURVIVED:
        return verdict
    lines = {file: sorted(found) for file, found in _lines_of(counter, checkout).items()}
    return repr((bool(started), round(took_s, 4), lines))


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
    took_s: Mapping[str, float],
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
    return session.run(names, took_s)


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
    if not names:
        return SURVIVED
    path = checkout / mutant.file
    kept = path.read_text(encoding="utf-8")
    path.write_text(ast.unparse(changed_tree(kept, mutant.place, mutant.variant)), encoding="utf-8")
    try:
        return in_fork(lambda: _run_anew(checkout, names), _CLOCK_S, processor_s=2 * told.limit_s(names))
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
