"""What a process does that becomes a kernel: the same, whether it was started for that or forked from a warmed one."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_INLINE = "module://matplotlib_inline.backend_inline"
_KERNEL = ("ipykernel.ipkernel", "ipykernel.kernelapp", "IPython.core.completer", "matplotlib_inline.backend_inline")
_OURS = ("figures", "tables", "sheets", "summary", "readers.delimited", "readers.docx", "readers.formats", "readers.xlsx")


def launch(file: str) -> None:
    """Be an ipykernel with this connection file until the end of the process.

    A person's own settings and start-up files play no part, and no history is kept.
    """
    from ipykernel.kernelapp import IPKernelApp

    for name in ("load_config_file", "_run_startup_files"):
        setattr(IPKernelApp, name, lambda self, *_, **__: None)
    if sys.platform != "win32":
        _pipe_without_port(file)
    options = ["-f", file, "--HistoryManager.enabled=False"]
    sys.argv = ["-c", *options]
    IPKernelApp.launch_instance(argv=options)


def warm() -> None:
    """Import what notebooks and kernels import, as a kernel would, and open nothing that a forked child must not share."""
    # What these look for while they are imported, to know that they are in a notebook.
    os.environ.setdefault("MPLBACKEND", _INLINE)
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        for name in _KERNEL:
            importlib.import_module(name)
        for name in _OURS:
            importlib.import_module(f"planlib.{name}")
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def _pipe_without_port(file: str) -> None:
    """Have ipykernel hear what forked children of a notebook print by a socket in our private folder, not by a TCP port."""
    from ipykernel import iostream

    zmq, thread = iostream.zmq, iostream.IOPubThread
    address = f"ipc://{Path(file)}-pipe"

    def pipe_in(self: Any) -> None:
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(address)
        self._pipe_in = iostream.ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def pipe_out(self: Any) -> Any:
        context = zmq.Context()
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000
        pipe.connect(address)
        return context, pipe

    if hasattr(thread, "_setup_pipe_in") and hasattr(thread, "_setup_pipe_out"):
        thread._setup_pipe_in, thread._setup_pipe_out = pipe_in, pipe_out  # type: ignore[method-assign]
