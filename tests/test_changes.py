"""Changes between two dates: what differs, what only looks so, the e-mail, and the standing lists of audit committees."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import category

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import Rows, make_ledger, rows_ledger
from tries import tries

from planlib import cli, delivery, history, mail, schema, slippage
from planlib.measures import Between, between
from planlib.schema import WITHHELD
from planlib.store import Plan, open_plan

ROOT = Path(__file__).parents[1]
EXPECTED = Path(__file__).parent / "expected"
SHARED = ROOT.parent / "shared" / "data"
A, B, C = "2020-01-31", "2020-04-30", "2020-07-31"
NO_EXTRAS = pd.DataFrame({"as_of": pd.Series(dtype=schema.DATE), "header": pd.Series(dtype="string")})


def compare(ledger: pd.DataFrame, since: str, as_of: str, extras: pd.DataFrame = NO_EXTRAS) -> Between:
    """What changed in a ledger of three snapshots."""
    days = [pd.Timestamp(day).date() for day in (A, B, C) if day <= as_of]
    return between(ledger, since, as_of, plan="plan", snapshots=days, extras=extras)


def cells(ledger: pd.DataFrame, since: str, as_of: str) -> set[tuple[str, ...]]:
    """Changes without the place of the row, which its order decides."""
    found = history.changes(ledger, since, as_of, snapshots=[pd.Timestamp(day) for day in (A, B, C)])
    return set(found[["ref", "what", "before", "after", "how"]].itertuples(index=False, name=None))


# --- properties ------------------------------------------------------------------------------------------------------

# Unlike each other, so that which row is which action is no matter of chance.
_ACTIONS = {
    "1": "Write the guide", "2": "Train every foster carer", "3": "Open a clinic", "4": "Move old archives", "5": "Paint halls",
}  # fmt: skip
_DAYS = st.sampled_from(["", "30 June 2020", "2020-06-30", "31 August 2020", "June 2020", "1 March 2020", "TBC"])
_WORDS = st.sampled_from(["", "In progress", "in progress.", "Complete", "Delayed", "Extension requested", "Withdrawn"])
_TEXT = st.sampled_from(["", "because of the flood", "Because of the flood.", "late"])


@st.composite
def plans(draw: st.DrawFn, *, listed_always: bool = False) -> dict[str, Rows]:
    """Three snapshots of up to five actions, of which each lists some."""
    columns = {"target": _DAYS, "status": _WORDS, "reason": _TEXT, "progress": _TEXT}
    made: dict[str, Rows] = {}
    for day in (A, B, C):
        refs = "12345" if listed_always else [ref for ref in "12345" if draw(st.booleans())]
        made[day] = [
            {"ref": ref, "action": _ACTIONS[ref]} | {name: draw(texts) for name, texts in columns.items()}
            for ref in refs
        ]
    return made


FEW = settings(max_examples=tries(8), suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(plans())
def test_a_snapshot_against_itself_changes_nothing(snapshots: dict[str, Rows]) -> None:
    """The same date twice gives no cell, no column and no change of date, and each action the same standing."""
    ledger = make_ledger(snapshots)
    for day in (A, B, C):
        found = compare(ledger, day, day)
        assert found.cells.empty and found.columns.empty and found.moves.empty
        # Not known before and after is still not known, and a date that is found to be missed is no news.
        assert not set(found.happened["change"]) - {"same", "not known"}
        assert "Nothing changed." in mail.text(found, "Plan")


@FEW
@given(plans())
def test_changes_of_two_steps_make_the_change_of_both(snapshots: dict[str, Rows]) -> None:
    """For an action in all three snapshots, each column goes from the first *before* to the last *after*, or nowhere.

    Whether an action is new or no longer listed follows from the two steps too.
    """
    ledger = make_ledger(snapshots)
    listed = [set(ledger.loc[ledger["as_of"] == pd.Timestamp(day), "action_id"]) for day in (A, B, C)]

    def told(since: str, as_of: str) -> dict[tuple[str, str], tuple[str, str]]:
        rows = history.changes(ledger, since, as_of, snapshots=[pd.Timestamp(day) for day in (A, B, C)])
        return {(row.action_id, row.what): (row.before, row.after) for row in rows.itertuples()}

    first, second, both = told(A, B), told(B, C), told(A, C)
    for name in listed[0] & listed[1] & listed[2]:
        steps: dict[str, tuple[str, str]] = {}
        for found in (first, second):
            for (action, what), (before, after) in found.items():
                if action == name:
                    assert what not in steps or steps[what][1] == before
                    steps[what] = (steps.get(what, (before, ""))[0], after)
        assert {what: ends for what, ends in steps.items() if ends[0] != ends[1]} == {
            what: ends for (action, what), ends in both.items() if action == name
        }
    assert {name for name, what in both if what == "new"} == listed[2] - listed[0]
    assert {name for name, what in both if what == "no longer listed"} == listed[0] - listed[2]


@FEW
@given(plans(listed_always=True))
def test_changes_of_date_of_two_steps_are_those_of_both(snapshots: dict[str, Rows]) -> None:
    """The changes of date told from A to B and from B to C, one after the other, are those from A to C, to the day."""
    ledger = make_ledger(snapshots)
    names = ["action_id", "as_of", "kind", "from_latest", "to_latest", "days", "reason"]
    steps = pd.concat([compare(ledger, A, B).moves[names], compare(ledger, B, C).moves[names]])
    whole = compare(ledger, A, C).moves[names]
    assert sorted(map(str, steps.itertuples(index=False))) == sorted(map(str, whole.itertuples(index=False)))


@FEW
@given(plans(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_changes_nothing(snapshots: dict[str, Rows], random: Any) -> None:
    """Rows of the sources in another order, and columns of the ledger in another order, give the same changes."""
    ledger = make_ledger(snapshots)
    mixed = make_ledger({day: random.sample(list(rows), len(rows)) for day, rows in snapshots.items()})
    mixed = mixed[random.sample(list(mixed.columns), len(mixed.columns))]
    for since, as_of in ((A, B), (B, C), (A, C)):
        assert cells(ledger, since, as_of) == cells(mixed, since, as_of)
    lists = [compare(each, A, C).lists.set_index("ref").sort_index() for each in (ledger, mixed)]
    names = [*delivery.LISTS, "redated", "extension_asked", "overdue", "past_original"]
    pd.testing.assert_frame_equal(lists[0][names], lists[1][names])


@FEW
@given(st.text(max_size=60), st.text(max_size=60))
def test_the_e_mail_is_plain_text_of_short_lines(wording: str, reason: str) -> None:
    """Whatever a source says, no line is longer than 78 characters and none has a character that a terminal obeys."""
    rows = [{"id": 1, "as_of": A, "action": "Write", "status": "open", "target": "2020-03-31"},
            {"id": 1, "as_of": B, "action": wording, "status": "open", "target": "2020-09-30", "reason": reason}]  # fmt: skip
    said = mail.text(compare(rows_ledger(rows), A, B), "Plan")
    assert max(map(len, said.splitlines())) <= 78
    assert not [char for char in said if char != "\n" and (category(char) in ("Cc", "Cs", "Zl", "Zp") or char in "\u202d\u202e")]


# --- cells, words and columns ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        ("30 June 2020", "2020-06-30", "written otherwise"),
        ("30 June 2020", "June 2020", "changed"),
        ("30 June 2020", "31 July 2020", "changed"),
        ("TBC", "tbc.", "written otherwise"),
        ("30 June 2020", "TBC", "changed"),
        ("", "30 June 2020", "given"),
        ("30 June 2020", "", "cleared"),
        ("30 June 2020", "31 May 2020 revised to 30 June 2020", "changed"),
    ],
)
def test_a_date_written_otherwise_is_told_from_another_date(before: str, after: str, how: str) -> None:
    """Another text for the same interval is no other date; one that newly names an older date is news."""
    ledger = make_ledger({A: [{"ref": "1", "target": before}], B: [{"ref": "1", "target": after}]})
    found = history.changes(ledger, A, B).set_index("what")
    assert found.loc["target_text", "how"] == how


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        ("Board\u2019s plan", "board's plan.", "written otherwise"),
        ("cost 1.5", "cost 15", "changed"),
        ("over <4 weeks", "over >4 weeks", "changed"),
        ("5%", "5", "changed"),
    ],
)
def test_capitals_points_and_quotes_are_no_other_words(before: str, after: str, how: str) -> None:
    """Signs that can change what is said are a change; capitals, points, quotes and spacing are not."""
    ledger = make_ledger({A: [{"ref": "1", "progress": before}], B: [{"ref": "1", "progress": after}]})
    assert history.changes(ledger, A, B)["how"].tolist() == [how]


@pytest.mark.parametrize(
    ("before", "after", "words", "said"),
    [
        ("approved by the board in May", "approved by the cabinet in May", [("board", "cabinet")], "'board' became 'cabinet'"),
        ("train all staff", "train all staff in full", [("", "in full")], "'in full' added"),
        ("train all new staff", "train all staff.", [("new", "")], "'new' taken out"),
        ("a b c d e f g h", "a B c d e f g h.", [], ""),
        ("old words", "quite other text", [("old words", "quite other text")], "was 'old words'"),
        ("one two three four five six", "1 two 3 four five six", [("one two three", "1 two 3")],
         "'one two three' became '1 two 3'"),
    ],
)  # fmt: skip
def test_words_that_changed_are_named(before: str, after: str, words: list[tuple[str, str]], said: str) -> None:
    """Words taken out and put in, in order; where most of a text is new the old one is given whole."""
    assert history.words_changed(before, after) == words
    assert mail.say_words(before, after) == said


@FEW
@given(*[st.lists(st.sampled_from("abcde"), max_size=12).map(" ".join)] * 2)
def test_the_words_that_changed_account_for_every_word(before: str, after: str) -> None:
    """What is taken out and put in has as many words more or fewer as the text has."""
    found = history.words_changed(before, after)
    assert sum(len(new.split()) - len(old.split()) for old, new in found) == len(after.split()) - len(before.split())
    assert (found == []) == (before.split() == after.split())


def test_columns_that_appear_and_vanish() -> None:
    """A ledger column blank throughout one snapshot, and a header without a canonical name, are named with cells."""
    ledger = make_ledger({
        A: [{"ref": "1", "lead": "Ann", "target": "30 June 2020"}, {"ref": "2"}],
        B: [{"ref": "1", "target": "30 June 2020", "reason": "flood"}, {"ref": "2", "reason": "flood"}], C: [],
    })  # fmt: skip
    extras = pd.DataFrame({
        "as_of": pd.to_datetime([A, A, B, B, A]).astype(schema.DATE), "header": ["Cost", "Budget", "Cost", "Risk", ""],
    })  # fmt: skip
    found = compare(ledger, A, B, extras)
    assert found.columns.to_numpy().tolist() == [
        ["ledger", "lead", "vanished", 1], ["ledger", "reason", "appeared", 2],
        ["extra", "Budget", "vanished", 1], ["extra", "Risk", "appeared", 1],
    ]  # fmt: skip
    said = mail.text(found, "Plan")
    assert "  Vanished: lead (1 cell with text before; none now).\n" in said
    assert "  Appeared: 'Risk' (1 cell with text; none before).\n" in said
    # An empty snapshot has no columns of which to speak.
    assert compare(ledger, B, C, extras).columns.empty
    assert set(compare(ledger, B, C).cells["how"]) == {"no longer listed"}


def test_a_date_that_went_and_came_back_is_told() -> None:
    """From A to C no cell differs; the two changes of date in between are told, each with its report."""
    june, july = {"ref": "1", "target": "30 June 2020"}, {"ref": "1", "target": "31 July 2020", "reason": "flood"}
    ledger = make_ledger({A: [june], B: [july], C: [june]})
    found = compare(ledger, A, C)
    assert found.cells.empty and found.moves["days"].tolist() == [31, -31]
    said = " ".join(mail.text(found, "Plan").split())
    assert "by 30 April 2020, target date: from 30 June 2020 to 31 July 2020, 31 days later" in said
    assert "by 31 July 2020, target date: from 31 July 2020 to 30 June 2020, 31 days earlier" in said


# --- the standing lists ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Extension requested", True), ("Open - extension of time requested to June", True),
        ("Requesting an extension", True), ("revised date proposed", True), ("Extension request: 3 months", True),
        ("No extension requested", False), ("Extension not requested", False), ("Extended", False),
        ("Extension granted", False), ("Date revised", False), ("", False), (WITHHELD, None),
        (f"Extension requested by {WITHHELD}", True),
    ],
)  # fmt: skip
def test_an_extension_is_asked_for_where_the_status_says_so(text: str, asked: bool | None) -> None:
    """Words for asking beside words for more time, in one clause that denies nothing; withheld text is not known."""
    found = delivery.extension_asked(pd.Series([text], dtype="string")).iloc[0]
    assert found is asked or (pd.isna(found) and asked is None) or (asked is not None and bool(found) == asked)


def test_the_five_standing_lists() -> None:
    """One action on each list and on none, as the definitions of `standing_lists` have it."""
    then, now = "1 March 2020", "30 September 2020"
    rows = {
        "live": ((now, "open"), (now, "open")),
        "done": ((now, "open"), (now, "complete")),
        "redated": ((then, "open"), (now, "open")),
        "asks": ((now, "open"), (now, "extension requested")),
        "comment": ((now, "open"), (now, "open")),
        "overdue": ((then, "open"), (then, "open")),
        "withdrawn": ((now, "open"), (now, "closed")),
        "gone": ((now, "open"), None),
        "silent": ((now, ""), (now, "")),
    }
    names = ("target", "status")
    ledger = make_ledger({
        A: [{"ref": ref, **dict(zip(names, old, strict=True))} for ref, (old, _) in rows.items()],
        B: [{"ref": ref, **dict(zip(names, new, strict=True)), "progress": "extension requested" * (ref == "comment")}
            for ref, (_, new) in rows.items() if new],
    })  # fmt: skip
    lists = compare(ledger, A, B).lists.set_index("ref")

    def on(name: str) -> tuple[set[str], set[str]]:
        return set(lists.index[lists[name].fillna(False).to_numpy(bool)]), set(lists.index[lists[name].isna()])

    assert on("live") == ({"live", "redated", "asks", "comment", "overdue"}, {"gone", "silent"})
    assert on("completed_since") == ({"done"}, {"gone", "silent"})
    assert on("redated_or_asked") == ({"redated", "asks"}, set())
    assert on("extension_asked") == ({"asks"}, set())
    assert on("outstanding") == ({"redated", "overdue"}, {"gone", "silent"})
    assert on("overdue")[0] == {"overdue"} and on("past_original")[0] == {"redated", "overdue"}
    assert on("withdrawn") == ({"withdrawn"}, {"gone", "silent"})


def test_without_an_earlier_report_nothing_is_known_to_have_happened_since() -> None:
    """In a first snapshot what was completed or re-dated since cannot be told; what is asked for can."""
    ledger = make_ledger({A: [{"ref": "1", "status": "complete"}, {"ref": "2", "status": "extension requested"}]})
    lists = delivery.standing_lists(ledger, A)
    assert lists["completed_since"].isna().tolist() == [True, False]
    assert lists["redated"].isna().all()
    assert lists["redated_or_asked"].isna().tolist() == [True, False]


# --- whole outputs ---------------------------------------------------------------------------------------------------


def of_plan(plan: Plan, since: str, as_of: str) -> Between:
    """What changed in a plan between two dates."""
    return between(plan.ledger, since, as_of, plan=plan.name, snapshots=plan.snapshots, extras=plan.extras)


def test_the_e_mail_of_the_bundled_plan() -> None:
    """Wirral, 1 June to 31 August 2011, word for word."""
    plan = open_plan(ROOT / "data" / "wirral-ofsted-2011", "2011-08-31")
    said = mail.text(of_plan(plan, "2011-06-01", "2011-08-31"), plan.settings.title)
    assert said + "\n" == (EXPECTED / "changes-wirral-2011.txt").read_text(encoding="utf-8")


def small(folder: Path, more: str = "") -> Path:
    """A made plan of two snapshots in which everything happens once."""
    folder.mkdir()
    (folder / "plan.toml").write_text(f'title = "Small plan"\n{more}', encoding="utf-8")
    (folder / "2020-01-31.csv").write_text(
        "Ref,Area,Action,Lead,Target date,Status,Budget\n"
        "1,Care,Write the guide for the board,Ann,30 June 2020,In progress,5\n"
        "2,Care,Train staff,Bob,31 March 2020,In progress,6\n"
        "3,Schools,Open the clinic,Ann,30 June 2020,In progress,7\n"
        "4,Schools,Move the archive,Bob,30 June 2020,In progress,8\n", encoding="utf-8",
    )  # fmt: skip
    (folder / "2020-04-30.csv").write_text(
        "Ref,Area,Action,Target date,Status,Reason\n"
        "1,Care,Write the guide for the cabinet,2020-06-30,Complete,\n"
        "2,Care,Train staff.,31 May 2020,Extension requested,Flood\n"
        "3,Schools,Open the clinic,30 June 2020,Withdrawn,\n"
        "5,Schools,Paint the hall,30 June 2020,In progress,\n", encoding="utf-8",
    )  # fmt: skip
    return folder


def test_the_e_mail_of_a_small_plan(tmp_path: Path) -> None:
    """Everything that can happen, once, word for word."""
    said = mail.text(of_plan(open_plan(small(tmp_path / "small")), A, B), "Small plan")
    assert said + "\n" == (EXPECTED / "changes-small.txt").read_text(encoding="utf-8")


def test_the_json_of_a_small_plan_is_stable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed twice it is the same, with the keys of docs/changes.md in their order and the words that changed."""
    folder = str(small(tmp_path / "small"))
    said = [(cli.main(["changes", folder, "--json"]), capsys.readouterr().out)[1] for _ in range(2)]
    assert said[0] == said[1]
    found = json.loads(said[0])
    described = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")
    assert [f"`{name}`" in described for name in found] == [True] * len(found)
    keys = {name: list(found[name][0]) for name in ("changes", "dates", "columns", "happened", "lists")}
    assert {key for each in keys.values() for key in each if f"`{key}`" not in described} == set()
    worded = [each for each in found["changes"] if each["what"] == "action" and each["ref"] == "1"]
    assert worded[0]["words"] == [{"removed": "board", "added": "cabinet"}]


def test_what_is_withheld_stays_withheld(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A withheld column and a withheld pattern are in neither form, and no date is worked out of them."""
    folder = small(tmp_path / "small", '[redact]\ncolumns = ["Target date", "Lead"]\npatterns = ["board|cabinet|Flood"]\n')
    said = ""
    for more in ([], ["--json"]):
        assert cli.main(["changes", str(folder), *more]) == 0
        said += capsys.readouterr().out
    assert [word for word in ("board", "cabinet", "Flood", "Ann", "Bob", "May", "2020-05-31", "30 June") if word in said] == []


# --- real plans ------------------------------------------------------------------------------------------------------

RUBIN = {"2017-08-07": "aa9dfef", "2017-08-08": "a042016", "2017-08-11": "35b4208", "2017-08-18": "a444392"}
GMPP = {"2022-03-31": "BEIS_Government_Major_Projects_Portfolio_Data_March_2022",
        "2024-03-31": "DESNZ_Government_Major_Projects_Portofolio_AR_Data_March_2024"}  # fmt: skip


def real(folder: Path, files: dict[str, Path]) -> Plan:
    """A plan folder of third-party files, where they are at hand."""
    if not all(path.exists() for path in files.values()):
        pytest.skip("the files are not in ../shared")
    (folder / "plan.toml").write_text('title = "Real"\n', encoding="utf-8")
    for day, path in files.items():
        (folder / f"{day}.csv").write_bytes(path.read_bytes())
    return open_plan(folder)


def test_changes_of_the_rubin_milestones(tmp_path: Path) -> None:
    """Four dates of 2017 as read by hand: re-dated 0, 1 and 3, all earlier; nothing is overdue for want of a status."""
    home = SHARED / "rubin-dm-milestones"
    plan = real(tmp_path, {day: home / f"ldm-564_milestones_{day}_{sha}.csv" for day, sha in RUBIN.items()})
    days = list(RUBIN)
    steps = [of_plan(plan, since, as_of) for since, as_of in pairwise(days)]
    assert [dict(zip(each.moves["ref"], each.moves["days"], strict=True)) for each in steps] == [
        {}, {"DM-DRP-3": -1}, {"DM-DRP-8": -19, "DM-SUIT-9": -46, "LDM-503-8": -46},
    ]  # fmt: skip
    texts = [int(each.cells["what"].isin(["action", "new"]).sum()) for each in steps]
    assert texts == [9, 70, 2]  # descriptions of the later file that the earlier one does not have
    assert [int((each.cells["what"] == "new").sum() - (each.cells["what"] == "no longer listed").sum()) for each in steps] == [
        1, 0, 0,
    ]  # fmt: skip
    assert steps[-1].lists["overdue"].fillna(False).sum() == 0


def test_changes_of_the_projects_of_a_department(tmp_path: Path) -> None:
    """22 projects of March 2022 and 18 of March 2024, 11 in both: five dates revised, eight only written otherwise."""
    plan = real(tmp_path, {day: SHARED / "gmpp" / f"{name}.csv" for day, name in GMPP.items()})
    found = of_plan(plan, *GMPP)
    counts = found.cells["what"].value_counts()
    assert (counts["new"], counts["no longer listed"]) == (7, 11)
    assert [(row.ref, row.kind, None if pd.isna(row.days) else row.days) for row in found.moves.itertuples()] == [
        ("DECC_0005_1112-Q1", "later", 3377), ("BEIS_0008_2021-Q3", "later", 50), ("BEIS_0019_2122-Q1", "removed", None),
        # Two new ones, whose narratives say from when their date was moved.
        ("BEIS_0115_2223-Q1", "later", 1188), ("BEIS_0153_2223-Q2", "later", 7671),
    ]  # fmt: skip
    otherwise = found.cells[found.cells["how"] == "written otherwise"]
    assert otherwise["what"].tolist() == ["target_text"] * 8
    assert len(slippage.standing(plan.ledger, "2024-03-31")) == 29
