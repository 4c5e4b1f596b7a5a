"""The same plans give the same bytes wherever, whenever and by whomever they are read; other Pythons: `make everywhere`."""

from __future__ import annotations

import functools
import hashlib
import json
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

from planlib.reporting import seen

ROOT = Path(__file__).resolve().parents[1]
PLANS, DAY = ("ranger-1960", "wirral-ofsted-2011"), "2011-08-31"
NAMES = ("progress.html", "slippage.html", "data-quality.html", "summary.html", "results.json", "ledger.csv", "findings.csv", "ledger.xlsx")
RECORDS = ("run.json", seen.FILE)  # of the run: when, where, with what, and how the files lie on the disk
# The same once more in a process whose hash seed and encoding are those of its surroundings, for kernels have their own; and
# what two verbs print as JSON.
IN_PROCESS = f"""\
import hashlib, sys
from datetime import date
from pathlib import Path
from planlib import cli, figures, measures, open_plan, tables
from planlib.reporting import computing
for folder in map(Path, sys.argv[1:]):
    for name, data in computing.compute(folder, date.fromisoformat("{DAY}")).files.items():
        print(folder.name, name, hashlib.sha256(data).hexdigest())
    book = open_plan(folder, "{DAY}")
    m = measures.measure(book.ledger, "{DAY}", settings=book.settings, snapshots=book.snapshots, plan=book.name)
    drawn, table = (figures.dumbbell(m).html, figures.standing_over_time(m).html), tables.standing_by_area(m)
    for each in (*drawn, table, m.actions.to_csv(), m.changes.to_csv()):
        print(folder.name, hashlib.sha256(str(each).encode("utf-8")).hexdigest())
    assert cli.main(["changes", "--json", folder.name, "--data", str(folder.parent)]) == 0
    assert cli.main(["check", "--json", folder.name, "--data", str(folder.parent)]) == 0
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
    reports: bool = True  # or only what is computed in the process itself


def shuffled(name: str) -> str:
    """An order that is no one's: by a hash of the name."""
    return hashlib.sha256(name.encode()).hexdigest()


def backwards(name: str) -> str:
    """From the last name to the first."""
    return "".join(chr(0x10FFFF - ord(letter)) for letter in name)


# Each value of each variable stands in one of them at least, beside others than it would by itself: what any of them
# changed would show. Germany, for its commas, is a run without kernels.
EACH = {
    "at home": Surroundings({"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}, str, 0o022, 2, "."),
    "in St. John's, ASCII": Surroundings(
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        backwards, 0o077, 1, "some/where below",
    ),
    "on Kiritimati, in Turkish": Surroundings(
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "random"}, shuffled, 0o002, 2, "../else", named=True
    ),
    "in Germany": Surroundings({"TZ": "UTC", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"}, shuffled, 0o022, 1, ".", reports=False),
}  # fmt: skip


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
def locales(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By name the variables that bring each locale; one that is not installed is made, where the system has what it takes."""
    folder, found = tmp_path_factory.mktemp("locales"), {}
    for name in {each.variables["LC_ALL"] for each in EACH.values()}:
        language, _, code = name.partition(".")
        if has_locale(name):
            found[name] = {"LC_ALL": name}
        elif shutil.which("localedef") and Path("/usr/share/i18n/locales", language).exists():
            command = ["localedef", "--force", "--no-archive", "-i", language, "-f", code, str(folder / name)]
            if subprocess.run(command, capture_output=True, check=False).returncode <= 1:  # 1: with warnings
                found[name] = {"LC_ALL": name, "LOCPATH": str(folder)}
    return found


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
    """What came of a run: every file by its name, what the process printed, and how the folder of a plan was listed."""

    files: dict[str, bytes]
    printed: str
    listed: list[str]


def ran(surroundings: Surroundings, home: Path, spoken: dict[str, str], *words: object) -> str:
    """What a process in these surroundings prints."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    variables |= {"PLANLIB_CACHE": str(home / "cache")} | surroundings.variables | spoken
    folder = home / surroundings.inside
    folder.mkdir(parents=True, exist_ok=True)
    umask = {} if sys.platform == "win32" else {"umask": surroundings.umask}
    done = subprocess.run([sys.executable, *map(str, words)], cwd=folder, env=variables, capture_output=True, check=False, **umask)
    assert done.returncode == 0, (words, done.stderr.decode(errors="replace"))
    return done.stdout.decode("ascii")  # all that is printed here; no terminal's encoding plays a part


@pytest.fixture(scope="module")
def made(base: Path, locales: dict[str, dict[str, str]]) -> Callable[[str], Made]:
    """What is made in some surroundings, each made once."""

    @functools.cache
    def make(name: str) -> Made:
        here = EACH[name]
        home = base / f"{len(list(base.iterdir()))} home"
        data = copied(home, here.order)
        run = functools.partial(ran, here, home, locales.get(here.variables["LC_ALL"], {"LC_ALL": "C"}))
        if here.reports:
            told = ["--data", data, "--out", home / "reports"] if here.named else []
            run("-m", "planlib", "report", *PLANS, "--jobs", here.jobs, "--as-of", DAY, *told)
        printed = run("-c", IN_PROCESS, *(data / plan for plan in PLANS))
        files = {path.relative_to(home / "reports").as_posix(): path.read_bytes()
                 for path in (home / "reports").rglob("*") if path.is_file() and path.name not in RECORDS}  # fmt: skip
        printed = printed.replace(json.dumps(str(home))[1:-1], "home")  # `check` says which file it is
        return Made(files, printed, [path.name for path in (data / PLANS[0]).iterdir()])

    return make


@pytest.mark.parametrize("name", list(EACH)[1:])
def test_results_are_the_same_in_other_surroundings(name: str, made: Callable[[str], Made]) -> None:
    """Time zone, locale, encoding, hash seed, working folder, umask, number of jobs and the order of files in a folder change no
    byte of any page, table, workbook or notebook, nor of what is computed and printed in a process of these surroundings.
    """
    first, other = made("at home"), made(name)
    if EACH[name].reports:
        assert first.files.keys() == other.files.keys()
        assert [file for file in first.files if first.files[file] != other.files[file]] == []
    assert first.printed == other.printed


def test_what_is_compared_is_everything(made: Callable[[str], Made]) -> None:
    """The comparison sees each table, page and workbook of both plans, the portfolio and the index, none of them empty."""
    first = made("at home")
    wanted = {f"{plan}/{DAY}/{name}" for plan in PLANS for name in NAMES}
    assert wanted | {"index.html", f"portfolio/{DAY}/portfolio.html"} <= first.files.keys()
    assert min(map(len, first.files.values())) > 50 and all(first.printed.count(f"\n{plan} ") >= 8 for plan in PLANS)


def test_the_folders_are_listed_in_another_order(made: Callable[[str], Made], base: Path) -> None:
    """Where folders are listed in the order in which they were filled, the runs do see their files in different orders."""
    if base.parent != Path("/dev/shm"):
        pytest.skip("no file system in memory here; folders are listed as the disk has them")
    orders = [made(name).listed for name in list(EACH)[:3]]
    assert len({tuple(order) for order in orders}) == 3 and len({frozenset(order) for order in orders}) == 1


@pytest.mark.parametrize("name", ["tr_TR.UTF-8", "de_DE.UTF-8"])
def test_the_locale_was_there(name: str, locales: dict[str, dict[str, str]]) -> None:
    """The runs above did speak Turkish and German: Python takes the locale, with its decimal comma."""
    if name not in locales:
        pytest.skip(f"the system neither has the locale {name} nor what it is made from; its run above was in C")
    code = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.localeconv()['decimal_point'])"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | locales[name], capture_output=True, text=True, check=True)
    assert done.stdout == ",\n"
