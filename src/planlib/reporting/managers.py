"""How a kernel of the running interpreter is started: forked from a warmed process, ahead of its notebook, or plainly.

Whichever it is, the kernel is a new process for each notebook, talks over sockets in the run's private folder where the
platform has them (no ports), and loads no configuration.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planlib.reporting import forks
from planlib.reporting.forks import START_SECONDS

if TYPE_CHECKING:
    from planlib.reporting.kernels import Kernels

MOMENT = 0.002  # seconds between two looks whether a kernel has ended; jupyter_client's tenth of a second would be felt
AHEAD = 2  # kernels that are started before they are needed, where they cannot be forked

# The kernel imports what we import, from where we import it. With -P the working directory is not on the path, so a file
# lying there cannot pass for a library.
_LAUNCH = """\
import json, os, sys
sys.path[:] = json.loads(os.environ.pop("PLANLIB_SYS_PATH"))
from planlib.reporting.launch import launch
launch(sys.argv[sys.argv.index("-f") + 1])
"""
_WARMED = _LAUNCH.replace("import launch\n", "import launch, warm\nwarm()\n")


def manager(kernels: Kernels, source: forks.Parent | forks.Computed | None) -> type:
    """A kernel manager class that starts this interpreter, whatever kernel specs are installed."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    ahead = source is None and not kernels.plain
    spec = KernelSpec(
        argv=[sys.executable, "-P", "-c", _WARMED if ahead else _LAUNCH, "-f", "{connection_file}"],
        display_name="Python 3", language="python", interrupt_mode="signal",
    )  # fmt: skip

    class Manager(AsyncKernelManager):
        kernel_spec = spec
        _process: Any = None
        cwd: Any = None

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            if hasattr(socket, "AF_UNIX") and sys.platform != "win32":
                # Sockets in our private folder: no ports to run out of, to clash over or to listen in on.
                self.transport = "ipc"
            self.connection_file = str(kernels.new_file())
            self.client_factory = _client()

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            if ahead and (other := _taken(kernels, options.get("cwd"))):
                self.load_connection_info(other.get_connection_info())
                self.connection_file, self.kernel_id = other.connection_file, other.kernel_id
                self.provisioner, self._process = other.provisioner, other._process
                other.context.destroy()
            else:
                await self._start(**options)
            if ahead:
                _start_ahead(kernels, Manager, options)

        async def _start(self, **options: Any) -> None:
            # What a kernel says of itself goes to a file: the terminal is ours, and a crash may be explained there.
            path = Path(f"{self.connection_file}.log")
            self.cwd = options.get("cwd")
            if source is not None:
                self.kernel_id = self.kernel_id or path.stem
                self.provisioner = _forker(source, path)(kernel_id=self.kernel_id, kernel_spec=spec, parent=self)
            with path.open("wb") as log:
                options |= {"env": dict(kernels.environment), "stdout": log, "stderr": log}
                await super().start_kernel(**options)
            self._process = self.provisioner.process  # type: ignore[union-attr]
            kernels.add(self._process)

        async def _async_wait(self, pollinterval: float = MOMENT) -> None:
            await super()._async_wait(pollinterval)

        async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
            await super().cleanup_resources(restart=restart)
            if self._process is not None:
                kernels.end(self._process)

    return Manager


def _client() -> type:
    """A client class that waits for a new kernel no longer than needed.

    jupyter_client waits until a fifth of a second goes by in silence. Here the kernel is ready when it has answered and
    we have been welcomed on the channel of outputs, or, where a kernel welcomes nobody, have heard there that it is done
    with our question: from then on nothing is lost there.
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
                        done = heard["parent_header"].get("msg_id") == asked and heard["content"].get("execution_state") == "idle"
                        if done or heard["msg_type"] == "iopub_welcome":
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
            while self.process is not None and self.process.poll() is None:
                await asyncio.sleep(MOMENT)
            self.process = None
            return -1

    return Forker


# --- ahead of their notebooks ----------------------------------------------------------------------------------------


def _taken(kernels: Kernels, folder: Any) -> Any:
    """A kernel that was started ahead in a folder and still lives, or None."""
    while kernels.ahead:
        with contextlib.suppress(IndexError):
            made = kernels.ahead.pop(0)
            if made.cwd == folder and made._process.poll() is None:
                return made
            kernels.end(made._process)
            made.context.destroy()
    return None


def _start_ahead(kernels: Kernels, make: type, options: dict[str, Any]) -> None:
    """Start kernels for the notebooks to come, as they will start: a thread does, so that none waits for it."""

    def start() -> None:
        with contextlib.suppress(Exception):  # then the notebook starts its own, and says what is wrong
            made = make()
            asyncio.run(made._start(**options))
            kernels.ahead.append(made)
            if kernels.stopped.is_set():
                kernels.end_ahead()

    if len(kernels.ahead) < AHEAD and not kernels.stopped.is_set():
        threading.Thread(target=start, name="planlib-ahead", daemon=True).start()
