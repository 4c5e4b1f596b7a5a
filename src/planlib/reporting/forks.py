"""Kernels that are forked from one warmed process: they start in milliseconds, each with a clean copy of its memory.

The parent, `serve`, is an interpreter of its own that has imported what notebooks import and does nothing else: one
thread, no sockets but the pipe to us, no notebook ever run in it. For each kernel it forks a child, which becomes an
ordinary ipykernel, so that outputs, errors, interrupts and metadata are those of any kernel. Where the platform cannot
fork safely (Windows, macOS) kernels are started as ever; see docs/decisions/0012-forked-kernels.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAN_FORK = sys.platform == "linux"
START_SECONDS = 60
_PR_SET_PDEATHSIG = 1  # of Linux's prctl

# Run by the parent with the import path of ours, and by no one else.
_BOOT = """\
import json, os, sys
sys.path[:] = json.loads(os.environ.pop("PLANLIB_SYS_PATH"))
from planlib.reporting.forks import serve
serve()
"""


def warm() -> None:
    """Import what notebooks and kernels import, and open nothing that a child must not share."""
    import ipykernel.ipkernel
    import ipykernel.kernelapp  # noqa: F401
    import IPython.core.completer  # noqa: F401
    import matplotlib_inline.backend_inline  # noqa: F401

    for name in ("figures", "tables", "sheets", "summary", "readers.delimited", "readers.docx", "readers.formats", "readers.xlsx"):
        importlib.import_module(f"planlib.{name}")


def serve() -> None:
    """Fork a kernel for each line that comes in: its connection file, log, folder and environment; answer with its pid.

    A line that is no request, or the end of the input, such as by the death of the run, ends the parent, and the kernel
    ends its children with it.
    """
    warm()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept: the run watches them itself
    parent, die_with_parent = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl
    requests, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    answers.write("ready\n")
    answers.flush()
    while line := requests.readline():
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            die_with_parent(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it ended in between
                os._exit(1)
            requests.close()
            answers.close()
            _become_kernel(asked)
        answers.write(f"{child}\n")
        answers.flush()


def _become_kernel(asked: Mapping[str, Any]) -> None:
    """Turn a fresh child into a kernel; never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (1, 2):
            os.dup2(log, number)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        time.tzset()
        import random

        random.seed()
        from ipykernel.kernelapp import IPKernelApp

        for name in ("load_config_file", "_run_startup_files"):  # a person's own settings play no part
            setattr(IPKernelApp, name, lambda self, *_, **__: None)
        sys.argv = ["ipykernel", "-f", asked["file"]]
        IPKernelApp.launch_instance(argv=["-f", asked["file"], "--HistoryManager.enabled=False"])
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


class Forked:
    """A kernel that another process forked: what jupyter_client asks of a subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except ProcessLookupError:  # gone already
            self._handle, self.returncode = None, -1

    def poll(self) -> int | None:
        """Its exit status, which is told to its parent alone: -1, or None while it lives."""
        if self._handle is not None and select.select([self._handle], [], [], 0)[0]:
            self._close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self._handle is not None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            self._close()
        return -1

    def send_signal(self, number: int) -> None:
        """Signal it, if it still lives: its number is never that of another."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self.returncode = None, -1


class Parent:
    """The warmed process of one run, seen from the run."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=dict(environment), start_new_session=True,
            )  # fmt: skip
        self._guard = threading.Lock()
        self._ready = False

    def fork(self, file: str, log: Path, folder: Path, environment: Mapping[str, str]) -> Forked:
        """Fork a kernel.

        Raises
        ------
        OSError
            If the warmed process is not there (any more).
        """
        asked = {"file": file, "log": str(log), "cwd": str(folder), "env": dict(environment)}
        with self._guard:
            if not self._ready:
                self._ready = self._answer() == "ready"
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            return Forked(int(self._answer()))

    def _answer(self) -> str:
        pipe = self._process.stdout
        assert pipe is not None
        if not select.select([pipe], [], [], START_SECONDS)[0]:
            raise OSError("the process that kernels are forked from does not answer")
        line = pipe.readline().decode().strip()
        if not line:
            raise OSError("the process that kernels are forked from has ended")
        return line

    def stop(self) -> None:
        """End it, and by that the kernels that it forked."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()
