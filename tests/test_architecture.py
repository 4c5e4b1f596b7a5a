"""The shape of the code: who imports whom, what a bare import costs, no clock, thin notebooks."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "planlib"
# Each imports only from those before it; readers and reporting are packages, whose own modules may not go in circles.
ORDER = (
    "errors", "schema", "settings", "dates", "mentions", "statuses", "markup", "readers", "headers", "rearrange", "layout",
    "normalise", "account", "glance", "identity", "history", "locks", "cache", "snapshot", "folder", "store", "intake",
    "slippage", "delivery", "trends", "overrun", "forecast", "measures", "published", "narrative", "mail", "figures",
    "tables", "sheets", "summary", "reporting", "cli",
)  # fmt: skip
CLOCK = {"today", "now", "utcnow", "time", "localtime"}
HEAVY = ("pandas", "numpy", "matplotlib", "papermill", "nbconvert", "IPython", "statsmodels")
# May ask the clock, with the reason; an entry that is no longer needed fails.
MAY_ASK = {"reporting.making": "run.json says under `run` when it was made, as an accident that no report shows"}
MODULES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


@cache
def tree_of(module: str) -> ast.Module:
    """Parse a module."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module: str) -> set[str]:
    """Every module of planlib that a module imports, inside functions too; names are relative to planlib."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} line {node.lineno}: imports are written in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "planlib":
                parts = name.split(".")[1:]
                while parts and ".".join(parts) not in MODULES and ".".join([*parts, "__init__"]) not in MODULES:
                    parts.pop()  # a name within a module
                found.add(".".join(parts) or "planlib")
    return found


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"__init__", "__main__"}))
def test_a_module_imports_only_from_those_before_it(module: str) -> None:
    """The import order holds, function-local imports included; of the package itself only its version may be taken."""
    home = module.split(".")[0]
    assert home in ORDER, f"{module} has no place in the import order"
    allowed = {*ORDER[: ORDER.index(home) + 1], "planlib"}
    assert {name for name in imported(module) if name.split(".")[0] not in allowed} == set()


def test_no_module_imports_itself_by_a_detour() -> None:
    """There is no cycle, within readers and reporting neither."""
    inner = set(MODULES) - {"__init__"}
    graph = {module.removesuffix(".__init__"): imported(module) - {"planlib"} for module in inner}
    assert list(TopologicalSorter(graph).static_order())


def test_readers_know_no_plans_and_normalise_no_readers() -> None:
    """What reads files and what interprets them meet only in store."""
    assert {name for name in imported("normalise") if name.startswith("readers")} == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_asks_the_clock(module: str) -> None:
    """No date or time of day is taken from the machine: `as_of` is always given."""
    asks = {
        node.lineno
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK
        and not (node.func.attr == "time" and ast.unparse(node.func.value) != "time")
    }  # fmt: skip
    assert bool(asks) == (module in MAY_ASK), f"{module}, lines {sorted(asks)}"


@pytest.mark.parametrize("module", ["planlib", "planlib.cli"])
def test_a_bare_import_is_light(module: str) -> None:
    """Importing planlib, or its command line, brings in no pandas, plotting, papermill or statistics."""
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    """Each name that `planlib` lists can be had from it, and no other."""
    import planlib

    assert [name for name in planlib.__all__ if not hasattr(planlib, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'reed'"):
        _ = planlib.reed


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_thin(path: Path) -> None:
    """A notebook has a title, one cell of parameters, no function, no class, no loop over rows, and no output kept."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert "".join(cells[0]["source"]).startswith("# ")
    assert [cell["metadata"].get("tags") for cell in code].count(["parameters"]) == 1
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    bulky = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
    nodes = [node for cell in code for node in ast.walk(ast.parse("".join(cell["source"])))]
    assert [type(node).__name__ for node in nodes if isinstance(node, bulky)] == []
