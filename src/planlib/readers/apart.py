"""Reads source files in one process apart, under limits of time and memory, so that no file can take planlib with it.

A parser that crashes, hangs or eats memory ends that process and not ours; the file is refused with one of our errors and
the next one is read by a new process. Both sides are here: `read` and `serve`. They talk through pipes, lines of JSON
of some rows each: nothing that the process says is executed, and what it says is checked. The process imports the readers and no
pandas, ignores what a person has set up for Python, and can write no file.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid, Line
from planlib.settings import Limits

VARIABLE = "PLANLIB_READING"  # "apart" or "here"; handed down to kernels
START_SECONDS = 60
LEAST = 512  # MiB of addresses that the process may always have: its libraries alone take up to 300
_GRACE = 2  # seconds, within which a reader that minds its time says so itself
_FULL = 87  # exit code: more memory than allowed
_TOGETHER = 2000  # entries of a mapping, or a tenth of the letters of rows, in a line
_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from planlib.readers.apart import serve; serve()"
_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@contextlib.contextmanager
def switched_on() -> Iterator[None]:
    """Read source files apart, here and in kernels that are started meanwhile, unless the environment says otherwise."""
    before = os.environ.get(VARIABLE)
    os.environ.setdefault(VARIABLE, "apart")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read a file, apart where that is switched on, else here.

    Parameters
    ----------
    path : Path
        For messages, and where the content alone does not tell the format; the file itself is not opened.
    data : bytes
        The file's bytes.
    limits : Limits
        What reading it may cost.

    Returns
    -------
    Document
        The same in both ways.

    Raises
    ------
    InputError
        If it cannot be read, or costs more than it may.
    """
    if os.environ.get(VARIABLE, "here") != "apart":
        from planlib.readers.formats import read_document

        return read_document(path, data, limits)
    with _guard:
        return _read_apart(path, data, limits)


# --- our side --------------------------------------------------------------------------------------------------------


class _Broken(Exception):
    """The process ended, or said what makes no sense."""


class _Process:
    """The process apart and the pipes to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", "-B", "-c", _CODE, json.dumps(_import_path())]
        self.popen = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env={**os.environ, **_QUIET},
        )  # fmt: skip
        self.answers: Any = io.BufferedReader(self.popen.stdout)

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.popen.stdin.write(rest) :]  # type: ignore[union-attr]

    def end(self) -> int:
        """End it, whatever it does, and give its exit code."""
        self.popen.kill()
        self.close()
        return self.popen.wait()

    def close(self) -> None:
        pipes: tuple[Any, ...] = (self.popen.stdin, self.answers)
        for pipe in pipes:
            with contextlib.suppress(OSError):
                pipe.close()


_guard = threading.Lock()
_process: _Process | None = None
_others: list[_Process] = []  # of the process that we were forked from: not ours to talk to


def _import_path() -> list[str]:
    """Where this process imports from, without the working directory."""
    ours = str(Path(__file__).resolve().parents[2])
    return list(dict.fromkeys([ours, *(str(Path(entry).absolute()) for entry in sys.path if entry)]))


def _after_fork() -> None:
    global _guard, _process
    _guard = threading.Lock()
    if _process is not None:
        _process.close()
        _others.append(_process)
        _process = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@atexit.register
def stop() -> None:
    """End the process apart, if there is one; the next file starts another."""
    global _process
    if _process is not None:
        _process.end()
        _process = None


def _read_apart(path: Path, data: bytes, limits: Limits) -> Document:
    global _process
    fresh = _process is None or _process.popen.poll() is not None
    if fresh:
        stop()
        _process = _start(path)
    process, made = _process, _Answer(path, limits)
    assert process is not None
    asked = json.dumps({"name": path.name, "size": len(data), "limits": [limits.seconds, limits.mebibytes, limits.cells]})
    try:
        if not _within(limits.seconds + _GRACE, lambda: made.ask(process, asked.encode("ascii") + b"\n", data)):
            stop()
            raise InputError(f"{path.name}: takes longer than {limits.seconds:,} s to read; not read ([limits] seconds)")
    except (_Broken, OSError, ValueError, RecursionError):
        raise _died(path, process, limits) from None
    except BaseException:  # interrupted: what it is at is of no use any more
        stop()
        raise
    if made.worn:
        stop()
    if made.refused:
        raise InputError(made.refused)
    return made.document()


def _start(path: Path) -> _Process:
    try:
        process = _Process()
    except OSError as error:
        raise InputError(f"{path.name}: the process that reads files cannot be started ({error.strerror}); "
                         f"{VARIABLE}=here reads without it") from None  # fmt: skip
    lines: list[bytes] = []
    _within(START_SECONDS, lambda: lines.append(process.answers.readline(100)))
    if lines != [b'["ready"]\n']:
        process.end()
        raise InputError(f"{path.name}: the process that reads files did not start; {VARIABLE}=here reads without it")
    return process


def _within(seconds: float, work: Callable[[], Any]) -> bool:
    """Do something in a thread, and say whether it was done in time; what it raises is raised here."""
    faults: list[BaseException] = []

    def do() -> None:
        try:
            work()
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=do, name="planlib-reading", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return False
    if faults:
        raise faults[0]
    return True


def _died(path: Path, process: _Process, limits: Limits) -> InputError:
    """Why the process ended while it read a file, as far as can be told."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.popen.wait(2)
    ended = process.popen.poll()
    stop()
    memory = max(limits.mebibytes, LEAST)
    if ended == _FULL:
        return InputError(f"{path.name}: needs more than {memory:,} MiB of memory to read; not read ([limits] mebibytes)")
    if ended is not None and ended == -getattr(signal, "SIGXCPU", 0):
        return InputError(f"{path.name}: takes longer than {limits.seconds:,} s to read; not read ([limits] seconds)")
    how = "its answer made no sense" if ended is None else f"exit code {ended}"
    if ended is not None and ended < 0:
        with contextlib.suppress(ValueError):
            how = signal.Signals(-ended).name
    return InputError(
        f"{path.name}: the process that read it ended ({how}), as happens with a damaged file and with one that needs more than "
        f"{memory:,} MiB of memory ([limits] mebibytes); save it again, or in another format"
    )


class _Answer:
    """What the process says of one file, checked and put together line by line."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.refused, self.worn = "", False
        self.head: list[Any] = []
        self.grids: list[dict[str, Any]] = []
        self.cells = 0

    def ask(self, process: _Process, asked: bytes, data: bytes) -> None:
        process.send(asked)
        process.send(data)
        longest = (self.limits.mebibytes << 20) + (1 << 20)
        while True:
            line = process.answers.readline(longest)
            if not line.endswith(b"\n"):
                raise _Broken
            said = json.loads(line)
            if not isinstance(said, list) or not said or not isinstance(said[0], str):
                raise _Broken
            if self._take(said[0], said[1:]):
                return

    def _take(self, kind: str, rest: list[Any]) -> bool:
        """Take a line; True for the last one."""
        try:
            if kind == "rows":
                places, rows = rest
                _all(str, places)
                _all(list, rows)
                _all(str, chain.from_iterable(rows))
                self.cells += sum(map(len, rows))
                if self.cells > 2 * self.limits.cells + 1000 or len(places) != len(rows):
                    raise _Broken
                self.grids[-1]["places"] += places
                self.grids[-1]["rows"] += rows
            elif kind in _MAPPINGS:
                self.grids[-1][kind].update({_pair(place): _MAPPINGS[kind](value) for *place, value in rest[0]})
            elif kind == "grid":
                self.grids.append(_new_grid(*rest))
            elif kind == "document":
                self.head = [_text(rest[0]), *(tuple(_texts(each) for each in part) for part in rest[1:3])]
            elif kind in ("refused", "memory", "fault"):
                self.refused = self._why(kind, *rest)
            elif kind == "end" and (self.head or self.refused):
                (self.worn,) = rest
                return True
            else:
                raise _Broken
        except (TypeError, ArithmeticError, ValueError, LookupError, AttributeError):
            raise _Broken from None
        return False

    def _why(self, kind: str, text: str = "") -> str:
        if kind == "refused":
            return _text(text)
        if kind == "memory":
            return (f"{self.path.name}: needs more than {max(self.limits.mebibytes, LEAST):,} MiB of memory to read; not read "
                    "([limits] mebibytes)")  # fmt: skip
        return (f"{self.path.name}: cannot be read, by a fault in planlib's reader ({_text(text)}); please report it, and save the "
                "file in another format meanwhile")  # fmt: skip

    def document(self) -> Document:
        kind, decided, notes = self.head
        grids = tuple(Grid(**{**each, "doubtful": frozenset(each["doubtful"])}) for each in self.grids)
        return Document(kind, grids, decided, notes)


def _all(kind: type, values: Iterable[Any]) -> None:
    if not set(map(type, values)) <= {kind}:
        raise TypeError


def _text(value: Any) -> str:
    _all(str, [value])
    return str(value)


def _texts(values: Any) -> tuple[str, ...]:
    _all(list, [values])
    _all(str, values)
    return tuple(values)


def _pair(values: Any) -> tuple[int, int]:
    first, second = values
    _all(int, [first, second])
    return first, second


_MAPPINGS: Mapping[str, Callable[[Any], Any]] = {
    "fills": _text, "struck": _texts, "spans": _pair, "notes": _text, "doubtful": _text, "cell_places": _text,
}  # fmt: skip


def _new_grid(name: Any, lettered: Any, before: Any, edges: Any) -> dict[str, Any]:
    lines = tuple(Line(_text(text), _text(place), int(level), _text(label), _texts(struck))
                  for text, place, level, label, struck in before)  # fmt: skip
    return {
        "name": _text(name), "columns_lettered": bool(lettered), "before": lines, "edges": tuple(float(each) for each in edges),
        "rows": [], "places": [], **{name: {} for name in _MAPPINGS},
    }  # fmt: skip


# --- its side --------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Read files that come through the standard input until it ends: the whole of the process apart."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; whoever started us ends us
    out = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 1)  # what a library prints is no answer

    def say(*line: Any) -> None:
        out.write(json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n")

    from planlib.readers.formats import read_document

    say("ready")
    out.flush()
    source = sys.stdin.buffer
    while header := source.readline():
        asked = json.loads(header)
        limits = Limits(*asked["limits"])
        data = source.read(asked["size"])
        _limit(limits)
        full = False
        try:
            _say_document(say, read_document(Path(asked["name"]), data, limits))
        except InputError as error:
            say("refused", str(error))
        except MemoryError:
            full = True
        except Exception as error:
            say("fault", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
        if full:
            say("memory")
        say("end", full or _worn(limits))
        out.flush()


def _say_document(say: Callable[..., None], document: Document) -> None:
    say("document", document.format, document.decided, document.notes)
    for grid in document.grids:
        before = [(line.text, line.place, line.level, line.label, line.struck) for line in grid.before]
        say("grid", grid.name, grid.columns_lettered, before, grid.edges)
        start = size = 0
        for number, row in enumerate(grid.rows, 1):
            size += 10 + sum(map(len, row))
            if size > _TOGETHER * 10 or number == len(grid.rows):
                say("rows", grid.places[start:number], grid.rows[start:number])
                start, size = number, 0
        for name in _MAPPINGS:
            held = dict.fromkeys(grid.doubtful, "") if name == "doubtful" else getattr(grid, name)
            entries = [(row, column, value) for (row, column), value in held.items()]
            for start in range(0, len(entries), _TOGETHER):
                say(name, entries[start : start + _TOGETHER])


def _limit(limits: Limits) -> None:
    """Bound what this process may take; where the system cannot do so, a thread watches."""
    most = max(limits.mebibytes, LEAST) << 20
    try:
        import resource
    except ImportError:
        _watch(most)
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.seconds + _GRACE + 1
    for what, soft in (("RLIMIT_CPU", seconds), ("RLIMIT_AS", most), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            kind = getattr(resource, what)
            resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1]))
    if not sys.platform.startswith("linux"):  # others take the limit of addresses and do not keep it
        _watch(most)


_watched = [0]  # bytes that the thread allows, once it runs


def _watch(most: int) -> None:
    """End this process when it has taken more memory than it may: looked at ten times a second."""
    begun = bool(_watched[0])
    _watched[0] = most

    def look() -> None:
        pause = threading.Event()
        while not pause.wait(0.1):
            if _taken() > _watched[0]:
                os._exit(_FULL)

    if not begun:
        threading.Thread(target=look, daemon=True).start()


def _taken() -> int:
    """Bytes of memory that this process has had at most."""
    try:
        import resource
    except ImportError:
        return _taken_on_windows()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _taken_on_windows() -> int:
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = [("size", ctypes.c_ulong), ("faults", ctypes.c_ulong), *((f"n{n}", ctypes.c_size_t) for n in range(8))]

    told = Counters()
    told.size = ctypes.sizeof(told)
    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong]
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(told), told.size)
    return int(told.n0)  # the peak of its working set


def _worn(limits: Limits) -> bool:
    """Whether this process keeps so much of what it had that the next file would lack it."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE") > (max(limits.mebibytes, LEAST) << 20) // 2
    return False
