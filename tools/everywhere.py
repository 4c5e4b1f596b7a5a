"""Makes the bundled plans' reports with other Pythons and other versions and compares them, and runs the tests there.

Usage: python tools/everywhere.py results [--quick] [--python 3.12 ...] [--versions lock oldest newest], which is `make
everywhere`; python tools/everywhere.py suite [--python 3.12] [--versions lock] [ARGUMENT ...], which is `make oldest`.
Each environment is made by uv in .venv-oldest, .venv-3.13-lock and so on, and used again while it is what is wanted.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from make import DEV, IN_CI, OLDEST, ROOT, TOO_NEW, WINDOWS, ask, digest, environment, wanted

WORK = ROOT / "build" / "everywhere"
PYTHONS = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], TOO_NEW[1])]
FLOOR = "requirements-floor.lock"  # of the oldest Python; for a later one the lowest versions that it can have are looked up
VERSIONS = ("lock", "oldest", "newest")
TABLES = ("results.json", "ledger.csv", "findings.csv")  # what has to be the same everywhere, byte for byte
QUICK = ["ranger-1960", "wirral-ofsted-2011", "--as-of", "1964-07-31", "2011-08-31"]
# The bundled plans are text; how spreadsheets, Word documents, PDF files and pages are read is asked of the tests' documents.
DOCUMENTS = "tests/documents"
READ_ALL = """\
import sys
from pathlib import Path
from planlib.readers.formats import ENDINGS, read_document
from planlib.settings import Limits
for path in sorted(Path(sys.argv[1]).iterdir()):
    if path.suffix in ENDINGS:
        print(ascii((path.name, read_document(path, path.read_bytes(), Limits()))))
"""
TOLD = ("pandas", "numpy", "matplotlib")
ASK_VERSIONS = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {TOLD}}}))"
# The tests take warnings for errors. These are of old packages about newer ones beside them; nobody but a test sees them.
OLD_WARNINGS = (
    "ignore:.*deprecated - use :DeprecationWarning",  # matplotlib 3.10, of pyparsing 3.3
    "ignore:Jupyter is migrating its paths:DeprecationWarning",  # jupyter-core 5.7
)
DRAWING = re.compile(rb"<svg\b.*?</svg>", re.DOTALL)


class Refused(Exception):
    """What stands in the way, in one line for a person."""


@dataclass(frozen=True)
class Place:
    """An environment: which Python, which versions, and where it is."""

    python: str
    versions: str
    interpreter: Path  # what it is made with, or of this environment itself its own
    here: bool = False

    @property
    def name(self) -> str:
        """Such as 3.13-lock."""
        return f"{self.python}-{self.versions}"

    @property
    def folder(self) -> Path:
        """Where it is made; that of the oldest versions on the oldest Python has the short name."""
        first = self.versions == "oldest" and self.python == PYTHONS[0]
        return ROOT / (".venv-oldest" if first else f".venv-{self.name}")

    @property
    def program(self) -> Path:
        """Its Python."""
        return self.interpreter if self.here else self.folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


@functools.cache
def find(version: str) -> Path | None:
    """A Python of that version that is installed, or None."""
    named = ["py", f"-{version}"] if WINDOWS else [f"python{version}"]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    kept = sorted(pyenv.glob(f"versions/{version}.*/{'python.exe' if WINDOWS else 'bin/python'}"), reverse=True)
    for command in ([sys.executable], named, *([str(each)] for each in kept), *_known_to_uv(version)):
        found = ask(command)
        if found and found["version"][:2] == [int(part) for part in version.split(".")]:
            return Path(found["path"])
    return None


def _known_to_uv(version: str) -> list[list[str]]:
    said = subprocess.run([*uv("python", "find"), "--no-python-downloads", "--no-project", version],
                          capture_output=True, encoding="utf-8", env=environment())  # fmt: skip
    return [[said.stdout.strip()]] if said.returncode == 0 else []


def uv(*words: str) -> list[str]:
    """A command of uv, which is among the tools of `.venv`."""
    return [sys.executable, "-m", "uv", *words, "--no-config"]


def run(*command: object, log: Path) -> None:
    """Run a command whose words go to a file; its last ones are told if it fails."""
    with log.open("ab") as file:
        code = subprocess.call([str(part) for part in command], cwd=ROOT, env=environment(), stdout=file, stderr=file)
    if code:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
        raise Refused("\n    ".join([f"{command[0]} ... ended with {code}; {log} ends:", *last]))


def requirements(place: Place) -> Path:
    """The file that says what is installed there: a lock, or what is looked up now for that Python."""
    if place.versions == "lock":
        return ROOT / DEV
    if place.versions == "oldest" and place.python == PYTHONS[0]:
        return ROOT / FLOOR
    made = WORK / f"{place.name}.txt"
    made.unlink(missing_ok=True)  # else its versions would be kept
    way = "lowest-direct" if place.versions == "oldest" else "highest"
    # Wheels alone: some lowest versions are older than the Python, and building them from source is not what is tried.
    run(*uv("pip", "compile"), "pyproject.toml", "--group", "build", "--extra", "dev", "--resolution", way,
        "--python-version", place.python, "--only-binary", ":all:", "--generate-hashes", "--output-file", made, "--quiet",
        log=WORK / f"{place.name}.log")  # fmt: skip
    return made


def ensure(place: Place) -> None:
    """See to it that an environment holds what is wanted there, and planlib as it is here."""
    if place.here:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{place.name}.log"
    log.unlink(missing_ok=True)
    needed = requirements(place)
    want = [str(place.folder), hashlib.sha256(needed.read_bytes()).hexdigest(), wanted(DEV)["planlib"], digest([ROOT / "pyproject.toml"])]
    stamp = place.folder / "planlib-everywhere.json"
    if stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == want and place.program.exists():
        return
    if place.folder.exists():
        shutil.rmtree(place.folder)
    say(f"{place.name}: installing what {needed.relative_to(ROOT).as_posix()} names into {place.folder.name}")
    run(*uv("venv"), "--quiet", "--no-project", "--python", place.interpreter, place.folder, log=log)
    install = [*uv("pip", "install"), "--quiet", "--python", place.program, "--no-deps"]
    run(*install, "--require-hashes", "--requirement", needed, log=log)
    run(*install, "--no-build-isolation", "--reinstall" if IN_CI else "--editable", ROOT, log=log)  # as tools/make.py does
    stamp.write_text(json.dumps(want), encoding="utf-8")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


# --- results ---------------------------------------------------------------------------------------------------------


def made_in(place: Place, quick: bool) -> dict[str, bytes]:
    """The bundled plans' reports, made anew in an environment: each file but the records of the run; and the documents as read."""
    home = WORK / place.name
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    command = [place.program, "-m", "planlib", "report", "--data", ROOT / "data", "--out", home / "reports", *(QUICK if quick else ())]
    with (home / "report.log").open("wb") as log:
        told = environment() | {"PLANLIB_CACHE": str(home / "cache")}
        code = subprocess.call([str(part) for part in command], cwd=ROOT, env=told, stdout=log, stderr=log)
    if code:
        last = (home / "report.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-8:]
        raise Refused("\n    ".join([f"planlib report ended with {code}; {home / 'report.log'} ends:", *last]))
    files = (path for path in (home / "reports").rglob("*") if path.is_file() and path.name not in ("run.json", ".seen.json"))
    made = {path.relative_to(home / "reports").as_posix(): path.read_bytes() for path in sorted(files)}
    read = subprocess.run([place.program, "-c", READ_ALL, ROOT / DOCUMENTS], capture_output=True, env=environment())
    if read.returncode:
        raise Refused(f"{DOCUMENTS} cannot be read: {read.stderr.decode(errors='replace').strip().splitlines()[-1]}")
    return made | {DOCUMENTS: read.stdout}


def kind_of(name: str) -> str:
    """What a file is counted as."""
    if name.endswith(TABLES):
        return "tables"
    if name == DOCUMENTS:
        return "reading of the documents"
    return {".html": "pages", ".xlsx": "workbooks", ".ipynb": "notebooks"}.get(Path(name).suffix, "others")


def difference(name: str, one: bytes, other: bytes) -> str:
    """How two files of a name differ: nothing, or "drawings", "packing" or "text"."""
    if one == other:
        return ""
    if name.endswith(".html") and DRAWING.sub(b"", one) == DRAWING.sub(b"", other):
        return "drawings"
    if name.endswith(".xlsx") and unpacked(one) == unpacked(other):
        return "packing"
    return "text"


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def first_difference(one: bytes, other: bytes) -> str:
    """The first line that differs, as it is in both."""
    lines = [data.decode("utf-8", "replace").splitlines() for data in (one, other)]
    changed = [line for line in difflib.unified_diff(*lines, lineterm="", n=0) if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(f"      {line[:300]}" for line in changed[:4])


def compared(first: dict[str, bytes], made: dict[str, bytes], drawn_alike: bool) -> tuple[str, list[str]]:
    """What is the same and what is not, in a line, and what should not differ and does."""
    faults = [f"    only one of them has {name}" for name in sorted(first.keys() ^ made.keys())]
    counts: dict[str, Counter[str]] = {}
    for name in sorted(first.keys() & made.keys()):
        kind, how = kind_of(name), difference(name, first[name], made[name])
        counts.setdefault(kind, Counter())[how] += 1
        # The same matplotlib has to draw the same. An executed notebook names its Python, and holds the drawings.
        allowed = {"pages": set() if drawn_alike else {"drawings"}, "workbooks": {"packing", "text"}, "notebooks": {"text"}}
        if how and how not in allowed.get(kind, ()):
            faults.append(f"    {name} differs ({how}):\n{first_difference(first[name], made[name])}")
    words = []
    for kind, by in sorted(counts.items(), key=lambda item: item[0] != "tables"):
        differing = [f"{count} differ in {how}" for how, count in sorted(by.items()) if how]
        words.append(", ".join([f"{by['']} of {by.total()} {kind} equal", *differing]))
    return "; ".join(words), faults


def results(pythons: list[str], versions: list[str], quick: bool) -> int:
    """Make the reports in each environment and compare them with those of this one."""
    this = f"{sys.version_info[0]}.{sys.version_info[1]}"
    here = Place(this, "lock", Path(sys.executable), here=True)
    places = [here]
    for python in pythons:
        interpreter = find(python)
        if interpreter is None:
            say(f"{python}: no such Python is found here, so nothing is said of it")
            continue
        places += [Place(python, each, interpreter) for each in versions if (python, each) != (this, "lock")]
    first: dict[str, bytes] = {}
    drawn_with, bad = "", 0
    for place in places:
        begun = time.monotonic()
        try:
            ensure(place)
            made = made_in(place, quick)
        except Refused as refused:
            bad += 1
            say(f"{place.name}: FAILED: {refused}")
            continue
        told = json.loads(subprocess.check_output([place.program, "-c", ASK_VERSIONS], encoding="utf-8", env=environment()))
        title = f"{place.name} ({', '.join(f'{name} {number}' for name, number in told.items())}; {time.monotonic() - begun:.0f} s)"
        if not first:
            first, drawn_with = made, told["matplotlib"]
            say(f"{title}: {len(made)} files, which the others are compared with")
            continue
        line, faults = compared(first, made, told["matplotlib"] == drawn_with)
        bad += bool(faults)
        say("\n".join([f"{title}: {line}", *faults[:10], *([f"    and {len(faults) - 10} more"] if len(faults) > 10 else [])]))
    say(f"{len(places)} environments: " + (f"{bad} FAILED" if bad else "results.json, ledger.csv and findings.csv are the same in all"))
    return 1 if bad or not first else 0


# --- tests -----------------------------------------------------------------------------------------------------------


def suite(python: str, versions: str, arguments: list[str]) -> int:
    """Run the tests, without those in a browser, in an environment."""
    interpreter = find(python)
    if interpreter is None:
        raise Refused(f"Python {python} is not found here; install it (uv python install {python}, or pyenv)")
    place = Place(python, versions, interpreter)
    ensure(place)
    spread = [f"--numprocesses={(os.cpu_count() or 1) + 1}", "--dist=loadfile", "--no-loadscope-reorder"]  # as make test does
    say(f"{place.name}: the tests, without those in a browser")
    # As an option, for -W takes no patterns; it stands in place of what pyproject.toml has, which is "error" alone.
    quiet = ["-o", "\n".join(["filterwarnings=error", *OLD_WARNINGS])] if versions == "oldest" else []
    command = [place.program, "-m", "pytest", *quiet, *spread, "--ignore=tests/browser", *arguments]
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=environment())


def main(arguments: list[str]) -> int:
    """Run one of the two and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    each = verbs.add_parser("results", help="make the bundled plans' reports in each environment and compare them")
    each.add_argument("--python", nargs="+", default=PYTHONS, choices=PYTHONS, help="default: all that are found")
    each.add_argument("--versions", nargs="+", default=["lock", "oldest"], choices=VERSIONS, help="default: lock oldest")
    each.add_argument("--quick", action="store_true", help="a few dates, with the oldest versions on the oldest Python that is found alone")
    one = verbs.add_parser("suite", help="run the tests, without those in a browser; further arguments are pytest's")
    one.add_argument("--python", default=PYTHONS[0], choices=PYTHONS)
    one.add_argument("--versions", default="oldest", choices=VERSIONS)
    given, more = parser.parse_known_args(arguments)
    try:
        if given.verb == "suite":
            return suite(given.python, given.versions, more)
        if more:
            parser.error(f"what is {more[0]}?")
        if given.quick:
            return results([python for python in PYTHONS if find(python)][:1], ["oldest"], True)
        return results(given.python, given.versions, False)
    except Refused as refused:
        print(f"planlib: {refused}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
