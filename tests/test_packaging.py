"""What is handed out: the wheel and the sdist, what they hold, that the wheel suffices, and how a release comes about."""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import importlib.metadata
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from datetime import date
from email.parser import Parser
from pathlib import Path

import pandas as pd
import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from test_environment import bounds
from test_first_hour import KEY, excel_plan, word_plan

import planlib
from planlib.reporting import sets

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = f"planlib-{planlib.__version__}"
INFO = f"{NAME}.dist-info"
TEMPLATE = f"{NAME}.data/data/share/jupyter/nbconvert/templates/planlib"
# No variable of this machine, but what a program needs to start and uv to find the package index.
KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "SSL_CERT_FILE", "UV_CACHE_DIR", "UV_DEFAULT_INDEX", "HTTPS_PROXY", "https_proxy")

SYSTEM_AUTHORITIES = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # as tools/make.py has it


def ran(*command: object, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that has to go well, without the variables of whoever runs the tests."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | SYSTEM_AUTHORITIES | more
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make build` makes."""
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, ROOT / "tools" / "package.py", "build", "--to", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> dict[str, bytes]:
    """The files of the wheel."""
    with zipfile.ZipFile(dist / f"{NAME}-py3-none-any.whl") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- what they hold --------------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_package_and_nothing_else(wheel: dict[str, bytes]) -> None:
    """Every file of the package and every notebook, the template where nbconvert looks, the metadata; no test, no plan."""
    package, template = ROOT / "src" / "planlib", ROOT / "src" / "planlib" / "reporting" / "templates" / "planlib"
    files = {path: path.relative_to(ROOT / "src").as_posix() for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()}
    notebooks = {path: f"planlib/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    copies = {path: f"{TEMPLATE}/{path.relative_to(template).as_posix()}" for path in files if template in path.parents}
    metadata = {f"{INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    expected = [(path, name) for listed in (files, notebooks, copies) for path, name in listed.items()]
    assert set(wheel) == {name for _, name in expected} | metadata
    assert [name for path, name in expected if wheel[name] != path.read_bytes()] == []
    assert {"planlib/py.typed", "planlib/notebooks/progress.ipynb", "planlib/notebooks/portfolio.ipynb"} <= set(wheel)
    assert {Path(name).suffix for name in copies.values()} >= {".j2", ".json"} and any(name.endswith(".css") for name in wheel)


def test_the_wheel_says_what_it_is(wheel: dict[str, bytes]) -> None:
    """Version, licence, Pythons, dependencies, the command, papermill's engine and nbconvert's exporter stand in its metadata."""
    told = Parser().parsestr(wheel[f"{INFO}/METADATA"].decode("utf-8"))
    project = PYPROJECT["project"]
    assert (told["Name"], told["Version"], told["License-Expression"]) == ("planlib", planlib.__version__, "MIT")
    assert set(told["Requires-Python"].split(",")) == set(project["requires-python"].split(","))
    needed = [str(one) for one in map(Requirement, told.get_all("Requires-Dist")) if not one.marker]
    assert bounds(needed) == bounds(project["dependencies"])
    assert set(told.get_all("Provides-Extra")) == set(project["optional-dependencies"])
    assert told.get_payload().startswith("# planlib")
    points = configparser.ConfigParser()
    points.read_string(wheel[f"{INFO}/entry_points.txt"].decode("utf-8"))
    assert dict(points["console_scripts"]) == project["scripts"]
    for group, listed in project["entry-points"].items():
        assert dict(points[group]) == listed
    assert b"Root-Is-Purelib: true" in wheel[f"{INFO}/WHEEL"] and b"Tag: py3-none-any" in wheel[f"{INFO}/WHEEL"]


def test_the_sdist_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    """From the sdist alone, without git and under another umask, the wheel comes out with the same bytes."""
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / NAME
    os.utime(unpacked / "pyproject.toml", (0, 0))
    if os.name != "nt":
        for path in unpacked.rglob("*.py"):
            path.chmod(0o600)
    ran(sys.executable, "tools/package.py", "build", "--to", tmp_path, cwd=unpacked)
    name = f"{NAME}-py3-none-any.whl"
    assert (tmp_path / name).read_bytes() == (dist / name).read_bytes()


def test_the_sdist_is_the_repository(dist: Path) -> None:
    """It brings what `make test` and `make report` need, and nothing that tools leave behind."""
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
    names = {member.name.removeprefix(f"{NAME}/") for member in members}
    assert all(member.name.startswith(f"{NAME}/") for member in members)
    own = {name for name in names if name != "PKG-INFO"}
    assert [name for name in own if not (ROOT / name).is_file()] == []
    tops = {name.partition("/")[0] for name in own}
    needed = {
        "src", "notebooks", "tests", "tools", "benchmarks", "fuzz", "mutation", "data", "docs", "Makefile", "environment.yml",
        "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
        *(path.name for path in ROOT.glob("requirements*.lock")),
    }  # fmt: skip
    assert tops == needed | {".gitignore", ".gitattributes"}
    assert [name for name in own if re.search(r"__pycache__|\.pyc$|node_modules|\.ipynb_checkpoints|^reports", name)] == []


# --- what is tested --------------------------------------------------------------------------------------------------


def test_ci_tests_the_installed_wheel(wheel: dict[str, bytes]) -> None:
    """In CI planlib is imported from site-packages, no path hides it, and every file there is the wheel's; elsewhere it may be src."""
    home = Path(planlib.__file__).resolve().parent
    installed = home.parent == Path(sysconfig.get_path("purelib")).resolve()
    assert installed or not os.environ.get("CI"), f"CI is set and planlib comes from {home}; make test installs the wheel"
    assert installed or home == ROOT / "src" / "planlib"
    found = importlib.metadata.distribution("planlib")
    assert found.version == planlib.__version__
    recorded = {row[0]: row[1] for row in csv.reader(io.StringIO(found.read_text("RECORD")))}
    carried = [name for name in wheel if name.startswith("planlib/") and (installed or not name.startswith("planlib/notebooks/"))]
    assert [name for name in carried if (home.parent / name).read_bytes() != wheel[name]] == []
    for name in carried if installed else ():
        told = base64.urlsafe_b64encode(hashlib.sha256(wheel[name]).digest()).rstrip(b"=").decode()
        assert recorded[name] == f"sha256={told}"


def test_the_version_costs_nothing() -> None:
    """`planlib.__version__` is a line of the package: no metadata is read and no program started for it."""
    code = "import sys; before = set(sys.modules); import planlib; planlib.__version__; print(sorted(set(sys.modules) - before))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    brought = set(re.findall(r"'([\w.]+)'", said.stdout))
    assert "planlib" in brought and brought & {"importlib.metadata", "subprocess", "email", "pathlib"} == set()


# --- from the wheel only ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clean(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The planlib command of an environment that holds requirements.lock and the wheel, and nothing else."""
    venv = tmp_path_factory.mktemp("clean") / "venv"
    uv = (sys.executable, "-m", "uv")
    ran(*uv, "venv", "--quiet", "--no-config", "--python", sys.executable, venv, cwd=dist, HOME=str(Path.home()))
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = (*uv, "pip", "install", "--quiet", "--no-config", "--no-deps", "--python", python)
    ran(*install, "--require-hashes", "--requirements", ROOT / "requirements.lock", cwd=dist, HOME=str(Path.home()))
    ran(*install, dist / f"{NAME}-py3-none-any.whl", cwd=dist, HOME=str(Path.home()))
    return python.with_name("planlib.exe" if os.name == "nt" else "planlib")


def test_from_the_wheel_only(clean: Path, tmp_path: Path) -> None:
    """On a clean machine, new, check and report on a .docx and an .xlsx of one plan give reports with a right slip chart."""
    desk = tmp_path / "desk"
    desk.mkdir()
    word_plan(desk / "Northdale plan.docx", "Position as at 31 March 2026", KEY)
    excel_plan(desk / "plan 30-06-2026.xlsx")

    def said(*words: str) -> str:
        # A person with nothing in their home folder and nothing of this environment on their path.
        return ran(clean, *words, cwd=desk, HOME=str(tmp_path), USERPROFILE=str(tmp_path), PATH=os.defpath).stdout

    code = "import planlib; from planlib.reporting import sets; print(planlib.__file__, sets.code_digest(), sep='\\n')"
    home, digest = ran(clean.with_name(Path(sys.executable).name), "-c", code, cwd=desk).stdout.splitlines()
    assert clean.parent.parent in Path(home).parents
    assert digest == sets.code_digest()  # so reports stay up to date where an editable installation is exchanged for the wheel
    assert said("--version").split() == ["planlib", planlib.__version__]
    plan = "northdale-council-childrens-services"
    assert f"next: planlib check data/{plan}" in said("new", "Northdale plan.docx")
    assert "as at 30 June 2026, from its name" in said("new", "plan 30-06-2026.xlsx", plan)
    assert "4 actions" in said("check", f"data/{plan}")
    # All reports of both dates, from the notebooks, the template, the engine and the exporter that came in the wheel.
    assert said("report", f"data/{plan}").startswith("6 of 6 reports made")
    made = desk / "reports" / plan / "2026-06-30"
    tables = pd.read_html(io.StringIO((made / "slippage.html").read_text(encoding="utf-8")))
    chart = next(table for table in tables if {"First date", "Date now", "Slip"} <= set(table.columns)).set_index("Actions")
    chart.index = chart.index.astype(str)
    assert chart.loc["1.1", ["First date", "Date now", "Slip"]].tolist() == ["30 April 2026", "31 July 2026", "92 days"]
    assert chart.loc["1.2", ["First date", "Date now", "Slip"]].tolist() == ["30 June 2026", "30 September 2026", "92 days"]
    assert chart.loc["2.1", ["Standing", "Slip"]].tolist() == ["overdue", "None; at least 30 days by now"]
    assert "<svg" in (made / "slippage.html").read_text(encoding="utf-8")
    assert {path.name for path in made.iterdir()} >= {"progress.html", "slippage.html", "data-quality.html", "summary.html", "ledger.xlsx"}
    assert (desk / "reports" / "index.html").is_file()
    assert said("report", f"data/{plan}").startswith("0 of 6 reports made")


# --- releases --------------------------------------------------------------------------------------------------------


def git(*words: str, cwd: Path) -> str:
    """Git, as nobody in particular and with nobody's settings."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    return ran("git", *words, cwd=cwd, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", **who).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with what a release needs, at 0.1.0.dev0 and with one change told."""
    home = tmp_path / "clone"
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "tools/package.py", "src/planlib/__init__.py"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, home / name)
    template = "src/planlib/reporting/templates/planlib"
    shutil.copytree(ROOT / template, home / template)
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    said = (home / "src" / "planlib" / "__init__.py").read_text(encoding="utf-8")
    began = re.sub('__version__ = "[^"]+"', '__version__ = "0.1.0.dev0"', said)
    (home / "src" / "planlib" / "__init__.py").write_text(began, encoding="utf-8", newline="\n")
    (home / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- All.\n", encoding="utf-8")
    git("init", "--quiet", cwd=home)
    git("add", "--all", cwd=home)
    git("commit", "--quiet", "--message", "Begin", cwd=home)
    return home


def package(clone: Path, *words: str) -> tuple[int, str]:
    """Exit code and all lines of tools/package.py."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "tools/package.py", *words], cwd=clone, env=os.environ | who | settings,
                          capture_output=True, encoding="utf-8")  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_release_is_its_tag(clone: Path) -> None:
    """A release writes version, changelog and tag in one commit, the next version begins after it, and the tag builds that version."""
    code, said = package(clone, "release", "0.1.0")
    assert code == 0 and "v0.1.0 is tagged; 0.2.0.dev0 has begun" in said
    assert git("tag", cwd=clone).split() == ["v0.1.0"]
    assert git("log", "--format=%s", cwd=clone).splitlines() == ["Begin 0.2.0", "Release 0.1.0", "Begin"]
    assert '"0.1.0"' in git("show", "v0.1.0:src/planlib/__init__.py", cwd=clone)
    assert '"0.2.0.dev0"' in git("show", "HEAD:src/planlib/__init__.py", cwd=clone)
    log = f"# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - {date.today()}\n\n### Added\n\n- All.\n"
    assert git("show", "v0.1.0:CHANGELOG.md", cwd=clone) == log == git("show", "HEAD:CHANGELOG.md", cwd=clone)
    git("checkout", "--quiet", "v0.1.0", cwd=clone)
    code, said = package(clone, "build")
    assert code == 0
    assert {path.name for path in (clone / "dist").iterdir()} == {"planlib-0.1.0-py3-none-any.whl", "planlib-0.1.0.tar.gz"}


def test_a_release_is_what_was_committed_and_told(clone: Path) -> None:
    """No release of what is not committed, has nothing in the changelog, is no version or no later one; nothing is changed then."""
    assert package(clone, "release", "0.1")[1].startswith("planlib: '0.1' is no version")
    (clone / "README.md").write_text("changed", encoding="utf-8")
    assert "something has been changed and not committed" in package(clone, "release", "0.1.0")[1]
    git("checkout", "--quiet", "README.md", cwd=clone)
    assert package(clone, "release", "0.1.0")[0] == 0
    assert "0.0.9 is no later than 0.1.0, which has been released" in package(clone, "release", "0.0.9")[1]
    assert "has nothing under [Unreleased]" in package(clone, "release", "0.2.0")[1]
    assert git("status", "--porcelain", cwd=clone) == "" and git("tag", cwd=clone).split() == ["v0.1.0"]


def test_nothing_is_built_under_a_tag_that_says_otherwise(clone: Path) -> None:
    """A commit with a tag is built as that version and as it was tagged, or not at all."""
    git("tag", "v7.0.0", cwd=clone)
    code, said = package(clone, "build")
    assert code == 1 and "this commit is tagged v7.0.0, and src/planlib/__init__.py says 0.1.0.dev0" in said
    git("tag", "--delete", "v7.0.0", cwd=clone)
    assert package(clone, "release", "0.1.0")[0] == 0
    git("checkout", "--quiet", "v0.1.0", cwd=clone)
    (clone / "README.md").write_text("changed", encoding="utf-8")
    code, said = package(clone, "build")
    assert code == 1 and "this is not what v0.1.0 names" in said
    assert not (clone / "dist").exists()


def test_the_changelog_keeps_its_form() -> None:
    """Keep a Changelog: Unreleased first, then releases from the latest back with their days, known kinds of change, each with entries."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n") and "keepachangelog.com" in text and "semver.org" in text
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert heads[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", head) for head in heads[1:]]
    assert all(released), f"not a version with its day: {heads}"
    numbers, days = [Version(one[1]) for one in released], [date.fromisoformat(one[2]) for one in released]
    assert numbers == sorted(set(numbers), reverse=True) and days == sorted(days, reverse=True)
    for section in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.*)$", section, re.MULTILINE)
        assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"} and len(set(kinds)) == len(kinds)
        parts = re.split(r"^### .*$", section, flags=re.MULTILINE)
        assert parts[0].strip() == "" and all(part.strip().startswith("- ") for part in parts[1:])
        assert re.findall(r"^(?!- |  |### |$).+$", section, re.MULTILINE) == []
    newest = numbers[0] if numbers else Version("0")
    now = Version(planlib.__version__)
    assert now > newest if now.is_prerelease else now == newest
