"""Computes the numbers and tables of a set of reports; in a process of its own, once for all notebooks of the set.

What such a process has computed is there in the kernels that are forked from it: the same question, asked with the
same tables, is answered with a copy. A table that a notebook has changed is another table, and is computed anew.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from planlib import errors
from planlib.errors import PlanlibError, RunError
from planlib.reporting import results, workbook

# What costs time in a notebook, each with its parameter that is a path, if it has one.
REMEMBERED = {
    ("store", "open_plan"): "folder", ("measures", "measure"): "", ("forecast", "outlook"): "", ("published", "compare"): "folder",
}  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """What a set's reports are to agree with, and what lies beside them.

    Attributes
    ----------
    expected : dict of str to list of dict
        Records of results by the part of a notebook that shows them: "measures", and "outlook" where asked for.
    files : dict of str to bytes
        results.json, ledger.csv, ledger.xlsx and findings.csv, where asked for.
    """

    expected: dict[str, list[dict[str, Any]]]
    files: dict[str, bytes]


def compute(folder: Path, as_of: date, *, whole: bool = True) -> Numbers:
    """Compute the numbers of a plan at a date.

    Parameters
    ----------
    folder : Path
    as_of : date
    whole : bool
        With the outlook and the tables, or the measures alone, as the portfolio shows them.

    Returns
    -------
    Numbers

    Raises
    ------
    InputError
        If the plan cannot be read.
    """
    from planlib import published
    from planlib.forecast import outlook
    from planlib.measures import measure, records_of
    from planlib.store import open_plan, open_pool

    book = open_plan(folder, as_of)
    measured = measure(book.ledger, as_of, settings=book.settings, snapshots=book.snapshots, plan=book.name)
    expected = {"measures": records_of(measured.results)}
    if not whole:
        return Numbers(expected, {})
    pool = [(each.ledger, each.snapshots) for each in open_pool(folder, as_of)]
    expected["outlook"] = outlook(book.ledger, as_of, plan=book.name, snapshots=book.snapshots, pool=pool).results
    previous = f"{measured.previous:%Y-%m-%d}" if measured.previous is not None else None
    every = [row for part in expected.values() for row in part]
    told = published.compare(folder, book, as_of)
    return Numbers(expected, {
        "results.json": results.results_json(book.name, as_of.isoformat(), previous, every),
        "ledger.csv": results.csv_bytes(book.ledger),
        "ledger.xlsx": workbook.ledger_xlsx(book),
        "findings.csv": results.csv_bytes(published.noted(book, told).findings),
    })  # fmt: skip


# --- in a process of its own -----------------------------------------------------------------------------------------


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Compute what was asked for, remember it for kernels to be forked, and give it as JSON can hold it.

    Parameters
    ----------
    asked : mapping
        ``folder`` and ``as_of``.

    Returns
    -------
    dict
        ``expected`` and ``files``, or ``error`` and ``text``; see `from_answer`.
    """
    from planlib import store
    from planlib.readers import apart

    remember()
    try:
        store.open_plan(asked["folder"], asked["as_of"], cells=True)  # as data quality asks; it fills the cache for the rest
        made = compute(Path(asked["folder"]), date.fromisoformat(asked["as_of"]))
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}
    finally:
        apart.stop()  # all is read; a notebook that reads more starts another
    return {"expected": made.expected, "files": {name: base64.b64encode(data).decode() for name, data in made.files.items()}}


def from_answer(said: Mapping[str, Any]) -> Numbers:
    """What `answer` computed.

    Raises
    ------
    PlanlibError
        The error that it met; one that is not ours as a RunError.
    """
    if "error" in said:
        kind = getattr(errors, str(said["error"]), None)
        if isinstance(kind, type) and issubclass(kind, PlanlibError):
            raise kind(said["text"])
        raise RunError(f"{said['error']}: {said['text']}")
    return Numbers(said["expected"], {name: base64.b64decode(data) for name, data in said["files"].items()})


def remember() -> None:
    """From now on, in this process and its children, answer each costly question once."""
    for (home, name), path in REMEMBERED.items():
        module = importlib.import_module(f"planlib.{home}")
        function = getattr(module, name)
        if not hasattr(function, "planlib_remembers"):
            setattr(module, name, _remembering(function, path))


def _remembering(function: Callable[..., Any], path: str) -> Callable[..., Any]:
    """The same function, that gives a copy of its answer where it was asked the same before."""
    signature = inspect.signature(function)
    known: list[tuple[dict[str, Any], Any]] = []

    @functools.wraps(function)
    def asked(*positional: Any, **named: Any) -> Any:
        bound = signature.bind(*positional, **named)
        bound.apply_defaults()
        question = {name: _plain(name, value, path) for name, value in bound.arguments.items()}
        for before, made in known:
            if _same(before, question):
                return _copy(made)
        made = function(*positional, **named)
        known.append((_copy(question), _copy(made)))
        return made

    asked.planlib_remembers = True  # type: ignore[attr-defined]
    return asked


def _plain(name: str, value: Any, path: str) -> Any:
    """A folder or a date in one form, however it was given."""
    if name == path:
        return Path(value).resolve()
    if name == "as_of" and value is not None:
        return str(value)[:10]
    return value


def _same(one: Any, other: Any) -> bool:
    import pandas as pd

    if type(one) is not type(other):
        return False
    if isinstance(one, pd.DataFrame):
        return list(one.columns) == list(other.columns) and one.dtypes.equals(other.dtypes) and one.equals(other)
    if dataclasses.is_dataclass(one):
        return all(_same(getattr(one, each.name), getattr(other, each.name)) for each in dataclasses.fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _copy(value: Any) -> Any:
    """A copy that shares no table or list with the original."""
    import pandas as pd

    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [each.name for each in dataclasses.fields(value) if each.init]
        return dataclasses.replace(value, **{name: _copy(getattr(value, name)) for name in fields})
    if isinstance(value, list):
        return [_copy(each) for each in value]
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(_copy(each) for each in value)
    if type(value) is dict:
        return {key: _copy(each) for key, each in value.items()}
    return value
