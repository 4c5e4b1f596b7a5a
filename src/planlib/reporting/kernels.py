"""The kernels of one run, and all that they share; none outlives the run.

What a person has set up for Jupyter and IPython (kernel specs, profiles, start-up files, history, matplotlib settings)
plays no part, so that it can neither break nor change a report.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planlib import locks
from planlib.errors import InputError
from planlib.reporting import forks

CELL_SECONDS = 1800
_PREFIX, _LOCK = "planlib-", ".lock"

# Variables that would bring a person's own settings in, and those that fix what could differ between machines.
_DROPPED = (
    "PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "MPLBACKEND", "MATPLOTLIBRC", "JPY_SESSION_NAME",
)  # fmt: skip
_FIXED = {
    "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}  # fmt: skip


@dataclass
class Kernels:
    """The kernels of one run.

    Attributes
    ----------
    folder : Path
        Private, temporary: connection files, IPython's and matplotlib's own folders.
    environment : mapping
        Environment of every kernel.
    parent : forks.Parent or None
        What processes are forked from, where that can be done.
    plain : bool
        Start each kernel by itself when it is needed; else ahead, where it cannot be forked.
    seconds : float
        How long a cell may take.
    stopped : threading.Event
        Set when the run is to end; no kernel starts after it.
    """

    folder: Path
    environment: Mapping[str, str]
    parent: forks.Parent | None = None
    plain: bool = False
    seconds: float = CELL_SECONDS
    stopped: threading.Event = field(default_factory=threading.Event)
    ahead: list[Any] = field(default_factory=list)  # managers of kernels that wait for their notebook
    _live: dict[int, Any] = field(default_factory=dict)
    _count: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def new_file(self) -> Path:
        """A connection file's name; short, for the sockets beside it have names of 100 bytes at most."""
        with self._guard:
            self._count += 1
        return self.folder / f"k{self._count}"

    def add(self, process: Any) -> None:
        """Remember a process that was started; end it at once if the run has been stopped."""
        with self._guard:
            self._live[process.pid] = process
        if self.stopped.is_set():
            self.stop()

    def end(self, process: Any) -> None:
        """End a process, and whatever it started, and forget it."""
        _end(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with self._guard:
            self._live.pop(process.pid, None)

    def end_ahead(self) -> None:
        """End the kernels that no notebook has used."""
        while self.ahead:
            with contextlib.suppress(IndexError):
                made = self.ahead.pop()
                self.end(made._process)
                made.context.destroy()

    def last_words(self) -> str:
        """The last line that the kernel started last left behind, such as why it could not import itself."""
        logs = sorted(self.folder.glob("k*.log"), key=lambda path: int(path.stem[1:]))
        logs = logs or list(self.folder.glob("parent.log"))
        lines = logs[-1].read_text(encoding="utf-8", errors="replace").split("\n") if logs else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def stop(self) -> None:
        """End every kernel, and whatever it started, at once; none starts from now on."""
        self.stopped.set()
        with self._guard:
            processes = list(self._live.values())
        for process in processes:
            _end(process)
        if self.parent:
            self.parent.stop()


def _end(process: Any) -> None:
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        # jupyter_client starts each kernel in a session of its own, hence the group is the kernel's.
        if hasattr(os, "killpg") and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()


def check_kernel() -> None:
    """Refuse to begin where this Python has no kernel.

    Raises
    ------
    InputError
    """
    if importlib.util.find_spec("ipykernel") is None:
        raise InputError(
            f"ipykernel is not installed in this Python ({sys.executable}); install it: pip install ipykernel"
        )


@contextlib.contextmanager
def kernels(*, plain: bool = False, seconds: float | None = None) -> Iterator[Kernels]:
    """Everything that the kernels of one run share; cleared away at its end.

    Parameters
    ----------
    plain : bool
        Start each kernel by itself, also where it could be forked from a warmed process.
    seconds : float, optional
        How long a cell may take.

    Raises
    ------
    InputError
        If there is nowhere to write temporary files.
    """
    try:
        folder, lock = _private_folder()
    except OSError as error:
        where = tempfile.gettempdir()
        raise InputError(f"{where}: no temporary folder can be made ({error.strerror}); name another in TMPDIR") from None
    try:
        environment = _environment(folder)
    except OSError as error:
        _remove(folder, lock)
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); name another folder in TMPDIR") from None
    parent = forks.Parent(environment, folder) if forks.CAN_FORK and not plain else None
    made = Kernels(folder, environment, parent, plain, seconds or CELL_SECONDS)
    quiet = _Quiet()
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets", "asyncio")]
    for logger in loggers:
        logger.addFilter(quiet)
    try:
        yield made
    finally:
        made.stop()
        made.end_ahead()
        for logger in loggers:
            logger.removeFilter(quiet)
        _remove(folder, lock)


def _private_folder() -> tuple[Path, int]:
    """A new temporary folder, and the lock of the file beside it, by which `sweep` knows that it is in use."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_LOCK)
        os.close(handle)
        try:
            lock = locks.hold(Path(name))
        except locks.Busy:  # by a `sweep` of another run, which removes it
            continue
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        folder = Path(name).with_suffix("")
        try:
            folder.mkdir(mode=0o700)
            return folder, lock
        except FileExistsError:
            locks.free(Path(name), lock)
        except BaseException:
            locks.free(Path(name), lock)
            raise


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    locks.free(folder.with_name(folder.name + _LOCK), lock)


def sweep() -> None:
    """Remove the temporary folders of runs of ours that were killed; those of runs that go on are locked."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*{_LOCK}"):
        with contextlib.suppress(OSError):
            seen = path.lstat()
            if stat.S_ISREG(seen.st_mode) and (not hasattr(os, "getuid") or seen.st_uid == os.getuid()):
                _remove(path.with_suffix(""), locks.hold(path, make=False))


class _Quiet(logging.Filter):
    """Drops what libraries log from our threads: a failure is reported once, by us."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.threadName or "").startswith("planlib-")


def _environment(folder: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    (folder / "ipython").mkdir()
    matplotlib_folder = folder / "matplotlib"
    matplotlib_folder.mkdir()
    _lend_font_list(matplotlib_folder)
    return environment | _FIXED | {
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(matplotlib_folder),
        "PLANLIB_SYS_PATH": json.dumps(_import_path()),
    }


def _import_path() -> list[str]:
    """Where this process imports from, without the working directory unless planlib itself comes from there."""
    ours = str(Path(__file__).resolve().parents[2])
    here = Path.cwd()
    path = [entry for entry in sys.path if entry and not (Path(entry) == here and str(here) != ours)]
    found = list(dict.fromkeys(str(Path(entry).absolute()) for entry in path))
    at = next((number for number, entry in enumerate(found) if str(Path(entry).resolve()) == ours), None)
    if at is None:
        found, at = [ours, *found], 0
    # Another planlib may lie on the way since we were imported; with it may lie all that we need, so it comes behind ours.
    others = [entry for entry in found[:at] if (Path(entry) / "planlib" / "__init__.py").is_file()]
    return [*(entry for entry in found[:at] if entry not in others), found[at], *others, *found[at + 1 :]]


def _lend_font_list(folder: Path) -> None:
    """Spare the kernels the search for fonts, which takes a second, where it has been done before.

    Where matplotlib keeps its list is known without importing it, which this process has no other need of.
    """
    with contextlib.suppress(OSError, RuntimeError):  # only a saving of time; nobody's home folder may be known
        if sys.platform.startswith(("linux", "freebsd")):
            home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
        else:
            home = Path.home() / ".matplotlib"
        for path in Path(os.environ.get("MPLCONFIGDIR") or home).glob("fontlist-*.json"):
            shutil.copy(path, folder / path.name)
