"""Runs one notebook through papermill in an ordinary kernel of the running interpreter; no kernel outlives the run.

What a person has set up for Jupyter and IPython (kernel specs, profiles, start-up files, history, matplotlib settings)
plays no part, so that it can neither break nor change a report. `execute` is the seam: another way of executing
notebooks takes the same arguments and gives the same executed notebook.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import queue
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planlib.errors import InputError, RunError
from planlib.reporting import forks

KERNEL = "python3"
START_SECONDS = 60
CELL_SECONDS = 1800
STARTS = 3  # a kernel's ports are chosen before it binds them, so a start can fail by bad luck

# The kernel imports what we import, from where we import it, and loads no configuration. With -P the working
# directory is not on the path, so a file lying there cannot pass for a library.
_LAUNCH = """\
import json, os, sys
sys.path[:] = json.loads(os.environ.pop("PLANLIB_SYS_PATH"))
from ipykernel.kernelapp import IPKernelApp
IPKernelApp.load_config_file = lambda self, *_, **__: None
IPKernelApp._run_startup_files = lambda self: None
IPKernelApp.launch_instance()
"""
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
        What processes are forked from; where there is none each kernel is started by itself.
    seconds : float
        How long a cell may take.
    stopped : threading.Event
        Set when the run is to end; no kernel starts after it.
    """

    folder: Path
    environment: Mapping[str, str]
    parent: forks.Parent | None = None
    seconds: float = CELL_SECONDS
    stopped: threading.Event = field(default_factory=threading.Event)
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

    def discard(self, process: Any) -> None:
        """Forget a process that has ended."""
        with self._guard:
            self._live.pop(process.pid, None)

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
    """
    folder = Path(tempfile.mkdtemp(prefix="planlib-"))
    environment = _environment(folder)
    parent = forks.Parent(environment, folder) if forks.CAN_FORK and not plain else None
    made = Kernels(folder, environment, parent, seconds or CELL_SECONDS)
    quiet = _Quiet()
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets", "asyncio")]
    for logger in loggers:
        logger.addFilter(quiet)
    try:
        yield made
    finally:
        made.stop()
        if parent:
            parent.stop()
        for logger in loggers:
            logger.removeFilter(quiet)
        shutil.rmtree(folder, ignore_errors=True)


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
    absolute = list(dict.fromkeys(str(Path(entry).absolute()) for entry in path))
    return absolute if ours in [str(Path(entry).resolve()) for entry in absolute] else [ours, *absolute]


def _lend_font_list(folder: Path) -> None:
    """Spare the kernels the search for fonts, which takes a second, where it has been done before."""
    with contextlib.suppress(Exception):  # only a saving of time
        import matplotlib

        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
            shutil.copy(path, folder / path.name)


def execute(
    notebook: Any, parameters: Mapping[str, Any], *, working_directory: Path, kernels: Kernels, where: str,
    source: forks.Parent | forks.Computed | None = None,
) -> Any:  # fmt: skip
    """Execute a notebook through papermill in a new kernel.

    Parameters
    ----------
    notebook : NotebookNode
        Not changed.
    parameters : mapping
        Injected after the cell tagged ``parameters``.
    working_directory : Path
        Of the kernel; this process stays where it is.
    kernels : Kernels
        Those of this run.
    where : str
        How messages name the notebook.
    source : forks.Parent or forks.Computed, optional
        What the kernel is forked from; that of the run where not given.

    Returns
    -------
    NotebookNode
        Executed to its end, as papermill leaves it.

    Raises
    ------
    RunError
        If a cell raises, the kernel dies or does not start, or the run was stopped.
    """
    import papermill
    from jupyter_core.utils import ensure_event_loop
    from papermill.exceptions import PapermillException, PapermillExecutionError

    for attempt in range(STARTS):
        started: list[int] = []
        if kernels.stopped.is_set():
            raise RunError(f"{where}: stopped")
        try:
            return papermill.execute_notebook(
                notebook, None, parameters=dict(parameters), kernel_name=KERNEL, language="python", progress_bar=False,
                start_timeout=START_SECONDS, execution_timeout=kernels.seconds,
                kernel_manager_class=manager(kernels, source or kernels.parent),
                resources={"metadata": {"path": str(working_directory)}}, shutdown_kernel="immediate",
                on_cell_start=lambda cell, cell_index, started=started: started.append(cell_index),
            )  # fmt: skip
        except PapermillExecutionError as error:
            cell = _describe_cell(notebook, error.cell_index)
            raise _stopped(kernels, where) or RunError(f"{where}: {cell}: {error.ename}: {error.evalue}") from error
        except (RuntimeError, TimeoutError, OSError, PapermillException) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            if stopped := _stopped(kernels, where):
                raise stopped from error
            if started:
                raise RunError(f"{where}: {_describe_cell(notebook, started[-1])}: {reason}") from error
            if attempt == STARTS - 1:
                said = kernels.last_words()
                raise RunError(f"{where}: the kernel did not start, tried {STARTS} times: {said or reason}") from error
        finally:
            ensure_event_loop().close()  # one to a thread and notebook: nothing is carried over to the next
    raise AssertionError("unreachable")


def _stopped(kernels: Kernels, where: str) -> RunError | None:
    return RunError(f"{where}: stopped") if kernels.stopped.is_set() else None


def _describe_cell(notebook: Any, executed_index: int) -> str:
    """Name a cell as one finds it in the notebook that one can edit; papermill has put one in after the parameters."""
    tagged = [n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    index = executed_index - 1 if tagged and executed_index > tagged[0] else executed_index
    lines = [line.strip() for line in str(notebook.cells[index].source).splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return f"cell {index + 1} ({first[:60]})"


def manager(kernels: Kernels, source: forks.Parent | forks.Computed | None) -> type:
    """A kernel manager class that starts this interpreter, whatever kernel specs are installed."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    spec = KernelSpec(
        argv=[sys.executable, "-P", "-c", _LAUNCH, "-f", "{connection_file}", "--HistoryManager.enabled=False"],
        display_name="Python 3", language="python", interrupt_mode="signal",
    )  # fmt: skip

    class Manager(AsyncKernelManager):
        kernel_spec = spec
        _process: Any = None

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            if hasattr(socket, "AF_UNIX") and sys.platform != "win32":
                # Sockets in our private folder: no ports to run out of, to clash over or to listen in on.
                self.transport = "ipc"
            self.connection_file = str(kernels.new_file())
            self.client_factory = _client()

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            # What a kernel says of itself goes to a file: the terminal is ours, and a crash may be explained there.
            path = Path(f"{self.connection_file}.log")
            if source is not None:
                self.kernel_id = self.kernel_id or path.stem
                self.provisioner = _forker(source, path)(kernel_id=self.kernel_id, kernel_spec=spec, parent=self)
            with path.open("wb") as log:
                options |= {"env": dict(kernels.environment), "stdout": log, "stderr": log}
                await super().start_kernel(**options)
            self._process = self.provisioner.process  # type: ignore[union-attr]
            kernels.add(self._process)

        async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
            await super().cleanup_resources(restart=restart)
            if self._process is not None:
                _end(self._process)
                self._process.wait(5)
                kernels.discard(self._process)

    return Manager


def _client() -> type:
    """A client class that waits for a new kernel no longer than needed.

    jupyter_client waits until a fifth of a second goes by in silence. Here the kernel is ready when we have heard on
    the channel of outputs, too, that it is done with our question: from then on nothing is lost there.
    """
    from jupyter_client.asynchronous import AsyncKernelClient

    class Client(AsyncKernelClient):
        async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
            until = time.monotonic() + (timeout or START_SECONDS)
            while time.monotonic() < until:
                asked = self.kernel_info()
                with contextlib.suppress(queue.Empty):
                    said = await self.shell_channel.get_msg(timeout=1)
                    while said["msg_type"] != "kernel_info_reply":
                        said = await self.shell_channel.get_msg(timeout=1)
                    self._handle_kernel_info_reply(said)
                    while True:
                        heard = await self.iopub_channel.get_msg(timeout=0.2)
                        if heard["parent_header"].get("msg_id") == asked and heard["content"].get("execution_state") == "idle":
                            return
                if not await self._async_is_alive():
                    raise RuntimeError("the kernel died before it was ready")
            raise RuntimeError(f"the kernel was not ready within {timeout} s")

        wait_for_ready = _async_wait_for_ready

    return Client


def _forker(source: forks.Parent | forks.Computed, log: Path) -> type:
    """A provisioner class that has the kernel forked where jupyter_client's own starts a program."""
    from jupyter_client.provisioning import LocalProvisioner

    class Forker(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
            file, folder = cmd[cmd.index("-f") + 1], Path(options.get("cwd") or Path.cwd())
            forked = source.fork(file, log, folder, options["env"])
            self.process, self.pid, self.pgid = forked, forked.pid, forked.pid  # type: ignore[assignment]
            return self.connection_info

        async def wait(self) -> int | None:
            while self.process is not None and self.process.poll() is None:  # a tenth of a second would be felt
                await asyncio.sleep(0.002)
            self.process = None
            return -1

    return Forker
