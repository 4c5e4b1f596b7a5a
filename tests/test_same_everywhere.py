"""The same plans give the same bytes wherever, whenever and by whomever they are read; other Pythons: `make everywhere`."""

from __future__ import annotations

import functools
import hashlib
import locale
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLANS = {"ranger-1960": "1961-08-31", "wirral-ofsted-2011": "2011-08-31"}
# The numbers and sentences once more, in a process whose hash seed and encoding are those of its surroundings: kernels have
# their own. What it prints is ASCII, so that no terminal's encoding plays a part.
IN_PROCESS = """\
import hashlib, sys
from datetime import date
from pathlib import Path
from planlib import figures, measures, narrative, open_plan, tables
from planlib.reporting import computing
for folder, day in zip(sys.argv[1::2], sys.argv[2::2]):
    for name, data in computing.compute(Path(folder), date.fromisoformat(day)).files.items():
        print(Path(folder).name, name, hashlib.sha256(data).hexdigest())
    book = open_plan(folder, day)
    m = measures.measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots, plan=book.name)
    shown = (figures.dumbbell(m), figures.standing_over_time(m), tables.standing_by_area(m), m.actions.to_csv(), m.changes.to_csv())
    print(Path(folder).name, "shown", hashlib.sha256("".join(map(str, shown)).encode("utf-8")).hexdigest())
"""


@dataclass(frozen=True)
class Surroundings:
    """Where and how planlib is run.

    `order` is that in which the files of the data folder come into being; on a file system in memory a folder is listed by it.
    """

    variables: dict[str, str]
    order: Callable[[str], str]
    umask: int
    jobs: int
    inside: str  # the working folder, within the home of the run
    named: bool = False  # whether data and out are named by whole paths, or found from the working folder


def shuffled(name: str) -> str:
    """An order that is no one's: by a hash of the name."""
    return hashlib.sha256(name.encode()).hexdigest()


def backwards(name: str) -> str:
    """From the last name to the first."""
    return "".join(chr(0x10FFFF - ord(letter)) for letter in name)


# Each value of each variable stands in one of them at least, beside others than it would by itself: what any of them
# changed would show. The last two are there where their locale is.
EACH = {
    "at home": Surroundings({"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}, str, 0o022, 2, "."),
    "in St. John's, ASCII": Surroundings(
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        backwards, 0o077, 1, "some/where below",
    ),
    "on Kiritimati": Surroundings(
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "C", "PYTHONHASHSEED": "random"},
        shuffled, 0o002, 2, "../else", named=True,
    ),
    "in Turkey": Surroundings({"TZ": "UTC", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "random"}, backwards, 0o027, 2, "."),
    "in Germany": Surroundings({"TZ": "UTC", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"}, shuffled, 0o022, 1, ".", named=True),
}  # fmt: skip


@functools.cache
def has_locale(name: str) -> bool:
    """Whether the system has a locale."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one, for such a file system lists a folder by the order in which it was filled."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("everywhere")
        return
    with tempfile.TemporaryDirectory(prefix="planlib-everywhere-", dir=memory) as folder:
        yield Path(folder)


def copied(home: Path, order: Callable[[str], str]) -> Path:
    """A data folder with both plans, its folders and files made one by one in an order."""
    data = home / "data"
    for plan in sorted(PLANS, key=order):
        (data / plan).mkdir(parents=True)
        for name in sorted((path.name for path in (ROOT / "data" / plan).iterdir()), key=order):
            shutil.copyfile(ROOT / "data" / plan / name, data / plan / name)
    return data


@dataclass(frozen=True)
class Made:
    """What came of a run: every file by its name, what commands printed, and how its data folder was listed."""

    files: dict[str, bytes]
    printed: dict[str, bytes]
    listed: dict[str, list[str]]


def ran(surroundings: Surroundings, home: Path, *words: str | Path) -> bytes:
    """What a process in these surroundings prints."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    variables |= {"PLANLIB_CACHE": str(home / "cache")} | surroundings.variables
    folder = home / surroundings.inside
    folder.mkdir(parents=True, exist_ok=True)
    umask = {} if sys.platform == "win32" else {"umask": surroundings.umask}
    done = subprocess.run([sys.executable, *map(str, words)], cwd=folder, env=variables, capture_output=True, check=False, **umask)
    assert done.returncode == 0, (words, done.stderr.decode(errors="replace"))
    return done.stdout.replace(b"\r\n", b"\n")


@pytest.fixture(scope="module")
def made(base: Path) -> Callable[[str], Made]:
    """What is made in some surroundings, each made once."""

    @functools.cache
    def make(name: str) -> Made:
        here = EACH[name]
        home = base / f"{len(list(base.iterdir()))} home"
        data = copied(home, here.order)
        told: list[str | Path] = ["--jobs", str(here.jobs), "--as-of", *PLANS.values()]
        told += ["--data", data, "--out", home / "reports"] if here.named else []
        planlib = ("-m", "planlib")
        ran(here, home, *planlib, "report", *PLANS, *told)
        printed = {"in this process": ran(here, home, "-c", IN_PROCESS, *(one for plan, day in PLANS.items() for one in (data / plan, day)))}
        named = ["--data", data] if here.named else []
        for plan in PLANS:
            for words in (("changes",), ("changes", "--json"), ("check", "--json")):
                printed[" ".join((*words, plan))] = ran(here, home, *planlib, *words, plan, *named)
        files = {path.relative_to(home / "reports").as_posix(): path.read_bytes()
                 for path in (home / "reports").rglob("*") if path.is_file() and path.name != "run.json"}  # fmt: skip
        listed = {folder.name: os.listdir(folder) for folder in (data, *(data / plan for plan in PLANS))}
        return Made(files, printed, listed)

    return make


@pytest.mark.parametrize("name", list(EACH)[1:])
def test_results_are_the_same_in_other_surroundings(name: str, made: Callable[[str], Made]) -> None:
    """Time zone, locale, encoding, hash seed, working folder, umask, number of jobs and the order of files in a folder change no
    byte of any page, table, workbook, notebook, or of what the commands print."""
    if not has_locale(EACH[name].variables["LC_ALL"]):
        pytest.skip(f"the system has no locale {EACH[name].variables['LC_ALL']}")
    first, other = made("at home"), made(name)
    assert first.files.keys() == other.files.keys()
    assert [file for file in first.files if first.files[file] != other.files[file]] == []
    assert [words for words in first.printed if first.printed[words] != other.printed[words]] == []


def test_what_is_compared_is_everything(made: Callable[[str], Made]) -> None:
    """The comparison sees each table, page and workbook of both plans, the portfolio and the index, none of them empty."""
    files = made("at home").files
    names = ("progress.html", "slippage.html", "data-quality.html", "summary.html", "results.json", "ledger.csv", "findings.csv", "ledger.xlsx")
    wanted = {f"{plan}/{day}/{name}" for plan, day in PLANS.items() for name in names}
    assert wanted | {"index.html"} <= files.keys() and any(name.endswith("portfolio.html") for name in files)
    assert min(len(data) for data in files.values()) > 50 and len(made("at home").printed["in this process"].splitlines()) == 10


def test_the_folders_are_listed_in_another_order(made: Callable[[str], Made], base: Path) -> None:
    """Where folders are listed in the order in which they were filled, the runs do see their files in different orders."""
    if base.parent != Path("/dev/shm"):
        pytest.skip("no file system in memory here; folders are listed as the disk has them")
    orders = [made(name).listed["ranger-1960"] for name in list(EACH)[:3]]
    assert len({tuple(order) for order in orders}) == 3 and len({frozenset(order) for order in orders}) == 1
