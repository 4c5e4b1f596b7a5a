"""What was told and kept: what of it would differ now, from what to what, and why; and that nothing told is lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import test_architecture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tries import tries

from planlib import cli, narrative, open_plan, published, tables
from planlib.errors import InputError
from planlib.forecast import outlook
from planlib.measures import measure, records_of
from planlib.reporting import report
from planlib.reporting.sets import sources_of

BUNDLED = Path(__file__).parents[1] / "data"
HEAD = "Ref,Area,Action,Lead,Target date,Status"
JANUARY = """\
1,Care,Write the guide,Ann Bell,31 March 2020,In progress
2,Care,Train the staff,Ann Bell,30 April 2020,In progress
3,Law,Check the files,Cy Dunn,29 February 2020,In progress
"""
MARCH = """\
1,Care,Write the guide,Ann Bell,31 March 2020,Complete
2,Care,Train the staff,Ann Bell,30 June 2020,In progress
3,Law,Check the files,Cy Dunn,29 February 2020,In progress
"""
MAY = MARCH.replace("30 June", "31 August")
CORRECTIONS = "as_of,place,ref,column,value,reason,kind\n"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of two snapshots, with its report of 31 March 2020 published."""
    folder = tmp_path / "data" / "alpha"
    make(folder, {"2020-01-31": JANUARY, "2020-03-31": MARCH})
    keep(folder)
    return folder


def make(folder: Path, snapshots: dict[str, str], toml: str = 'title = "Alpha"\n') -> None:
    """Write a plan folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(toml, encoding="utf-8")
    for day, rows in snapshots.items():
        (folder / f"{day}.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")


def keep(folder: Path, day: str = "2020-03-31", *more: str) -> Path:
    """Publish as a person does."""
    assert cli.main(["publish", str(folder), "--as-of", day, *more]) == 0
    return folder / "published" / f"{day}.json"


def told(folder: Path, day: str = "2020-05-31") -> published.Told:
    """What a report of a date would say of what was published."""
    return published.compare(folder, open_plan(folder, day), day)


def differing(found: published.Told) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Figures that differ: by name and what of, as told, as they would be told, and why."""
    return {
        (row["name"], narrative.say_of_what(row)): (
            narrative.say_told(row, "before"), narrative.say_told(row, "after"), row["why"],
        )
        for row in found.figures.to_dict("records")
    }  # fmt: skip


def correct(folder: Path, *lines: str) -> None:
    """Write corrections.csv."""
    (folder / "corrections.csv").write_text(CORRECTIONS + "".join(f"{line}\n" for line in lines), encoding="utf-8")


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_is_kept_is_what_results_json_has(plan: Path) -> None:
    """The measures in the file are those of results.json, and it names every snapshot in force by its contents."""
    book = open_plan(plan, "2020-03-31")
    kept = json.loads((plan / "published" / "2020-03-31.json").read_text(encoding="utf-8"))

    m = measure(book.ledger, "2020-03-31", settings=book.settings, snapshots=book.snapshots)
    ahead = outlook(book.ledger, "2020-03-31", plan="alpha", snapshots=book.snapshots)
    assert kept["measures"] == records_of(m.results) + ahead.results
    assert (kept["plan"], kept["as_of"], kept["previous"]) == ("alpha", "2020-03-31", "2020-01-31")
    sources = [(row["as_of"], row["sha256"]) for row in kept["made_from"]["snapshots"]]
    assert sources == [(f"{row.as_of:%Y-%m-%d}", row.sha256) for row in book.sources.itertuples()]
    assert [row["value"] for row in kept["dates"] if row["name"] == "target date"] == [
        "2020-03-31", "2020-06-30", "2020-02-29",
    ]  # fmt: skip


def test_the_same_plan_elsewhere_gives_the_same_bytes(plan: Path, tmp_path: Path) -> None:
    """Neither the time, the place nor who runs it leaves a trace in the file."""
    other = tmp_path / "else where" / "alpha"
    make(other, {"2020-01-31": JANUARY, "2020-03-31": MARCH})

    assert keep(other).read_bytes() == (plan / "published" / "2020-03-31.json").read_bytes()
    assert str(tmp_path) not in keep(other).read_text(encoding="utf-8")


def test_what_is_withheld_is_not_kept(tmp_path: Path) -> None:
    """A withheld column, a withheld pattern, and the text of a correction that holds either, stay out of the file."""
    folder = tmp_path / "alpha"
    toml = 'title = "A"\n[redact]\ncolumns = ["lead"]\npatterns = ["Check the \\\\w+"]\n'
    make(folder, {"2020-01-31": JANUARY, "2020-03-31": MARCH}, toml)
    correct(folder, "2020-03-31,,3,Lead,Edith Fox,wrong name,typo")
    text = keep(folder).read_text(encoding="utf-8")

    assert [word for word in ("Ann Bell", "Cy Dunn", "Edith", "Check the files") if word in text] == []
    assert json.loads(text)["made_from"]["texts"] is None
    assert told(folder).checked[0].holds


def test_a_name_withheld_since_does_not_come_back_through_what_was_told(plan: Path) -> None:
    """Figures of a lead that is withheld by now are listed without the lead's name."""
    (plan / "plan.toml").write_text('title = "A"\n[redact]\ncolumns = ["lead"]\n', encoding="utf-8")
    found = told(plan)

    gone = found.figures[found.figures["how"] == "gone"]
    assert set(gone["key"]) == {"[withheld]"}
    assert set(gone["why"]) == {"settings"}
    assert "Ann Bell" not in str(tables.restated(found)) + str(tables.told_before(found)) + found.figures.to_csv()


def test_a_date_withheld_since_does_not_come_back_through_what_was_told(plan: Path) -> None:
    """Dates of actions that were told and are withheld by now are listed as withheld, without the date."""
    (plan / "plan.toml").write_text('title = "A"\n[redact]\ncolumns = ["target"]\n', encoding="utf-8")
    found = told(plan)

    assert differing(found)["target date", "action 2"] == ("[withheld]", "not given: no such date is known", "settings")
    shown = (
        str(tables.restated(found)) + str(tables.told_before(found)) + found.figures.to_csv(columns=["before", "after"])
    )
    assert [day for day in ("30 June 2020", "2020-06-30", "29 February 2020", "2020-02-29") if day in shown] == []


# --- what differs, and why -------------------------------------------------------------------------------------------


def test_a_later_snapshot_restates_nothing(plan: Path) -> None:
    """Adding an issue of a later date, and a correction of it, leaves what was told as it was."""
    make(plan, {"2020-05-31": MAY})
    correct(plan, "2020-05-31,,2,Target date,30 September 2020,misprint,typo")
    found = told(plan)

    assert found.figures.empty
    assert dict(found.checked[0].changed) == {}
    assert narrative.what_was_told(found) == [
        f"The report published for 31 March 2020 still holds: each of its {found.checked[0].kept} figures would be the same now."
    ]


@settings(max_examples=tries(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", "4", ""]), st.sampled_from(["Care", "Law"]),
            st.sampled_from(["Write the guide", "Train the staff", "Something new"]),
            st.sampled_from(["", "31 May 2020", "1 April 2019", "tbc"]), st.sampled_from(["Complete", "In progress", ""]),
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_no_later_snapshot_whatever_restates_anything(plan: Path, rows: list[tuple[str, ...]]) -> None:
    """Whatever the next issue says, what was published before it holds."""
    lines = [f"{ref},{area},{what},Ann Bell,{target},{status}\n" for ref, area, what, target, status in rows]
    make(plan, {"2020-05-31": "".join(lines)})

    assert told(plan).checked[0].holds
    assert dict(told(plan).checked[0].changed) == {}


@pytest.mark.parametrize(
    ("name", "days"), [("wirral-ofsted-2011", ["2011-06-01"]), ("ranger-1960", ["1961-08-31", "1963-02-28"])]
)
def test_a_bundled_plan_restates_nothing_at_its_last_date(name: str, days: list[str], tmp_path: Path) -> None:
    """What is published as an early report holds when the plan is read to its end."""
    folder = tmp_path / name
    shutil.copytree(BUNDLED / name, folder)
    for day in days:
        keep(folder, day)
    found = told(folder, "2011-08-31")

    assert [f"{one.as_of:%Y-%m-%d}" for one in found.checked] == days
    assert [one for one in found.checked if not one.holds or one.changed] == []


def test_a_correction_is_named_as_the_cause(plan: Path) -> None:
    """A date corrected afterwards: the figures that rest on it, from what to what, because of corrections."""
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    found = told(plan)
    seen = differing(found)

    assert dict(found.checked[0].changed) == {"corrections": "corrections.csv: 1 line added"}
    assert seen["standing", "action 3"][0] == "overdue"
    assert seen["target date", "action 3"] == ("29 February 2020", "30 April 2020", "corrections")
    assert seen["standing: overdue", "the plan"] == ("1 of 3", "0 of 3", "corrections")
    assert {why for _, _, why in seen.values()} == {"corrections"}
    assert seen["bow wave: target", "April 2020"] == ("0 actions", "1 action", "corrections")
    assert seen["falling due", "lead Cy Dunn"] == ("0 actions", "1 action", "corrections")
    assert found.checked[0].restated == len(found.figures)


def test_a_reason_put_otherwise_is_no_change(plan: Path) -> None:
    """The reason of a correction and the title of a plan are for people: rewording them changes nothing told."""
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    keep(plan, "2020-03-31", "--replace")
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,the minutes say so,typo")
    (plan / "plan.toml").write_text('title = "Alpha, the plan"\norganisation = "A Council"\n', encoding="utf-8")

    assert dict(told(plan).checked[0].changed) == {}


def test_a_decision_on_identity_is_named_as_the_cause(tmp_path: Path) -> None:
    """A row said to be another action afterwards: because of matches."""
    folder = tmp_path / "alpha"
    make(
        folder, {"2020-01-31": JANUARY, "2020-03-31": MARCH.replace("3,Law,Check the files", "9,Law,Audit every case")}
    )
    keep(folder)
    (folder / "matches.csv").write_text("as_of,place,action_id\n2020-03-31,line 4,alpha/3\n", encoding="utf-8")
    found = told(folder)

    assert dict(found.checked[0].changed) == {"matches": "matches.csv: 1 line added"}
    assert differing(found)["actions", "the plan"] == ("4 actions", "3 actions", "matches")


def test_a_setting_is_named_as_the_cause(plan: Path) -> None:
    """A word of the key that means something else: because of settings, and which."""
    (plan / "plan.toml").write_text('title = "A"\n[status_key]\n"complete" = "open"\n', encoding="utf-8")
    found = told(plan)

    assert dict(found.checked[0].changed) == {"settings": "plan.toml: status_key"}
    assert differing(found)["done", "the plan"] == ("1 of 3", "0 of 3", "settings")


def test_a_file_is_named_as_the_cause(plan: Path) -> None:
    """A snapshot that is another file now: because of data, and which file; only its name is no change."""
    path = plan / "2020-03-31.csv"
    path.rename(plan / "2020-03-31 board paper.csv")
    assert dict(told(plan).checked[0].changed) == {}

    make(plan, {"2020-03-31": MARCH.replace("Complete", "In progress")})
    (plan / "2020-03-31 board paper.csv").unlink()
    found = told(plan)
    assert dict(found.checked[0].changed) == {"data": "2020-03-31.csv changed"}
    assert differing(found)["done", "the plan"] == ("1 of 3", "0 of 3", "data")


def test_files_that_came_and_went_are_named(plan: Path) -> None:
    """A snapshot put in between, and one taken away, are each named; with no file left everything told is compared."""
    make(plan, {"2020-02-29": JANUARY, "2020-05-31": MAY})
    (plan / "2020-01-31.csv").unlink()
    said = "2020-02-29.csv appeared, 2020-01-31.csv is gone"
    assert dict(told(plan).checked[0].changed) == {"data": said}

    for day in ("2020-02-29", "2020-03-31"):
        (plan / f"{day}.csv").unlink()
    found = told(plan)
    assert "2020-03-31.csv is gone" in found.checked[0].changed["data"]
    assert differing(found)["actions", "the plan"] == ("3 actions", "0 actions", "data")
    assert found.figures["how"].eq("gone").any()


def test_a_row_put_in_above_is_not_taken_for_a_change_of_those_below(plan: Path) -> None:
    """Numbers of actions shift, and still each action is compared with itself; the new one is listed as new."""
    new = "7,Law,Ask the board,Cy Dunn,31 December 2020,In progress\n"
    make(plan, {"2020-01-31": new + JANUARY, "2020-03-31": new + MARCH})
    found = told(plan)
    actions = found.figures[found.figures["scope"] == "action"]

    assert set(actions["how"]) == {"new"}
    assert set(actions["label"]) == {"7"}
    assert differing(found)["actions", "the plan"] == ("3 actions", "4 actions", "data")
    assert found.checked[0].new > 0


def test_a_renamed_folder_restates_nothing(plan: Path) -> None:
    """The plan's name is in every key, and is no figure."""
    assert told(plan.rename(plan.with_name("beta"))).checked[0].holds


def test_another_method_is_named_as_the_cause(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version that computes otherwise: because of method; measures it has besides are not called differences."""
    ours = published.method()
    theirs = {**ours, "code": "0" * 64, "libraries": {**ours["libraries"], "pandas": "9.9"}}

    def other(*args: Any, **named: Any) -> Any:
        made = measure(*args, **named)
        table = made.results.copy()
        table.loc[(table["name"] == "decisions") & (table["scope"] == "plan"), "value"] = 12
        table.loc[len(table)] = {**table.iloc[0], "name": "luck", "unit": "ratio", "value": 0.5}
        return replace(made, results=table)

    monkeypatch.setattr(published, "method", lambda: theirs)
    monkeypatch.setattr(published, "measure", other)
    found = told(plan)
    (one,) = found.checked

    assert one.changed["method"].startswith("planlib itself changed, pandas ")
    assert differing(found) == {("decisions", "the plan"): ("1 decision", "12 decisions", "method")}
    assert one.untold == ("luck",)


def test_what_a_pool_rests_on_is_data_too(plan: Path) -> None:
    """A plan of the pool whose snapshot changed is named as changed data, as the forecast may rest on it."""
    other = plan.parent / "beta"
    shutil.copytree(plan, other, ignore=shutil.ignore_patterns("published"))
    snapshot = other / "2020-03-31.csv"
    snapshot.write_text(snapshot.read_text(encoding="utf-8").replace("Cy Dunn", "Di Gray"), encoding="utf-8")
    settings = plan / "plan.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[forecast]\npool = ["beta"]\n', encoding="utf-8")
    (plan / "published" / "2020-03-31.json").unlink()
    keep(plan)
    assert not told(plan).checked[0].changed
    snapshot.write_text(snapshot.read_text(encoding="utf-8").replace("Ann Bell", "Eve Fox"), encoding="utf-8")
    (one,) = told(plan).checked
    assert one.changed == {"data": "the snapshot of 2020-03-31 in beta/2020-03-31.csv changed"}
    assert one.holds


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(0.5234, "share", "52 %"), (0.1794, "score", "0.179"), (3, "actions", "3 actions"), ("2021-04-30", "date", "30 April 2021")],
)
def test_figures_of_the_outlook_are_told_in_words(value: Any, unit: str, words: str) -> None:
    """A share is told in per cent, a score as a number, a date in words."""
    row = {"name": "still open at the first date", "scope": "plan", "unit": unit, "before": value, "before_numerator": None,
           "before_denominator": None, "before_undefined": None}  # fmt: skip
    assert narrative.say_told(row, "before") == words


def test_of_several_changes_each_figure_is_laid_to_its_own(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction, a setting and a library changed: putting each back tells which figures rest on which."""
    ours = published.method()
    monkeypatch.setattr(published, "method", lambda: {**ours, "libraries": {**ours["libraries"], "numpy": "9"}})
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    (plan / "plan.toml").write_text('title = "A"\n[status_key]\n"complete" = "closed not done"\n', encoding="utf-8")
    seen = differing(told(plan))

    assert seen["target date", "action 3"][2] == "corrections"
    assert seen["standing: overdue", "the plan"][2] == "corrections"
    assert seen["standing", "action 1"] == ("complete", "closed not done", "settings")
    assert seen["done", "area Care"][2] == "settings"


def test_data_and_corrections_are_told_apart_where_they_can_be(plan: Path) -> None:
    """What is back when the corrections are put back is theirs; what they do not touch is the data's."""
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    make(plan, {"2020-03-31": MARCH.replace("30 June", "31 July")})
    seen = differing(told(plan))

    assert seen["target date", "action 3"][2] == "corrections"
    assert seen["target date", "action 2"] == ("30 June 2020", "31 July 2020", "data")


def test_a_figure_that_two_changes_moved_is_laid_to_both(plan: Path) -> None:
    """One action complete by a correction and one by another file: the number complete is laid to both."""
    correct(plan, "2020-03-31,,3,Status,Complete,misprint,typo")
    make(plan, {"2020-03-31": MARCH.replace("30 June 2020,In progress", "30 June 2020,Complete")})
    seen = differing(told(plan))

    assert seen["done", "the plan"] == ("1 of 3", "3 of 3", "data and corrections")
    assert seen["done", "area Law"] == ("0 of 1", "1 of 1", "corrections")
    assert seen["done", "area Care"] == ("1 of 2", "2 of 2", "data")


def test_two_corrections_of_meaning_that_act_together_are_both_named(tmp_path: Path) -> None:
    """A figure that comes back only when both are put back, or when either is, is laid to both."""
    folder = tmp_path / "alpha"
    make(folder, {"2020-01-31": JANUARY, "2020-03-31": MARCH})
    keep(folder)
    correct(folder, "2020-03-31,,2,Status,Parked,misprint,typo")
    (folder / "plan.toml").write_text('title = "A"\n[status_key]\n"parked" = "complete"\n', encoding="utf-8")
    seen = differing(told(folder))

    assert seen["standing", "action 2"][1:] == ("complete", "corrections and settings")


def test_what_cannot_be_told_apart_is_said_to_be_so(tmp_path: Path) -> None:
    """Where the plan withholds something no text is kept, so several causes are named together."""
    folder = tmp_path / "alpha"
    make(folder, {"2020-01-31": JANUARY, "2020-03-31": MARCH}, 'title = "A"\n[redact]\npatterns = ["Ann"]\n')
    keep(folder)
    correct(folder, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    make(folder, {"2020-03-31": MARCH.replace("30 June", "31 July")}, 'title = "A"\n[redact]\npatterns = ["Ann"]\n')
    found = told(folder)

    assert set(found.figures["why"]) == {"data and corrections"}
    assert "cannot be told apart" in str(tables.restated(found))


def test_corrections_that_no_longer_fit_the_files_are_no_crash(plan: Path) -> None:
    """Where what was decided cannot be put back, because its row is gone, the causes are named together."""
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    keep(plan, "2020-03-31", "--replace")
    (plan / "corrections.csv").unlink()
    make(plan, {"2020-03-31": "".join(MARCH.splitlines(keepends=True)[:2])})

    assert set(told(plan).figures["why"]) == {"data and corrections"}


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: "", "not JSON"),
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: "[" * 100_000, "not JSON"),
        (lambda text: "[]", "not a record of published figures"),
        (lambda text: text.replace('"value": 3', '"value": 2', 1), "something in it was changed since"),
        (
            lambda text: text.replace("published/1", "published/9"),
            "was written by another planlib (planlib.published/9",
        ),
        (lambda text: '{"schema": "planlib.published/1", "sha256": ""}', "plan is missing"),
    ],
)
def test_a_damaged_file_is_named_and_stops_nothing(plan: Path, spoil: Any, said: str, capsys: Any) -> None:
    """It is an error finding, a sentence on the page and an answer to check; publishing does not write over it."""
    path = plan / "published" / "2020-03-31.json"
    keep(plan, "2020-01-31")
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    spoilt = path.read_bytes()
    found = told(plan)

    assert [one.as_of.date() for one in found.checked] == [date(2020, 1, 31)]
    (line,) = published.noted(open_plan(plan), found).findings.query("code == 'published-not-read'").to_dict("records")
    assert (line["severity"], line["source"]) == ("error", "published/2020-03-31.json")
    assert said in line["message"]
    assert "published/2020-03-31.json: " in narrative.what_was_told(found)[-1]
    assert "2020-03-31.json" in str(tables.told_before(found)) and "2020-03-31.json" in str(tables.restated(found))
    capsys.readouterr()
    assert cli.main(["check", str(plan)]) == 1
    assert "[published-not-read]" in capsys.readouterr().out
    assert cli.main(["publish", str(plan), "--as-of", "2020-03-31", "--replace"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert path.read_bytes() == spoilt


def test_a_file_of_another_name_is_not_passed_over(plan: Path) -> None:
    """A copy under another date, and a name that is no date, are named; what is not JSON is not ours."""
    home = plan / "published"
    shutil.copy(home / "2020-03-31.json", home / "2020-02-29.json")
    shutil.copy(home / "2020-03-31.json", home / "2020-13-45.json")
    (home / "README.md").write_text("kept", encoding="utf-8")
    found = told(plan)

    assert [name for name, _ in found.damaged] == ["published/2020-02-29.json", "published/2020-13-45.json"]
    assert "holds what was published for 2020-03-31" in found.damaged[0][1]
    assert len(found.checked) == 1


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path, capsys: Any) -> None:
    """`published` that is a file is told of, and nothing can be published."""
    folder = tmp_path / "alpha"
    make(folder, {"2020-01-31": JANUARY})
    (folder / "published").write_text("", encoding="utf-8")

    assert told(folder).damaged == (("published", "is a file, and should be a folder"),)
    assert cli.main(["publish", str(folder), "--as-of", "2020-01-31"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# --- the verb --------------------------------------------------------------------------------------------------------


def test_publishing_again_says_so_and_changes_nothing(plan: Path, capsys: Any) -> None:
    """The same figures from the same files: exit code 0 and the file as it was, with --replace too."""
    path = plan / "published" / "2020-03-31.json"
    before = path.read_bytes()
    capsys.readouterr()
    for more in ([], ["--replace"]):
        assert cli.main(["publish", str(plan), "--as-of", "2020-03-31", *more]) == 0
        assert "published already, and the same" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_figures_that_still_hold_need_no_new_edition(plan: Path, capsys: Any) -> None:
    """What they are made from changed and no figure did: exit code 0, said what changed, the file as it was."""
    correct(plan, "2020-03-31,,3,Action,Check every file,misprint,typo")
    before = (plan / "published" / "2020-03-31.json").read_bytes()
    assert cli.main(["publish", str(plan), "--as-of", "2020-03-31"]) == 0

    assert "still hold; changed since, without effect on them: corrections.csv: 1 line added" in capsys.readouterr().out
    assert (plan / "published" / "2020-03-31.json").read_bytes() == before


def test_what_would_differ_is_refused_named_and_replaced_only_when_asked(plan: Path, capsys: Any) -> None:
    """Exit code 1 and one line with what differs and why; with --replace every earlier edition stays in the file."""
    path = plan / "published" / "2020-03-31.json"
    first = json.loads(path.read_text(encoding="utf-8"))
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    capsys.readouterr()
    assert cli.main(["publish", str(plan), "--as-of", "2020-03-31"]) == 1
    said = capsys.readouterr().err

    assert said.count("\n") == 1
    assert "standing: overdue of the plan (1 of 3, now 0 of 3)" in said
    assert "corrections.csv: 1 line added" in said
    assert json.loads(path.read_text(encoding="utf-8")) == first

    keep(plan, "2020-03-31", "--replace")
    (plan / "corrections.csv").unlink()
    keep(plan, "2020-03-31", "--replace")
    last = published.read(path)
    assert len(last["earlier"]) == 2
    assert last["measures"] == first["measures"] != last["earlier"][1]["measures"]
    assert last["earlier"][0] == {name: value for name, value in first.items() if name not in ("earlier", "sha256")}
    assert told(plan).checked[0].editions == 3
    assert "It was published 3 times; this is about the last." in narrative.what_was_told(told(plan))[0]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("publish {plan}", "the following arguments are required: --as-of"),
        ("publish {plan} --as-of 31.3.2020", "is not a date"),
        ("publish {plan} --as-of 2019-12-31", "its first snapshot is of 2020-01-31"),
        ("publish {plan}x --as-of 2020-03-31", "no plan"),
    ],
)
def test_what_cannot_begin_writes_nothing(line: str, message: str, plan: Path, capsys: Any) -> None:
    """Exit code 2, one line, and the folder as it was."""
    before = sorted(plan.rglob("*"))
    capsys.readouterr()
    assert cli.main(line.format(plan=plan).split()) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert sorted(plan.rglob("*")) == before


def test_what_nobody_published_is_not_looked_for(tmp_path: Path) -> None:
    """Without published files a report says so in the data quality, and nothing on the manager's page."""
    make(tmp_path / "alpha", {"2020-01-31": JANUARY})
    found = told(tmp_path / "alpha")

    assert found.checked == ()
    assert str(tables.told_before(found)) == ""
    assert "No report of this plan up to 31 May 2020 has been published" in str(tables.restated(found))


@pytest.mark.parametrize(
    "rows", ["", "1,Care,Write the guide,,,\n", ",,Write the guide,,tbc,\n,,Write the guide,,tbc,\n"]
)
def test_an_empty_plan_can_be_published(rows: str, tmp_path: Path) -> None:
    """A plan without actions, one without dates and status, and rows all alike are kept and hold."""
    folder = tmp_path / "alpha"
    make(folder, {"2020-01-31": JANUARY, "2020-03-31": rows or JANUARY})
    if not rows:
        make(folder, {"2020-03-31": ""})
    keep(folder)
    make(folder, {"2020-05-31": MAY})

    assert told(folder).checked[0].holds


def test_only_what_was_published_up_to_the_date_is_looked_at(plan: Path) -> None:
    """A report as at an earlier date neither compares nor counts as its source what was published for a later one."""
    keep(plan, "2020-01-31")

    assert [one.as_of.date() for one in told(plan, "2020-02-15").checked] == [date(2020, 1, 31)]
    assert "published/2020-01-31.json" in sources_of(plan, date(2020, 2, 15))
    assert "published/2020-03-31.json" not in sources_of(plan, date(2020, 2, 15))
    assert "published/2020-03-31.json" in sources_of(plan, date(2020, 3, 31))


def test_what_shows_figures_is_no_part_of_the_method() -> None:
    """No module that figures are computed by is left out of the method's checksum."""
    wanted, seen = ["measures", "store"], set()
    while wanted:
        module = wanted.pop()
        if module not in seen:
            seen.add(module)
            name = module if module in test_architecture.MODULES else f"{module}.__init__"
            wanted += [each for each in test_architecture.imported(name) if each not in ("planlib", "")]
    assert {module.split(".")[0] for module in seen} & set(published.SHOWING) == set()


def test_a_file_that_is_no_published_one_is_refused(tmp_path: Path) -> None:
    """A folder, or no file at all, in the place of a published one is an error that names it."""
    with pytest.raises(InputError, match=r"2020-03-31\.json: cannot be read"):
        published.read(tmp_path / "2020-03-31.json")


def test_the_report_says_it_and_is_made_anew_when_it_is_published(plan: Path, capsys: Any) -> None:
    """Publishing, and a later correction, make a report stale; its pages tell what differs; its numbers are those kept."""

    def made() -> set[str]:
        asked = report(
            [plan],
            as_of="2020-03-31",
            notebooks=["progress", "data-quality"],
            data=plan.parent,
            out=plan.parents[1] / "out",
        )
        assert asked.ok, [each.why for each in asked.failed]
        return {each.state for each in asked.reports}

    (plan / "published" / "2020-03-31.json").rename(plan / "kept")
    folder = plan.parents[1] / "out" / "alpha" / "2020-03-31"
    assert made() == {"made"}
    assert "What was told before" not in (folder / "progress.html").read_text(encoding="utf-8")
    assert made() == {"up to date"}
    (plan / "kept").rename(plan / "published" / "2020-03-31.json")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results["measures"] == published.read(plan / "published" / "2020-03-31.json")["measures"]
    correct(plan, "2020-03-31,,3,Target date,30 April 2020,misprint,typo")
    assert made() == {"made"}
    for page in ("progress", "data-quality"):
        text = (folder / f"{page}.html").read_text(encoding="utf-8")
        assert "published for 31 March 2020 would now differ. Changed since: corrections.csv: 1 line added." in text
        assert "29 February 2020" in text
