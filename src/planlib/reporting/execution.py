"""Runs one notebook through papermill, and says what went wrong in it.

`execute` is the seam: another way of executing notebooks takes the same arguments and gives the same executed notebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planlib.errors import RunError
from planlib.reporting import forks
from planlib.reporting.forks import START_SECONDS
from planlib.reporting.kernels import Kernels

KERNEL = "python3"
STARTS = 3  # a kernel's ports are chosen before it binds them, so a start can fail by bad luck


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

    from planlib.reporting import engine

    engine.register()
    for attempt in range(STARTS):
        started: list[int] = []
        if kernels.stopped.is_set():
            raise RunError(f"{where}: stopped")
        try:
            return papermill.execute_notebook(
                notebook, None, parameters=dict(parameters), kernel_name=KERNEL, language="python", progress_bar=False,
                engine_name=engine.NAME, kernels=kernels,
                source=source if source and not attempt else kernels.parent,  # a set's process forks one for each notebook
                start_timeout=START_SECONDS, execution_timeout=kernels.seconds,
                resources={"metadata": {"path": str(working_directory)}},
                on_cell_start=lambda cell, cell_index, started=started: started.append(cell_index),
            )  # fmt: skip
        except PapermillExecutionError as error:
            cell = _describe_cell(notebook, error.cell_index, parameters)
            raise _stopped(kernels, where) or RunError(f"{where}: {cell}: {error.ename}: {error.evalue}") from error
        except (RuntimeError, TimeoutError, OSError, PapermillException) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            if stopped := _stopped(kernels, where):
                raise stopped from error
            if started:
                raise RunError(f"{where}: {_describe_cell(notebook, started[-1], parameters)}: {reason}") from error
            if attempt == STARTS - 1:
                said = kernels.last_words()
                raise RunError(f"{where}: the kernel did not start, tried {STARTS} times: {said or reason}") from error
        finally:
            ensure_event_loop().close()  # one to a thread and notebook: nothing is carried over to the next
    raise AssertionError("unreachable")


def _stopped(kernels: Kernels, where: str) -> RunError | None:
    return RunError(f"{where}: stopped") if kernels.stopped.is_set() else None


def _describe_cell(notebook: Any, executed_index: int, parameters: Mapping[str, Any]) -> str:
    """Name a cell as one finds it in the notebook that one can edit; papermill puts one in where there are parameters."""
    tagged = [n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    index = executed_index - 1 if parameters and tagged and executed_index > tagged[0] else executed_index
    lines = [line.strip() for line in str(notebook.cells[index].source).splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return f"cell {index + 1} ({first[:60]})"
