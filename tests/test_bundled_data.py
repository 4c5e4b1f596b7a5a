"""The two bundled plans hold what their sources say; read here with the csv module only, without planlib."""

from __future__ import annotations

import csv
import re
import tomllib
from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
WIRRAL = HERE.parent / "data" / "wirral-ofsted-2011"
RANGER = HERE.parent / "data" / "ranger-1960"
FACTS = HERE / "facts"
SHARED = HERE.parent.parent / "shared"
PAPER = SHARED / "seed" / "wirral-2011-09-20-inspection-update-report.txt"
SLIP_CHART = SHARED / "data" / "nasa-slipchart" / "nasa-slip-orig.dat"
REDATED_WITH_BOTH_DATES = ["18", "20", "21", "22", "23"]


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as it stands."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings_of(folder: Path) -> dict:
    """Read plan.toml as it stands."""
    return tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))


def numbers_of(text: str) -> list[int]:
    """Every number of '39-52 and 54-56'."""
    found: list[int] = []
    for part in text.split(" and "):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


# --- wirral-ofsted-2011


@pytest.fixture(params=["2011-06-01", "2011-08-31"])
def wirral_rows(request: pytest.FixtureRequest) -> list[dict[str, str]]:
    """One snapshot of the Wirral plan after the other."""
    return rows_of(WIRRAL / f"{request.param}.csv")


@pytest.fixture
def june() -> list[dict[str, str]]:
    """Read the rebuilt snapshot."""
    return rows_of(WIRRAL / "2011-06-01.csv")


@pytest.fixture
def august() -> list[dict[str, str]]:
    """Read the snapshot that the paper describes."""
    return rows_of(WIRRAL / "2011-08-31.csv")


def is_complete(row: dict[str, str]) -> bool:
    """Say whether the status is one of the words that the paper has for complete."""
    return row["Status"].startswith(("complete", "achieved"))


def test_wirral_covers_each_number_once(wirral_rows):
    """Each snapshot has 44 rows, and every number from 13 to 56 is covered by exactly one ref or range."""
    ranges = {row["Ref range"] for row in wirral_rows if row["Ref range"]}
    refs = [int(row["Ref"]) for row in wirral_rows if row["Ref"]]
    assert len(wirral_rows) == 44
    assert sorted(refs + [n for text in ranges for n in numbers_of(text)]) == list(range(13, 57))


def test_wirral_ranges_have_as_many_rows_as_numbers(wirral_rows):
    """25-28 has four rows and 39-52 and 54-56 seventeen, and no row has both a ref and a range."""
    assert Counter(row["Ref range"] for row in wirral_rows) == {"": 23, "25-28": 4, "39-52 and 54-56": 17}
    assert all(bool(row["Ref"]) != bool(row["Ref range"]) for row in wirral_rows)


def test_wirral_complete_by_area(august):
    """22 of 44 are complete: 10 of 26 in the seven areas with a timescale, 12 of 18 of the rest."""
    actions = Counter(row["Area ref"] for row in august)
    complete = Counter(row["Area ref"] for row in august if is_complete(row))
    assert {area: (complete[area], n) for area, n in actions.items()} == {
        "Safeguarding 1": (1, 1),
        "Safeguarding 2": (3, 4),
        "Safeguarding 3": (1, 6),
        "Looked after children 1": (1, 1),
        "Looked after children 2": (1, 4),
        "Looked after children 3": (2, 6),
        "Looked after children 4": (1, 4),
        "Letter": (12, 18),
    }
    in_seven = [row for row in august if row["Timescale"]]
    assert (sum(map(is_complete, in_seven)), len(in_seven)) == (10, 26)


def test_wirral_timescales(august):
    """Only areas 2 and 3 of safeguarding have six months, and the letter's actions have no timescale."""
    assert {row["Area ref"] for row in august if row["Timescale"] == "within 6 months"} == {
        "Safeguarding 2",
        "Safeguarding 3",
    }
    assert {row["Area ref"] for row in august if not row["Timescale"]} == {"Letter"}


def test_wirral_open_actions(august):
    """The 22 open rows are those of the paper: 9 on course, 7 re-dated, 2 delayed, 4 with a date only."""
    found = defaultdict(list)
    for row in august:
        if not is_complete(row):
            found[row["Status"]].append((row["Ref"] or row["Ref range"], row["Target date"]))
    assert found == {
        "on track": [(ref, "1 November 2011") for ref in ("31", "32", "33", "34")],
        "on course": [("39-52 and 54-56", "")] * 5,
        "date revised": [
            *((ref, "30 September 2011") for ref in REDATED_WITH_BOTH_DATES),
            ("35", "revised to 22 September 2011"),
            ("38", "revised to 22 September 2011"),
        ],
        "delayed": [("16", "15 September 2011"), ("53", "")],
        "not fully complete": [("25-28", "30 September 2011")] * 3,
        "to be held": [("36", "22 September 2011")],
    }


def test_wirral_what_the_paper_does_not_say_is_blank(august):
    """An older date stands only at 18 and 20 to 23, a reason only at 35 and 38, and no complete row has a date."""
    older = {row["Ref"]: row["Previous target date"] for row in august if row["Previous target date"]}
    assert older == dict.fromkeys(REDATED_WITH_BOTH_DATES, "1 September 2011")
    assert [row["Ref"] for row in august if row["Reason for change"]] == ["35", "38"]
    assert [row["Target date"] for row in august if is_complete(row)] == [""] * 22
    assert {row["Action"] for row in august if row["Area ref"] == "Letter" and row["Ref"] != "53"} == {""}


def test_wirral_13_is_marked_as_our_reading(august):
    """13 alone is complete by our reading; the paper states the other 21 in so many words."""
    ours = [row["Ref"] for row in august if "our reading" in row["Status"]]
    assert ours == ["13"]
    assert sum(map(is_complete, august)) - len(ours) == 21
    within = [row["Ref"] for row in august if row["Status"] == "complete within its dates"]
    assert within == ["14", "15", "17", "29", "30"]


def test_wirral_june_is_rebuilt_from_september_only(june, august):
    """The rebuilt snapshot has the same rows, no status, and only the five dates that were later revised."""
    same = ("Ref", "Ref range", "Area ref", "Area", "Timescale", "Action")
    assert [[row[name] for name in same] for row in june] == [[row[name] for name in same] for row in august]
    assert [row["Target date"] for row in june] == [row["Previous target date"] for row in august]
    silent = ("Previous target date", "Status", "Progress", "Reason for change")
    assert {row[name] for row in june for name in silent} == {""}


def test_wirral_settings():
    """The settings give the inspection, the meeting and the rebuilding, and no date that is not known."""
    settings = settings_of(WIRRAL)
    assert settings["inspection"] == {"body": "Ofsted", "from": date(2011, 1, 24), "to": date(2011, 2, 4)}
    assert settings["meetings"] == {"2011-08-31": date(2011, 9, 20)}
    assert settings["known_from"] == {"2011-06-01": date(2011, 9, 20)}
    assert "anchor_date" not in settings


def test_wirral_words_are_our_own(august):
    """No cell shares more than five words in a row with the committee paper."""
    if not PAPER.exists():
        pytest.skip("the committee paper is not in ../shared")
    paper = words(PAPER.read_text(encoding="utf-8"))
    known = {tuple(paper[i : i + 6]) for i in range(len(paper) - 5)}
    copied = [
        run
        for row in august
        for text in row.values()
        for run in zip(*(words(text)[i:] for i in range(6)), strict=False)
        if run in known
    ]
    assert copied == []


def words(text: str) -> list[str]:
    """Words alone, without case or punctuation."""
    return re.findall(r"[a-z0-9]+", text.casefold())


def test_wirral_facts_agree_with_the_rows(wirral_rows, request):
    """The facts that reports are compared with name the same rows, in the same order, as the snapshots."""
    as_of = request.node.callspec.params["wirral_rows"]
    facts = [row for row in rows_of(FACTS / "wirral.csv") if row["as_of"] == as_of]
    pairs = (("ref", "Ref"), ("ref_range", "Ref range"), ("area_ref", "Area ref"))
    assert [[row[a] for a, _ in pairs] for row in facts] == [[row[b] for _, b in pairs] for row in wirral_rows]
    dates = [row["Target date"].removeprefix("revised to ") for row in wirral_rows]
    assert [row["target"] for row in facts] == [str(a_day(text)) if text else "" for text in dates]


def test_wirral_facts_add_up():
    """The standings of the rows add up to those of the areas, which add up to 44 at both dates."""
    names = {
        "complete": "complete",
        "on track": "on_track",
        "re-dated": "redated",
        "delayed": "delayed",
        "dated, first date not known": "first_date_not_known",
        "standing not known": "standing_not_known",
    }
    counted = Counter((row["as_of"], row["area_ref"], names[row["standing"]]) for row in rows_of(FACTS / "wirral.csv"))
    areas = rows_of(FACTS / "wirral_areas.csv")
    stated = {(row["as_of"], row["area_ref"], name): int(row[name]) for row in areas for name in names.values()}
    assert +Counter(stated) == counted
    assert Counter(row["as_of"] for row in areas) == {"2011-06-01": 8, "2011-08-31": 8}
    assert counted.total() == 88


# --- ranger-1960


def a_day(text: str) -> date:
    """'23 August 1961' as a date."""
    day, month, year = text.split()
    return date(int(year), MONTHS.index(month) + 1, int(day))


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def month_number(text: str) -> int:
    """'July 1961' or '1961-07' as months since year 0."""
    if "-" in text:
        year, month = text.split("-")[:2]
        return int(year) * 12 + int(month) - 1
    name, year = text.split()
    return int(year) * 12 + MONTHS.index(name)


def last_day(month: int) -> date:
    """Last day of a month counted from year 0."""
    year, index = divmod(month, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1])


def announcements() -> list[dict[str, str]]:
    """Read the announcements, typed by hand."""
    return rows_of(FACTS / "ranger_announcements.csv")


def ranger_snapshots() -> dict[date, dict[str, dict[str, str]]]:
    """As-at date to flight to row, as the files stand."""
    return {
        date.fromisoformat(path.stem): {row["Ref"]: row for row in rows_of(path)}
        for path in sorted(RANGER.glob("19*.csv"))
    }


def ranger_corrected() -> dict[date, dict[str, dict[str, str]]]:
    """Read the snapshots with corrections.csv applied."""
    snapshots = ranger_snapshots()
    for correction in rows_of(RANGER / "corrections.csv"):
        row = snapshots[date.fromisoformat(correction["as_of"])][correction["ref"]]
        row[correction["column"]] = correction["value"]
    return snapshots


def test_ranger_one_snapshot_per_month_of_announcement():
    """There are 25 snapshots, one for each month in which something was announced, dated its last day."""
    expected = sorted({last_day(month_number(row["announced"])) for row in announcements()})
    assert list(ranger_snapshots()) == expected
    assert len(expected) == 25


def test_ranger_snapshots_follow_the_announcements():
    """Each snapshot is the whole plan: every flight announced by then, with its first date plus all changes so far."""
    for as_of, rows in ranger_corrected().items():
        targets: dict[str, int] = {}
        launched: dict[str, str] = {}
        for row in announcements():
            if last_day(month_number(row["announced"])) > as_of:
                break
            if row["event"] == "first date":
                targets[row["flight"]] = month_number(row["value"])
            elif row["event"] == "moved by months":
                targets[row["flight"]] += int(row["value"])
            else:
                launched[row["flight"]] = row["value"]
        assert {ref: month_number(row["Target date"]) for ref, row in rows.items()} == targets
        assert {
            ref: str(a_day(row["Date completed"])) for ref, row in rows.items() if row["Date completed"]
        } == launched
        assert {ref for ref, row in rows.items() if row["Status"] == "launched"} == set(launched)
        assert {row["Status"] for row in rows.values()} <= {"planned", "launched"}


def test_ranger_first_date_plus_changes_is_the_month_of_launch():
    """For nine of nine flights the first date plus every announced change is the month of the launch."""
    months: dict[str, int] = {}
    launches: dict[str, int] = {}
    for row in announcements():
        if row["event"] == "launched":
            launches[row["flight"]] = month_number(row["value"])
        elif row["event"] == "first date":
            months[row["flight"]] = month_number(row["value"])
        else:
            months[row["flight"]] += int(row["value"])
    assert months == launches
    assert len(launches) == 9


def test_ranger_announcements_are_those_of_the_source():
    """The typed announcements are those of the slip chart's own file, but for the misprinted year of RA-4's launch."""
    if not SLIP_CHART.exists():
        pytest.skip("the slip chart's file is not in ../shared")
    found = []
    for line in SLIP_CHART.read_text(encoding="utf-8").splitlines():
        fields = line.split(None, 4)
        if len(fields) < 4 or fields[2] not in ("Start", "Delta", "End"):
            continue
        month = "{}-{:0>2}".format(*fields[0].split(":"))
        if fields[2] == "Start":
            event = "first date", "{}-{:0>2}".format(*fields[3].split(":"))
        elif fields[2] == "Delta":
            event = "moved by months", fields[3]
        else:
            printed_month, day, year = (int(part) for part in fields[4].strip().strip('"').split()[-1].split("-"))
            event = "launched", str(date(1900 + year, printed_month, day))
        found.append({"announced": month, "flight": fields[1], "event": event[0], "value": event[1]})
    misprint = {"announced": "1962-04", "flight": "RA-4", "event": "launched", "value": "1961-04-23"}
    assert found.count(misprint) == 1
    found[found.index(misprint)] = misprint | {"value": "1962-04-23"}
    assert found == announcements()


def test_ranger_misprint_stands_in_the_files_and_is_corrected():
    """RA-4's launch year stands as misprinted in 16 snapshots, and one correction for each puts it right."""
    printed = {as_of: rows["RA-4"]["Date completed"] for as_of, rows in ranger_snapshots().items()}
    corrections = rows_of(RANGER / "corrections.csv")
    misprinted = [str(as_of) for as_of, text in printed.items() if text]
    assert {text for text in printed.values() if text} == {"23 April 1961"}
    assert [row["as_of"] for row in corrections] == misprinted
    assert len(misprinted) == 16
    assert {(row["ref"], row["column"], row["value"], row["kind"]) for row in corrections} == {
        ("RA-4", "Date completed", "23 April 1962", "typo")
    }


def test_ranger_reasons_stand_only_where_a_date_changed():
    """A reason stands only in the snapshot that shows the change: 14 of the 27 changes have one."""
    given = [
        (str(as_of), ref)
        for as_of, rows in ranger_snapshots().items()
        for ref, row in rows.items()
        if row["Reason for change"]
    ]
    changes = rows_of(FACTS / "ranger_changes.csv")
    assert sorted(given) == sorted((row["as_of"], row["flight"]) for row in changes if row["reason_given"] == "yes")
    assert (len(given), len(changes)) == (14, 27)


def test_ranger_facts_on_changes():
    """The changes that reports are compared with are those between one snapshot and the next, notice included."""
    snapshots = ranger_corrected()
    days = list(snapshots)
    expected = []
    for since, as_of in pairwise(days):
        for ref, before in snapshots[since].items():
            old, new = month_number(before["Target date"]), month_number(snapshots[as_of][ref]["Target date"])
            if old != new:
                low = (last_day(old) - as_of).days
                high = (last_day(old) - since - timedelta(days=1)).days
                shift = (last_day(new) - last_day(old)).days
                expected.append([str(as_of), str(since), ref, str(new - old), str(shift), str(low), str(high)])
    names = ("as_of", "since", "flight", "months", "days", "notice_low", "notice_high")
    assert [[row[name] for name in names] for row in rows_of(FACTS / "ranger_changes.csv")] == expected


def test_ranger_facts_on_flights():
    """Standing, slip and revisions of every flight at every date agree with the snapshots."""
    snapshots = ranger_corrected()
    facts = {(row["as_of"], row["flight"]): row for row in rows_of(FACTS / "ranger_flights.csv")}
    first: dict[str, int] = {}
    before: dict[str, int] = {}
    revisions: Counter[str] = Counter()
    for as_of, rows in snapshots.items():
        for ref, row in rows.items():
            target = month_number(row["Target date"])
            original = first.setdefault(ref, target)
            revisions[ref] += before.setdefault(ref, target) != target
            before[ref] = target
            done = a_day(row["Date completed"]) if row["Date completed"] else None
            reached = done.year * 12 + done.month - 1 if done else target
            days = ((done or last_day(target)) - last_day(original)).days
            standing = "complete" if done else "re-dated" if target > original else "on track"
            fact = facts.pop((str(as_of), ref))
            assert (fact["standing"], fact["target"], fact["original"], fact["completed"]) == (
                standing, str(last_day(target)), str(last_day(original)), str(done or ""),
            )  # fmt: skip
            assert int(fact["revisions"]) == revisions[ref]
            assert int(fact["slip_months"]) == reached - original
            assert int(fact["slip_days"]) == (0 if done and reached == original else days)
            assert last_day(target) >= as_of or done, "no flight is ever overdue at a snapshot"
    assert facts == {}


def test_ranger_facts_on_the_plan():
    """The plan's counts and sums are those of its flights."""
    flights = defaultdict(list)
    for row in rows_of(FACTS / "ranger_flights.csv"):
        flights[row["as_of"]].append(row)
    for row in rows_of(FACTS / "ranger_plan.csv"):
        own = flights.pop(row["as_of"])
        standing = Counter(flight["standing"] for flight in own)
        names = {"complete": "complete", "on track": "on_track", "re-dated": "redated", "overdue": "overdue"}
        assert {name: standing[name] for name in names} == {name: int(row[column]) for name, column in names.items()}
        assert int(row["listed"]) == len(own)
        assert int(row["slip_months_all"]) == sum(int(flight["slip_months"]) for flight in own)
        assert int(row["slip_days_all"]) == sum(int(flight["slip_days"]) for flight in own)
        assert int(row["changes_so_far"]) == sum(int(flight["revisions"]) for flight in own)
        assert int(row["past_original"]) == sum(flight["past_original"] == "yes" for flight in own)
        assert int(row["due_by_t"]) == sum(flight["original"] <= row["as_of"] for flight in own)
    assert flights == {}


def test_ranger_7_at_july_1964():
    """As at July 1964 RA-7 is launched, 15 months after its first date, with seven revisions, one of them earlier."""
    (fact,) = [
        row for row in rows_of(FACTS / "ranger_flights.csv") if (row["as_of"], row["flight"]) == ("1964-07-31", "RA-7")
    ]
    names = ("standing", "slip_months", "slip_days", "revisions", "revisions_earlier", "completed")
    assert [fact[name] for name in names] == ["complete", "15", "455", "7", "1", "1964-07-28"]


def test_ranger_status_key():
    """Each status word of the snapshots has its meaning in the plan's key."""
    assert settings_of(RANGER)["status_key"] == {"planned": "open", "launched": "complete"}
