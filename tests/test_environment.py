"""pyproject.toml, environment.yml, the locks and the code name the same packages."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": PROJECT["dependencies"] + GROUPS["build"],
    "requirements-dev.lock": PROJECT["dependencies"] + GROUPS["build"] + EXTRAS["dev"],
    "requirements-lab.lock": PROJECT["dependencies"] + GROUPS["build"] + EXTRAS["lab"],
    "requirements-floor.lock": PROJECT["dependencies"] + GROUPS["build"] + EXTRAS["dev"],  # the lowest of them: test_supply.py
}
CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # without the window toolkits that matplotlib brings there
SYSTEMS = [{"sys_platform": system, "platform_system": name} for system, name in
           (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))]  # fmt: skip
PYTHONS = ["3.11", "3.12", "3.13"]


def bounds(requirements: list[str]) -> dict[str, SpecifierSet]:
    """Names with their bounds."""
    read = [Requirement(text) for text in requirements]
    return {canonicalize_name(one.name): one.specifier for one in read}


def locked(name: str) -> dict[str, list[tuple[str, str, int]]]:
    """Each package of a lock with its versions, markers and numbers of hashes."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    text = (ROOT / name).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        pinned = re.match(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.*?))? \\\n", entry)
        assert pinned, f"{name}: not a pinned package with hashes: {entry[:60]}"
        package, version, marker = pinned.groups(default="")
        found.setdefault(package, []).append((version, marker, len(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))))
    return found


def conda() -> tuple[list[str], list[str]]:
    """What environment.yml takes from conda-forge and what from pip."""
    text = re.sub(r" #.*", "", (ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = text.split("dependencies:\n")[1]
    return re.findall(r"^  - (\S+[^:\n])$", listed, re.M), re.findall(r"^      - (.+)$", listed, re.M)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_pyproject_asks_for(name: str) -> None:
    """On each system and Python, each dependency is locked in exactly one version, which is within its bounds."""
    lock = locked(name)
    for package, bound in bounds(LOCKS[name]).items():
        for python in PYTHONS:
            for system in SYSTEMS:
                where = system | {"python_version": python, "python_full_version": f"{python}.9"}
                fitting = [v for v, marker, _ in lock.get(package, []) if not marker or Marker(marker).evaluate(where)]
                assert len(fitting) == 1, f"{package} on {where}: {fitting or 'not locked'}; make lock"
                assert bound.contains(fitting[0]), f"{package} {fitting[0]} is not {bound}; make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_can_be_used_anywhere(name: str) -> None:
    """Every package has a hash, and nothing names the index or the machine that the lock was made with."""
    assert {package for package, pins in locked(name).items() for _, _, hashes in pins if not hashes} == set()
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|--index|--extra|--find-links|--trusted", text) == []


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements-lab.lock"])
def test_the_larger_locks_hold_all_of_the_first(name: str) -> None:
    """Tests run with the versions that reports are made with."""
    base, larger = ({(package, pin[0]) for package, pins in locked(lock).items() for pin in pins}
                    for lock in ("requirements.lock", name))  # fmt: skip
    assert base - larger == set()


def test_the_first_lock_is_lean() -> None:
    """Whoever only makes reports installs neither JupyterLab nor tools to develop with."""
    assert locked("requirements.lock").keys() & {"jupyterlab", "notebook", "pytest", "ruff", "mypy", "uv"} == set()


def test_the_build_backend_is_locked() -> None:
    """The group `build`, which the locks are made with, holds what pyproject.toml builds with."""
    assert bounds(GROUPS["build"]).items() >= bounds(PYPROJECT["build-system"]["requires"]).items()


def test_environment_yml_has_the_same_bounds() -> None:
    """Conda users get the same dependencies with the same lower bounds, JupyterLab with them, and the same Pythons."""
    from_conda, from_pip = conda()
    assert "--editable ." in from_pip
    listed = bounds([one for one in from_conda + from_pip if one not in ("pip", "--editable .")])
    named = {canonicalize_name(CONDA_NAMES.get(name, name)): bound for name, bound in listed.items()}
    assert named.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert named == bounds(PROJECT["dependencies"] + EXTRAS["lab"])


def test_what_the_code_imports_is_declared() -> None:
    """Every package that planlib imports itself is a dependency of its own, not one that another happens to bring."""
    owners = packages_distributions()
    declared = bounds(PROJECT["dependencies"] + EXTRAS["parquet"] + EXTRAS["dask"]).keys()
    missing = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {name.split(".")[0] for name in names} - {"planlib"} - sys.stdlib_module_names:
                if not declared & {canonicalize_name(owner) for owner in owners.get(top, [top])}:
                    missing.add(f"{path.relative_to(ROOT).as_posix()}: {top}")
    assert missing == set()


def test_what_is_declared_is_imported() -> None:
    """No dependency is paid for in vain; afcharts and ipykernel are found by name."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    unused = {name for name in bounds(PROJECT["dependencies"]) if name.removesuffix("-six").replace("-", "_") not in code}
    assert unused == set()
