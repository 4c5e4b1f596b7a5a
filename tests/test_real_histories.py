"""Every change in real histories against the files themselves, read here with csv, strptime and re, not with planlib."""

from __future__ import annotations

import csv
import io
import re
import shutil
from calendar import monthrange
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planlib import slippage
from planlib.measures import Between, Measures, between, measure
from planlib.store import Plan, open_plan

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
RUBIN = {"2017-08-07": "aa9dfef", "2017-08-08": "a042016", "2017-08-11": "35b4208", "2017-08-18": "a444392"}
GMPP = {"2022-03-31": "BEIS_Government_Major_Projects_Portfolio_Data_March_2022",
        "2024-03-31": "DESNZ_Government_Major_Projects_Portofolio_AR_Data_March_2024"}  # fmt: skip
CABINET_OFFICE = {"2024-03-31": "CO_Government_Major_Projects_Portofolio_AR_Data_March_2024"}


def plan_of(folder: Path, files: dict[str, str]) -> Plan:
    """A plan folder of third-party files, by date, where they are at hand."""
    if not all((SHARED / name).exists() for name in files.values()):
        pytest.skip("the files are not in ../shared/data")
    (folder / "plan.toml").write_text('title = "Real"\n', encoding="utf-8")
    for day, name in files.items():
        shutil.copy(SHARED / name, folder / (day + Path(name).suffix))
    return open_plan(folder)


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file by header, as they stand."""
    text = (SHARED / name).read_bytes().decode("utf-8-sig")
    return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def compared(plan: Plan, since: str, as_of: str) -> Between:
    """What changed in a plan between two dates."""
    return between(plan.ledger, since, as_of, plan=plan.name, snapshots=plan.snapshots, extras=plan.extras)


def measured(plan: Plan, t: str) -> Measures:
    """Every measure of a plan at a date."""
    return measure(plan.ledger, t, settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)


def iso(value: Any) -> str:
    """A date as text, blank if there is none."""
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"


# --- milestone sheets of the Rubin Observatory -----------------------------------------------------------------------


def rubin_files() -> dict[str, str]:
    """The sheet of each date."""
    return {day: f"rubin-dm-milestones/ldm-564_milestones_{day}_{sha}.csv" for day, sha in RUBIN.items()}


def test_every_change_of_the_rubin_sheets(tmp_path: Path) -> None:
    """New, gone, re-dated and reworded milestones of each step are those that a plain comparison by id gives."""
    plan = plan_of(tmp_path, rubin_files())
    sheets: dict[str, dict[tuple[str, int], dict[str, str]]] = {}
    for day, name in rubin_files().items():
        sheets[day] = {}
        seen: Counter[str] = Counter()
        for row in table(name):
            # One id stands on two rows of every sheet, always in the same order.
            if key := row["Milestone ID"].strip():
                sheets[day][key, seen[key]] = row
                seen[key] += 1
    checked = []
    for since, as_of in pairwise(RUBIN):
        old, new = sheets[since], sheets[as_of]
        both = old.keys() & new.keys()
        found = compared(plan, since, as_of)
        kinds = {kind: sorted(found.cells.loc[found.cells["what"] == kind, "ref"]) for kind in ("new", "no longer listed")}
        assert kinds["new"] == sorted(key for key, _ in new.keys() - old.keys())
        assert kinds["no longer listed"] == sorted(key for key, _ in old.keys() - new.keys())
        days = {
            key[0]: (date.fromisoformat(new[key]["Target Date"]) - date.fromisoformat(old[key]["Target Date"])).days
            for key in both if new[key]["Target Date"] != old[key]["Target Date"]
        }  # fmt: skip
        assert dict(zip(found.moves["ref"], found.moves["days"], strict=True)) == days
        texts = [(key[0], *(" ".join(rows[key]["Description"].split()) for rows in (old, new))) for key in both]
        texts = sorted(each for each in texts if each[1] != each[2])
        worded = found.cells[found.cells["what"] == "action"].sort_values(["ref", "before"])
        assert [tuple(row) for row in worded[["ref", "before", "after"]].to_numpy()] == texts
        plain = [["".join(char for char in text.casefold() if char.isalnum()) for text in each[1:]] for each in texts]
        assert [how == "written otherwise" for how in worded["how"]] == [was == now for was, now in plain]
        checked.append((len(kinds["new"]), len(days), len(texts)))
    assert checked == [(1, 0, 8), (0, 1, 70), (0, 3, 2)]


def test_the_rubin_sheets_say_nothing_of_standing_and_are_too_short_for_trends(tmp_path: Path) -> None:
    """Without a status column nothing is overdue, done or slipped; eleven days give no slip rate."""
    m = measured(plan_of(tmp_path, rubin_files()), "2017-08-18")
    assert m.actions["standing"].unique().tolist() == ["standing not known"]
    assert m.actions[["slip_low", "slip_high", "at_least_days", "rate"]].isna().all(axis=None)
    assert m.behind["days_past"].isna().all() and m.behind["spi"].isna().all()
    assert m.rates["hit rate"]["value"].isna().all() and m.rates["on-time completion"]["value"].isna().all()


# --- major projects of two departments -------------------------------------------------------------------------------


def end(text: str) -> str:
    """A project's end date, blank where it is withheld."""
    found = re.match(r"\d{4}-\d{2}-\d{2}", text)
    return found[0] if found else ""


def gmpp_rows(name: str) -> dict[str, dict[str, str]]:
    """Projects of one file by id: name, end date and narrative."""
    made = {}
    for row in table(f"gmpp/{name}.csv"):
        header = {word: next(key for key in row if word in key) for word in ("End Date", "narrative on schedule")}
        made[row["GMPP ID Number"]] = {
            "name": row["Project Name"], "end": end(row[header["End Date"]]), "said": row[header["narrative on schedule"]],
        }  # fmt: skip
    return made


def stated(row: dict[str, str]) -> tuple[str, str] | None:
    """From when to when a narrative says that the end date was moved."""
    day = r"(\d{2} [A-Z]{3} \d{4}|\d{4}-\d{2}-\d{2})"
    found = re.search(rf"end-date.*?(?:increased|decreased) from\s+{day}\s+to\s+{day}", row["said"])
    if not found:
        return None
    both = [datetime.strptime(text, "%d %b %Y" if " " in text else "%Y-%m-%d") for text in found.groups()]
    return f"{both[0]:%Y-%m-%d}", f"{both[1]:%Y-%m-%d}"


def test_every_project_is_matched_new_or_gone_as_its_id_says(tmp_path: Path) -> None:
    """By id 11 projects are in both years, 7 new and 11 gone; no name in both years is under two ids."""
    plan = plan_of(tmp_path, {day: f"gmpp/{name}.csv" for day, name in GMPP.items()})
    old, new = (gmpp_rows(name) for name in GMPP.values())
    assert (len(old), len(new), len(old.keys() & new.keys())) == (22, 18, 11)
    ids = plan.ledger.groupby("action_id")["ref"].agg(list)
    assert sorted(map(tuple, ids)) == sorted([(ref, ref) for ref in old.keys() & new.keys()]
                                             + [(ref,) for ref in old.keys() ^ new.keys()])  # fmt: skip
    names = [{row["name"] for row in rows.values()} for rows in (old, new)]
    assert len(names[0] & names[1]) == 11
    # A date that is only spelt otherwise is the same date.
    matched = plan.matches[(plan.matches["as_of"] == "2024-03-31") & (plan.matches["how"] != "new")]
    for row in matched.itertuples():
        same = old[row.ref]["end"] == new[row.ref]["end"] != ""
        assert ("same target date" in row.evidence) == same, row.ref


@pytest.mark.parametrize(("files", "count"), [(GMPP, 9), (CABINET_OFFICE, 2)], ids=["energy", "Cabinet Office"])
def test_what_a_narrative_says_of_its_end_date_is_in_the_ledger(tmp_path: Path, files: dict[str, str], count: int) -> None:
    """Each "end-date increased from X to Y" is a change from X to Y, with as many days, and O is X; nothing else is."""
    plan = plan_of(tmp_path, {day: f"gmpp/{name}.csv" for day, name in files.items()})
    changes = slippage.date_changes(plan.ledger, "2024-03-31")
    found = {(iso(row.as_of), row.ref, iso(row.from_latest), iso(row.to_latest)): row.days for row in changes.itertuples()}
    rows = {day: gmpp_rows(name) for day, name in files.items()}
    told = {(day, ref, *both) for day, some in rows.items() for ref, row in some.items() if (both := stated(row))}
    assert len(told) == count
    # Between the two years three end dates differ: two later, and one that is withheld now.
    seen = {(as_of, ref, rows[since][ref]["end"], rows[as_of][ref]["end"]) for since, as_of in pairwise(files)
            for ref in rows[since].keys() & rows[as_of].keys() if rows[since][ref]["end"] != rows[as_of][ref]["end"]}  # fmt: skip
    assert found.keys() == told | seen and len(seen) == 3 * (len(files) - 1)
    for (_, _, was, now), days in found.items():
        assert pd.isna(days) if now == "" else days == (date.fromisoformat(now) - date.fromisoformat(was)).days
    first = plan.ledger.drop_duplicates("action_id").set_index("ref")
    assert {ref: iso(first["original"][ref]) for _, ref, *_ in told} == {ref: was for _, ref, was, _ in told}
    assert set(first["original_basis"][[ref for _, ref, *_ in told]]) == {"replaced"}


# --- launches of the Ranger programme --------------------------------------------------------------------------------


def month_end(months: int) -> date:
    """Last day of a month, counted from year 0."""
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def test_every_slip_of_the_ranger_chart() -> None:
    """All 27 slips in the chart's own file, in months, are the changes of date of the plan, and add up flight by flight."""
    path = SHARED / "nasa-slipchart" / "nasa-slip-orig.dat"
    if not path.exists():
        pytest.skip("the slip chart is not in ../shared/data")
    due: dict[str, int] = {}
    slips, launched = [], set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not (event := re.match(r"(\d{4}):(\d+)\s+(RA-\d)\s+(Start|Delta|End)\s+(\S+)", line)):
            continue
        year, month, flight, kind, value = event.groups()
        told = month_end(int(year) * 12 + int(month) - 1)
        if kind == "Start":
            at_year, at_month = value.split(":")
            due[flight] = int(at_year) * 12 + int(at_month) - 1
        elif kind == "Delta":
            was, due[flight] = due[flight], due[flight] + int(value)
            slips.append((flight, told, month_end(was), month_end(due[flight]), int(value)))
        else:
            launched.add((flight, told))
    plan = open_plan(ROOT / "data" / "ranger-1960")
    changes = slippage.date_changes(plan.ledger, "1965-03-31")
    found = [(row.ref, row.as_of.date(), row.from_latest.date(), row.to_latest.date(), row.months) for row in changes.itertuples()]
    assert sorted(found) == sorted(slips) and len(slips) == 27
    done = plan.ledger[plan.ledger["status"] == "complete"].drop_duplicates("action_id")
    assert {(row.ref, row.as_of.date()) for row in done.itertuples()} == launched
    months = slippage.slip(plan.ledger, "1965-03-31")["slip_months_low"].to_list()
    assert months == [sum(each[4] for each in slips if each[0] == f"RA-{n}") for n in range(1, 10)]


# --- other sources with two dates in a row, or two issues ------------------------------------------------------------


def test_days_between_planned_and_actual_end_of_school_building_phases(tmp_path: Path) -> None:
    """Of 3,475 phases with both dates 3,474 have the slip that strptime gives; one C is long before its row was due."""
    name = "nyc-sca-schedules/Capital_Project_Schedules_and_Budgets.csv"
    plan = plan_of(tmp_path, {"2025-09-20": name})
    slip = slippage.slip(plan.ledger, "2025-09-20")["slip_low"]
    lines = dict(zip(plan.ledger["place"], plan.ledger["action_id"], strict=True))

    def day(text: str) -> date | None:
        return datetime.strptime(text, "%m/%d/%Y").date() if re.fullmatch(r"\d+/\d+/\d{4}", text.strip()) else None

    right, wrong = 0, []
    for number, row in enumerate(table(name), start=2):
        planned, actual = (day(row[f"Project Phase {word} End Date"]) for word in ("Planned", "Actual"))
        if planned and actual:
            mine = slip[lines[f"line {number}"]]
            right += mine == (actual - planned).days if pd.notna(mine) else 0
            wrong += [] if pd.notna(mine) and mine == (actual - planned).days else [(number, mine)]
    assert right == 3474
    assert [(number, pd.isna(mine)) for number, mine in wrong] == [(10219, True)]


def test_the_two_reports_of_a_digital_strategy(tmp_path: Path) -> None:
    """In three months two of ten milestones were given a status; nothing else of them changed."""
    files = {day: f"nasa-digital-strategy/digitalstrategy_{day}.html" for day in ("2012-08-23", "2012-11-27")}
    plan = plan_of(tmp_path, files)
    found = compared(plan, *files).cells
    assert found[["ref", "what", "before", "after"]].to_numpy().tolist() == [
        ["4.2", "status_text", "", "completed"], ["5.2", "status_text", "", "in-progress"],
    ]  # fmt: skip
