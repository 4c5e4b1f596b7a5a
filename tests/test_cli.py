"""The command line: verbs, exit codes, one clear line for each mistake, and nothing that a terminal would obey."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import subprocess
import sys
import webbrowser
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planlib
from planlib import cli
from planlib.errors import RunError
from planlib.reporting import run

SOURCE = Path(planlib.__file__).resolve().parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one plan of two snapshots, in which we stand."""
    folder = tmp_path / "data" / "alpha"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "Alpha"\n', encoding="utf-8")
    head = "Ref,Area,Action,Target date,Status\n"
    first = "1,Care,Write the guide,2020-03-31,In progress\n2,Care,=1+1,2020-06-28,In progress\n"
    later = "1,Care,Write the guide,2020-03-31,Complete\n2,Care,=1+1,28 July 2020,In progress\n"
    (folder / "2020-04-30.csv").write_text(head + first, encoding="utf-8")
    (folder / "2020-05-31.csv").write_text(head + later, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outcome(*states: tuple[str, str, Exception | None], faults: tuple[str, ...] = ()) -> run.Outcome:
    """What `report` might give back."""
    reports = tuple(
        run.Report("alpha", date(2020, 5, 31), name, Path(f"reports/alpha/2020-05-31/{name}.html"), state,
                   str(error or "not made before"), error)
        for name, state, error in states
    )  # fmt: skip
    return run.Outcome(reports, faults, (), Path("reports/index.html"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the verb `report` asks of the library, which makes nothing here."""
    found: dict[str, Any] = {"gives": outcome(("progress", run.MADE, None))}

    def report(plans: Any, **options: Any) -> run.Outcome:
        found.update(options, plans=plans)
        return found["gives"]  # type: ignore[no-any-return]

    monkeypatch.setattr(run, "report", report)
    return found


# --- exit codes and mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("reprot", "no verb 'reprot'. Did you mean 'report'? Verbs: report, check, ledger, changes, new, publish, lab, schema"),
        ("--debug report", "report: '--debug' comes after the verb: planlib report --debug"),
        ("report --forse", "report: no option '--forse'. Did you mean '--force'?"),
        ("report --jobs two", "argument --jobs: invalid int value: 'two'"),
        ("report --jobs 0", "jobs must be 1 or more, not 0"),
        ("report alhpa", "no plan 'alhpa'. Did you mean 'alpha'? Plans in"),
        ("report --as-of 31/05/2020", "'31/05/2020' is not a date; write it YYYY-MM-DD"),
        ("report alpha --as-of 2019-01-01", "its first snapshot is of 2020-04-30"),
        ("report --notebook progres", "no notebook 'progres'. Did you mean 'progress'?"),
        ("report --data dta", "dta: no such folder here"),
        ("check", "the following arguments are required: FILE_OR_PLAN"),
        ("check alhpa", "no plan 'alhpa'. Did you mean 'alpha'?"),
        ("check data", "is not a plan folder, for it has no plan.toml. It holds plans: alpha"),
        ("check alpha beta", "check: 'beta' is one argument too many"),
        ("ledger alpha", "the following arguments are required: --to"),
        ("ledger alpha --to x.cvs", "must end in .csv, .xlsx, .parquet. Did you mean '.csv'?"),
        ("ledger alpha --to nowhere/x.csv", "there is no folder nowhere"),
        ("ledger alpha --to data/alpha/x.csv", "lies among the sources of the plan"),
        ("ledger alpha --to x.csv --as-of 2019-01-01", "its first snapshot is of 2020-04-30"),
        ("changes alpha --since 2020-06-30", "must be before --as-of 2020-05-31"),
        ("changes alpha --since 2019-06-30", "the first snapshot of alpha is of 2020-04-30"),
        ("changes alpha --as-of 2020-04-30", "there is nothing earlier to compare with"),
        ("new data/beta --from data/alpha/2020-05-13.csv --as-of 2020-05-31", "no such file. Did you mean '2020-05-3"),
        ("new data/beta --from data/alpha/plan.toml --as-of 2020-05-31", "not '.toml'"),
        ("new data/beta --from data/alpha/2020-05-31.csv --as-of 31.5.2020", "'31.5.2020' is not a date"),
        ("new data/alpha --from data/alpha/2020-05-31.csv --as-of 2020-05-31", "there is a snapshot of 2020-05-31"),
        ("new data/portfolio --from data/alpha/2020-05-31.csv --as-of 2020-05-31", "cannot be called 'portfolio'"),
    ],
)
def test_a_mistake_is_one_clear_line(line: str, message: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot begin is answered by exit code 2 and one line without a traceback; nothing is written."""
    before = sorted(here.rglob("*"))
    code = cli.main(line.split())
    said = capsys.readouterr()

    assert (code, said.out) == (2, "")
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.err.startswith("planlib: ")
    assert sorted(here.rglob("*")) == before


def test_no_verb_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a verb the help is printed, and nothing has begun."""
    assert cli.main([]) == 2
    assert "planlib report" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["", *cli._VERBS])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help is answered with exit code 0, for planlib and for each verb."""
    with pytest.raises(SystemExit) as caught:
        cli.main([*([verb] if verb else []), "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: planlib{' ' + verb if verb else ''}")


def test_help_imports_nothing_heavy() -> None:
    """Arguments are parsed before pandas, papermill or anything else that is slow is imported."""
    code = (
        "import sys\nfrom planlib.cli import main\n"
        "try:\n    main(['report', '--help'])\nexcept SystemExit:\n    pass\n"
        "main(['reprot'])\n"
        "print(sorted({'pandas', 'numpy', 'papermill', 'matplotlib', 'nbformat', 'traitlets'} & set(sys.modules)))"
    )
    path = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_report_passes_on_what_was_asked(here: Path, asked: dict[str, Any]) -> None:
    """Each option reaches the library under its name."""
    line = "report alpha --as-of 2020-04-30 2020-05-31 --notebook progress --data data --out o --jobs 3 --force --plain --timeout 9.5"
    assert cli.main(line.split()) == 0
    del asked["gives"], asked["progress"]
    assert asked == {
        "plans": ["alpha"], "as_of": ["2020-04-30", "2020-05-31"], "notebooks": ["progress"], "data": "data",
        "out": "o", "jobs": 3, "force": True, "plain": True, "timeout": 9.5, "maker": None,
    }  # fmt: skip


@pytest.mark.parametrize("line", ["report --as-of 2020-05-31 alpha", "report --notebook progress alpha"])
def test_a_plan_may_come_after_a_list(line: str, here: Path, asked: dict[str, Any]) -> None:
    """A word after dates or notebooks that is a plan and neither of those is taken for the plan."""
    cli.main(line.split())
    assert asked["plans"] == ["alpha"]
    assert (asked["as_of"] or asked["notebooks"]) in (["2020-05-31"], ["progress"])


def test_report_failures_give_exit_code_one(here: Path, asked: dict[str, Any], capsys: Any) -> None:
    """One failed report: exit code 1, one line for it on standard error, the count on standard output."""
    asked["gives"] = outcome(
        ("progress", run.FAILED, RunError("alpha as at 2020-05-31: progress: cell 3: KeyError: 'x\x1b[31m'")),
        ("slippage", run.FAILED, None), ("data-quality", run.MADE, None), faults=("beta: no plan.toml",),
    )  # fmt: skip
    assert cli.main(["report"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "planlib: beta: no plan.toml",
        "planlib: alpha as at 2020-05-31: progress: cell 3: KeyError: 'x\N{REPLACEMENT CHARACTER}[31m'",
    ]
    assert said.out == f"1 of 3 reports made, 2 failed. {Path('reports/index.html')}\n"


def test_why_says_it_for_each_report(here: Path, asked: dict[str, Any], capsys: Any) -> None:
    """--why prints the reason for each report that was made or was not."""
    asked["gives"] = outcome(("progress", run.MADE, None), ("slippage", run.UP_TO_DATE, None))
    assert cli.main(["report", "--why"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "alpha 2020-05-31 progress: made: not made before",
        "alpha 2020-05-31 slippage: up to date: not made before",
    ]


def test_open_shows_the_index(here: Path, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """--open hands the index to the browser as a file address."""
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    cli.main(["report", "--open"])
    assert shown == [(here / "reports/index.html").as_uri()]


def test_a_fault_of_ours_is_one_line_unless_debug(here: Path, monkeypatch: Any, capsys: Any) -> None:
    """An unexpected exception gives exit code 1 and one line; --debug shows it."""
    monkeypatch.setattr(run, "report", lambda *_, **__: 1 / 0)
    assert cli.main(["report"]) == 1
    assert capsys.readouterr().err == (
        "planlib: a fault in planlib itself: ZeroDivisionError: division by zero (--debug shows where)\n"
    )
    assert cli.main(["report", "--debug"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Traceback") and "monkeypatch.setattr" in said and "\nZeroDivisionError: division by zero\n" in said


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_says_how_a_file_was_understood(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking a file prints format, header row and columns, then the findings; 0 without an error finding."""
    assert cli.main(["check", "data/alpha/2020-05-31.csv"]) == 0
    said = capsys.readouterr().out

    assert said.startswith(f"{Path('data/alpha/2020-05-31.csv')}: 2 actions\n  format: ")
    assert "Target date" in said
    assert "\nFindings: " in said


def test_check_names_a_file_once_and_counts_in_words(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One action is "1 action", and the line of a fault names its file or folder once."""
    (here / "one.csv").write_text("Ref,Action,Due date\n1,Write,30 April 2026\n", encoding="utf-8")
    assert cli.main(["check", "one.csv", "--as-of", "2026-03-31"]) == 0
    assert capsys.readouterr().out.startswith("one.csv: 1 action\n")
    for name in ("plan.toml", "2026-03-31.csv", "2026-03-31 final.csv"):
        (here / "plan").mkdir(exist_ok=True)
        (here / "plan" / name).write_text('title = "T"\n', encoding="utf-8")
    assert cli.main(["check", "plan"]) == 1
    assert capsys.readouterr().out.startswith("plan: two files for 2026-03-31: ")


def test_check_of_a_plan_takes_every_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking a plan names each snapshot file; --as-of leaves out later ones; --json is JSON."""
    assert cli.main(["check", "alpha", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [Path(each["file"]).name for each in found["files"]] == ["2020-04-30.csv", "2020-05-31.csv"]
    assert {"findings", "files"} == set(found)

    cli.main(["check", "alpha", "--as-of", "2020-05-01", "--json"])
    assert len(json.loads(capsys.readouterr().out)["files"]) == 1


@pytest.mark.parametrize("text", ["Hello,World\n1,2\n", "", "PK\x03\x04 broken"])
def test_check_of_a_file_without_a_table_gives_one(text: str, here: Path, capsys: Any) -> None:
    """No table of actions, or a file that cannot be read at all, is exit code 1 and says so."""
    (here / "2020-05-31.csv").write_text(text, encoding="utf-8")
    assert cli.main(["check", "2020-05-31.csv"]) == 1
    assert capsys.readouterr().out.startswith("2020-05-31.csv: ")


def test_the_terminal_is_told_no_control_sequence(here: Path, capsys: Any) -> None:
    """What a source says is printed without escape sequences and without characters that turn the text round."""
    text = "Ref,Action,Target date,Status\n1,Write,\x1b[2J\u202eowt,Complete\n"
    (here / "data/alpha/2020-05-31.csv").write_text(text, encoding="utf-8")
    cli.main(["check", "data/alpha/2020-05-31.csv"])
    cli.main(["changes", "alpha"])
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err
    assert "[2J" in said.out


# --- ledger ----------------------------------------------------------------------------------------------------------


def test_ledger_as_csv(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row per action and snapshot, with the columns of the schema, and no cell that is a formula."""
    assert cli.main(["ledger", "alpha", "--to", "x.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO((here / "x.csv").read_bytes().decode("utf-8"), newline="")))

    assert [(row["as_of"], row["ref"], row["target"]) for row in rows] == [
        ("2020-04-30", "1", "2020-03-31"), ("2020-04-30", "2", "2020-06-28"),
        ("2020-05-31", "1", "2020-03-31"), ("2020-05-31", "2", "2020-07-28"),
    ]  # fmt: skip
    assert rows[1]["action"] == "'=1+1"
    assert capsys.readouterr().out == "4 rows written to x.csv\n"


def test_ledger_as_of_a_date_knows_nothing_later(here: Path) -> None:
    """Only snapshots up to the date are in it."""
    assert cli.main(["ledger", "alpha", "--as-of", "2020-05-30", "--to", "x.csv"]) == 0
    assert len(pd.read_csv("x.csv")) == 2


def test_ledger_as_xlsx(here: Path) -> None:
    """Dates are dates, text is text even where it looks like a formula, and the same ledger gives the same bytes."""
    assert cli.main(["ledger", "alpha", "--to", "x.xlsx"]) == 0
    assert cli.main(["ledger", "alpha", "--to", "y.xlsx"]) == 0
    found = pd.read_excel("x.xlsx", sheet_name="Ledger", engine="calamine")

    assert list(found["action"]) == ["Write the guide", "=1+1"] * 2
    assert found["target"].iloc[3] == pd.Timestamp("2020-07-28")
    with zipfile.ZipFile("x.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet2.xml")
    assert Path("x.xlsx").read_bytes() == Path("y.xlsx").read_bytes()


def test_ledger_as_parquet(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With pyarrow the ledger comes back as it was; without it one line says what is missing."""
    code = cli.main(["ledger", "alpha", "--to", "x.parquet"])
    if importlib.util.find_spec("pyarrow"):
        assert len(pd.read_parquet("x.parquet")) == 4
    else:
        assert code == 2
        assert "needs the package pyarrow" in capsys.readouterr().err


def test_a_fault_inside_a_plan_is_no_beginners_mistake(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan that is there but cannot be read gives exit code 1, not 2."""
    (here / "data/alpha/plan.toml").write_text("titel = 'x'\n", encoding="utf-8")
    assert cli.main(["ledger", "alpha", "--to", "x.csv"]) == 1
    assert "unknown key 'titel'" in capsys.readouterr().err


# --- changes, new, schema --------------------------------------------------------------------------------------------


def test_changes_reads_like_an_e_mail(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Area, action and each change from what to what, in plain text; without dates the last two snapshots."""
    assert cli.main(["changes", "alpha"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Alpha: what changed from 30 April 2020 to 31 May 2020\n\nIN NUMBERS\n")
    assert (
        "Care\n"
        "  1: Write the guide\n"
        "    - status: from In progress to Complete\n"
        "  2: =1+1\n"
        "    - target date: from 28 June 2020 to 28 July 2020, 30 days later; before it\n"
        "      was missed (28 to 58 days); no reason given\n"
    ) in said


def test_changes_as_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as records, with both dates and the snapshots in force at them."""
    assert cli.main(["changes", "alpha", "--since", "2020-05-01", "--as-of", "2020-06-15", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["since"], found["as_of"], found["reports"]) == (
        "2020-05-01", "2020-06-15", ["2020-04-30", "2020-05-31"],
    )  # fmt: skip
    assert [(each["ref"], each["what"], each["how"]) for each in found["changes"]] == [
        ("1", "status_text", "changed"), ("2", "target_text", "changed"),
    ]  # fmt: skip
    assert [(each["ref"], each["days"], each["reason"]) for each in found["dates"]] == [("2", 30, "")]
    assert [(each["ref"], each["live"], each["completed_since"]) for each in found["lists"]] == [
        ("1", False, True), ("2", True, False),
    ]  # fmt: skip


def test_new_makes_a_plan_that_can_be_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It copies the file under its date, writes a plan.toml that planlib accepts, and says the next command."""
    line = "new data/my-plan --from data/alpha/2020-05-31.csv --as-of 2020-06-30"
    assert cli.main(line.split()) == 0
    assert "next: planlib check data/my-plan" in capsys.readouterr().out
    assert (here / "data/my-plan/2020-06-30.csv").read_bytes() == (here / "data/alpha/2020-05-31.csv").read_bytes()
    assert (here / "data/my-plan/plan.toml").read_text(encoding="utf-8").splitlines()[1] == 'title = "My plan"'
    assert cli.main(["check", "my-plan"]) == 0


def test_new_never_overwrites(here: Path) -> None:
    """Adding a snapshot to a plan leaves its plan.toml and other files as they are; the same date twice is refused."""
    (here / "x.csv").write_text("Ref,Action,Status\n1,Write,Complete\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in (here / "data/alpha").iterdir()}
    assert cli.main("new data/alpha --from x.csv --as-of 2020-06-30".split()) == 0
    assert cli.main("new data/alpha --from x.csv --as-of 2020-06-30".split()) == 2
    assert {path: path.read_bytes() for path in before} == before
    assert len(list((here / "data/alpha").iterdir())) == len(before) + 1


def test_schema_lists_every_column_code_and_measure(capsys: pytest.CaptureFixture[str]) -> None:
    """The data dictionary has each column, word, finding code and measure of schema.py, as Markdown and as JSON."""
    from planlib import schema

    assert cli.main(["schema"]) == 0
    said = capsys.readouterr().out
    names = [column.name for column in (*schema.LEDGER, *schema.FINDINGS, *schema.EXTRAS, *schema.CELLS, *schema.MATCHES, *schema.RESTATED)]
    missing = [name for name in [*names, *schema.CODES, *schema.MEASURES] if f"| `{name}` |" not in said]
    assert missing == []
    assert cli.main(["schema", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [column["name"] for column in found["tables"]["ledger"]] == [column.name for column in schema.LEDGER]
    assert list(found["measures"]) == list(schema.MEASURES)
