"""Sets that are made in another process, such as a worker of a cluster: what it has to know, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from planlib import errors
from planlib.errors import PlanlibError, RunError
from planlib.reporting import publish
from planlib.reporting.kernels import Kernels
from planlib.reporting.making import Run, check_sources, close, finish, prepare, run_notebook, wait_for_plans, write
from planlib.reporting.notebooks import Notebook
from planlib.reporting.sets import Set


@dataclass(frozen=True)
class Order:
    """What is to be known of a set to make it in another process, which sees the same folders.

    Attributes
    ----------
    plan : str
    folders : tuple of Path
    as_of : date
    notebooks : tuple of Notebook
        Those that are to be run.
    sources : mapping of str to str
        The files that it is made from, with their sha256.
    parameters, way : mapping
        The further parameters of its notebooks, and where the portfolio leads to.
    """

    plan: str
    folders: tuple[Path, ...]
    as_of: date
    notebooks: tuple[Notebook, ...]
    sources: Mapping[str, str]
    parameters: Mapping[str, Any]
    way: Mapping[str, list[str]]


@dataclass(frozen=True)
class Made:
    """What became of an order.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    outputs : mapping of str to str
        Their names and sha256.
    failures : mapping of str to dict
        By notebook what it failed on, as plain data: ``kind``, ``text``, and of a cell ``ename``, ``cell_index`` and
        ``traceback``.
    notes : tuple of str
    seconds : float
        How long it took.
    """

    folder: Path
    outputs: Mapping[str, str]
    failures: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    seconds: float


class CellError(Exception):
    """What a cell of a notebook failed on in another process.

    Attributes
    ----------
    ename : str
        Kind of the error.
    cell_index : int or None
    traceback : list of str
    """

    def __init__(self, ename: str, cell_index: int | None, traceback: Sequence[str]) -> None:
        super().__init__(ename)
        self.ename, self.cell_index, self.traceback = ename, cell_index, list(traceback)


def order_of(run: Run, made: Set) -> Order:
    """What another process has to know to make a set; asked when what it waits for is settled."""
    if made.over_plans:
        wait_for_plans(run, made)
    folders, notebooks = tuple(made.folders), tuple(made.stale)
    return Order(made.plan, folders, made.as_of, notebooks, made.sources, made.parameters, made.way)


def make_set(order: Order, out: Path, running: Kernels) -> Made:
    """Make the files of a set in a folder of its own, one notebook after the other, and publish nothing.

    Parameters
    ----------
    order : Order
    out : Path
        In place of the out folder; a new one for each attempt.
    running : Kernels

    Returns
    -------
    Made
        Whatever fails is told in it.
    """
    stale = {each.name: "ordered" for each in order.notebooks}
    made = Set(
        order.plan, order.folders, "", order.as_of, order.notebooks, order.sources, order.parameters,
        publish.Published(out), stale, way=dict(order.way),
    )  # fmt: skip
    run = Run(out, running, {folder.name: folder for folder in order.folders}, [], lambda what: None, ())
    try:
        prepare(run, made)
        for notebook in order.notebooks:
            try:
                write(run, made, notebook, run_notebook(run, made, notebook))
            except Exception as error:
                made.failures[notebook.name] = error
        if not made.failures:
            try:
                check_sources(made)  # as they are seen from here
            except Exception as error:
                made.failures[""] = error
    finally:
        close(made)
    failures = {name: _plain_error(error) for name, error in made.failures.items()}
    staged = out / publish.STAGING / made.plan / made.day
    return Made(staged, made.outputs, failures, tuple(run.notes), time.monotonic() - made.begun)


def _plain_error(error: Exception) -> dict[str, Any]:
    cause = error.__cause__
    told = {name: getattr(cause, name) for name in ("ename", "cell_index", "traceback") if hasattr(cause, name)}
    return {"kind": type(error).__name__, "text": str(error), **told}


def _error_of(told: Mapping[str, Any]) -> Exception:
    """The error that was met elsewhere, which says and is noted as the same as if it had been met here."""
    kind, text = str(told["kind"]), str(told["text"])
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, PlanlibError):
        error: Exception = found(text)
    else:
        error = RunError(f"{kind}: {text}")
        error.__cause__ = CellError(kind, None, ())
    if "ename" in told:
        error.__cause__ = CellError(str(told["ename"]), told.get("cell_index"), told.get("traceback") or ())
    return error


def take(run: Run, made: Set, answer: Made | Exception) -> None:
    """Check and publish a set that was made elsewhere, or note that it failed.

    Parameters
    ----------
    run : Run
    made : Set
    answer : Made or Exception
        An exception where there is no answer: why.
    """
    try:
        if isinstance(answer, Exception):
            raise answer
        made.begun = time.monotonic() - answer.seconds
        run.notes.extend(answer.notes)
        made.failures |= {name: _error_of(told) for name, told in answer.failures.items()}
        if not made.failures:
            staged = publish.staging(run.out, made.plan, made.day)
            for name, digest in answer.outputs.items():
                if Path(name).name != name or publish.sha256(answer.folder / name) != digest:
                    raise RunError(f"{made.plan} as at {made.day}: {name} is not here as it was written elsewhere")
                (answer.folder / name).replace(staged / name)
                made.outputs[name] = digest
    except Exception as error:
        made.failures |= {each.name: error for each in made.stale}
    made.left = 0
    finish(run, made)
    for notebook in made.stale:
        run.tell(made.where(notebook.name))
