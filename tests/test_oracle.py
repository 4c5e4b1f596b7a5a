"""The bundled plans against numbers worked out by hand from the facts, without planlib (tests/facts)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from planlib import measures
from planlib.measures import Measures
from planlib.store import open_plan

ROOT = Path(__file__).parents[1]
FACTS = ROOT / "tests" / "facts"
RANGER_DAYS = sorted(path.stem for path in (ROOT / "data" / "ranger-1960").glob("19*.csv"))
WIRRAL_DAYS = ["2011-06-01", "2011-08-31"]


@cache
def measured(plan: str, day: str) -> Measures:
    """Measures of a bundled plan as at a day."""
    book = open_plan(ROOT / "data" / plan, day)
    return measures.measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots)


@cache
def facts(name: str) -> pd.DataFrame:
    """One table of the oracle, as text."""
    return pd.read_csv(FACTS / name, dtype=str, keep_default_na=False, encoding="utf-8")


def on(name: str, day: str) -> list[dict[str, str]]:
    """Rows of an oracle table for a day."""
    table = facts(name)
    return table[table["as_of"] == day].to_dict("records")


def text(value: object) -> str:
    """A value as the oracle writes it."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("day", RANGER_DAYS)
def test_each_flight_stands_where_the_announcements_put_it(day):
    """Standing, dates, slip and number of revisions of each flight are those of the announcements up to that month."""
    m = measured("ranger-1960", day)
    since = m.since.set_index("action_id") if len(m.since) else None
    found, expected = [], []
    for row in m.actions.to_dict("records"):
        change = since.loc[row["action_id"]] if since is not None else None
        complete = row["done"]
        found.append({
            "flight": row["ref"], "status_text": row["status_text"], "original": text(row["original"]),
            "target": text(row["target"]), "completed": text(row["complete_latest"]), "standing": row["standing"],
            "due_today": text(bool(row["due_today"])), "past_original": text(bool(row["past_original"])),
            "slip_months": text(row["slip_months_low"]), "slip_days": text(row["slip_low"]), "on_time": row["on_time"],
            "revisions": text(row["revisions"]), "revisions_earlier": text(row["revisions_earlier"]),
            "change": "" if change is None else change["change"],
            "change_days": "" if change is None or (complete and change["change"] == "same") else text(change["days"]),
        })  # fmt: skip
    for row in on("ranger_flights.csv", day):
        kept = {name: row[name] for name in found[0]}
        if kept["change"] in ("same", "new", "finished"):
            kept["change_days"] = ""
        expected.append(kept)
    assert found == expected


@pytest.mark.parametrize("day", RANGER_DAYS)
def test_slip_rate_is_days_moved_over_days_since_the_first_listing(day):
    """An open flight's slip rate is its slip in days over the days since it was announced."""
    rates = measured("ranger-1960", day).actions.set_index("ref")["rate"]
    for row in on("ranger_flights.csv", day):
        if row["slip_rate_over_days"]:
            assert rates[row["flight"]] == int(row["slip_rate_days"]) / int(row["slip_rate_over_days"])
        else:
            assert pd.isna(rates[row["flight"]])


@pytest.mark.parametrize("day", RANGER_DAYS)
def test_every_change_of_date_has_its_kind_size_and_notice(day):
    """The changes of date shown up to a month are the announced ones, with notice in days and whether a reason was given."""
    changes = measured("ranger-1960", day).changes
    expected = facts("ranger_changes.csv")
    expected = expected[expected["as_of"] <= day].to_dict("records")
    found = [
        {
            "as_of": text(row["as_of"]), "since": text(row["since"]), "flight": row["ref"], "kind": row["kind"],
            "from_month": f"{row['from_latest']:%Y-%m}", "to_month": f"{row['to_latest']:%Y-%m}",
            "months": text(row["months"]), "days": text(row["days"]), "notice_low": text(row["notice_low"]),
            "notice_high": text(row["notice_high"]), "notice": row["notice"], "reason_given": text(row["reason"] != ""),
        }
        for row in changes.sort_values(["as_of", "ref"]).to_dict("records")
    ]  # fmt: skip
    assert found == [{name: row[name] for name in found[0]} for row in expected] if found else not expected
    assert changes["decision"].nunique() == len({row["decision"] for row in expected})


@pytest.mark.parametrize("day", RANGER_DAYS)
def test_every_number_of_the_plan_is_the_hand_made_one(day):
    """Counts, hit rate, dates kept, left over, on time, BEI, behind the original plan and SPI(t) are those worked by hand."""
    m = measured("ranger-1960", day)
    (row,) = on("ranger_plan.csv", day)
    standing = m.actions["standing"].value_counts()
    rates = {name: table.iloc[0] for name, table in m.rates.items()}
    behind = m.behind.iloc[0]
    shown = m.changes[m.changes["as_of"] == pd.Timestamp(day)]

    def rate(name: str) -> tuple[str, str]:
        known = rates[name]["undefined_because"] != "there is no earlier report"
        return (text(rates[name]["numerator"]), text(rates[name]["denominator"])) if known else ("", "")

    found = {
        "previous": text(m.previous), "listed": len(m.actions), "complete": standing.get("complete", 0),
        "open": len(m.actions) - standing.get("complete", 0), "overdue": standing.get("overdue", 0),
        "redated": standing.get("re-dated", 0), "on_track": standing.get("on track", 0),
        "due_today": m.actions["due_today"].sum(), "past_original": m.actions["past_original"].sum(),
        "changes": len(shown), "later": (shown["kind"] == "later").sum(), "earlier": (shown["kind"] == "earlier").sum(),
        "decisions": shown["decision"].nunique(), "reasons_given": (shown["reason"] != "").sum(),
        "changes_so_far": len(m.changes), "decisions_so_far": m.changes["decision"].nunique(),
        "slip_months_all": m.actions["slip_months_low"].sum(), "slip_days_all": m.actions["slip_low"].sum(),
        "due_by_t": rates["due by"]["numerator"],
        "on_time": rates["on-time completion"]["numerator"], "late": rates["on-time completion"]["late"],
        "cannot_be_told": rates["on-time completion"]["cannot_be_told"],
        "bei": rates["baseline execution index"]["numerator"], "bei_of": rates["baseline execution index"]["denominator"],
        "behind_done": behind["complete"], "behind_from": text(behind["planned_from"]),
        "behind_next": text(behind["planned_next"]), "behind_days": text(behind["days_past"]),
        "due_within_30_days": len(m.falling_due),
    }  # fmt: skip
    for names, measure in (
        (("hit", "hit_of"), "hit rate"), (("hit_so_far", "hit_so_far_of"), "hit rate since the start"),
        (("kept", "kept_of"), "dates kept"), (("kept_so_far", "kept_so_far_of"), "dates kept since the start"),
        (("left_over", "left_over_of"), "left over"),
    ):  # fmt: skip
        found |= dict(zip(names, rate(measure), strict=True))
    if m.previous is None:
        row |= dict.fromkeys(("hit_so_far", "hit_so_far_of", "kept_so_far", "kept_so_far_of"), "")
        found |= dict.fromkeys(("hit_so_far", "hit_so_far_of", "kept_so_far", "kept_so_far_of"), "")
    assert {name: str(value) for name, value in found.items()} == {name: row[name] for name in found}
    if row["spi_denominator"] and int(row["spi_denominator"]) > 0 and row["behind_done"] != "0":
        assert behind["spi"] == pytest.approx(int(row["spi_numerator"]) / int(row["spi_denominator"]), abs=1e-12)
    else:
        assert pd.isna(behind["spi"])


@pytest.mark.parametrize("day", RANGER_DAYS)
def test_the_bow_wave_counts_open_flights_by_month(day):
    """Open flights by month of first and of present date are those of the announcements."""
    wave = measured("ranger-1960", day).bow_wave
    found = sorted((row["date"], row["month"], str(row["actions"])) for row in wave.to_dict("records"))
    assert found == sorted((row["date"], row["month"], row["open_actions"]) for row in on("ranger_bow_wave.csv", day))


@pytest.mark.parametrize("day", WIRRAL_DAYS)
def test_each_row_of_the_committee_paper_stands_where_it_says(day):
    """Standing, dates, claims, changes and what cannot be told of each of the 44 rows are those of the paper."""
    m = measured("wirral-ofsted-2011", day)
    changes = m.changes[m.changes["as_of"] == pd.Timestamp(day)].set_index("action_id")
    since = m.since.set_index("action_id") if len(m.since) else None
    found = []
    for row in m.actions.to_dict("records"):
        change = changes.loc[row["action_id"]] if row["action_id"] in changes.index else None
        found.append({
            "ref": row["ref"], "ref_range": row["ref_range"], "area_ref": row["area_ref"], "status": row["status"],
            "claim": row["claim"], "standing": row["standing"],
            "by_own_account": text(bool(row["by_own_account"] and row["standing"] == "on track")),
            "target": text(row["target"]), "previous_target": text(row["previous_target"]),
            "original": text(row["original"]), "original_basis": row["original_basis"],
            "change_kind": "" if change is None else change["kind"],
            "revision": text(bool(change is not None and change["revision"])),
            "slip_days": text(row["slip_low"]),
            "notice": "" if change is None else change["notice"],
            "on_time": row["on_time"], "no_date": row["no_date"],
            "change": "" if since is None else since.at[row["action_id"], "change"],
        })  # fmt: skip
    expected = [{name: row[name] for name in found[0]} for row in on("wirral.csv", day)]
    order = ["area_ref", "ref", "ref_range", "standing"]
    assert sorted(found, key=lambda r: [r[k] for k in order]) == sorted(expected, key=lambda r: [r[k] for k in order])


@pytest.mark.parametrize("day", WIRRAL_DAYS)
def test_each_area_of_the_committee_paper_adds_up(day):
    """The counts of each area are those of the paper."""
    m = measured("wirral-ofsted-2011", day)
    found = [
        {
            "area_ref": row["area_ref"], "timescale": row["timescale"], "actions": row["actions"],
            "complete": row["complete"], "on_track": row["on track"], "redated": row["re-dated"],
            "delayed": row["delayed"], "first_date_not_known": row["dated, first date not known"],
            "no_date": row["no date"], "overdue": row["overdue"], "standing_not_known": row["standing not known"],
            "revisions": row["revisions"], "decisions": row["decisions"],
        }
        for row in m.areas.to_dict("records")
    ]  # fmt: skip
    expected = [{name: row[name] for name in found[0]} for row in on("wirral_areas.csv", day)]
    assert [{name: str(value) for name, value in row.items()} for row in found] == expected


def test_nine_of_nine_flights_end_on_the_month_of_their_launch():
    """First date plus every announced change is the month of launch, for each flight."""
    m = measured("ranger-1960", "1965-03-31")
    moved = m.changes.groupby("ref")["months"].sum()
    for row in m.actions.to_dict("records"):
        first, launched = row["original"], row["complete_latest"]
        months = (launched.year - first.year) * 12 + launched.month - first.month
        assert (row["ref"], moved.get(row["ref"], 0)) == (row["ref"], months)
    assert len(m.actions) == 9
