"""Kernels that are forked from warmed processes: they start in milliseconds, each with a clean copy of its memory.

The parent, `serve`, is an interpreter of its own that has imported what notebooks import and does nothing else: one
thread, no sockets but the pipe to us, no notebook ever run in it. For each set of reports it forks a process that
computes the set's numbers once, and from that, for each notebook, a child that becomes an ordinary ipykernel, so that
outputs, errors, interrupts and metadata are those of any kernel. Where the platform cannot fork safely (Windows, macOS)
none of this is used; see docs/decisions/0012-forked-kernels.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

CAN_FORK = sys.platform == "linux"
START_SECONDS = 60
_ENDED = "the process that kernels are forked from has ended"
_PR_SET_PDEATHSIG = 1  # of Linux's prctl
_M_ARENA_MAX = -8  # of the GNU C library's mallopt
_REST = "# planlib.reporting.forks: what kernels were forked from\nimport signal\nwhile True:\n    signal.pause()\n"

# Run by the parent with the import path of ours, and by no one else.
_BOOT = """\
import json, os, sys
sys.path[:] = json.loads(os.environ.pop("PLANLIB_SYS_PATH"))
from planlib.reporting.forks import serve
serve()
"""


def serve() -> None:
    """Answer requests on standard input until it ends, such as by the death of the run.

    Its end is the end of all that it forked: the kernel of the machine sees to that.
    """
    from planlib.reporting.launch import warm

    warm()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends us
    requests, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    _answer({"ready": True}, answers)
    _loop(requests, answers)


def _answer(what: Mapping[str, Any], answers: IO[str]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _loop(requests: IO[str], answers: IO[str]) -> None:
    """Fork a kernel, or a process that computes a set, for each line that comes in; answer with its number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept: the run watches them itself
    parent, die_with_parent = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl
    gc.collect()
    gc.freeze()  # a child's collector would touch, and so copy, all that is shared with it
    while line := requests.readline():
        asked = json.loads(line)
        if "rest" in asked:
            _rest()
            continue
        child = os.fork()
        if child == 0:
            die_with_parent(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it ended in between
                os._exit(1)
            requests.close()
            answers.close()
            _be(_compute if "compute" in asked else _become_kernel, asked)
        _answer({"pid": child}, answers)


def _rest() -> None:
    """Give up all that is remembered, once no more kernels are to come, and live on: our end would be theirs."""
    with contextlib.suppress(OSError):
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", _REST])


def _be(what: Callable[[Mapping[str, Any]], None], asked: Mapping[str, Any]) -> None:
    """Do in a fresh child what it was forked for; never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # it learns of its own children how they ended
        what(asked)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _settle_in(asked: Mapping[str, Any]) -> None:
    """Take on the log, folder and environment that were asked for."""
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()


def _compute(asked: Mapping[str, Any]) -> None:
    """Compute a set, say so, and fork its kernels, which find it computed."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(asked["compute"]["socket"])
        requests, answers = line.makefile("r", encoding="utf-8"), line.makefile("w", encoding="utf-8")
    _settle_in(asked)
    from planlib.reporting import computing

    _answer(computing.answer(asked["compute"]), answers)
    with contextlib.suppress(AttributeError):  # of the C library of some Linuxes
        ctypes.CDLL(None).malloc_trim(0)  # what computing needed is of no use to the kernels
    _loop(requests, answers)


def _become_kernel(asked: Mapping[str, Any]) -> None:
    """Turn a fresh child into a kernel."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _settle_in(asked)
    import random

    random.seed()
    from planlib.reporting.launch import launch

    launch(asked["file"])


def spare() -> None:
    """Have this process's threads share one heap, where it can be told; to be called before there are threads.

    The GNU C library gives each thread its own, and what one has given back is of no use to another: 30 MiB in a run.
    """
    if CAN_FORK:
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


class Forked:
    """A kernel that another process forked: what jupyter_client asks of a subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._guard = threading.Lock()  # its notebook's thread looks at it, and whoever stops the run
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except ProcessLookupError:  # gone already
            self._handle, self.returncode = None, -1

    def poll(self) -> int | None:
        """Its exit status, which is told to its parent alone: -1, or None while it lives."""
        with self._guard:
            if self._handle is not None and select.select([self._handle], [], [], 0)[0]:
                os.close(self._handle)
                self._handle, self.returncode = None, -1
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.002)
        return -1

    def send_signal(self, number: int) -> None:
        """Signal it, if it still lives: its number is never that of another."""
        with self._guard, contextlib.suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Parent:
    """A warmed process, seen from the run; started when it is first needed."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._count = 0

    def fork(self, file: str, log: Path, folder: Path, environment: Mapping[str, str]) -> Forked:
        """Fork a kernel.

        Raises
        ------
        OSError
            If the warmed process is not there (any more).
        """
        asked = {"file": file, "log": str(log), "cwd": str(folder), "env": dict(environment)}
        return Forked(self._ask(asked)["pid"])

    def compute(
        self, asked: Mapping[str, Any], cwd: Path, *, seconds: float, kernels: int
    ) -> tuple[Computed, Mapping[str, Any]]:
        """Have a process forked that computes a set.

        Parameters
        ----------
        asked : mapping
            What `planlib.reporting.computing.answer` takes.
        cwd : Path
        seconds : float
            How long it may take.
        kernels : int
            How many are to be forked from it; after the last one it gives its memory back.

        Returns
        -------
        Computed
            From which the set's kernels are to be forked; to be closed.
        mapping
            What `planlib.reporting.computing.answer` gave.

        Raises
        ------
        OSError
            If one of the two processes is not there (any more), or does not answer in time.
        """
        with self._guard:
            self._count += 1
            path = self.folder / f"s{self._count}"
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.bind(str(path))
            waiting.listen(1)
            pid = self._ask({
                "compute": {**asked, "socket": str(path)}, "log": f"{path}.log", "cwd": str(cwd), "env": dict(self.environment),
            })["pid"]  # fmt: skip
            made = Computed(Forked(pid), self._accepted(waiting), kernels)
        path.unlink()
        try:
            return made, made.answer(seconds)
        except BaseException:
            made.close()
            raise

    def _accepted(self, waiting: socket.socket) -> socket.socket:
        """The line of a process that was forked to compute; not waited for once all is stopped."""
        until = time.monotonic() + START_SECONDS
        waiting.settimeout(0.2)
        while True:
            try:
                return waiting.accept()[0]
            except TimeoutError:
                if self._stopped:
                    raise OSError(_ENDED) from None
                if time.monotonic() > until:
                    raise

    def _ask(self, asked: Mapping[str, Any]) -> Any:
        with self._guard:
            if self._stopped:
                raise OSError("the process that kernels are forked from was stopped")
            try:
                if self._process is None:
                    self._process = self._started()
                    self._answer(self._process)
                assert self._process.stdin is not None
                self._process.stdin.write(json.dumps(asked).encode() + b"\n")
                self._process.stdin.flush()
                return self._answer(self._process)
            except ValueError:
                if not self._stopped:
                    raise
                raise OSError(_ENDED) from None  # `stop` closed the pipes meanwhile

    def _started(self) -> subprocess.Popen[bytes]:
        with (self.folder / "parent.log").open("wb") as errors:
            return subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=dict(self.environment), start_new_session=True,
            )  # fmt: skip

    def _answer(self, process: subprocess.Popen[bytes]) -> Any:
        pipe = process.stdout
        assert pipe is not None
        if not select.select([pipe], [], [], START_SECONDS)[0]:
            raise OSError("the process that kernels are forked from does not answer")
        line = pipe.readline()
        if not line:
            raise OSError(_ENDED)
        return json.loads(line)

    def stop(self) -> None:
        """End it, and by that all that it forked."""
        self._stopped = True
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()


class Computed:
    """A process that has computed a set, and that the set's kernels are forked from."""

    def __init__(self, process: Forked, line: socket.socket, kernels: int) -> None:
        self._process, self._line, self._left = process, line, kernels
        self._pipe = line.makefile("rw", encoding="utf-8")
        self._guard = threading.Lock()

    def answer(self, seconds: float) -> Any:
        """Its next answer.

        Raises
        ------
        OSError
            If it has ended, or does not answer in time.
        """
        self._line.settimeout(seconds)
        try:
            said = self._pipe.readline()
        except TimeoutError:
            raise OSError(f"it did not end within {seconds:g} s") from None
        if not said:
            raise OSError("the process that computed it has ended")
        return json.loads(said)

    def fork(self, file: str, log: Path, folder: Path, environment: Mapping[str, str]) -> Forked:
        """Fork a kernel, as `Parent.fork` does; no more of them than were told of."""
        with self._guard:
            if not self._left:
                raise OSError("the process that computed it remembers nothing any more")
            _answer({"file": file, "log": str(log), "cwd": str(folder), "env": dict(environment)}, self._pipe)
            forked = Forked(self.answer(START_SECONDS)["pid"])
            self._left -= 1
            if not self._left:
                _answer({"rest": True}, self._pipe)
            return forked

    def close(self) -> None:
        """End it, and by that its kernels."""
        self._process.kill()
        for each in (self._pipe, self._line):
            with contextlib.suppress(OSError):
                each.close()
