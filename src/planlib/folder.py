"""Finds what lies in a plan folder: its snapshots by date, the plans that it is pooled with, what was published; reads none.

Without pandas, so that a run that has nothing to do is over at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from planlib import schema
from planlib.dates import phrase
from planlib.errors import InputError, nearest
from planlib.mentions import dates_in
from planlib.readers.formats import ENDINGS
from planlib.settings import FILE_NAME, Settings, read_settings

CORRECTIONS, MATCHES = "corrections.csv", "matches.csv"
PUBLISHED = "published"  # the folder of what was given out
DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)(?:_part-(\d+)(?=\.))?", re.IGNORECASE)
"""How the name of a snapshot begins: its date, and its number where a date has several files."""
_EDITION = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")
_TABLES = {*ENDINGS, ".xls", ".xlsb", ".ods", ".docx"} - {".txt"}  # a file of these is meant to be read
_NO_FILES = ("readme", "desktop.ini", "thumbs.db", ".", "~")


def to_date(value: str | date | None, what: str = "as_of") -> date | None:
    """A date from what a person or a notebook gives, or a clear error.

    Raises
    ------
    InputError
        If it is not a date object or text written YYYY-MM-DD.
    """
    if value is None or value != value:  # pandas' missing date, too, is one that is not itself
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise InputError(f"{what}: {value!r} is not a date; write it YYYY-MM-DD, such as 2011-08-31")


def find_plan(folder: str | Path) -> Path:
    """The folder of a plan; a relative one is tried from here and from each parent that holds ``data/``.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    given = Path(folder)
    here = Path.cwd()
    tried = [given] if given.is_absolute() else [here / given]
    if not given.is_absolute():
        tried += [parent / given for parent in here.parents if (parent / "data").is_dir()]
    for path in tried:
        if path.is_dir():
            return path
        if path.is_file():
            raise InputError(f"{given}: is a file; a plan is a folder of dated files with a {FILE_NAME}")
    parent = tried[0].parent
    beside = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
    raise InputError(f"{given}: no such plan folder.{nearest(given.name, beside)}")


def find_snapshots(folder: Path, settings: Settings) -> list[tuple[date | None, Path]]:
    """The snapshot files of a plan with their dates, in order; the date is None for a file that holds many.

    Raises
    ------
    InputError
        If a file has no date in its name, or two files have the same date and are not parts of one.
    """
    found: list[tuple[date, int, Path]] = []
    exports: list[tuple[date | None, Path]] = []
    for path in snapshot_files(folder):
        dated = DATED.match(path.name)
        if dated:
            day = to_date(dated[1], str(path))
            found.append((day or date.min, int(dated[2] or 0), path))
        elif "as_of" in settings.columns and path.suffix.casefold() in ENDINGS:
            exports.append((None, path))
        elif path.suffix.casefold() in _TABLES:
            raise InputError(_not_dated(path))
    found.sort(key=lambda each: (each[0], each[1], each[2].name))
    for (day, part, first), (other_day, other_part, other) in pairwise(found):
        if day == other_day:
            refuse_two_files(folder, day, (first, part), (other, other_part))
    if not found and not exports:
        raise InputError(f"{folder}: no snapshot files; put the plan's files here, each named by its date (YYYY-MM-DD)")
    return [*((day, path) for day, _, path in found), *exports]


def _not_dated(path: Path) -> str:
    """What to do with a file whose name does not begin with its date, in the words of the date that it has, if any."""
    must = f"{path}: the name must begin with the date the plan stood at, written YYYY-MM-DD"
    for mention in dates_in(path.stem):
        names = [f"{day}{path.suffix}" for day in mention.days]
        if len(names) > 1:
            either = " or ".join(phrase(day, day, "day") for day in mention.days)
            return f"{must}; '{mention.text}' can be {either}: rename it to {' or '.join(names)}"
        if mention.exact:
            return f"{must}: rename it to {names[0]}"
    return f"{must}, such as 2011-08-31{path.suffix}: rename it"


def refuse_two_files(folder: Path, day: date, one: tuple[Path, int], other: tuple[Path, int]) -> None:
    """Refuse two files of one date, unless both are named as parts, by different numbers.

    Parameters
    ----------
    folder : Path
    day : date
    one, other : tuple of Path and int
        Each file with its number as a part, 0 where it has none.

    Raises
    ------
    InputError
    """
    if not one[1] or not other[1] or one[1] == other[1]:
        raise InputError(
            f"{folder}: two files for {day}: {one[0].name} and {other[0].name}; keep one, "
            f"or name them {day}_part-1 and {day}_part-2 if both belong to that date"
        )


def snapshot_files(folder: Path) -> list[Path]:
    """The files of a plan folder that may be snapshots, in an order that is the same on every system."""
    try:
        inside = [path for path in folder.iterdir() if path.is_file()]
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be read ({error.strerror}); ask for the right to read it, or copy it to a folder of your own"
        ) from None
    ours = (FILE_NAME, CORRECTIONS, MATCHES)
    kept = [p for p in inside if p.name not in ours and not p.name.casefold().startswith(_NO_FILES)]
    return sorted(kept, key=lambda path: path.name)


def pool_folders(folder: Path) -> list[Path]:
    """The folders of the plans that plan.toml names in ``[forecast] pool``, beside the plan's own.

    Raises
    ------
    InputError
        If one of them is not there, or is the plan itself.
    """
    made = []
    for name in read_settings(folder).forecast_pool:
        path = folder.resolve().parent / name
        where = f"{folder / FILE_NAME}: [forecast] pool names {name!r}"
        if Path(name).name != name or name in ("", ".."):
            raise InputError(f"{where}; a plan is named by its folder alone, which stands beside this one")
        if path == folder.resolve():
            raise InputError(f"{where}, which is the plan itself; name other plans, beside it")
        try:
            there = (path / FILE_NAME).is_file()
        except OSError:  # no system takes such a name
            there = False
        if not there:
            raise InputError(f"{where}, and there is no plan folder {path}")
        made.append(path)
    return made


def shown_names(names: Sequence[str], settings: Settings) -> list[str]:
    """Names of files without what the plan's patterns withhold; those that would be the same are numbered.

    Parameters
    ----------
    names : sequence of str
    settings : Settings

    Returns
    -------
    list of str
        As many, each another, in the same order.
    """
    met: dict[str, int] = {}
    made = []
    for name in names:
        for pattern in settings.redact_patterns:
            name = re.sub(pattern, schema.WITHHELD, name)
        met[name] = met.get(name, 0) + 1
        made.append(name if met[name] == 1 else f"{name} ({met[name]})")
    return made


def editions(folder: Path, as_of: date) -> list[Path]:
    """The files of what was published for a date or before; one whose name is no date is among them, to be told of."""
    home = folder / PUBLISHED
    if not home.is_dir():
        return [home] if home.exists() else []
    named = sorted(path for path in home.glob("*.json") if not path.name.startswith("."))
    return [path for path in named if (day := edition_day(path)) is None or day <= as_of]


def edition_day(path: Path) -> date | None:
    """The date that something was published for, from the name of its file; None where that is no date."""
    named = _EDITION.fullmatch(path.name)
    try:
        return to_date(named[1]) if named else None
    except InputError:
        return None
