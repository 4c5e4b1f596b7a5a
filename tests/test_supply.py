"""What planlib is made with: the lowest versions, the licences and the bill of materials of everything locked."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import Version
from test_environment import LOCKS, PROJECT, bounds, locked

ROOT = Path(__file__).resolve().parent.parent
FLOOR = "requirements-floor.lock"


@cache
def supply() -> ModuleType:
    """tools/supply.py, which is no part of the package."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module("supply")
    finally:
        sys.path.remove(str(ROOT / "tools"))


def listed() -> dict[tuple[str, str], tuple[str, str]]:
    """Each line of docs/licences.md: name and version to licence and locks."""
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    lines = [[part.strip() for part in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {(line[0], line[1]): (line[2], line[4] if len(line) > 3 else "node") for line in lines if line[0] != "package"}


def pinned(name: str) -> set[tuple[str, str]]:
    """Names and versions of a lock."""
    return {(package, version) for package, pins in locked(name).items() for version, _, _ in pins}


# --- floor -----------------------------------------------------------------------------------------------------------


def test_the_floor_holds_the_lowest_versions_that_are_allowed() -> None:
    """Each lower bound of pyproject.toml is a version that there is and that the others leave room for."""
    floor = locked(FLOOR)
    for package, bound in bounds(LOCKS["requirements-dev.lock"]).items():
        lowest = max(Version(one.version) for one in bound if one.operator == ">=")
        assert {Version(version) for version, _, _ in floor[package]} == {lowest}, f"{package}: make lock, or raise its bound"
    assert Version(floor["pandas"][0][0]) < Version(locked("requirements.lock")["pandas"][0][0])


def test_nothing_is_bounded_from_above() -> None:
    """The ceiling is the locks' versions, which everything is tested with: no bound forbids a later one that nobody has tried."""
    for requirements in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        assert {one.operator for bound in bounds(requirements).values() for one in bound} == {">="}


# --- licences --------------------------------------------------------------------------------------------------------


def test_every_locked_package_is_listed_with_a_licence_that_may_be_used() -> None:
    """docs/licences.md names each package of each lock and of npm, in its version, under a licence of the list; and none else."""
    node = json.loads((ROOT / "tests" / "browser" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(one["integrity"].startswith("sha512-") for path, one in node.items() if path)
    npm = {(path.removeprefix("node_modules/"), one["version"]): one["license"] for path, one in node.items() if path}
    table = listed()
    assert set(table) == set().union(*map(pinned, LOCKS), npm), "make licences"
    assert {name: licence for name, licence in npm.items() if table[name][0] != licence} == {}
    assert {one: licence for one, (licence, _) in table.items() if not supply().allowed(licence)} == {}
    for letter, lock in zip("rdlf", LOCKS, strict=True):
        assert {one for one, (_, locks) in table.items() if letter in locks and locks != "node"} == pinned(lock)


def test_the_licences_are_those_that_the_packages_tell() -> None:
    """What is installed here says of itself what docs/licences.md says of it."""
    table, seen = listed(), 0
    for found in importlib.metadata.distributions():
        one = (canonicalize_name(found.metadata["Name"]), found.version)
        if one in table:
            assert supply().expression(found)[0] == table[one][0], one
            seen += 1
    here = {package for package, pins in locked("requirements.lock").items() if not pins[0][1] or Marker(pins[0][1]).evaluate()}
    assert seen >= len(here)


@pytest.mark.parametrize(
    ("told", "free"),
    [
        ("MIT", True), ("MIT OR GPL-3.0-only", True), ("GPL-2.0-or-later OR (MIT AND ISC)", True), ("(MIT)", True),
        ("Apache-2.0 WITH LLVM-exception", True), ("BSD-3-Clause AND MIT AND Zlib", True),
        ("MIT AND GPL-3.0-only", False), ("AGPL-3.0-only", False), ("LGPL-2.1-or-later", False),
        ("GPL-3.0-only WITH GCC-exception-3.1", False),
        ("unknown (nothing said)", False), ("", False), ("LicenseRef-Proprietary", False), ("CC-BY-NC-4.0", False), ("SSPL-1.0", False),
    ],
)  # fmt: skip
def test_what_may_be_used(told: str, free: bool) -> None:
    """Of alternatives one has to be allowed, of what holds together all; what is not understood is not allowed."""
    assert supply().allowed(told) is free


# --- bill of materials -----------------------------------------------------------------------------------------------


def test_the_bill_of_materials_names_each_locked_package(tmp_path: Path) -> None:
    """`make sbom` writes CycloneDX: planlib in its version, and each package of requirements.lock with version, address and all hashes."""
    subprocess.run([sys.executable, ROOT / "tools" / "supply.py", "sbom", "--to", tmp_path], check=True, capture_output=True)
    (path,) = tmp_path.iterdir()
    text = path.read_text(encoding="utf-8")
    bill = json.loads(text)
    import planlib

    assert path.name == f"planlib-{planlib.__version__}.cdx.json" and bill["bomFormat"] == "CycloneDX"
    about = bill["metadata"]["component"]
    assert (about["name"], about["version"]) == ("planlib", planlib.__version__)
    assert "MIT" in json.dumps(about["licenses"]) and str(ROOT) not in text
    told: dict[tuple[str, str], set[str]] = {}
    for one in bill["components"]:
        name = canonicalize_name(one["name"])
        assert one["purl"] == f"pkg:pypi/{name}@{one['version']}"
        hashes = {each["content"] for way in one["externalReferences"] for each in way.get("hashes", ()) if each["alg"] == "SHA-256"}
        told.setdefault((name, one["version"]), set()).update(hashes)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", lock) if not entry.startswith("#")]
    pins = {tuple(re.match(r"([a-z0-9-]+)==([^ ;]+)", entry).groups()): set(re.findall(r"sha256:(\w+)", entry)) for entry in entries}
    assert told == pins and set(pins) == pinned("requirements.lock")
