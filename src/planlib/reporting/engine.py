"""The papermill engine ``planlib``: each notebook in a new kernel of this Python, forked from a warmed process.

Installed as an entry point, so that ``papermill --engine planlib IN OUT`` works. Beside the engine of papermill itself it
changes how a kernel is started, and nothing of what is executed and kept: docs/decisions/0012-forked-kernels.md.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
from typing import Any

from papermill.engines import NBClientEngine, papermill_engines

from planlib.errors import InputError
from planlib.reporting import kernels as running
from planlib.reporting.managers import manager

NAME = "planlib"


class PlanlibEngine(NBClientEngine):
    """papermill's own engine, with kernels of ours."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *args: Any, kernels: running.Kernels | None = None, source: Any = None, **options: Any
    ) -> Any:
        """Execute a notebook, as papermill asks.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
        kernel_name : str
            Must be a Python kernel; it is always one of the running interpreter.
        kernels : Kernels, optional
            Those of a run; those of this process where not given.
        source : forks.Parent or forks.Computed, optional
            What the kernel is forked from.
        args, options
            Of papermill's engine.

        Raises
        ------
        InputError
            If the notebook is of another language.
        """
        language = nb_man.nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            raise InputError(f"the engine {NAME} runs notebooks of Python alone, and this one is of {language}")
        those = kernels or _of_this_process()
        options["shutdown_kernel"] = "immediate"
        options["kernel_manager_class"] = manager(those, source or those.parent)
        return super().execute_managed_notebook(nb_man, kernel_name, *args, **options)


@functools.cache
def _of_this_process() -> running.Kernels:
    """Kernels that live as long as this process, where papermill is used by itself."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running.kernels())


def register() -> None:
    """Let papermill know the engine, also where planlib is not installed but only on the path."""
    papermill_engines.register(NAME, PlanlibEngine)
