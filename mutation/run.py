"""Tries how many small faults in slippage and dates the tests notice: `make mutation`, or `python mutation/run.py`.

Each mutant (mutants.py) runs in a child forked from a process that has imported everything and collected the tests. In it
run the tests that run the mutant's statement, the likeliest first, until one fails. What came of each mutant is kept in
.mutation/, so that a run that was stopped goes on where it was; docs/mutation.md says what the outcomes were and why.
Needs os.fork: Linux or macOS.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import hashlib
import importlib
import itertools
import json
import os
import random
import re
import resource
import select
import shutil
import signal
import sys
import time
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

HOME = Path(__file__).resolve().parent
ROOT = HOME.parent

from mutants import Mutant, mutants  # noqa: E402 - of this folder, which a script's own imports come from

# The modules, and the tests that are tried on each: those that say what they mean, not all that happen to run them.
TESTS = {
    "planlib.dates": ("tests/test_dates.py", "tests/test_dates_words.py"),
    "planlib.slippage": ("tests/test_slippage.py", "tests/test_stated_slip.py"),
}
# What tests make before they come to the module, which it takes no part in: made once for all children.
MADE_BEFORE = {"planlib.slippage": ("make_ledger", "rows_ledger", "plan_of")}
STATE, REPORT = ROOT / ".mutation", HOME / "report.json"
KILLED, SURVIVED, TIMEOUT, UNTESTED = "killed", "survived", "timed out", "no test runs it"
UNDECIDED = "undecided"  # ended by the clock on the wall, which says more of the machine than of the mutant; not noticed
CPU_SECONDS, WALL_SECONDS, MEBIBYTES = 2.0, 900.0, 512
SLOW, LONG = 3.0, 0.2  # seconds that a test may take; and from which on it waits its turn, however much it has noticed
UNMEASURED = 0.1  # seconds that a test is taken to need where that was not measured
Lines = frozenset[int]


@dataclass
class Test:
    """A test, what it costs, and which lines of the module it runs."""

    item: pytest.Function
    lines: Lines = frozenset()
    seconds: float = 0.0
    kills: Counter[str | int] = field(default_factory=Counter)  # by function, and by line

    @functools.cached_property
    def plain(self) -> Callable[[], Any] | None:
        """The test's own function, where nothing but the values of its table is handed to it."""
        wanted = self.item._fixtureinfo.argnames
        given = self.item.callspec.params if hasattr(self.item, "callspec") else {}
        if set(wanted) != set(given):
            return None
        return functools.partial(self.item.obj, **given)

    @functools.cached_property
    def name(self) -> str:
        """Its name with the values of its table."""
        return self.item.nodeid.casefold()


# --- putting a mutant in place ---------------------------------------------------------------------------------------


class Patient:
    """The module under test: its tree, and its statements compiled one by one."""

    def __init__(self, name: str) -> None:
        self.module = importlib.import_module(name)
        self.path = Path(str(self.module.__file__))
        self.source = self.path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.source)
        self.mutants = mutants(self.tree)
        self.compiled = [self._compile(statement) for statement in self.tree.body]
        self.places = dict(_functions(self.tree))
        self.at_import = frozenset(in_child(self._run_again)[0])

    def _compile(self, statement: ast.stmt) -> types.CodeType:
        module = ast.Module([ast.fix_missing_locations(statement)], type_ignores=[])
        # As "from __future__ import annotations" at the top of the module has it.
        return compile(module, str(self.path), "exec", flags=annotations_flag(), dont_inherit=True)

    def _run_again(self, own: Path, tell: Tell) -> None:
        """Tell which functions the module itself calls; those that make its tables."""
        called: set[str] = set()

        def note(frame: types.FrameType, event: str, _: Any) -> None:
            if frame.f_code.co_filename == str(self.path):
                called.add(frame.f_code.co_qualname)

        sys.settrace(note)
        self._rest(0)
        sys.settrace(None)
        tell(sorted(called & set(self.places)))

    def infect(self, mutant: Mutant) -> None:
        """Put a mutant in place of the original, everywhere; for a process that ends afterwards."""
        mutant.apply()
        if mutant.function and mutant.function not in self.at_import:
            self._function(self.places[mutant.function], mutant.function)
        else:
            self._rest(mutant.top)
        forget(self.module)

    def _function(self, node: ast.FunctionDef, name: str) -> None:
        """Give the living function the changed code; whoever imported it has it too."""
        node.decorator_list = []
        made: dict[str, Any] = {}
        exec(self._compile(node), vars(self.module), made)
        new, owner = made[node.name], self.module
        for part in name.split(".")[:-1]:
            owner = getattr(owner, part)
        living = vars(owner)[node.name]
        living = getattr(living, "__func__", getattr(living, "__wrapped__", getattr(living, "fget", living)))
        living.__code__, living.__defaults__, living.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__

    def _rest(self, top: int) -> None:
        """Run the module again from a changed statement on, and give what is new to whoever imported the old."""
        names = vars(self.module)
        old = dict(names)
        exec(self._compile(self.tree.body[top]), names)
        for code in self.compiled[top + 1 :]:
            exec(code, names)
        new = {id(old[name]): names[name] for name in old if names[name] is not old[name]}
        for module in list(sys.modules.values()):
            if module is self.module or not _is_ours(module):
                continue
            for name, value in list(vars(module).items()):
                if id(value) in new:
                    setattr(module, name, new[id(value)])


def annotations_flag() -> int:
    """The compiler's flag of `from __future__ import annotations`."""
    import __future__

    return __future__.annotations.compiler_flag


def _is_ours(module: Any) -> bool:
    path = getattr(module, "__file__", None) or ""
    return path.startswith((str(ROOT / "src"), str(ROOT / "tests")))


def _functions(node: ast.AST, outer: str = "") -> Iterator[tuple[str, Any]]:
    """Functions of a module and methods of its classes, by name."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            name = f"{outer}.{each.name}" if outer else each.name
            if isinstance(each, ast.ClassDef):
                yield from _functions(each, name)
            else:
                yield name, each


# --- running tests in a child ----------------------------------------------------------------------------------------


def _write(pipe: int, told: bytes) -> None:
    while told:
        told = told[os.write(pipe, told) :]


_CHILDREN = itertools.count()
Tell = Callable[[Any], None]
Work = Callable[[Path, Tell], None]


def in_child(work: Work, seconds: float = WALL_SECONDS) -> tuple[Any, int]:
    """Run something in a forked child that has a folder of its own and tells one JSON value.

    Returns that value (None if it told none) and how the child ended.
    """
    reading, writing = os.pipe()
    own = STATE / "tmp" / f"{os.getpid()}-{next(_CHILDREN)}"
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            own.mkdir(parents=True)
            work(own, lambda told: _write(writing, json.dumps(told).encode()))
        os._exit(0)
    os.close(writing)
    parts, until = [], time.monotonic() + seconds
    while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            break
        parts.append(part)
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    status = os.waitpid(pid, 0)[1]
    shutil.rmtree(own, ignore_errors=True)
    with contextlib.suppress(ValueError):
        return json.loads(b"".join(parts)), status
    return None, status


def settle(test: Test, own: Path) -> None:
    """Let this process's tests write into its own folder, without pytest's tidying up of those of earlier sessions."""
    from planlib import cache

    test.item.config._tmp_path_factory._basetemp = own
    os.environ[cache.VARIABLE] = str(own / "cache")  # as tests/conftest.py has it
    warnings.simplefilter("error")


def passes(test: Test) -> bool:
    """Run a test: one that needs nothing set up is called, another is run as pytest does it, which takes ten times as long."""
    if test.plain is not None:
        try:
            test.plain()
        except BaseException:
            return False
        return True
    return all(report.passed for report in runtestprotocol(test.item, log=False, nextitem=None))


def traced(tests: Sequence[Test], path: str) -> None:
    """Run each test and note which lines of the module it runs; what is loaded or made on first use is so here, in the parent."""
    lines: set[int] = set()

    def inside(frame: types.FrameType, event: str, _: Any) -> Any:
        lines.add(frame.f_lineno)
        return inside

    def outside(frame: types.FrameType, event: str, _: Any) -> Any:
        return inside(frame, event, _) if frame.f_code.co_filename == path else None

    for test in tests:
        forget()
        lines.clear()
        sys.settrace(outside)
        good = passes(test)
        sys.settrace(None)
        if not good:
            raise SystemExit(f"mutation: {test.item.nodeid} does not pass on the module as it is")
        test.lines = frozenset(lines)


def timed(tests: Sequence[Test]) -> None:
    """What each test costs, tried in a child, as it is there that it will be run."""

    def work(own: Path, tell: Tell) -> None:
        settle(tests[0], own)
        found = []
        for test in tests:
            forget()
            begin = time.process_time()
            good = passes(test)
            found.append([good, time.process_time() - begin])
        tell(found)

    told, _ = in_child(work, WALL_SECONDS * 2)
    for test, (good, seconds) in zip(tests, told, strict=True):
        if not good:
            raise SystemExit(f"mutation: {test.item.nodeid} does not pass on the module as it is")
        test.seconds = seconds


def forget(*others: types.ModuleType) -> None:
    """Empty what is kept of earlier results, in planlib, its tests and other modules."""
    for module in (*filter(_is_ours, list(sys.modules.values())), *others):
        for value in list(vars(module).values()):
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()


def keep_what_is_made(functions: Sequence[str], path: str) -> None:
    """Let what these functions of the tests make be made once by this process, and be there for its children.

    Two thirds of the time of a test of slippage went into its ledger. A function that runs a line of the module under test is
    refused, as what it makes would not be what the mutant makes. Where it makes it, which folder, is nothing to the result.
    """
    found = [(module, name) for module in filter(_is_ours, list(sys.modules.values())) for name in functions
             if name in vars(module)]  # fmt: skip
    kept = {name: _keeping(vars(module)[name], path) for module, name in found}
    for module, name in found:
        setattr(module, name, kept[name])


def _keeping(make: Callable[..., Any], path: str) -> Callable[..., Any]:
    made: dict[str, Any] = {}

    def watch(frame: types.FrameType, event: str, _: Any) -> None:
        if frame.f_code.co_filename == path:
            os.write(2, f"mutation: {make.__name__} runs {path}\n".encode())
            os._exit(1)  # no exception, which would only make the test fail that it is raised in

    @functools.wraps(make)
    def keeping(*args: Any, **kwargs: Any) -> Any:
        key = repr(([each for each in args if not isinstance(each, Path)], sorted(kwargs.items())))
        if key not in made:
            sys.setprofile(watch)
            try:
                made[key] = make(*args, **kwargs)
            finally:
                sys.setprofile(None)
        return made[key].copy() if hasattr(made[key], "copy") else made[key]  # a table, or a plan, which is frozen

    return keeping


def attempt(patient: Patient, mutant: Mutant, tests: Sequence[Test]) -> tuple[str, str]:
    """What came of a mutant, and the test that noticed it."""

    def work(own: Path, tell: Tell) -> None:
        keep_small()
        settle(tests[0], own)
        limit(CPU_SECONDS)
        try:
            patient.infect(mutant)
        except Exception:
            tell("the module cannot be run")
            return
        for test in tests:
            limit(CPU_SECONDS + (100 if test.seconds == UNMEASURED else 5) * test.seconds)
            if not passes(test):
                tell(test.item.nodeid)
                return
        tell("")

    told, status = in_child(work)
    if told is None:
        if os.WIFSIGNALED(status):
            return (TIMEOUT if os.WTERMSIG(status) == signal.SIGPROF else UNDECIDED), "the child ended"
        return KILLED, "the child ended"
    return (KILLED, told) if told else (SURVIVED, "")


def keep_small() -> None:
    """Let this process take little more memory than it has: a loop without end that gathers soon ends so."""
    said = Path("/proc/self/statm")
    if said.exists():
        most = int(said.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + (MEBIBYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit(seconds: float) -> None:
    """End this process after so much of its own time, however busy the machine."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)


# --- a run -----------------------------------------------------------------------------------------------------------


class Run:
    """A pytest plugin that, in place of running the tests, tries the mutants on them."""

    def __init__(self, name: str, options: argparse.Namespace) -> None:
        self.name, self.options = name, options
        self.found: dict[str, list[str]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Called by pytest when the tests are collected."""
        patient = Patient(self.name)
        # Tests with inputs by chance are left out: slow, and what they notice should have its own plain test.
        functions = [item for item in session.items if isinstance(item, pytest.Function)]
        items = [item for item in functions if not getattr(item.obj, "is_hypothesis_test", False)]
        tests = [Test(item) for item in items if re.search(self.options.tests, item.nodeid)]
        chosen = self._chosen(patient)
        state = STATE / f"{self.name}-{hashlib.sha256(patient.source.encode()).hexdigest()[:12]}.jsonl"
        STATE.mkdir(exist_ok=True)
        self.found = _known(state)
        if self.options.tried:
            chosen = [mutant for mutant in chosen if mutant.name in self.found]
        wanted = [mutant for mutant in chosen if self._wanted(mutant)]
        print(f"\n{self.name}: {len(patient.mutants)} mutants, {len(chosen)} chosen, {len(wanted)} to try on {len(tests)} tests")
        if wanted:
            self._try(patient, wanted, self._ready(patient, tests), state)
        keys = {mutant.name for mutant in chosen}
        self.found = {key: value for key, value in self.found.items() if key in keys}
        self.patient, self.tests = patient, items
        return True

    def _ready(self, patient: Patient, tests: Sequence[Test]) -> list[Test]:
        """The tests with what they run and cost, in a process that is ready to be forked."""
        keep_what_is_made(MADE_BEFORE.get(self.name, ()), str(patient.path))
        begin = time.monotonic()
        if self.options.unmeasured:
            everything = frozenset(range(1, len(patient.source.splitlines()) + 1))
            for test in tests:
                test.lines, test.seconds = everything, UNMEASURED
            for test in tests[:: max(1, len(tests) // 30)]:
                passes(test)  # what is loaded on first use is loaded now, and not in each child
        else:
            traced(tests, str(patient.path))
        forget()
        gc.collect()
        gc.freeze()
        if self.options.unmeasured:
            return list(tests)
        timed(tests)
        kept = sorted((test for test in tests if test.seconds <= SLOW), key=lambda test: test.seconds)
        spent = sum(test.seconds for test in tests)
        print(f"measured in {time.monotonic() - begin:.0f} s: all tests take {spent:.0f} s of the processor; "
              f"{len(tests) - len(kept)} are left out as slow", flush=True)  # fmt: skip
        return kept

    def _chosen(self, patient: Patient) -> list[Mutant]:
        chosen = [mutant for mutant in patient.mutants if self.options.only in mutant.name]
        random.Random(self.options.seed).shuffle(chosen)  # so that what a stopped run has done is a sample, too
        if self.options.sample and self.options.sample < len(chosen):
            chosen = chosen[: self.options.sample]
        return chosen

    def _wanted(self, mutant: Mutant) -> bool:
        outcome = self.found.get(mutant.name, [""])[0]
        return outcome in ("", UNDECIDED) or (self.options.again and outcome in (SURVIVED, UNTESTED))

    def _try(self, patient: Patient, wanted: Sequence[Mutant], tests: Sequence[Test], state: Path) -> None:
        begin, counts = time.monotonic(), Counter[str]()
        by_id = {test.item.nodeid: test for test in tests}
        for name, told in self.found.items():  # what earlier runs showed
            if told[1] in by_id:
                by_id[told[1]].kills.update((name.rpartition("#")[0], told[3]))
        put_off: list[Mutant] = []
        with state.open("a", encoding="utf-8") as file:
            for number, mutant in enumerate(itertools.chain(wanted, put_off), start=1):  # of which the second grows with the first
                while self.options.wait_while and Path(self.options.wait_while).exists():
                    time.sleep(5)
                fitting = _fitting(patient, mutant, tests)
                if not fitting and self.options.tests:
                    continue  # what it came to with all tests stands
                began, again = time.monotonic(), number > len(wanted)
                first = fitting[: self.options.first] if self.options.first and not again else fitting
                outcome, by = attempt(patient, mutant, first) if fitting else (UNTESTED, "")
                if outcome == SURVIVED and len(first) < len(fitting):
                    outcome, by = UNDECIDED, "put off"
                    put_off.append(mutant)
                if by in by_id:
                    by_id[by].kills.update((mutant.function, mutant.first))
                before, after = mutant.told()
                told = [outcome, by, mutant.operator, mutant.first, before, after, round(time.monotonic() - began, 2)]
                file.write(json.dumps({mutant.name: told}, ensure_ascii=False) + "\n")
                file.flush()
                self.found[mutant.name] = told
                counts[outcome] += 1
                if number % 100 == 0 or number == len(wanted) + len(put_off):
                    pace = (time.monotonic() - begin) / number
                    print(f"  {number} of {len(wanted) + len(put_off)}, {pace:.2f} s each: {dict(counts)}", flush=True)


def _known(state: Path) -> dict[str, list[Any]]:
    """What an earlier run found, the last word on each mutant."""
    known: dict[str, list[Any]] = {}
    if state.exists():
        for line in state.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):  # the last line of a run that was killed
                known |= json.loads(line)
    return known


def _fitting(patient: Patient, mutant: Mutant, tests: Iterable[Test]) -> list[Test]:
    """The tests that run a mutant's statement; those that killed most in its function first, then the cheapest."""
    if not mutant.function or mutant.function in patient.at_import:
        fitting = list(tests)
    else:
        node = patient.places[mutant.function]
        first, last = (node.body[0].lineno, node.end_lineno) if mutant.default else (mutant.first, mutant.last)
        lines = set(range(first, (last or first) + 1))
        fitting = [test for test in tests if not lines.isdisjoint(test.lines)]
    words, called = _words(mutant), mutant.function.rpartition(".")[2].strip("_")

    def promise(test: Test) -> int:
        """How likely a test is to notice: it names a word that is changed or the function; it noticed others on that line or in it."""
        if test.seconds >= LONG:
            return 0
        named = 20 * any(word in test.name for word in words) + 10 * bool(called and called in test.name)
        return named + 5 * min(test.kills[mutant.first], 3) + min(test.kills[mutant.function], 5)

    return sorted(fitting, key=lambda test: (-promise(test), test.seconds))


def _words(mutant: Mutant) -> list[str]:
    """The words at either end of a text that is changed, of a list of words those that are lost."""
    text = getattr(mutant.node, "value", None) if mutant.operator == "string" else None
    words = re.findall(r"\w+", text.casefold()) if isinstance(text, str) else []
    return [*words[:2], *words[-2:]]


def summary(run: Run) -> dict[str, Any]:
    """What is reported of one module."""
    counts = Counter(told[0] for told in run.found.values())
    operators: dict[str, Counter[str]] = {}
    for told in run.found.values():
        operators.setdefault(told[2], Counter())[told[0]] += 1
    noticed = counts[KILLED] + counts[TIMEOUT]
    alive = {name: told[2:6] for name, told in run.found.items() if told[0] not in (KILLED, TIMEOUT)}
    return {
        "source": hashlib.sha256(run.patient.source.encode()).hexdigest(),
        "mutants": len(run.patient.mutants), "tried": len(run.found), "tests": len(run.tests),
        **{name: counts[name] for name in (KILLED, TIMEOUT, SURVIVED, UNTESTED, UNDECIDED)},
        "percent": round(100 * noticed / max(1, len(run.found)), 2),
        "operators": {name: dict(sorted(each.items())) for name, each in sorted(operators.items())},
        "alive": dict(sorted(alive.items(), key=lambda entry: entry[1][1])),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants of the modules named and say what came of them."""
    parser = argparse.ArgumentParser(prog="mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", default=list(TESTS), help="planlib.dates, planlib.slippage; all unless named")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each module, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only mutants with this in their name, which is that of the function")
    parser.add_argument("--again", action="store_true", help="try again those that lived")
    parser.add_argument("--tried", action="store_true", help="only those that were tried before: to report, or with --again")
    parser.add_argument("--tests", default="", help="only on tests whose name fits this pattern; with --again, on new ones")
    parser.add_argument("--unmeasured", action="store_true", help="try each test on each mutant, without minutes of measuring first")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="put off to the end what the N likeliest tests do not notice")
    parser.add_argument("--wait-while", default="", metavar="FILE", help="pause while this file is there")
    parser.add_argument("--report", action="store_true", help=f"write {REPORT.relative_to(ROOT)}")
    options = parser.parse_args(arguments)
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    report = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    for name in options.modules:
        run = Run(name, options)
        files = [each for each in TESTS[name] if (ROOT / each).exists()]
        code = pytest.main(
            ["-q", "--rootdir", str(ROOT), "--assert=plain", "--tb=native", "-p", "no:cacheprovider", "-p", "no:xdist", *files],
            plugins=[run],
        )
        if code or not run.found:
            return int(code) or 1
        report[name] = summary(run)
        print(json.dumps({key: value for key, value in report[name].items() if key != "alive"}, indent=1))
    if options.report:
        REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
