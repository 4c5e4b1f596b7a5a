"""Real plans with the truth that a person read from them.

The files are other people's and lie outside the repository (../shared/data). Only facts are kept here: how many actions,
which dates, which statuses. Wording and references are taken from the files as they are scored, by a few lines for each
file that share nothing with planlib.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

from score import Known
from truth import Action, Status, Target

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

# Federal action plan of February 2020: target of each milestone in the order of the page, action by action, as month
# and day of 2020; "-" is no date ("See Above", "Ongoing every 24 months", "12 months" without a day to count from).
MILESTONES_2020 = (
    "9/30 9/30 9/30", "1/31 9/30 9/30 - - -", "6/30 9/30 9/30", "6/30 9/30 12/31", "- 12/31", "- 7/31",
    "1/31 12/31 12/31", "2/29 12/31 12/31", "- - 9/30", "12/31 12/31 12/31 12/31 -", "12/31 12/31 12/31",
    "1/31 3/31 12/31", "2/29 6/30 11/30 12/31", "6/30 12/31 -", "12/31 12/31", "3/31 4/30 12/31",
    "7/31 12/31 12/31 12/31", "3/31 3/31 6/30 6/30 9/30 12/31", "6/30 12/31 12/31", "12/31",
)  # fmt: skip
# Of 2021, in two pages: the milestones that are due on 31 December 2021; the others have no date.
DATED_2021 = {"2.1", "3.1", "4.1", "4.2", "7.1", "8.1", "8.2", "9.1", "9.2", "10.1", "11.1", "11.2"}
# Items of the communications regulator's page with their overall status.
ITEMS_2012 = {
    "2.1": "complete", "7.1": "complete", "4.2": "in progress", "5.2": "complete", "8.2": "not started",
    "1.2": "in progress", "2.2": "in progress", "5.3": "in progress", "6.3": "in progress", "7.2": "complete",
}  # fmt: skip
ACTIONS_2019 = 16  # all of them "within so many months", and no day is given to count from


def real_documents(data: Path = DATA) -> list[Known]:
    """The real files that are at hand; says which are not.

    Parameters
    ----------
    data : Path
        Folder of the files.

    Returns
    -------
    list of Known
    """
    if not data.is_dir():
        print(f"real documents skipped: there is no {data}")
        return []
    return [*_projects(data / "gmpp"), *_milestones(data / "rubin-dm-milestones"), *_schools(data / "nyc-sca-schedules"),
            *_federal(data / "us-fds-action-plan"), *_regulator(data / "us-digital-strategy")]  # fmt: skip


def _row(ref: str, action: str, target: Target, *, area: str = "", lead: str = "", status: str = "unknown") -> Action:
    return Action(ref, "", area, action, lead, target, Status(status=status), "")


def _given(text: str, pattern: str, shape: str) -> Target:
    """A cell in which one shape of date is a date and all else is none."""
    found = re.match(pattern, text.strip())
    day = datetime.strptime(found[0], shape).date() if found else None
    return Target(text, (day, day) if day else None)


def _moved(target: Target, narrative: str) -> Target:
    """The target with the date that the narrative on schedule says it was moved from."""
    found = re.search(r"end-date.*?(?:in|de)creased from\s+(\d\d [A-Z]{3} \d{4}|\d{4}-\d\d-\d\d)", narrative)
    if not found:
        return target
    was = datetime.strptime(found[1], "%d %b %Y" if " " in found[1] else "%Y-%m-%d").date()
    return replace(target, previous=was)


def _table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def _projects(folder: Path) -> Iterator[Known]:
    for path in sorted(folder.glob("*.csv")):
        year = int(re.findall(r"March_(\d{4})", path.name)[0])
        rows = [_row(row[0], row[1], _moved(_given(row[9], r"\d{4}-\d\d-\d\d", "%Y-%m-%d"), row[10])) for row in _table(path)]
        yield Known(f"gmpp_{path.name.partition('_')[0]}_{year}", "gmpp", "csv", path, rows,
                    frozenset(("ref", "action", "target")), settings={"title": "x"}, as_of=date(year, 3, 31))  # fmt: skip


def _milestones(folder: Path) -> Iterator[Known]:
    for path in sorted(folder.glob("*.csv")):
        day, version = re.findall(r"(\d{4}-\d\d-\d\d)_(\w+)", path.stem)[0]
        rows = [_row(row[0], row[7], _given(row[3], r"\d{4}-\d\d-\d\d$", "%Y-%m-%d"), lead=row[2])
                for row in _table(path)]  # fmt: skip
        yield Known(f"rubin_{day}_{version}", "rubin", "csv", path, rows, frozenset(("ref", "action", "lead", "target")),
                    settings={"title": "x"}, as_of=date.fromisoformat(day))  # fmt: skip


def _schools(folder: Path) -> Iterator[Known]:
    said = {"Complete": "complete", "In-Progress": "in progress", "PNS": "not started"}
    columns = {"ref": ("DSF Number(s)",), "action": ("Project Description",), "area": ("Project School Name",),
               "target": ("Project Phase Planned End Date",), "completed": ("Project Phase Actual End Date",),
               "status": ("Project Status Name",)}  # fmt: skip
    for path in sorted(folder.glob("*.csv")):
        rows = [
            _row(row[13], row[4], _given(row[8], r"\d+/\d+/\d{4}$", "%m/%d/%Y"), area=row[2], status=said[row[6]])
            for row in _table(path)
        ]
        yield Known("nyc_schools", "nyc", "csv", path, rows, frozenset(("ref", "action", "area", "target", "status")),
                    settings={"title": "x", "columns": columns, "status_key": {"PNS": "not started"}},
                    as_of=date(2025, 9, 20))  # fmt: skip


def _shown(text: str) -> str:
    """Markdown as a reader sees it: no marks of bold, links or notes."""
    text = re.sub(r"\[\^\d+\]|\*\*", "", text)
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).strip()


def _federal(folder: Path) -> Iterator[Known]:
    draft = folder / "action-plan_2019-06-06.md"
    if draft.exists():
        text = draft.read_text(encoding="utf-8")
        found = re.findall(r"^### Action (\d+): (.*?)$.*?^\* \*\*Responsible\*\*: (.*?)$", text, re.M | re.S)
        rows = [_row(ref, _shown(action), Target("within so many months"), lead=_shown(lead))
                for ref, action, lead in found]  # fmt: skip
        assert len(rows) == ACTIONS_2019, f"{draft}: {len(rows)} actions"
        for name, path, saver in (("fds_2019", draft, "md"), ("fds_2019_draft",
                                  folder / "draft-2019-2020-action-plan.pdf", "pdf")):  # fmt: skip
            yield Known(name, "fds labels", saver, path, rows, frozenset(("ref", "action", "lead", "target")),
                        lenient=frozenset(("ref", "action")), settings={"title": "x"}, as_of=date(2019, 6, 6))  # fmt: skip
    page = folder / "action-plan_2020-02-25.md"
    if page.exists():
        yield _federal_2020(page)
    for path in sorted(folder.glob("action-plan-2021_*.md")):
        cells = re.findall(r"^\| \*\*(\d+\.\d+)\*\* (.*?)\s*\|", path.read_text(encoding="utf-8"), re.M)
        year_end = (date(2021, 12, 31), date(2021, 12, 31))
        rows = [_row(ref, _shown(text), Target(ref, year_end if ref in DATED_2021 else None)) for ref, text in cells]
        yield Known(f"fds_2021_{path.stem.partition('_')[2]}", "fds tables", "md", path, rows,
                    frozenset(("ref", "action", "target")), lenient=frozenset(("action",)), settings={"title": "x"},
                    as_of=date(2021, 3, 1))  # fmt: skip


def _federal_2020(path: Path) -> Known:
    rows: list[Action] = []
    sections = re.split(r"^### Action \d+: ", path.read_text(encoding="utf-8"), flags=re.M)[1:]
    for section, dates in zip_longest(sections, MILESTONES_2020):
        title, _, rest = section.partition("\n")
        cells = [cell for cell in re.findall(r"^\| *([^|]*?) *\|", rest, re.M) if cell and cell != "Milestone"]
        cells = [cell for cell in cells if not cell.startswith("--")]
        for cell, given in zip(cells, dates.split(), strict=True):
            day = date(2020, *map(int, given.split("/"))) if given != "-" else None
            rows.append(_row("", _shown(cell), Target(given, (day, day) if day else None), area=_shown(title)))
    return Known("fds_2020", "fds tables", "md", path, rows, frozenset(("area", "action", "target")),
                 lenient=frozenset(("area",)), settings={"title": "x"}, as_of=date(2020, 2, 25))  # fmt: skip


def _regulator(folder: Path) -> Iterator[Known]:
    path = folder / "digitalstrategy_2012-08-28.html"
    if path.exists():
        items = re.findall(r"<h2>(\d+\.\d+)\. (.*?)\s*</h2>", path.read_text(encoding="utf-8"), re.S)
        rows = [_row(ref, text, Target(), status=ITEMS_2012[ref]) for ref, text in items]
        yield Known("fcc_2012", "fcc labels", "html", path, rows, frozenset(("ref", "action", "target", "status")),
                    lenient=frozenset(("action",)), as_of=date(2012, 8, 28), spare=1,
                    settings={"title": "x", "columns": {"status": ("Overall Status",)}})  # fmt: skip
