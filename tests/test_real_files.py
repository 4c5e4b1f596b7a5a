"""Real plans of others, read where ../shared has them: how many actions, dates and cells, and the same every time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import planlib
from planlib.settings import Settings, parse_settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NYC = parse_settings({
    "title": "Schools", "day_first": False,
    "columns": {"target": "Project Phase Planned End Date", "completed": "Project Phase Actual End Date", "area": "Project School Name"},
})  # fmt: skip
FDS = "us-fds-action-plan/"
RUBIN = "rubin-dm-milestones/ldm-564_milestones_2017-"
# file, as at, rows, rows with a target date, one row's number, and its reference and target; counted by hand or by a few
# lines of csv and strptime, which share nothing with planlib.
FILES = (
    ("gmpp/BEIS_Government_Major_Projects_Portfolio_Data_March_2022.csv", "2022-03-31", 22, 21, 0, "BEIS_0018_2122-Q1", "2030-12-31"),
    ("gmpp/CO_Government_Major_Projects_Portofolio_AR_Data_March_2024.csv", "2024-03-31", 11, 11, 0, "CO_0281_2324-Q2", "2027-09-30"),
    ("gmpp/DESNZ_Government_Major_Projects_Portofolio_AR_Data_March_2024.csv", "2024-03-31", 18, 17, 2, "DECC_0005_1112-Q1", "2050-03-31"),
    (FDS + "action-plan_2019-06-06.md", "2019-06-06", 16, 0, 0, "1", ""),
    (FDS + "draft-2019-2020-action-plan.pdf", "2019-06-04", 16, 0, 15, "16", ""),
    (FDS + "action-plan_2020-02-25.md", "2020-02-25", 65, 56, 0, "", "2020-09-30"),
    (FDS + "action-plan-2021_agency-actions.md", "2021-10-01", 10, 4, 3, "2.1", "2021-12-31"),
    (FDS + "action-plan-2021_community-and-shared.md", "2021-10-01", 11, 8, 0, "7.1", "2021-12-31"),
    (RUBIN + "08-18_a444392.csv", "2017-08-18", 150, 150, 0, "DM-NCSA-27", "2017-08-03"),
    (RUBIN + "08-07_ea5edf4.csv", "2017-08-07", 149, 149, 0, "DM-NCSA-27", "2017-08-03"),
    ("us-digital-strategy/digitalstrategy_2012-08-28.html", "2012-08-28", 10, 0, 9, "7.2", ""),
    ("nyc-sca-schedules/Capital_Project_Schedules_and_Budgets.csv", "2024-07-01", 13153, 5730, 2, "", "2021-09-13"),
)  # fmt: skip


def read(name: str, as_of: str) -> planlib.Reading:
    """One file, or a reason to skip."""
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not in ../shared/data")
    settings = NYC if name.startswith("nyc") else Settings(title="Plan")
    return planlib.read(DATA / name, as_of=as_of, settings=settings)


@pytest.mark.parametrize(("name", "as_of", "rows", "dated", "at", "ref", "target"), FILES, ids=[file[0] for file in FILES])
def test_a_real_plan_is_read_as_a_careful_person_would_type_it(name, as_of, rows, dated, at, ref, target):
    """As many actions and dates as the file has, one of them whole; and every cell that was read is accounted for."""
    reading = read(name, as_of)
    actions = reading.actions
    assert (len(actions), int(actions["target"].notna().sum())) == (rows, dated)
    assert (actions["ref"].iat[at], str(actions["target"].iat[at]).removesuffix(" 00:00:00").replace("NaT", "")) == (ref, target)
    assert reading.cells == reading.used + len(reading.extras)


PROBE = """
import hashlib, sys, planlib
reading = planlib.read(sys.argv[1], as_of=sys.argv[2])
frames = (reading.actions, reading.findings, reading.extras)
print(hashlib.sha256("".join(frame.to_csv() for frame in frames).encode()).hexdigest())
"""


@pytest.mark.parametrize("name", [FILES[0][0], FDS + "action-plan_2020-02-25.md", FDS + "draft-2019-2020-action-plan.pdf"])
def test_reading_is_the_same_in_another_time_zone_and_locale(name):
    """The same frames twice, elsewhere in the world, and under another hash seed."""
    reading = read(name, "2020-02-25")
    again = read(name, "2020-02-25")
    for frame in ("actions", "findings", "extras"):
        assert getattr(reading, frame).equals(getattr(again, frame))
    frames = (reading.actions, reading.findings, reading.extras)
    here = hashlib.sha256("".join(frame.to_csv() for frame in frames).encode()).hexdigest()
    elsewhere = os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(
        [sys.executable, "-c", PROBE, str(DATA / name), "2020-02-25"], env=elsewhere, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == here
