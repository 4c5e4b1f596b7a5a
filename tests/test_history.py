"""Each row of a snapshot is the earlier action that it should be, is named for what became of it, and stays so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import SETTINGS, _snapshot
from tries import tries

import planlib
from planlib import history, identity, tables
from planlib.errors import InputError

DAYS = ("2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31")
POLICY = "Review the safeguarding policy and publish it on the intranet"
TRAIN = "Train all team managers in supervision of social workers"
AUDIT = "Audit fifty case files every quarter and report to the board"
BUDGET = "Agree a budget for foster carers with the schools forum"
Rows = Sequence[Mapping[str, Any]]


def build(*snapshots: Rows, decisions: pd.DataFrame | None = None) -> history.History:
    """History of snapshots a quarter apart."""
    made = [_snapshot(day, rows, SETTINGS) for day, rows in zip(DAYS, snapshots, strict=False)]
    return history.build("p", made, decisions)


def last(*snapshots: Rows, decisions: pd.DataFrame | None = None) -> list[tuple[str, str, float, str]]:
    """Number, how, score and evidence of each row of the last snapshot."""
    table = build(*snapshots, decisions=decisions).matches
    table = table[table["as_of"] == DAYS[len(snapshots) - 1]]
    return [(row.action_id.removeprefix("p/"), row.how, float(row.score), row.evidence) for row in table.itertuples()]


def named(*snapshots: Rows) -> list[tuple[str, str]]:
    """Number and how of each row of the last snapshot."""
    return [each[:2] for each in last(*snapshots)]


def uncertain(*snapshots: Rows) -> list[str]:
    """What a person is asked."""
    return [each["message"] for each in build(*snapshots).findings if each["code"] == "match-uncertain"]


def rows(*texts: str, area: str = "Practice", first: int = 1, **more: str) -> list[dict[str, str]]:
    """Rows numbered in order, of one area."""
    return [{"ref": str(first + n), "area": area, "action": text, **more} for n, text in enumerate(texts)]


THREE = rows(POLICY, TRAIN, AUDIT)


def test_the_same_ref_and_wording_is_the_same_action():
    """A row that stands as it stood is its action, surely."""
    assert [each[:3] for each in last(THREE, THREE)] == [("1", "ref", 100), ("2", "ref", 100), ("3", "ref", 100)]


def test_a_new_date_or_status_is_no_doubt():
    """What an action plan is about, that dates and statuses change, takes nothing from a match."""
    moved = [row | {"target": "31 May 2021", "status": "complete"} for row in THREE]
    found = last([row | {"target": "1 May 2020"} for row in THREE], moved)
    assert [each[:3] for each in found] == [("1", "ref", 100), ("2", "ref", 100), ("3", "ref", 100)]
    assert "other target date" in found[0][3]


def test_a_date_spelt_otherwise_is_the_same_date():
    """Evidence and score judge what a date means, not how it is written."""
    (found, *_) = last(rows(POLICY, target="30 June 2020"), rows(POLICY, target="2020-06-30 00:00:00"))
    assert found[2:] == (100.0, "same ref; same area; same wording; same target date")


def test_renumbered():
    """All actions under other numbers, one of which was another's, are found by their wording."""
    found = last(THREE, rows(BUDGET, POLICY, TRAIN, AUDIT))
    assert [each[:2] for each in found] == [("4", "new"), ("1", "renumbered"), ("2", "renumbered"), ("3", "renumbered")]
    assert found[1][3].startswith("ref was 1; same area; same wording")


def test_reworded():
    """A wording that is changed in part under its own ref is reworded; the evidence says how alike it is."""
    found = last(THREE, rows(POLICY.replace("publish it on", "put it on"), TRAIN, AUDIT))
    assert found[0][:2] == ("1", "reworded")
    assert "same ref; same area; wording 90 % alike" in found[0][3]


def test_renumbered_and_reworded():
    """Both at once are found, and the evidence says both."""
    found = last(THREE, rows(BUDGET, POLICY.replace("publish it on", "put it on"), TRAIN, AUDIT))
    assert found[1][:2] == ("1", "renumbered")
    assert "ref was 1" in found[1][3] and "% alike" in found[1][3]


def test_moved_between_areas():
    """An action that is listed under another area that is there, or was there, is moved."""
    before = [*THREE, *rows(BUDGET, area="Money", first=4)]
    found = last(before, [*THREE[:2], before[3], THREE[2] | {"area": "Money"}])
    assert found[3][:2] == ("3", "moved")
    assert "area was 'Practice'" in found[3][3]


def test_an_area_that_is_renamed_moves_nothing():
    """If the old name is gone and the new one was not there, the area was renamed."""
    found = last(THREE, rows(POLICY, TRAIN, AUDIT, area="Quality of practice"))
    assert [each[1] for each in found] == ["ref", "ref", "ref"]
    assert "area renamed, was 'Practice'" in found[0][3]


def test_dropped_and_returned():
    """An action that is gone is no other, and takes its identity up again when it is back, even renumbered."""
    gone = [THREE[0], THREE[2]]
    assert [each[0] for each in last(THREE, gone)] == ["1", "3"]
    assert named(THREE, gone, THREE) == [("1", "ref"), ("2", "returned"), ("3", "ref")]
    back = last(THREE, gone, [*gone, {"ref": "9", "area": "Practice", "action": TRAIN}])
    assert back[2][:2] == ("2", "returned") and "ref was 2" in back[2][3]


def test_a_number_given_anew_is_another_action():
    """A ref that now stands for something else is a new action, and a person is told which had it."""
    found = last(THREE, [*THREE[:2], THREE[2] | {"action": "Open a new children's home", "area": "Homes"}])
    assert found[2][:2] == ("4", "new")
    assert found[2][3].startswith("same ref as p/3")


def test_a_new_title_under_a_kept_ref_and_date():
    """Where refs are kept, an action with its ref, area, lead and date is itself under any title; a person is asked."""
    before = [row | {"target": "1 May 2021"} for row in THREE]
    after = [*before[:2], before[2] | {"action": "DRP-00-15"}]
    assert named(before, after)[2] == ("3", "reworded")
    assert len(uncertain(before, after)) == 1


def test_one_ref_for_two_actions():
    """Two rows with one ref are two actions, each matched by its own wording, in any order."""
    twins = [{"ref": "1", "area": "Practice", "action": POLICY}, {"ref": "1", "area": "Practice", "action": TRAIN}]
    assert [each[0] for each in last(twins, twins[::-1])] == ["2", "1"]
    changed = [row | {"status": "complete"} for row in twins[::-1]]
    found = last(twins, changed)
    assert [each[:2] for each in found] == [("2", "ref"), ("1", "ref")]
    assert "same ref, which 2 rows of one snapshot have" in found[0][3]


def test_split():
    """Of two rows that an action was parted into one goes on and the other is new, and its evidence names the first."""
    whole = "Review the safeguarding policy and train every team manager in its use"
    found = last(
        rows(whole, AUDIT), rows("Review the safeguarding policy", AUDIT, "Train every team manager in its use")
    )
    assert [each[:2] for each in found] == [("1", "reworded"), ("2", "ref"), ("3", "split")]
    assert "a part of what was p/1" in found[2][3]


def test_merged():
    """A row that takes in another action keeps its own identity, and its evidence names the other."""
    whole = "Review the safeguarding policy and train every team manager in its use"
    found = last(
        rows("Review the safeguarding policy", AUDIT, "Train every team manager in its use"), rows(whole, AUDIT)
    )
    assert [each[:2] for each in found] == [("1", "merged"), ("2", "ref")]
    assert "also takes in p/3" in found[0][3]


def test_a_number_in_the_wording_tells_two_actions_apart():
    """What differs only in the number that names it is another action."""
    flights = rows("Launch Ranger 1", "Launch Ranger 2", "Launch Ranger 3")
    after = rows("Launch Ranger 2", "Launch Ranger 3", "Launch Ranger 4")
    assert [each[0] for each in last(flights, after)] == ["2", "3", "4"]


def test_the_best_together_not_the_first_best():
    """The pairs taken are the best together: a row does not take the only partner of another for a little more."""
    assert identity.assign({(0, 0): 90.0, (0, 1): 88.0, (1, 0): 89.0}) == {0: 1, 1: 0}
    assert identity.assign({(0, 0): 100.0, (0, 1): 65.0, (1, 0): 65.0}) == {0: 0}
    assert identity.assign({(0, 0): identity.ACCEPTED - 1}) == {}
    ring = {(i, j): 80.0 + (i * 7 + j * 3) % 5 for i in range(6) for j in range(6)}
    assert sorted(identity.assign(ring).values()) == list(range(6))


@settings(max_examples=tries(60))
@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(55, 100), max_size=14))
def test_assignment_is_the_best_there_is(edges):
    """No other pairing weighs more, by trying all."""
    weights = {pair: (score - identity.ACCEPTED + 1) ** 2 for pair, score in edges.items() if score >= identity.ACCEPTED}

    def best(row: int, used: frozenset[int]) -> float:
        if row > 4:
            return 0.0
        options = [weights[row, j] + best(row + 1, used | {j}) for j in range(5) if (row, j) in weights and j not in used]
        return max([best(row + 1, used), *options])

    found = identity.assign(edges)
    assert len(set(found.values())) == len(found)
    assert sum(weights[pair] for pair in found.items()) == pytest.approx(best(0, frozenset()))


def test_what_is_doubtful_is_listed_with_the_candidates():
    """Two actions that differ only in their refs, both renumbered: a person is asked, and told both ids."""
    twins = rows(POLICY, POLICY, TRAIN, AUDIT, BUDGET)
    asked = uncertain(twins, [row | {"ref": str(int(row["ref"]) + 50)} for row in twins])
    assert len(asked) == 2
    assert all("p/1" in each and "p/2" in each and "matches.csv" in each for each in asked)
    assert uncertain(THREE, rows(BUDGET, POLICY, TRAIN, AUDIT)) == []


def decided(place: str, action_id: str, day: str = DAYS[1]) -> pd.DataFrame:
    """One line of matches.csv."""
    return pd.DataFrame([{
        "as_of": pd.Timestamp(day), "place": place, "action_id": action_id, "reason": "the minutes", "line": 2,
    }])  # fmt: skip


def test_a_decision_wins():
    """What a person decided stands, whatever is like what, and no other row takes that action."""
    found = last(THREE, THREE, decisions=decided("line 2", "p/3"))
    assert found[0] == ("3", "decision", 100.0, "matches.csv: the minutes")
    assert [each[0] for each in found[1:]] == ["2", "4"]
    assert last(THREE, THREE, decisions=decided("line 2", "new"))[0][:2] == ("4", "decision")
    with pytest.raises(InputError, match="no action 'p/9' is known"):
        last(THREE, THREE, decisions=decided("line 2", "p/9"))


def test_ranges_are_matched_as_a_set():
    """Rows of a range are taken for rows of that range, and a number learned later for one of them."""
    some = [{"ref_range": "25-27", "action": "", "area": "Letter", "status": "open"} for _ in range(3)]
    assert named(some, some) == [("1", "range"), ("2", "range"), ("3", "range")]
    later = [*some[:2], {"ref": "26", "action": "", "area": "Letter", "status": "complete"}]
    assert sorted(named(some, later)) == [("1", "range"), ("2", "range"), ("3", "range")]


def test_without_refs():
    """A plan that has no refs is matched by its wording."""
    bare = [{"area": "Practice", "action": text} for text in (POLICY, TRAIN, AUDIT)]
    assert [each[:3] for each in last(bare, bare[::-1])] == [
        ("3", "wording", 100), ("2", "wording", 100), ("1", "wording", 100),
    ]  # fmt: skip


def test_an_empty_snapshot_loses_nothing():
    """Actions are found again after a snapshot without rows."""
    assert named(THREE, [], THREE) == [("1", "ref"), ("2", "ref"), ("3", "ref")]


WORDS = st.sampled_from("review train audit budget policy carers schools board weekly plan 1 2 3".split())
# An area is always given: a blank one would be filled from the row above, and the order of rows would matter.
ROW = st.fixed_dictionaries({
    "ref": st.sampled_from(["", "1", "2", "3", "4", "5"]), "area": st.sampled_from(["Practice", "Money"]),
    "action": st.lists(WORDS, min_size=1, max_size=7).map(" ".join), "lead": st.sampled_from(["", "Smith", "Jones"]),
    "target": st.sampled_from(["", "1 May 2021", "30 June 2021"]), "status": st.sampled_from(["open", "complete"]),
})  # fmt: skip
SNAPSHOT = st.lists(ROW, min_size=1, max_size=7)


def pairs(made: history.History, day: str) -> list[tuple[Any, ...]]:
    """What each row of a snapshot says, and what its action said at first; new ones by their own words."""
    names = ["ref", "area", "action", "lead", "target_text", "status_text"]
    first = made.ledger.drop_duplicates("action_id").set_index("action_id")
    now = made.ledger[made.ledger["as_of"] == day]
    return sorted((*row[names], *first.loc[row["action_id"], ["as_of", *names]]) for _, row in now.iterrows())


@settings(max_examples=tries(20))
@given(SNAPSHOT, SNAPSHOT, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(before, after, rng):
    """Shuffled rows are taken for the same actions."""
    mixed = rng.sample(after, len(after))
    assert pairs(build(before, after), DAYS[1]) == pairs(build(before, mixed), DAYS[1])
    turned = rng.sample(before, len(before))
    again = pairs(build(turned, after), DAYS[1])
    assert len(again) == len(after)


@settings(max_examples=tries(10))
@given(SNAPSHOT, SNAPSHOT)
def test_order_of_columns_changes_nothing(before, after):
    """The columns of a snapshot in another order give the same matches."""
    made = [_snapshot(day, rows, SETTINGS) for day, rows in zip(DAYS, (before, after), strict=False)]
    turned = [table[list(table.columns)[::-1]] for table in made]
    one, other = (history.build("p", each).matches for each in (made, turned))
    pd.testing.assert_frame_equal(one, other)


@settings(max_examples=tries(15))
@given(SNAPSHOT, SNAPSHOT, SNAPSHOT)
def test_a_later_snapshot_changes_no_earlier_id(first, second, third):
    """What was said of the first two snapshots stands when a third is there."""
    short, full = build(first, second), build(first, second, third)
    pd.testing.assert_frame_equal(short.matches, full.matches.iloc[: len(short.matches)])
    assert short.findings == [each for each in full.findings if str(each.get("as_of"))[:10] in DAYS[:2]]


@settings(max_examples=tries(20))
@given(SNAPSHOT)
def test_a_snapshot_against_itself_matches_all_with_100(rows):
    """The same rows again are the same actions, none new, none in doubt."""
    made = build(rows, rows)
    again = made.matches[made.matches["as_of"] == DAYS[1]]
    assert set(again["score"]) == {100}
    assert sorted(again["action_id"]) == sorted(made.matches["action_id"].iloc[: len(rows)])
    assert set(again["how"]) <= {"ref", "wording"}
    assert [each for each in made.findings if each["code"] == "match-uncertain"] == []


@settings(max_examples=tries(15))
@given(SNAPSHOT, SNAPSHOT)
def test_no_action_is_taken_twice(before, after):
    """The matching is one to one, and every match has its evidence and a score from 0 to 100."""
    table = build(before, after).matches
    for _, rows in table.groupby("as_of"):
        assert rows["action_id"].is_unique
    assert table["score"].between(0, 100).all()
    assert (table["evidence"] != "").all()


def test_history_is_not_changed_by_being_asked():
    """`History` is frozen."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        build(THREE).ledger = pd.DataFrame()  # type: ignore[misc]


def test_the_report_lists_every_row_that_more_than_its_reference_was_needed_for(tmp_path: Path) -> None:
    """Reworded and renumbered rows stand in the data-quality report with how they were matched; plain ones do not."""
    (tmp_path / "plan.toml").write_text('title = "Plan"', encoding="utf-8")
    head = "Ref,Action,Due date,Status\n"
    words = ("Recruit two social workers for the duty team", "Publish the medicines policy", "Review every case file twice a year")
    before = "".join(f"{number},{text},2011-09-0{number},open\n" for number, text in enumerate(words, start=1))
    after = f"1,{words[0]},2011-09-01,open\n7,{words[1]},2011-09-02,open\n3,{words[2]} at least,2011-09-03,open\n"
    (tmp_path / "2011-06-30.csv").write_text(head + before, encoding="utf-8")
    (tmp_path / "2011-07-31.csv").write_text(head + after, encoding="utf-8")
    shown = tables.matches(planlib.open_plan(tmp_path)).html
    listed = shown.partition("not surely")[2]
    assert "renumbered" in listed and ">7<" in listed
    assert ">1<" not in listed
