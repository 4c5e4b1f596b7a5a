"""Running notebooks and publishing reports: whole or not at all, the same bytes, and nobody else's settings."""

from __future__ import annotations

import copy
import csv
import functools
import importlib.machinery
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator

import planlib
from planlib import measures
from planlib.errors import InputError, RunError
from planlib.reporting import forks, index, kernels, making, managers, notebooks, publish, results, seen
from planlib.reporting.run import report

V4 = nbformat.v4
SOURCE = Path(planlib.__file__).resolve().parents[1]
MEASURED = """\
from planlib import measures, open_plan
book = open_plan(plan, as_of)
m = measures.measure(book.ledger, as_of, settings=book.settings, snapshots=book.snapshots)
display(m._repr_mimebundle_(), raw=True)
"""
SAID = 'display({"text/plain": f"{len(book.ledger)} rows of {book.name}"}, raw=True)'


def tiny(*sources: str, parameters: str = 'plan = ""\nas_of = ""') -> Any:
    """A notebook of a title, a parameters cell and the code cells given."""
    cells = [
        V4.new_markdown_cell("# Tiny"),
        V4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *(V4.new_code_cell(source) for source in sources),
    ]
    return V4.new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def put_notebook(root: Path, name: str, *sources: str, **options: Any) -> Path:
    """Write a notebook of these code cells."""
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(tiny(*sources, **options)), encoding="utf-8")
    return path


def put_plan(root: Path, name: str, *days: str, title: str = "") -> Path:
    """A plan of two actions, the second of which moves by a month in each snapshot."""
    folder = root / "data" / name
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(f"title = {json.dumps(title or name.title())}\n", encoding="utf-8")
    for number, day in enumerate(days):
        rows = ["Ref,Area,Action,Target date,Status", "1,Care,Write the guide,2020-03-31,Complete"]
        rows.append(f"2,Care,Train the staff,2020-{6 + number:02}-28,In progress")
        (folder / f"{day}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two plans and tiny notebooks, in which we stand."""
    put_plan(tmp_path, "alpha", "2020-04-30", "2020-05-31")
    put_plan(tmp_path, "beta", "2020-05-31", title="Beta & <Co>")
    for name in ("progress", "slippage", "data-quality"):
        put_notebook(tmp_path, name, MEASURED, SAID)
    over = 'plans = []\nas_of = ""'
    put_notebook(tmp_path, "portfolio", 'display({"text/plain": ", ".join(plans)}, raw=True)', parameters=over)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Execute notebooks in this process instead of kernels: for what is not about kernels. Gives what was run."""
    ran: list[str] = []
    guard = threading.Lock()

    def execute(notebook: Any, parameters: Any, *, where: str, **_: Any) -> Any:
        made = parameterize_notebook(papermilled(notebook), dict(parameters), kernel_name="python3", language="python")
        names: dict[str, Any] = {}
        with guard:
            ran.append(where)
            count = 0
            for cell in made.cells:
                if cell.cell_type != "code":
                    continue
                count += 1
                cell.execution_count = count
                names["display"] = lambda data, raw, to=cell: to.outputs.append(V4.new_output("display_data", data))
                try:
                    exec(cell.source, names)
                except Exception as error:
                    raise RunError(f"{where}: {type(error).__name__}: {error}") from error
        return made

    monkeypatch.setattr(making, "execute", execute)
    monkeypatch.setattr(measures, "measure", measure_once)
    monkeypatch.setattr(forks, "CAN_FORK", False)

    def told() -> list[str]:
        found = sorted(ran)
        ran.clear()
        return found

    return told


_measured: dict[tuple[str, str], Any] = {}
_measure = measures.measure


def measure_once(ledger: pd.DataFrame, as_of: Any, **options: Any) -> Any:
    """The measures, worked out once for each ledger: the plans here are few, and always the same."""
    key = (ledger.to_csv(), str(as_of))
    if key not in _measured:
        _measured[key] = _measure(ledger, as_of, **options)
    return copy.deepcopy(_measured[key])


def papermilled(notebook: Any) -> Any:
    """Give a notebook the metadata that papermill expects."""
    made = copy.deepcopy(notebook)
    made.metadata.setdefault("papermill", {})
    for cell in made.cells:
        cell.metadata.setdefault("tags", [])
    return made


def every_file(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for the note of what was seen, which holds times of files."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != seen.FILE)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def without_runs(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files that are the same for the same inputs: run.json holds what is an accident of the run."""
    return {name: data for name, data in files.items() if not name.endswith("run.json")}


# --- what is made ----------------------------------------------------------------------------------------------------

SET = ["data-quality.html", "data-quality.ipynb", "findings.csv", "ledger.csv", "ledger.xlsx", "progress.html",
       "progress.ipynb", "results.json", "run.json", "slippage.html", "slippage.ipynb"]  # fmt: skip


def test_everything_promised_is_made(here: Path, quick: Callable[[], list[str]]) -> None:
    """Without arguments: every plan and snapshot date gets its files, the portfolio its latest, and nothing else."""
    outcome = report()

    folders = ("alpha/2020-04-30", "alpha/2020-05-31", "beta/2020-05-31")
    expected = [f"{folder}/{name}" for folder in folders for name in SET]
    expected += [f"portfolio/2020-05-31/{name}" for name in ("portfolio.html", "portfolio.ipynb", "run.json")]
    assert outcome.ok, [*outcome.faults, *outcome.failed]
    assert list(every_file(here / "reports")) == sorted([*expected, "index.html"])
    assert outcome.ok
    assert len(outcome.made) == 10
    assert {each.path.is_file() for each in outcome.reports} == {True}


def test_run_json_holds_what_the_set_was_made_from(here: Path, quick: Callable[[], list[str]]) -> None:
    """run.json names the sources up to the date, the parameters as published and the sha256 of every output."""
    report("alpha", as_of=date(2020, 4, 30))
    folder = here / "reports/alpha/2020-04-30"
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))

    assert list(record["sources"]) == ["plan.toml", "2020-04-30.csv"]
    assert record["reports"]["progress"]["parameters"] == {"plan": "data/alpha", "as_of": "2020-04-30"}
    assert sorted([*record["outputs"], "run.json"]) == SET
    assert record["outputs"] == {name: publish.sha256(folder / name) for name in record["outputs"]}
    assert set(record["run"]) == {"commit", "platform", "seconds", "when"}
    assert publish.look(folder).whole


def test_results_json_is_what_measure_gives(here: Path, quick: Callable[[], list[str]]) -> None:
    """results.json has the plan, the dates and every measure with exactly one of value and reason."""
    report("alpha", as_of="2020-05-31", notebooks="progress")
    found = json.loads((here / "reports/alpha/2020-05-31/results.json").read_text(encoding="utf-8"))

    assert (found["schema"], found["plan"], found["as_of"], found["previous"]) == (
        "planlib.results/1", "alpha", "2020-05-31", "2020-04-30"
    )  # fmt: skip
    assert {(each["value"] is None) != (each["undefined_because"] is None) for each in found["measures"]} == {True}
    done = [m for m in found["measures"] if m["name"] == "done" and m["scope"] == "plan"]
    assert [(m["numerator"], m["denominator"]) for m in done] == [(1, 2)]


def test_published_notebook_tells_nothing_of_the_machine(here: Path, quick: Callable[[], list[str]]) -> None:
    """No time, path or random id stays in an executed notebook, and it is still a valid notebook."""
    report("alpha", as_of="2020-05-31", notebooks="progress")
    data = (here / "reports/alpha/2020-05-31/progress.ipynb").read_bytes()
    node = nbformat.reads(data.decode(), as_version=4)

    nbformat.validate(node)
    assert [cell.id for cell in node.cells] == [f"cell-{n}" for n in range(1, 6)]
    assert str(here).encode() not in data
    assert "papermill" not in node.metadata
    assert node.cells[2].source == '# Parameters\nplan = "data/alpha"\nas_of = "2020-05-31"'


def test_python_takes_dates_and_folders(here: Path, quick: Callable[[], list[str]]) -> None:
    """Plans can be folders or names, dates can be date objects or text, and one of each need not be a list."""
    one = report(Path("data/alpha"), as_of=date(2020, 5, 31), notebooks="progress")
    two = report(["alpha", here / "data" / "beta"], as_of=["2020-05-31"], notebooks=["progress"])

    assert [(each.plan, each.state) for each in one.reports] == [("alpha", "made")]
    assert [(each.plan, each.state) for each in two.reports] == [("alpha", "up to date"), ("beta", "made")]


def test_a_date_between_snapshots_can_be_reported_on(here: Path, quick: Callable[[], list[str]]) -> None:
    """As at a day without a snapshot the one before is in force, and a later one is no source."""
    outcome = report("alpha", as_of="2020-05-15", notebooks="progress")

    assert outcome.ok
    record = publish.look(here / "reports/alpha/2020-05-15").record
    assert list(record["sources"]) == ["plan.toml", "2020-04-30.csv"]


# --- what is up to date ----------------------------------------------------------------------------------------------


def test_nothing_changed_runs_nothing(here: Path, quick: Callable[[], list[str]]) -> None:
    """A second run executes no notebook and leaves every byte as it is."""
    report()
    quick()
    before = every_file(here / "reports")

    assert {each.state for each in report().reports} == {"up to date"}
    assert quick() == []
    assert every_file(here / "reports") == before


def test_a_changed_snapshot_runs_its_date_and_later_ones(here: Path, quick: Callable[[], list[str]]) -> None:
    """Reports of earlier dates are not made again, and their bytes are the same after a later snapshot is added."""
    report(notebooks="progress")
    quick()
    before = every_file(here / "reports/alpha")
    shutil.copy(here / "data/alpha/2020-05-31.csv", here / "data/alpha/2020-06-30.csv")
    with (here / "data/alpha/2020-05-31.csv").open("a", encoding="utf-8") as file:
        file.write("3,Care,Buy the van,2020-07-31,Not started\n")

    outcome = report(notebooks="progress")

    assert quick() == ["alpha as at 2020-05-31: progress", "alpha as at 2020-06-30: progress"]
    why = {(each.plan, str(each.as_of)): each.why for each in outcome.reports}
    assert why["alpha", "2020-05-31"] == "changed since: 2020-05-31.csv"
    assert why["alpha", "2020-06-30"] == "not made before"
    earlier = [name for name in before if name.startswith("2020-04-30")]
    assert {name: every_file(here / "reports/alpha")[name] for name in earlier} == {n: before[n] for n in earlier}


def test_a_changed_snapshot_of_its_pool_runs_a_plan_again(here: Path, quick: Callable[[], list[str]]) -> None:
    """A plan whose forecast may draw on another plan is stale when that plan changes; later snapshots of it do not matter."""
    one, two = put_plan(here, "one", "2020-01-31"), put_plan(here, "two", "2020-01-31", "2020-03-31")
    (one / "plan.toml").write_text('title = "One"\nforecast.pool = ["two"]\n', encoding="utf-8")
    report("one", notebooks="slippage")
    quick()
    for day, again in (("2020-03-31", []), ("2020-01-31", ["one as at 2020-01-31: slippage"])):
        with (two / f"{day}.csv").open("a", encoding="utf-8") as file:
            file.write("3,Care,Buy the van,2020-07-31,Not started\n")
        outcome = report("one", notebooks="slippage")
        assert quick() == again
    assert outcome.reports[0].why == "changed since: ../two/2020-01-31.csv"


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ('["nowhere"]', "names 'nowhere', and there is no plan folder"),
        ('["one"]', "which is the plan itself"),
        ('["../data/two"]', "a plan is named by its folder alone"),
    ],
)
def test_a_pool_that_is_not_there_is_named(pool: str, message: str, here: Path) -> None:
    """A plan in `[forecast] pool` that cannot be used is a clear error of that plan alone."""
    one = put_plan(here, "one", "2020-01-31")
    put_plan(here, "two", "2020-01-31")
    (one / "plan.toml").write_text(f'title = "One"\nforecast.pool = {pool}\n', encoding="utf-8")
    with pytest.raises(InputError, match=message):
        planlib.open_pool(one, "2020-01-31")
    outcome = report(["one", "two"], notebooks="slippage")
    assert [(each.plan, each.state) for each in outcome.reports if each.plan == "two"] == [("two", "made")]
    assert [fault for fault in outcome.faults if message in fault]


def test_a_changed_notebook_runs_that_notebook(here: Path, quick: Callable[[], list[str]]) -> None:
    """Only it is run again; the other reports of the set stay published."""
    report("beta")
    quick()
    put_notebook(here, "slippage", MEASURED)

    outcome = report("beta")

    assert quick() == ["beta as at 2020-05-31: slippage"]
    assert [each.why for each in outcome.made] == ["the notebook has changed"]
    assert publish.look(here / "reports/beta/2020-05-31").whole
    assert sorted(path.name for path in (here / "reports/beta/2020-05-31").iterdir()) == SET


def test_the_summary_belongs_to_the_progress_report(here: Path, quick: Callable[[], list[str]]) -> None:
    """summary.html is made with progress, stays when another report is made, and is made again where it is gone."""
    path = put_notebook(here, "progress", MEASURED, 'display({"text/plain": "brief"}, raw=True)')
    node = nbformat.read(path, 4)
    node.cells[-1].metadata["tags"] = ["summary"]
    path.write_text(nbformat.writes(node), encoding="utf-8")
    put_notebook(here, "slippage", MEASURED, 'display({"text/plain": "brief"}, raw=True)')
    summary = here / "reports/beta/2020-05-31/summary.html"

    report("beta", notebooks="slippage")
    assert not summary.exists()
    report("beta", notebooks="progress")
    assert b"<pre>brief</pre>" in summary.read_bytes()
    assert b"<pre>brief</pre>" not in (summary.parent / "progress.html").read_bytes()
    assert "summary.html" in publish.look(summary.parent).record["outputs"]
    put_notebook(here, "slippage", MEASURED, SAID)
    quick()
    report("beta", notebooks="slippage")
    assert publish.look(summary.parent).whole
    assert b'href="beta/2020-05-31/summary.html"' in (here / "reports/index.html").read_bytes()

    quick()
    summary.unlink()
    assert report("beta", notebooks=["progress", "slippage"]).ok
    assert quick() == ["beta as at 2020-05-31: progress"]
    assert summary.exists()


@pytest.mark.parametrize("name", ["progress.html", "ledger.csv", "ledger.xlsx", "run.json"])
def test_what_was_tampered_with_is_made_again(name: str, here: Path, quick: Callable[[], list[str]]) -> None:
    """A file that is gone or not as it was written unpublishes its set, and the next run mends it."""
    report("beta")
    path = here / "reports/beta/2020-05-31" / name
    before = every_file(here / "reports")
    path.write_bytes(path.read_bytes()[:-9])

    assert not publish.look(path.parent).whole
    assert b"Incomplete" in index.make(here / "reports") or name == "run.json"
    assert report("beta").ok
    assert without_runs(every_file(here / "reports")) == without_runs(before)
    assert publish.look(path.parent).whole


def test_force_makes_everything(here: Path, quick: Callable[[], list[str]]) -> None:
    """With force every report asked for is made, and comes out the same."""
    report("beta")
    before = every_file(here / "reports")
    outcome = report("beta", force=True)

    assert [each.why for each in outcome.made] == ["asked for (--force)"] * 3
    assert without_runs(every_file(here / "reports")) == without_runs(before)


def test_reports_of_older_sources_are_taken_down(here: Path, quick: Callable[[], list[str]]) -> None:
    """Reports of one set are all of the same sources: those not asked for go when the sources have changed."""
    report("beta")
    with (here / "data/beta/2020-05-31.csv").open("a", encoding="utf-8") as file:
        file.write("3,Care,Buy the van,2020-07-31,Not started\n")

    outcome = report("beta", notebooks="progress")

    assert sorted(path.name for path in (here / "reports/beta/2020-05-31").iterdir()) == sorted(
        name for name in SET if not name.startswith(("slippage", "data-quality"))
    )
    assert any("taken down" in note and "slippage" in note for note in outcome.notes)


# --- failing well ----------------------------------------------------------------------------------------------------


def test_a_failure_leaves_the_old_set(here: Path, quick: Callable[[], list[str]]) -> None:
    """One failing notebook: its set stays as it was, byte for byte, the rest is made; its words are not published."""
    report()
    before = every_file(here / "reports")
    put_notebook(here, "slippage", MEASURED, 'assert plan != "data/alpha", "Jane " + "Doe, born 2009"')

    outcome = report()

    failed = [each for each in outcome.failed if each.notebook == "slippage"]
    assert [(each.plan, str(each.as_of)) for each in failed] == [("alpha", "2020-05-31"), ("alpha", "2020-04-30")]
    assert failed[0].why == "alpha as at 2020-05-31: slippage: AssertionError: Jane Doe, born 2009"
    assert [each.plan for each in outcome.made] == ["beta"]
    after = every_file(here / "reports")
    assert {n: d for n, d in after.items() if n in before and n.startswith("alpha")} == {
        n: d for n, d in before.items() if n.startswith("alpha")
    }
    assert set(after) - set(before) == {"alpha/2020-04-30/failed.json", "alpha/2020-05-31/failed.json"}
    assert not any(b"Jane Doe" in data for data in after.values())
    assert b"Published; the last attempt to make it again failed (slippage: RunError" in after["index.html"]


def test_a_failure_is_forgotten_once_it_is_mended(here: Path, quick: Callable[[], list[str]]) -> None:
    """When what failed is made, or is up to date after all, nothing speaks of the failure."""
    first = put_notebook(here, "progress", MEASURED).read_bytes()
    report("beta", notebooks="progress")
    path = put_notebook(here, "progress", "raise ValueError")
    assert not report("beta", notebooks="progress").ok
    path.write_bytes(first)

    outcome = report("beta", notebooks="progress")

    assert [each.state for each in outcome.reports] == ["up to date"]
    assert not (here / "reports/beta/2020-05-31/failed.json").exists()


def test_a_first_failure_leaves_nothing_that_resembles_a_report(here: Path, quick: Callable[[], list[str]]) -> None:
    """A set that never succeeded has no page, is named in the index, and is not linked."""
    put_notebook(here, "slippage", "1 / 0")
    outcome = report("beta")

    assert [p.name for p in (here / "reports/beta/2020-05-31").iterdir()] == ["failed.json"]
    page = (here / "reports/index.html").read_text(encoding="utf-8")
    assert "Not made: slippage: RunError" in page
    assert "progress.html" not in page
    others = {each.why for each in outcome.failed if each.notebook != "slippage"}
    assert others == {"not published, for slippage failed"}


def test_a_broken_plan_stops_no_other(here: Path, quick: Callable[[], list[str]]) -> None:
    """A plan whose settings or files cannot be used is named with the reason; the others are made."""
    (here / "data/alpha/plan.toml").write_text("titel = 'x'\n", encoding="utf-8")
    (here / "data/gamma").mkdir()
    broken = put_plan(here, "delta", "2020-05-31")
    lines = "as_of,ref,column,value,reason,kind\n2020-05-31,9,Action,x,y,typo\n"
    (broken / "corrections.csv").write_text(lines, encoding="utf-8")

    outcome = report(notebooks="progress")

    assert len(outcome.faults) == 1
    assert "unknown key 'titel'. Did you mean 'title'?" in outcome.faults[0]
    assert [each.plan for each in outcome.failed] == ["delta"]
    assert "corrections.csv" in outcome.failed[0].why
    assert [each.plan for each in outcome.made] == ["beta"]
    assert [note for note in outcome.notes if "gamma" in note] == [
        f"{here / 'data' / 'gamma'}: passed over, for it has no plan.toml"
    ]


def test_results_that_disagree_stop_the_report(here: Path, quick: Callable[[], list[str]]) -> None:
    """A notebook whose own results are not those of results.json is not published."""
    changed = MEASURED.replace("display(", "m.results.loc[3, 'value'] = 99\ndisplay(")
    put_notebook(here, "progress", changed)
    outcome = report("beta", notebooks="progress")

    assert "its results differ from results.json" in outcome.failed[0].why
    assert "99 in the notebook" in outcome.failed[0].why


def test_a_source_that_changes_during_the_run_stops_the_set(here: Path, quick: Callable[[], list[str]]) -> None:
    """What was hashed is what was read, or nothing is published."""
    put_notebook(here, "progress", "with open('data/beta/2020-05-31.csv', 'a') as file: file.write('3,A,B,,')")
    outcome = report("beta", notebooks="progress")

    assert outcome.failed[0].why == "beta as at 2020-05-31: 2020-05-31.csv changed while its report was made; run again"
    assert not (here / "reports/beta/2020-05-31/progress.html").exists()


def test_a_file_held_open_puts_the_old_set_back(
    here: Path, quick: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one file of a set cannot be replaced, those that were are put back, and the message names it."""
    monkeypatch.setattr(publish, "_SWAP", {})  # a system that cannot put a folder in its place at once
    report("beta")
    before = every_file(here / "reports/beta")
    put_notebook(here, "slippage", MEASURED, SAID, SAID)
    put_notebook(here, "progress", MEASURED, SAID, SAID)
    real = Path.replace

    def replace(self: Path, target: Any) -> Any:
        if Path(target).name == "slippage.html":
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    outcome = report("beta")
    monkeypatch.undo()
    monkeypatch.chdir(here)

    assert "slippage.html: cannot be replaced; is it open in another program?" in outcome.failed[0].why
    after = every_file(here / "reports/beta")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"2020-05-31/failed.json"}


# --- strict before anything runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"plans": "alhpa"}, "no plan 'alhpa'. Did you mean 'alpha'?"),
        ({"plans": "data/alpha/plan.toml"}, "is a file; a plan is a folder"),
        ({"plans": "data"}, "is not a plan folder, for it has no plan.toml. It holds plans: alpha, beta"),
        ({"plans": []}, "no plan is named"),
        ({"plans": "alpha", "as_of": "31/05/2020"}, "'31/05/2020' is not a date; write it YYYY-MM-DD"),
        ({"plans": "alpha", "as_of": "2020-02-30"}, "is not a date"),
        ({"plans": "alpha", "as_of": "2019-01-01"}, "there is nothing to report; its first snapshot is of 2020-04-30"),
        ({"as_of": "2019-01-01"}, "no plan has a snapshot up to 2019-01-01"),
        ({"notebooks": "progres"}, "no notebook 'progres'. Did you mean 'progress'?"),
        ({"parameters": {"colour": "red"}}, "has no parameter 'colour'"),
        ({"parameters": {"as_of": "x"}}, "parameter as_of: is set by planlib"),
        ({"data": "dta"}, "dta: no such folder here"),
        ({"data": "data/alpha"}, "no plans in it"),
        ({"data": "data/alpha/plan.toml"}, "is a file; --data needs the folder"),
        ({"out": "data/reports"}, "reports cannot be written among the sources"),
        ({"out": "data/alpha/plan.toml"}, "reports cannot be written among the sources"),
        ({"out": "notebooks/progress.ipynb"}, "is a file; reports need a folder"),
        ({"out": "notebooks/progress.ipynb/x"}, "cannot be made"),
        ({"jobs": 0}, "jobs must be 1 or more"),
    ],
)
def test_what_cannot_begin_writes_nothing(options: dict[str, Any], message: str, here: Path) -> None:
    """A mistake in what was asked for is one clear line, before anything runs or is written."""
    before = every_file(here)
    with pytest.raises(InputError) as caught:
        report(**options)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert every_file(here) == before


def test_a_missing_kernel_is_said_before_anything_is_written(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ipykernel the message names it and this Python."""
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="ipykernel is not installed in this Python"):
        report("alpha")
    assert not (here / "reports").exists()


def test_a_date_before_one_of_several_plans_is_noted(here: Path, quick: Callable[[], list[str]]) -> None:
    """With several plans, one that had not begun by the date is passed over with a note; the portfolio lists it."""
    outcome = report(as_of="2020-04-30")

    assert {each.plan for each in outcome.reports} == {"alpha", "portfolio"}
    assert outcome.notes == ("beta: as at 2020-04-30 there is nothing to report; its first snapshot is of 2020-05-31",)
    assert publish.look(here / "reports/portfolio/2020-04-30").record["reports"]["portfolio"]["parameters"] == {
        "plans": ["data/alpha", "data/beta"], "as_of": "2020-04-30"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (tiny(parameters='plan = ""'), "it needs as_of, and either plan or plans"),
        (tiny(parameters='plan = ""\nplans = []\nas_of = ""'), "it needs as_of, and either plan or plans"),
        (V4.new_notebook(), "exactly one code cell tagged 'parameters', has 0"),
    ],
)
def test_a_notebook_without_its_parameters_is_refused(made: Any, message: str, here: Path) -> None:
    """A notebook that planlib could not pass a plan and a date to is no report."""
    (here / "notebooks/own.ipynb").write_text(nbformat.writes(made), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        report("alpha", notebooks="own")


def test_a_notebook_of_ones_own_can_be_run_by_path(here: Path, quick: Callable[[], list[str]]) -> None:
    """A path ending in .ipynb works like a name; the report is called as the file, and further parameters reach it."""
    own = tiny('display({"text/plain": str(limit)}, raw=True)', parameters='plan = ""\nas_of = ""\nlimit = 3')
    (here / "my-view.ipynb").write_text(nbformat.writes(own), encoding="utf-8")
    outcome = report("alpha", as_of="2020-05-31", notebooks="my-view.ipynb", parameters={"limit": 5})

    assert outcome.ok
    assert ">5<" in outcome.made[0].path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["index", "summary", "results", "..", "a b", "é"])
def test_a_notebook_cannot_take_the_name_of_another_output(name: str, here: Path) -> None:
    """The name of a notebook is the name of files: it must be plain, and none that planlib writes itself."""
    path = here / f"{name}.ipynb"
    path.write_text(nbformat.writes(tiny()), encoding="utf-8")
    with pytest.raises(InputError, match="a report cannot be called"):
        report("alpha", notebooks=str(path))


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_no_parameter_can_inject_code(value: Any) -> None:
    """Whatever text a parameter holds, the injected cell assigns exactly it, and nothing else."""
    names: dict[str, Any] = {"__builtins__": {"float": float}}
    exec(PythonTranslator.codify({"plan": value}), names)
    assert {name: each for name, each in names.items() if name != "__builtins__"} == {"plan": value}


def test_only_plain_data_can_be_a_parameter(here: Path) -> None:
    """An object whose text would be code is refused, at any depth."""

    class Hostile(str):
        pass

    for value in (Hostile("1"), [object()], {"a": {1: "x"}}, date(2020, 1, 1)):
        with pytest.raises(InputError, match="is not plain data"):
            notebooks.check_parameters(
                notebooks.Notebook("n", Path("n.ipynb"), None, "", ("plan", "x")), {"x": value}
            )  # fmt: skip


def test_a_notebook_that_stops_early_is_no_report() -> None:
    """SystemExit, which papermill lets pass, and an error output are both refused."""
    made = tiny("1", "2")
    for count, cell in enumerate(made.cells[1:], start=1):
        cell.execution_count = count
    made.cells[-1].execution_count = None
    with pytest.raises(RunError, match="stopped before its end"):
        notebooks.tidy(made, {}, where="w")
    made.cells[-1].execution_count = 3
    made.cells[-1].outputs = [V4.new_output("error", ename="E", evalue="v", traceback=[])]
    with pytest.raises(RunError, match="shows an error"):
        notebooks.tidy(made, {}, where="w")


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text("ab \n", min_size=1)), min_size=1))
def test_what_a_notebook_prints_is_published_the_same_in_however_many_pieces_it_comes(said: list[tuple[str, str]]) -> None:
    """A kernel sends its streams by a timer: cut anywhere, they make the same published notebook and the same warnings."""

    def made(pieces: list[tuple[str, str]]) -> tuple[bytes, list[str]]:
        node = tiny("1")
        node.cells[1].execution_count, node.cells[2].execution_count = 1, 2
        node.cells[2].outputs = [V4.new_output("stream", name=name, text=text) for name, text in pieces]
        return notebooks.to_bytes(notebooks.tidy(node, {}, where="w")), notebooks.warnings_in(node)

    assert made(said) == made([(name, each) for name, text in said for each in text])
    printed = "".join(text for name, text in said if name == "stdout")
    assert [output["text"] for output in json.loads(made(said)[0])["cells"][2]["outputs"]] == ([printed] if printed else [])


# --- publishing ------------------------------------------------------------------------------------------------------


def test_a_run_killed_while_moving_is_finished_by_the_next(here: Path, quick: Callable[[], list[str]]) -> None:
    """A set that had been completed and half moved is moved to its end at the next start; the record comes last."""
    out = here / "reports"
    report("beta")
    for name in ("progress", "slippage", "data-quality"):
        put_notebook(here, name, MEASURED, SAID, SAID)
    old = every_file(out / "beta")
    report("beta", out="other")
    new = every_file(here / "other/beta")
    staged = publish.staging(out, "beta", "2020-05-31")
    for name, data in new.items():
        (staged / Path(name).name).write_bytes(data)
    (staged / "progress.html").replace(out / "beta/2020-05-31/progress.html")

    assert not publish.look(out / "beta/2020-05-31").whole
    publish.recover(out)

    assert every_file(out / "beta") == new != old
    assert not (out / publish.STAGING).exists()


def test_a_run_killed_while_making_leaves_the_old_set(here: Path, quick: Callable[[], list[str]]) -> None:
    """What had been staged without its record is cleared away at the next start."""
    out = here / "reports"
    report("beta")
    before = every_file(out)
    staged = publish.staging(out, "beta", "2020-05-31")
    (staged / "progress.html").write_text("half", encoding="utf-8")

    publish.recover(out)

    assert every_file(out) == before


def test_one_run_at_a_time_in_one_folder(tmp_path: Path) -> None:
    """A second run is refused with a clear line, in another out folder it is not, and afterwards nothing is left."""
    with publish.locked(tmp_path / "a"):
        with pytest.raises(InputError, match="another planlib run is writing here"), publish.locked(tmp_path / "a"):
            pass
        with publish.locked(tmp_path / "b"):
            pass
    with publish.locked(tmp_path / "a"):
        pass
    assert every_file(tmp_path) == {}


def test_a_killed_run_holds_no_lock(tmp_path: Path) -> None:
    """The lock of a process that died is free, whatever file it left."""
    code = f"""
        import os, pathlib
        from planlib.reporting.publish import locked
        with locked(pathlib.Path({str(tmp_path)!r})):
            os._exit(9)
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=our_environment(), check=False)
    assert (tmp_path / publish.LOCK).exists()
    with publish.locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_index_shows_titles_as_text_and_latest_first(here: Path, quick: Callable[[], list[str]]) -> None:
    """The index escapes what plans say, links each report, shows n of d, and keeps to the policy of the reports."""
    report()
    page = (here / "reports/index.html").read_text(encoding="utf-8")

    assert "Beta &amp; &lt;Co&gt;" in page
    assert "<Co>" not in page
    assert page.index("alpha/2020-05-31/progress.html") < page.index("alpha/2020-04-30/progress.html")
    assert 'href="portfolio/2020-05-31/portfolio.html"' in page
    assert "1 of 2" in page
    assert "default-src 'none'" in page
    assert 'lang="en' in page
    assert "<script" not in page


def test_index_never_shows_nought_for_what_is_not_known(here: Path, quick: Callable[[], list[str]]) -> None:
    """Where the standing of no action is known the index says so, and not "0 of 2"."""
    (here / "data/beta/2020-05-31.csv").write_text("Ref,Action,Status\n1,Write,\n2,Train,\n", encoding="utf-8")
    report("beta", notebooks="progress")
    page = (here / "reports/index.html").read_text(encoding="utf-8")

    assert "not known" in page
    assert "0 of" not in page


@pytest.mark.skipif(sys.platform == "win32", reason="these names cannot exist on Windows")
def test_a_hostile_folder_name_is_only_a_name(here: Path, quick: Callable[[], list[str]]) -> None:
    """A plan folder named like code, format fields or markup is run, linked and shown as text."""
    name = """x'"{as_of}\\<img src=x onerror=alert(1)>%41#?"""
    put_plan(here, name, "2020-05-31")
    outcome = report(name, notebooks="progress")

    assert outcome.ok, outcome.failed
    page = (here / "reports/index.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "x%27%22%7Bas_of%7D%5C%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%2541%23%3F/2020-05-31/" in page


# --- tables ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_csv_gives_back_what_went_in(texts: list[str]) -> None:
    """Any text survives the CSV: taking one leading apostrophe away gives it back, and no cell begins as a formula."""
    data = results.csv_bytes(pd.DataFrame({"a": pd.Series(texts, dtype="string"), "b": "x"}))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]

    assert [row[0].removeprefix("'") for row in rows] == texts
    assert not [row[0] for row in rows if row[0][:1] in tuple("=+@\t\r\n") or row[0][:2] in ("-=", "-+", "--", "-@")]


def test_csv_writes_dates_numbers_and_blanks_plainly() -> None:
    """ISO dates, numbers as they are (negative ones too), nothing for missing, a line feed at the end of each line."""
    table = pd.DataFrame({
        "day": pd.to_datetime(pd.Series(["2011-08-31", None])).astype("datetime64[s]"),
        "n": pd.Series([-3, None], dtype="Int64"), "p": pd.Series([12.5, 40.0], dtype="Float64"),
        "text": pd.Series(["-4.5", '=1+"1"'], dtype="string"),
    })  # fmt: skip
    assert results.csv_bytes(table) == b'day,n,p,text\n2011-08-31,-3,12.5,-4.5\n,,40,"\'=1+""1"""\n'


def test_results_with_both_or_neither_are_refused() -> None:
    """A measure has either a value or a reason for having none."""
    one = {"name": "done", "scope": "plan", "key": "p", "value": None, "undefined_because": None}
    with pytest.raises(RunError, match="must have either a value or a reason"):
        results.results_json("p", "2020-01-01", None, [one])


# --- kernels ---------------------------------------------------------------------------------------------------------


def our_environment(**more: str) -> dict[str, str]:
    """The environment with planlib importable, wherever it is installed."""
    path = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path} | more


WITNESS = """\
import builtins, json, os, random, sys, threading, time
import planlib
time.sleep(0.3)
said = {
    "plan": plan, "as_of": as_of, "hijacked": hasattr(builtins, "HIJACKED") or hasattr(random, "HIJACKED"),
    "cwd": os.path.basename(os.getcwd()), "planlib": planlib.__file__, "seed": os.environ["PYTHONHASHSEED"],
    "history": get_ipython().history_manager.enabled, "object": repr(object()), "set": list({"a", "b", "c"}),
}
display({"application/json": said, "text/plain": said.pop("object")}, raw=True)
"""


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Any]]:
    """Reports by real kernels, four at a time, in surroundings that would spoil them; twice, from two places."""
    root = tmp_path_factory.mktemp("witness") / "it's {here}"
    for number in range(3):
        put_plan(root, f"plan {number}", "2020-04-30", "2020-05-31")
    put_notebook(root, "progress", f"if plan == 'data/plan 0':\n{textwrap.indent(MEASURED, '    ')}", WITNESS)
    # A module of that name in the working folder.
    (root / "random.py").write_text("HIJACKED = True\n", encoding="utf-8")
    startup = root / "home/.ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "spoil.py").write_text("import builtins\nbuiltins.HIJACKED = True\n", encoding="utf-8")
    spec = root / "jupyter/kernels/python3"
    spec.mkdir(parents=True)
    spoilt = {"argv": ["false"], "display_name": "Spoilt", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(spoilt), encoding="utf-8")
    (root / "other" / "planlib").mkdir(parents=True)
    (root / "other" / "planlib" / "__init__.py").write_text("raise SystemExit('another planlib')\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "other"))
        for name, value in {
            "IPYTHONDIR": str(root / "home/.ipython"), "PYTHONSTARTUP": str(startup / "spoil.py"),
            "JUPYTER_PATH": str(root / "jupyter"), "PYTHONHASHSEED": "77", "MPLBACKEND": "none such",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        patch.chdir(root)
        outcome = report(notebooks="progress", jobs=4)
        elsewhere = root / "some" / "where"
        elsewhere.mkdir(parents=True)
        patch.chdir(elsewhere)
        for name, value in {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "5"}.items():
            patch.setenv(name, value)
        report(root / "data" / "plan 0", notebooks=str(root / "notebooks/progress.ipynb"), out=root / "again")
    yield root, root / "reports", outcome


def witnesses(root: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """What the notebook of each plan and date said of itself."""
    found = []
    for path in sorted(root.glob("*/*/progress.ipynb")):
        outputs = [o for c in nbformat.read(path, 4).cells for o in c.get("outputs", ())]
        said = next(o.data["application/json"] for o in outputs if "application/json" in o.data)
        found.append((path.parent.parent.name, path.parent.name, said))
    return found


def test_kernels_do_not_cross_talk(witnessed: Any) -> None:
    """Of six notebooks, four at a time, each has its own plan and date, and its own results."""
    _, out, outcome = witnessed
    assert outcome.ok, outcome.failed
    found = witnesses(out)
    assert [(f"data/{plan}", day) for plan, day, _ in found] == [(said["plan"], said["as_of"]) for *_, said in found]
    assert len(found) == 6


def test_a_persons_own_settings_play_no_part(witnessed: Any) -> None:
    """Start-up files, kernel specs, files in the working folder, another planlib and a fixed seed elsewhere change nothing."""
    root, out, _ = witnessed
    for *_, said in witnesses(out):
        assert said["hijacked"] is False
        assert said["cwd"] == root.name
        assert said["planlib"] == planlib.__file__
        assert said["seed"] == "0"
        assert said["history"] is False


def test_a_kernel_imports_no_other_planlib_than_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planlib that came to lie before ours on the way, such as a checkout beside what is installed, comes behind it; of a
    folder that holds another planlib, such as where one is installed beside a checkout, nothing else is lost.
    """
    ours = str(Path(planlib.__file__).resolve().parents[1])
    (tmp_path / "planlib").mkdir()
    (tmp_path / "planlib" / "__init__.py").touch()
    (tmp_path / "beside.py").touch()
    rest = [str(Path(entry).absolute()) for entry in sys.path if entry and Path(entry) not in (Path.cwd(), Path(ours))]
    for order in ([str(tmp_path), *rest, ours], [*rest, ours, str(tmp_path)], [ours, str(tmp_path), *rest], [str(tmp_path), *rest]):
        monkeypatch.setattr(sys, "path", order)
        way = kernels._import_path()
        find = functools.partial(importlib.machinery.PathFinder.find_spec, path=way)
        assert Path(find("planlib").origin).parents[1] == Path(ours)
        assert Path(find("beside").origin).parent == tmp_path and set(rest) <= set(way)


def test_the_same_bytes_from_another_place(witnessed: Any) -> None:
    """Another working directory, out folder, time zone, locale and hash seed give the same bytes, but for run.json."""
    root, out, _ = witnessed
    one, two = without_runs(every_file(out / "plan 0")), without_runs(every_file(root / "again" / "plan 0"))
    assert one == two
    assert len(one) == 12


def test_no_address_of_an_object_is_published(witnessed: Any) -> None:
    """The address in the text of an object, which differs with every run, is taken out."""
    _, out, _ = witnessed
    assert b"<object object at 0x0>" in (out / "plan 1/2020-05-31/progress.ipynb").read_bytes()


def test_a_failing_cell_is_named(here: Path) -> None:
    """The message of a real kernel's failure names plan, date, notebook, cell, code and exception, in one line."""
    put_notebook(here, "progress", "1", "# a comment\n{}['what']")
    outcome = report("beta", notebooks="progress")

    assert outcome.failed[0].why == "beta as at 2020-05-31: progress: cell 4 ({}['what']): KeyError: 'what'"
    assert json.loads((here / "reports/beta/2020-05-31/failed.json").read_text(encoding="utf-8")) == {
        "failed": [{"notebook": "progress", "cell": 4, "error": "KeyError"}]
    }


def test_a_kernel_that_dies_is_a_failure_like_any_other(here: Path) -> None:
    """A cell that ends its process fails its own report, by name, and no other."""
    put_notebook(here, "progress", "import os\nif plan == 'data/alpha': os._exit(3)")
    outcome = report(as_of="2020-05-31", notebooks="progress")

    assert [(each.plan, each.why) for each in outcome.failed] == [
        ("alpha", "alpha as at 2020-05-31: progress: cell 3 (import os): Kernel died")
    ]
    assert [each.plan for each in outcome.made] == ["beta"]


def test_a_kernel_that_does_not_start_says_why(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three attempts the message holds what the kernel itself said last."""
    monkeypatch.setattr(managers, "_LAUNCH", "raise ImportError('no kernel today')")
    outcome = report("beta", notebooks="progress", plain=True)

    assert outcome.failed[0].why == (
        "beta as at 2020-05-31: progress: the kernel did not start, tried 3 times: ImportError: no kernel today"
    )


@pytest.mark.skipif(not forks.CAN_FORK, reason="kernels are forked on Linux alone")
def test_a_warmed_process_that_does_not_start_says_why(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message holds what the process that kernels are forked from said last."""
    monkeypatch.setattr(forks, "_BOOT", "raise ImportError('no warmth today')")
    outcome = report("beta", notebooks="progress")

    assert "has ended" in outcome.failed[0].why and outcome.failed[0].why.endswith("ImportError: no warmth today")


SLOW = "import pathlib, time\npathlib.Path(f'began-{as_of}').touch()\ntime.sleep(60)"


def start_slow_run(root: Path) -> tuple[subprocess.Popen[str], list[Any]]:
    """Start a run of two notebooks that take a minute; give it and its kernels, once both are at work."""
    import psutil

    put_notebook(root, "progress", SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "planlib", "report", "alpha", "--notebook", "progress", "--jobs", "2"],
        env=our_environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while len(list(root.glob("began-*"))) < 2 and time.monotonic() < until:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return process, psutil.Process(process.pid).children(recursive=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are for POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_kernel_and_the_old_set(how: int, here: Path, quick: Any) -> None:
    """After Ctrl-C, terminate and kill: no kernel stays, every old report is whole, and the next run clears up."""
    import psutil

    report("alpha", notebooks="progress")
    before = every_file(here / "reports")
    process, children = start_slow_run(here)
    process.send_signal(how)
    _, said = process.communicate(timeout=30)

    gone, alive = psutil.wait_procs(children, timeout=15)
    assert len(gone) >= 2
    assert alive == []
    left = every_file(here / "reports")
    assert {name: left[name] for name in before} == before
    if how != signal.SIGKILL:
        assert process.returncode == 130
        assert "stopped" in said
        assert left == before
    put_notebook(here, "progress", MEASURED, SAID)
    report("alpha", notebooks="progress")
    assert without_runs(every_file(here / "reports")) == without_runs(before)
