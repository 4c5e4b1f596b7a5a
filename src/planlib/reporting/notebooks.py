"""Finds notebooks, checks their parameters before anything runs, and strips what they leave of times and paths."""

from __future__ import annotations

import copy
import hashlib
import importlib.resources
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from planlib.errors import InputError, RunError, nearest

PER_PLAN = ("progress", "slippage", "data-quality")
PORTFOLIO = "portfolio"
RESULTS_TYPE = "application/vnd.planlib.results+json"
_RESERVED = ("index", "summary", "results", "ledger", "findings", "run", "failed")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


@dataclass(frozen=True)
class Notebook:
    """A notebook as it stands on disk.

    Attributes
    ----------
    name : str
        Name of its file without the ending; the report is called the same.
    path : Path
    node : NotebookNode
    sha256 : str
        Of the file.
    parameters : tuple of str
        What its cell tagged ``parameters`` assigns.
    """

    name: str
    path: Path
    node: Any
    sha256: str
    parameters: tuple[str, ...]

    @property
    def over_plans(self) -> bool:
        """Whether one run of it takes all plans (parameter ``plans``), as the portfolio does."""
        return "plans" in self.parameters


def find_notebooks(start: Path) -> dict[str, Path]:
    """Every notebook that there is, by name.

    Parameters
    ----------
    start : Path
        Where to look from: the nearest folder, this one or a parent, that holds both ``data`` and ``notebooks``.

    Returns
    -------
    dict of str to Path
        Those of that ``notebooks`` folder, and of planlib itself for names it lacks.
    """
    found: dict[str, Path] = {}
    near = next((f for f in (start, *start.parents) if (f / "data").is_dir() and (f / "notebooks").is_dir()), None)
    # An editable installation has no copy of the notebooks in the package; they lie beside src.
    packaged = Path(str(importlib.resources.files("planlib"))) / "notebooks"
    beside = Path(__file__).resolve().parents[3] / "notebooks"
    for folder in (near / "notebooks" if near else None, packaged if packaged.is_dir() else beside):
        if folder and folder.is_dir():
            for path in sorted(folder.glob("*.ipynb")):
                found.setdefault(path.stem, path)
    return found


def load(name: str, known: Mapping[str, Path]) -> Notebook:
    """Read a notebook and what parameters it takes.

    Parameters
    ----------
    name : str
        A name among `known`, or the path of an ``.ipynb`` file.
    known : mapping of str to Path
        As `find_notebooks` gives them.

    Returns
    -------
    Notebook

    Raises
    ------
    InputError
        If there is no such notebook, or it is not one that planlib can run.
    """
    import nbformat
    import papermill

    path = known.get(name) or known.get(name.removesuffix(".ipynb"))
    if path is None and name.endswith(".ipynb") and Path(name).is_file():
        path = Path(name)
    if path is None:
        listed = ", ".join(known) or "none"
        raise InputError(f"no notebook '{name}'.{nearest(name, known)} Notebooks: {listed}")
    if not _NAME.fullmatch(path.stem) or path.stem in _RESERVED:
        raise InputError(
            f"{path}: a report cannot be called '{path.stem}'; use letters, digits, '-', '_' and '.', "
            f"and none of {', '.join(_RESERVED)}"
        )
    try:
        data = path.read_bytes()
        node = nbformat.reads(data.decode("utf-8"), as_version=4)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except Exception as error:  # nbformat raises many kinds for text that is no notebook
        raise InputError(f"{path}: is not a Jupyter notebook ({type(error).__name__})") from None
    cells = [cell for cell in node.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1 or cells[0].cell_type != "code":
        raise InputError(f"{path}: needs exactly one code cell tagged 'parameters', has {len(cells)}")
    if any("injected-parameters" in cell.metadata.get("tags", []) for cell in node.cells):
        raise InputError(f"{path}: holds parameters that papermill put in; use the notebook it was made from")
    node.metadata.setdefault("kernelspec", {"name": "python3", "language": "python", "display_name": "Python 3"})
    found = tuple(papermill.inspect_notebook(node))
    if "as_of" not in found or ("plan" in found) == ("plans" in found):
        raise InputError(
            f"{path}: its parameters are {', '.join(found) or 'none'}; it needs as_of, and either plan or plans"
        )
    return Notebook(path.stem, path, node, hashlib.sha256(data).hexdigest(), found)


def check_parameters(notebook: Notebook, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the notebook does not have, or a value that is not plain data.

    Raises
    ------
    InputError
        Before anything runs.
    """
    for name, value in parameters.items():
        if name not in notebook.parameters:
            raise InputError(
                f"{notebook.path}: has no parameter '{name}'.{nearest(name, notebook.parameters)} "
                f"Its parameters: {', '.join(notebook.parameters)}"
            )
        if not _is_plain(value):
            raise InputError(f"parameter {name}: {type(value).__name__} is not plain data (text, numbers, lists, None)")


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return type(value) is dict and all(type(key) is str and _is_plain(each) for key, each in value.items())
    if isinstance(value, list):
        return all(_is_plain(each) for each in value)
    return value is None or type(value) in (str, bool, int, float)


def tidy(executed: Any, parameters: Mapping[str, Any], *, where: str) -> Any:
    """The executed notebook without what is an accident of the run: times, paths, random names, versions, pieces of streams.

    Parameters
    ----------
    executed : NotebookNode
        As papermill leaves it; not changed.
    parameters : mapping
        The parameters to show in place of those used, whose paths are those of this machine.
    where : str
        How messages name the notebook.

    Returns
    -------
    NotebookNode

    Raises
    ------
    RunError
        If it did not run to its end, or an output is an error.
    """
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor
    from papermill.translators import PythonTranslator

    made = copy.deepcopy(executed)
    streams = CoalesceStreamsPreprocessor()
    made.nbformat, made.nbformat_minor = 4, 5
    title = made.metadata.get("title")
    made.metadata = type(made.metadata)(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
    )
    if title:
        made.metadata["title"] = title
    ran = 0
    for number, cell in enumerate(made.cells, start=1):
        cell.id = f"cell-{number}"
        tags = cell.metadata.get("tags", [])
        cell.metadata = type(cell.metadata)({"tags": list(tags)} if tags else {})
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        if "injected-parameters" in tags:
            cell.source = PythonTranslator.codify(dict(parameters)).rstrip("\n")
        if cell.source.strip():
            ran += 1
            if cell.execution_count != ran:
                raise RunError(f"{where}: stopped before its end; cell {number - 1} was not run")
        cell.outputs = [_tidy_output(output) for output in cell.outputs if output.get("name") != "stderr"]
        streams.preprocess_cell(cell, {}, number)  # a kernel sends what it has by a timer, in the middle of a line too
        if any(output.output_type == "error" for output in cell.outputs):
            raise RunError(f"{where}: cell {number - 1} shows an error")
    return made


def _tidy_output(output: Any) -> Any:
    data = output.get("data", {})
    if isinstance(data.get("text/plain"), str):
        data["text/plain"] = _ADDRESS.sub("0x0", data["text/plain"])
    return output


def warnings_in(executed: Any) -> list[str]:
    """What the notebook wrote to standard error: it is no part of the report, and is told to whoever makes it."""
    texts = [
        "".join(str(output.text) for output in cell.get("outputs", ()) if output.get("name") == "stderr")
        for cell in executed.cells
    ]
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def results_in(executed: Any) -> list[Mapping[str, Any]]:
    """The results that the notebook computed, as its outputs carry them."""
    return [
        output["data"][RESULTS_TYPE]
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if RESULTS_TYPE in output.get("data", {})
    ]


def to_bytes(node: Any) -> bytes:
    """The notebook as a file."""
    text = json.dumps(node, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # half a character, which a file's name can hold, as JSON writes it


def parameters_for(notebook: Notebook, plans: Sequence[str], as_of: date, extra: Mapping[str, Any]) -> dict[str, Any]:
    """What is passed to a notebook: its plan or plans, its date, and whatever else was asked for."""
    which: dict[str, Any] = {"plans": list(plans)} if notebook.over_plans else {"plan": plans[0]}
    return which | {"as_of": as_of.isoformat()} | dict(extra)
