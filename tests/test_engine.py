"""Ways to start a kernel: forked from a warmed process, ahead of its notebook, plainly; each gives the same notebook."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from test_reading_apart import OBEDIENT

from planlib.errors import RunError
from planlib.readers import apart
from planlib.reporting import computing, forks, kernels, making, report, seen
from planlib.reporting.execution import execute
from planlib.reporting.kernels import Kernels
from planlib.reporting.sets import Set

ROOT = Path(__file__).parents[1]
WAYS = ("forked", "ahead", "plain")
V4: Any = nbformat.v4  # type: ignore[attr-defined]
HASHED = re.compile(r"0x[0-9a-f]+|(?<=ipykernel_)[0-9]+")


@pytest.fixture(scope="module")
def ways() -> Iterator[dict[str, Kernels]]:
    """Kernels of each kind, for all tests here."""
    with ExitStack() as stack:
        made = {"plain": stack.enter_context(kernels.kernels(plain=True, seconds=20))}
        if forks.CAN_FORK:
            made["forked"] = stack.enter_context(kernels.kernels(seconds=20))
        made["ahead"] = stack.enter_context(kernels.kernels(seconds=20))
        made["ahead"].parent = None
        yield made


def notebook(*cells: str) -> Any:
    """A notebook with a parameter and these cells."""
    made = V4.new_notebook(metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})
    made.cells = [V4.new_code_cell("given = 1", metadata={"tags": ["parameters"]}), *map(V4.new_code_cell, cells)]
    return made


def plain(node: Any) -> Any:
    """What a notebook holds, without times, random ids and addresses, the pieces of a stream put together."""
    node, _ = CoalesceStreamsPreprocessor(enabled=True)(copy.deepcopy(node), {})
    made = json.loads(HASHED.sub("0", nbformat.writes(node)))
    made["metadata"].pop("papermill")
    for cell in made["cells"]:
        cell.pop("id")
        cell["metadata"].pop("papermill", None)
        cell["metadata"].pop("execution", None)
    return made


def run(ways: dict[str, Kernels], way: str, *cells: str, folder: Path = ROOT, **parameters: Any) -> Any:
    """Execute cells in a kernel of one kind."""
    if way not in ways:
        pytest.skip("kernels are forked on Linux alone")
    return execute(notebook(*cells), parameters, working_directory=folder, kernels=ways[way], where="it")


EVERY_KIND = {
    "streams": (  # of which each sends what it has when it likes, unless told to
        "import sys\nprint('out', flush=True); print('err', file=sys.stderr, flush=True); print('out again', flush=True)",
        "sys.stdout.write('x')",
    ),
    "results": ("1 + given", "None", "'text'", "[given] * 3", "_ is not None"),
    "displays": (
        "from IPython.display import HTML, SVG, Markdown, JSON, display, update_display, clear_output",
        "display(HTML('<b>1</b>'), Markdown('*2*')); display({'text/plain': 'a', 'x/y': 'b'}, raw=True)",
        "h = display('first', display_id='d1'); display('other')", "update_display('second', display_id='d1')",
        "print('gone'); clear_output(); print('kept')", "JSON({'a': [1]})",
    ),
    "figures": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, given]); plt.show()",
        "figure.savefig('/dev/null', format='svg'); len(plt.get_fignums())", "plt.plot([3, 4])", "plt.plot([5, 4]); print('drawn')",
    ),
    "planlib": (
        "from planlib import figures, measures, open_plan, tables\nbook = open_plan('data/wirral-ofsted-2011', '2011-08-31')",
        "m = measures.measure(book.ledger, '2011-08-31', settings=book.settings, snapshots=book.snapshots)", "figures.dumbbell(m)",
        "figures.standing_over_time(m)", "tables.standing_by_area(m)", "book.ledger", "m.results.head()",
    ),
    "await and magics": ("import asyncio\nawait asyncio.sleep(0.01)", "%%capture kept\nprint('in')", "kept.stdout", "!echo shell", "%pwd"),
    "where it is": (
        "import os, sys, random, warnings, matplotlib, threading, signal, locale, time\nos.getcwd()", "sys.argv[0] == '' or sys.argv[0]",
        "[threading.current_thread().name, signal.getsignal(signal.SIGINT).__name__, os.environ.get('PYTHONHASHSEED'), hash('a')]",
        "[locale.getpreferredencoding(), time.tzname, sys.flags.safe_path, sys.path[0] == '', matplotlib.get_backend()]",
        "__name__, sorted(name for name in globals() if not name.startswith('_'))", "sys.stdin is None, sys.executable",
    ),
    "threads and processes": (
        "import concurrent.futures as cf, subprocess, sys\nwith cf.ThreadPoolExecutor() as pool:\n    print(list(pool.map(str, range(3))))",
        "subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True, check=True).stdout",
    ),
    "metadata": ("%config InlineBackend.figure_formats = ['svg']", "import warnings; warnings.warn('careful')"),
}  # fmt: skip


_plainly: dict[str, Any] = {}  # what a plain kernel gives, by kind; the message, by fault


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("way", ["forked", "ahead"])
def test_a_notebook_is_the_same_in_every_kernel(way: str, kind: str, ways: dict[str, Kernels]) -> None:
    """Outputs, their order, metadata, counts and figures of a notebook are those of a kernel started plainly."""
    if kind not in _plainly:
        _plainly[kind] = plain(run(ways, "plain", *EVERY_KIND[kind], given=2))
    expected = _plainly[kind]
    assert plain(run(ways, way, *EVERY_KIND[kind], given=2)) == expected
    assert any(cell.get("outputs") for cell in expected["cells"])


FAULTS = {
    "an error": ("print('before')", "1 / 0", "print('never')"),
    "an error of ours": ("from planlib import open_plan\nopen_plan('data/none')",),
    "a syntax error": ("for for",),
    "an interrupt of itself": ("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",),
    "leaving": ("import sys\nsys.exit(3)",),
    "dying": ("import os\nos._exit(5)",),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",),
    "asking": ("input('name?')",),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", ["forked", "ahead"])
def test_a_fault_is_told_the_same_from_every_kernel(way: str, fault: str, ways: dict[str, Kernels]) -> None:
    """Errors, interrupts and the death of a kernel give the same message, and the next notebook runs."""
    for each in ("plain", way) if fault not in _plainly else (way,):
        with pytest.raises(RunError) as raised:
            run(ways, each, *FAULTS[fault])
        said = HASHED.sub("0", str(raised.value))
        assert _plainly.setdefault(fault, said) == said
    assert run(ways, way, "print(given)", given=7).cells[-1].outputs[0].text == "7\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_hang_ends_at_its_time_and_takes_no_other_along(way: str, ways: dict[str, Kernels], monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that hangs, deaf to interrupts, ends at the time allowed; a notebook beside it goes on to its end."""
    if way not in ways:
        pytest.skip("kernels are forked on Linux alone")
    monkeypatch.setattr(ways[way], "seconds", 2)
    beside: list[Any] = []
    other = threading.Thread(target=lambda: beside.append(run(ways, way, *["import time; time.sleep(0.8)"] * 5, "print('done')")))
    other.start()
    with pytest.raises(RunError, match="cell 2"):
        run(ways, way, "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)")
    other.join()
    assert beside[0].cells[-1].outputs[0].text == "done\n"


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_from_one_notebook_to_the_next(way: str, ways: dict[str, Kernels]) -> None:
    """Names, modules, settings, patches of libraries, environment and folder of one notebook are unknown to the next."""
    run(
        ways, way, "left = 1", "import os, sys, matplotlib, pandas, planlib.measures\nsys.modules['left_over'] = sys",
        "matplotlib.rcParams['font.size'] = 99; pandas.set_option('display.max_rows', 1); planlib.measures.measure = None",
        "os.environ['LEFT_OVER'] = 'x'; os.chdir('/')",
    )  # fmt: skip
    looked = run(
        ways, way, "import os, sys, matplotlib, pandas, planlib.measures",
        "['left' in globals(), 'left_over' in sys.modules, matplotlib.rcParams['font.size'] == 99, pandas.get_option('display.max_rows'),"
        " planlib.measures.measure is None, 'LEFT_OVER' in os.environ, os.getcwd()]",
    )  # fmt: skip
    assert looked.cells[-1].outputs[0].data["text/plain"] == f"[False, False, False, 60, False, False, {str(ROOT)!r}]"


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_what_was_computed_once_is_not_computed_again(ways: dict[str, Kernels]) -> None:
    """In a kernel forked from a computed set the same question is answered at once, and a changed table is computed anew."""
    parent = ways["forked"].parent
    assert parent is not None
    folder = ROOT / "data" / "wirral-ofsted-2011"
    source, said = parent.compute({"folder": str(folder), "as_of": "2011-08-31"}, ROOT, seconds=60, kernels=2)
    asked = (
        "from planlib import measures, open_plan, slippage, store\nimport planlib.measures as home\ncalls = []\n"
        "inner = home.slippage.date_changes\nhome.slippage.date_changes = lambda *a, **k: calls.append(1) or inner(*a, **k)",
        "book = open_plan('data/wirral-ofsted-2011', '2011-08-31')",
        "def ask(): return measures.measure(book.ledger, '2011-08-31', settings=book.settings, snapshots=book.snapshots, plan=book.name)",
        "one = ask(); before = len(calls); one.actions.loc[:, 'standing'] = 'changed'; again = ask().actions['standing']",
        "book.ledger.loc[:, 'status'] = 'complete'; anew = ask()",
        "print(before, len(calls) > 0, 'changed' in set(again), int((anew.actions['status'] == 'complete').sum()) == len(anew.actions))",
    )
    try:
        made = execute(notebook(*asked), {}, working_directory=ROOT, kernels=ways["forked"], where="it", source=source)
    finally:
        source.close()
    assert made.cells[-1].outputs[0].text == "0 True False True\n"
    assert computing.from_answer(said) == computing.compute(folder, __import__("datetime").date(2011, 8, 31))


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_a_set_gives_its_memory_back_when_its_last_kernel_is_forked(ways: dict[str, Kernels]) -> None:
    """The process of a set becomes a small one, whose kernel goes on; one more kernel than was told of comes from elsewhere."""
    parent = ways["forked"].parent
    assert parent is not None
    folder = ROOT / "data" / "wirral-ofsted-2011"
    source, _ = parent.compute({"folder": str(folder), "as_of": "2011-08-31"}, ROOT, seconds=60, kernels=1)
    asked = (
        "import os, time\nfrom pathlib import Path\nfrom planlib import store\n"
        "above, until = Path('/proc') / str(os.getppid()), time.monotonic() + 20\n"
        "def rests(): return 'signal.pause' in (above / 'cmdline').read_text()\n"
        "while not rests() and time.monotonic() < until: time.sleep(0.01)",
        "pages = int((above / 'statm').read_text().split()[1])",
        "print(rests(), pages * os.sysconf('SC_PAGESIZE') < 30 << 20, hasattr(store.open_plan, 'planlib_remembers'))",
    )
    try:
        first = execute(notebook(*asked), {}, working_directory=ROOT, kernels=ways["forked"], where="it", source=source)
        with pytest.raises(OSError, match="remembers nothing"):
            source.fork("", Path(), Path(), {})
        late = ("from planlib import store\nprint(hasattr(store.open_plan, 'planlib_remembers'))",)
        second = execute(notebook(*late), {}, working_directory=ROOT, kernels=ways["forked"], where="it", source=source)
    finally:
        source.close()
    assert first.cells[-1].outputs[0].text == "True True True\n"
    assert second.cells[-1].outputs[0].text == "False\n"


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_so_many_processes_hold_a_plan_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    """However many sets there are, kernels and the sets that they are forked from are together as many as was said."""
    working: list[Set] = []
    preparing: set[int] = set()
    guard, most, sets, begun = threading.Lock(), [], {}, Counter[int]()

    def counted(inner: Any) -> Any:
        def work(going: making.Run, made: Set, *more: Any) -> Any:
            with guard:
                sets[id(made)] = made
                begun[id(made)] += len(more)
                working.append(made)
                preparing.update([] if more else [id(made)])
                # What is prepared is at work until that is over, even where its process is there already.
                waiting = [each for at, each in sets.items() if at not in preparing and each.computed and begun[at] < len(each.stale)]
                most.append(len(working) + len(waiting))
            try:
                return inner(going, made, *more)
            finally:
                with guard:
                    working.remove(made)
                    preparing.difference_update([] if more else [id(made)])

        return work

    for name in ("prepare", "_run_one"):
        monkeypatch.setattr(making, name, counted(getattr(making, name)))
    days = ["1960-10-31", "1960-12-31", "1961-03-31", "1961-06-30", "1961-09-30", "1961-12-31"]
    outcome = report("ranger-1960", as_of=days, data=ROOT / "data", out=tmp_path / "out", jobs=jobs)
    assert outcome.ok, [each.why for each in outcome.failed]
    assert len(outcome.made) == 18 and len(most) == 24
    assert jobs < max(most) <= making._room(jobs)


@given(jobs=st.integers(1, 5), sizes=st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12))
@settings(max_examples=300, deadline=None)
def test_whatever_is_to_be_run_is_run(jobs: int, sizes: list[tuple[int, bool]]) -> None:
    """Sets of any number of notebooks, with a process of their own or none, by any number of jobs: none waits for ever."""
    ran: list[tuple[str, Any]] = []
    sets: list[Any] = [SimpleNamespace(plan=str(n), stale=list(range(size)), computed=None) for n, (size, _) in enumerate(sizes)]

    def prepare(going: Any, made: Any) -> None:
        if sizes[int(made.plan)][1]:
            made.computed = SimpleNamespace(close=lambda: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "prepare", prepare)
        patch.setattr(making, "_run_one", lambda going, made, notebook: time.sleep(0.001 * (notebook % 2)))
        patch.setattr(making, "_write_one", lambda going, made, notebook, executed: ran.append((made.plan, notebook)))
        work: Any = SimpleNamespace(kernels=SimpleNamespace(parent=object(), stop=lambda: None))
        making.make(work, sets, jobs)
    assert sorted(ran) == [(each.plan, notebook) for each in sorted(sets, key=lambda one: one.plan) for notebook in each.stale]


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_an_error_while_computing_is_the_error_of_the_set(ways: dict[str, Kernels], tmp_path: Path) -> None:
    """What the process of a set meets comes back as the same error, with the same words."""
    parent = ways["forked"].parent
    assert parent is not None
    (tmp_path / "plan.toml").write_text('titel = "x"\n', encoding="utf-8")
    source, said = parent.compute({"folder": str(tmp_path), "as_of": "2011-08-31"}, ROOT, seconds=60, kernels=2)
    source.close()
    errors = []
    for ask in (lambda: computing.from_answer(said), lambda: computing.compute(tmp_path, __import__("datetime").date(2011, 8, 31))):
        with pytest.raises(Exception, match="titel") as raised:
            ask()
        errors.append((type(raised.value), str(raised.value)))
    assert errors[0] == errors[1]


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_a_set_learns_how_its_reader_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that ends the process it is read in is told of with that process's own exit code, in a forked process too."""
    monkeypatch.setenv(apart.VARIABLE, "apart")
    leaves = f"from planlib.readers import apart\napart._CODE = {OBEDIENT!r}\n"
    monkeypatch.setattr(forks, "_BOOT", forks._BOOT.replace("serve()", leaves + "serve()"))
    (tmp_path / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
    (tmp_path / "2011-08-31.csv").write_bytes(b"leave ,Action\n1 ,x\n")
    with kernels.kernels(seconds=20) as mine:
        assert mine.parent is not None
        source, said = mine.parent.compute({"folder": str(tmp_path), "as_of": "2011-08-31"}, ROOT, seconds=60, kernels=2)
        source.close()
    assert "the process that read it ended (exit code 3)" in said["text"]


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_forked_and_plain_kernels_publish_the_same_bytes(tmp_path: Path) -> None:
    """Every file of a set, pages, tables and executed notebooks, is the same whichever way its kernels were started."""
    made: dict[bool, dict[str, bytes]] = {}
    for plainly in (False, True):
        out = tmp_path / str(plainly)
        outcome = report("ranger-1960", as_of="1962-03-31", data=ROOT / "data", out=out, plain=plainly)
        assert outcome.ok, [each.why for each in outcome.failed]
        files = [path for path in out.rglob("*") if path.is_file() and path.name not in ("run.json", seen.FILE)]
        made[plainly] = {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
    assert len(made[True]) >= 12 and made[True] == made[False]


def test_no_kernel_listens_on_a_port(ways: dict[str, Kernels]) -> None:
    """Where the platform has sockets in folders, a kernel has no TCP port, and its sockets are its owner's."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such sockets")
    for way in ways:
        seen = run(
            ways, way, "import os, psutil\nfound = psutil.Process().net_connections('inet')",
            "[found, oct(os.stat(os.path.dirname(os.environ['IPYTHONDIR'])).st_mode & 0o777)]",
        )  # fmt: skip
        assert seen.cells[-1].outputs[0].data["text/plain"] == "[[], '0o700']"


def test_kernels_started_ahead_are_used_and_ended(ways: dict[str, Kernels]) -> None:
    """A kernel is there before its notebook, in the right folder, and none outlives the run."""
    import psutil

    def lives(pid: int) -> bool:
        return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE

    with kernels.kernels(seconds=20) as mine:
        mine.parent = None
        execute(notebook("1"), {}, working_directory=ROOT, kernels=mine, where="it")
        until = time.monotonic() + 30
        while not mine.ahead and time.monotonic() < until:
            time.sleep(0.05)
        waiting = mine.ahead[0]._process.pid
        made = execute(notebook("import os; print(os.getpid())"), {}, working_directory=ROOT, kernels=mine, where="it")
        assert made.cells[-1].outputs[0].text == f"{waiting}\n"
        made = execute(notebook("import os; print(os.getcwd())"), {}, working_directory=ROOT / "data", kernels=mine, where="it")
        assert made.cells[-1].outputs[0].text == f"{ROOT / 'data'}\n"
    until = time.monotonic() + 10
    while time.monotonic() < until and lives(waiting):
        time.sleep(0.05)
    assert not lives(waiting) and not mine.ahead and not mine._live


def test_papermill_knows_the_engine(tmp_path: Path) -> None:
    """``papermill --engine planlib`` executes a notebook from the command line, and refuses one of another language."""
    source, out = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(notebook("print(given)"), source)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "planlib", "-p", "given", "5", str(source), str(out)],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert nbformat.read(out, 4).cells[-1].outputs[0].text == "5\n"
    other = notebook("print(1)")
    other.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
    nbformat.write(other, source)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "planlib", str(source), str(out)],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0 and "Python alone" in done.stderr


def test_the_kinds_of_kernel_are_told_apart(ways: dict[str, Kernels]) -> None:
    """The tests above compare what they say they compare: forked kernels have no launch of their own."""
    for way in ways:
        made = run(ways, way, "import sys, psutil\nprint('planlib.figures' in sys.modules, ' '.join(psutil.Process().cmdline()))")
        warmed, words = made.cells[-1].outputs[0].text.split(" ", 1)
        assert (warmed == "True") == (way != "plain") and ("serve()" in words) == (way == "forked")
