"""A set of reports that contradicts itself is not published: each number is held against the others, counted anew."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from test_properties import plans, written
from tries import tries

from planlib.errors import RunError
from planlib.reporting import computing, report, results, truth

SETS = [("wirral-ofsted-2011", "2011-06-01"), ("wirral-ofsted-2011", "2011-08-31"), ("ranger-1960", "1960-09-30"),
        ("ranger-1960", "1964-07-31")]  # fmt: skip
WIRRAL, RANGER = SETS[1], SETS[3]
Files = dict[str, bytes]


def read(reports: Path, plan: str, day: str) -> Files:
    """The files of a published set."""
    return {path.name: path.read_bytes() for path in (reports / plan / day).iterdir()}


def found(files: Files, plan: str, day: str) -> list[str]:
    """What contradicts what."""
    return list(truth.breaches(files, plan=plan, as_of=date.fromisoformat(day), terms={}))


def altered(files: Files, name: str, old: str, new: str, count: int = 1) -> Files:
    """The files with one thing changed, which must be there."""
    text = files[name].decode("utf-8")
    assert re.search(old, text), f"{old} is not in {name}"
    return files | {name: re.sub(old, new, text, count=count).encode("utf-8")}


def with_record(files: Files, name: str, scope: str, change: dict[str, object], key: str = "") -> Files:
    """The files with one record of results.json changed."""
    raw = json.loads(files["results.json"])
    (record, *_) = (each for each in raw["measures"] if (each["name"], each["scope"]) == (name, scope) and key in each["key"])
    assert any(record[field] != value for field, value in change.items())
    record.update(change)
    return files | {"results.json": results.to_json(raw)}


@pytest.mark.parametrize(("plan", "day"), SETS)
def test_what_is_published_does_not_contradict_itself(plan: str, day: str, built_reports: Path) -> None:
    """In no set of the bundled plans does anything contradict anything."""
    assert found(read(built_reports, plan, day), plan, day) == []


@given(plans())
@settings(max_examples=tries(20))
def test_nothing_is_held_against_a_plan_that_only_is_unusual(snapshots: dict) -> None:
    """Whatever plan is read, its results and its ledger agree at each of its dates: no report is refused for nothing."""
    with tempfile.TemporaryDirectory() as home:
        folder = written(Path(home) / "plan", snapshots)
        for day in snapshots:
            files = computing.compute(folder, date.fromisoformat(day)).files
            assert found(files, "plan", day) == []


# Each a change of one thing, and what has to be said of it.
CHANGES: dict[str, tuple[tuple[str, str], Callable[[Files], Files], str]] = {
    "a state more": (WIRRAL, lambda f: with_record(f, "standing: overdue", "plan", {"numerator": 1, "value": 1}), "add up to 45 of 44"),
    "two states swapped": (
        WIRRAL, lambda f: with_record(with_record(f, "standing: delayed", "plan", {"numerator": 3, "value": 3}),
                                      "standing: re-dated", "plan", {"numerator": 6, "value": 6}), "the actions' own states are"),
    "a state of an area": (WIRRAL, lambda f: with_record(f, "standing: on track", "area", {"numerator": 9, "value": 9}), "of 1 actions"),
    "one done more": (WIRRAL, lambda f: with_record(f, "done", "plan", {"numerator": 23, "value": 23}), "23 are done, and 22 complete"),
    "n above d": (WIRRAL, lambda f: with_record(f, "first date known", "plan", {"numerator": 45, "value": 45}), "is 45 of 44"),
    "a wrong ratio": (RANGER, lambda f: with_record(f, "hit rate since the start", "plan", {"value": 0.5}), "2 of 9 is not"),
    "a value without": (RANGER, lambda f: with_record(f, "revisions", "plan", {"value": None}), "neither a value nor a reason"),
    "revisions": (RANGER, lambda f: with_record(f, "revisions", "action", {"value": 9}), "revisions: the actions' own add up"),
    "decisions": (RANGER, lambda f: with_record(f, "decisions", "plan", {"value": 1}), "decisions: those of the reports add up"),
    "bow wave": (RANGER, lambda f: with_record(f, "bow wave: target", "month", {"value": 7}), "open actions by month add up"),
    "past original": (RANGER, lambda f: with_record(f, "past original", "plan", {"numerator": 0, "value": 0}),
                      "past original: the actions'"),
    "another plan": (RANGER, lambda f: altered(f, "results.json", '"plan": "ranger-1960"', '"plan": "other"'), "results.json is of other"),
    "a slip": (RANGER, lambda f: with_record(f, "slip", "action", {"value": 1}, "/8"), "by its row in the ledger"),
    "days moved": (RANGER, lambda f: with_record(f, "days moved", "action", {"value": 1}, "/9"), "by its rows in the ledger"),
    "a row's status": (WIRRAL, lambda f: altered(f, "ledger.csv", r"(?m)^(wirral-ofsted-2011,2011-08-31,.*),complete,", r"\1,open,"),
                       "its row in the ledger to be"),
    "a row's date": (RANGER, lambda f: altered(f, "ledger.csv", r"(?m)^(ranger-1960,1964-07-31,ranger-1960/8,.*?,1965-01-01,)1965-01-31",
                                               r"\g<1>1965-02-28"), "RA-8"),
    "a row too few": (WIRRAL, lambda f: altered(f, "ledger.csv", r"(?m)^wirral-ofsted-2011,.*,wirral-ofsted-2011/44,.*\n", "", 0),
                      "the ledger lists 43 actions"),
    "the key": (WIRRAL, lambda f: altered(f, "progress.html", "re-dated <b>7</b>", "re-dated <b>8</b>"), "its key counts"),
    "the summary's key": (WIRRAL, lambda f: altered(f, "summary.html", "re-dated <b>7</b>", "re-dated <b>6</b>"), "summary.html: its key"),
    "the first sentence": (WIRRAL, lambda f: altered(f, "progress.html", "22 of 44 actions are complete", "21 of 44 actions are complete"),
                           "it begins with: 21 of 44"),
    "the still open": (WIRRAL, lambda f: altered(f, "progress.html", "Of the 22 still open, 9 are", "Of the 22 still open, 8 are"),
                       "which does not add up"),
    "done in time": (RANGER, lambda f: altered(f, "progress.html", r"(Of the 7 complete), 2", r"\1, 3"), "of 7 in results.json"),
    "an area": (WIRRAL, lambda f: altered(f, "progress.html", ">12 of 18<", ">13 of 18<"), "its areas add up to: 23 of 44"),
    "a section": (RANGER, lambda f: altered(f, "progress.html", r"(RA-8: Launch Ranger 8) \(re-dated\)", r"\1 (on track)"),
                  "re-dated in results"),
    "times": (RANGER, lambda f: altered(f, "progress.html", r"(Times re-dated</dt><dd>)\d+", r"\g<1>19"), "re-dated 19 times"),
    "a section's slip": (RANGER, lambda f: altered(f, "progress.html", r"(<dt>Slip</dt><dd>\d+ months? \()\d+ day", r"\g<1>7 day"),
                         "a slip of 7 days"),
    "a list": (RANGER, lambda f: altered(f, "progress.html", r'(data-label="How many">)2 of 9', r"\g<1>3 of 9"), "the list 'live': 3 of 9"),
    "over time": (RANGER, lambda f: altered(f, "progress.html", r'(?s)(id="standing-over-time-data".*?<td class="n">)5<', r"\g<1>4<"),
                  "where they stood at"),
    "changes": (RANGER, lambda f: altered(f, "slippage.html", r"Dates were changed \d+ times", "Dates were changed 99 times"),
                "it says 99 changes"),
    "a kind": (RANGER, lambda f: altered(f, "slippage.html", r'(data-label="Kind">)later', r"\g<1>earlier"), "changes of the kind earlier"),
    "delivery": (RANGER, lambda f: altered(f, "slippage.html", r'(data-label="Value">)\d+ of 9', r"\g<1>5 of 9"), "of 9 in results.json"),
    "the wave": (RANGER, lambda f: altered(f, "slippage.html", r'(data-label="Open actions by date now">)\d+', r"\g<1>5"),
                 "Open actions by date now add up to"),
    "findings": (RANGER, lambda f: altered(f, "data-quality.html", r'(data-label="How many">)\d+', r"\g<1>77"), "findings.csv has"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_any_number_that_is_changed_is_noticed(what: str, built_reports: Path) -> None:
    """One number changed in one file of a set is a contradiction that is named."""
    (plan, day), change, said = CHANGES[what]
    told = found(change(read(built_reports, plan, day)), plan, day)
    assert any(said in line for line in told), told


HEAD = "Ref,Area,Action,Target date,Status,Reason for change,Progress\n"
FIRST = HEAD + "".join(f"25-28,A,Do it {n},1 May 2024,In progress,,x\n" for n in range(3)) + "1,A,Other,1 May 2024,Complete,,\n"
AGAIN = FIRST.replace("1 May 2024,In progress,", "1 June 2024,In progress,the works are complete")
UNUSUAL = {
    "=1": "", "-x": "", "'x": "", "+x": "", "@x": "",
    "terms": '[terms]\n"on track" = "in hand"\n"re-dated" = "put off"\ncomplete = "finished"\naction = "task"\narea = "theme"\n',
}  # fmt: skip


def test_what_only_is_unusual_is_published(tmp_path: Path) -> None:
    """Names that begin as formulas do, the plan's own words, reasons like our sentences, long texts, many areas, no action: all made."""
    snapshots = {name: {"2024-01-31": FIRST, "2024-03-31": AGAIN} for name in UNUSUAL}
    snapshots["long"] = {"2024-01-31": HEAD + '1,A,Do,1 May 2024,In progress,,"' + "word " * 40_000 + '"\n'}
    snapshots["areas"] = {"2024-01-31": HEAD + "".join(f"{n},Area {n},Do {n},1 May 2024,In progress,,\n" for n in range(1, 81))}
    snapshots["empty"] = {"2024-01-31": FIRST, "2024-03-31": HEAD}
    for name, issues in snapshots.items():
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        (folder / "plan.toml").write_text(f'title = "Plan"\n{UNUSUAL.get(name, "")}', encoding="utf-8")
        for day, text in issues.items():
            (folder / f"{day}.csv").write_text(text, encoding="utf-8")
    made = report(data=tmp_path / "data", out=tmp_path / "reports", as_of="2024-03-31", notebooks=["progress", "slippage"])
    assert [f"{each.plan}: {each.why}" for each in made.failed] == []
    assert len(made.made) == 2 * len(snapshots)


def test_sums_of_a_portfolio_are_those_of_its_plans(built_reports: Path) -> None:
    """A sum over plans that is not that of their rows is noticed; the page as made is held to be right."""
    page = (built_reports / "portfolio" / "2011-08-31" / "portfolio.html").read_bytes()
    truth.hold_portfolio(page, as_of=date(2011, 8, 31))
    for old, new, said in ((b">31 of 53<", b">30 of 53<", "Complete"), (b"plans with 53 ", b"plans with 54 ", "2 plans with 54")):
        assert old in page
        with pytest.raises(RunError, match=said):
            truth.hold_portfolio(page.replace(old, new), as_of=date(2011, 8, 31))


def test_a_report_that_contradicts_itself_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong number stops its own report with a clear line; what was published before stays."""
    folder = tmp_path / "data" / "plan"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
    table = "Ref,Action,Target date,Status\n1,Dig,30 June 2024,In progress\n"
    (folder / "2024-03-31.csv").write_text(table, encoding="utf-8")
    before = report(folder, data=tmp_path / "data", out=tmp_path / "reports", notebooks="progress")
    assert before.ok
    page = before.reports[0].path.read_bytes()
    (folder / "2024-03-31.csv").write_text(table.replace("Dig", "Delve"), encoding="utf-8")
    whole = truth._slip
    monkeypatch.setattr(truth, "_slip", lambda row: (whole(row)[0] + 1, whole(row)[1] + 1))
    after = report(folder, data=tmp_path / "data", out=tmp_path / "reports", notebooks="progress")
    assert not after.ok
    assert after.failed[0].why == (
        "plan as at 2024-03-31: not published, for it contradicts itself: the slip of 1 is 0 to 0 days, and by its row in "
        "the ledger 1 to 1"
    )
    assert before.reports[0].path.read_bytes() == page
