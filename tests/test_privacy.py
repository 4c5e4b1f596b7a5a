"""What a plan withholds, and whose machine made a report, stands in no byte of what is published."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

import planlib

LEAD = "Zelda Quillfeather"  # of a withheld column
PERSON, CASE = "Quentin Oddname", "QX482913"  # of withheld patterns, wherever they stand
DAYS = ("2024-01-31", "2024-02-29", "2024-03-31")
TOML = """\
title = "Plan"
organisation = "Council"
[redact]
columns = ["Lead", "Cost code"]
patterns = ["Quentin\\\\s+Oddname", "[A-Z]{2}\\\\d{6}"]
[status_key]
"with QX482913" = "open"
"""
USER, HOME, TEMPORARY, WHERE = "ursulauniq", "homeuniq", "tempuniq", "whereuniq"


def rows(due: str, status: str) -> list[list[str]]:
    """A plan whose every column and loose line says something that is withheld."""
    return [
        [f"Agreed by {LEAD} and {PERSON}", "", "as at the end of the month", "", "", "", "", "", ""],
        ["Ref", "Area", "Action", "Lead", "Target date", "Status", "Progress", "Cost code", f"Notes of {CASE}"],
        ["1", f"Care for {CASE}", f"Write to {PERSON}", LEAD, "30 June 2024", status, f"Asked {PERSON} of {CASE}", f"{LEAD}/9", PERSON],
        [CASE, f"Care for {CASE}", f"Meet {CASE}", LEAD, due, f"with {CASE}", f"Moved from 30 June 2024 to {due} for {CASE}", "7", ""],
        ["3", "Money", "Pay", f"Other {LEAD}", due, "In progress", "", f"x {LEAD}", CASE],
        ["", "", "", LEAD, "", "", "", "", ""],
        ["4", "Money", f"Ask {PERSON}", LEAD, f"when {PERSON} is back", "", PERSON, "", ""],
        ["4", "Money", f"Ask {PERSON} again", LEAD, due, f"{PERSON} says done", "", "", ""],
    ]  # fmt: skip


def document(path: Path, lines: list[list[str]]) -> None:
    """The same as a Word document, whose author and comments are withheld too."""
    made = docx.Document()
    made.core_properties.author = made.core_properties.last_modified_by = LEAD
    made.core_properties.comments = PERSON
    table = made.add_table(0, len(lines[0]))
    for line in lines:
        for cell, text in zip(table.add_row().cells, line, strict=True):
            cell.text = text
    made.save(str(path))


def parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """The name and bytes of a file, and of each part of a packed one, its comments too."""
    yield path.name, path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
            for one in packed.infolist():
                yield f"{path.name}: {one.filename}", one.comment + one.extra + packed.comment + packed.read(one)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every file that a person of a known name, home and folder publishes of such a plan, hidden ones and failures too."""
    base = tmp_path_factory.mktemp("privacy")
    where, reports = base / WHERE, base / "reports"
    folder = where / "data" / "plan"
    for each in (folder, base / HOME, base / TEMPORARY):
        each.mkdir(parents=True)
    (folder / "plan.toml").write_text(TOML, encoding="utf-8")
    dues = ("30 June 2024", "31 July 2024", "30 September 2024")
    statuses = ("In progress", f"Done by {PERSON}", "Complete")
    for day, due, status in zip(DAYS, dues, statuses, strict=True):
        document(folder / f"{day} {PERSON} {CASE}.docx", rows(due, status))
    (folder / "corrections.csv").write_text(
        "as_of,place,ref,column,value,reason,kind\n"
        f"{DAYS[2]},,3,Progress,told {PERSON},asked {PERSON} of {CASE},typo\n{DAYS[2]},,1,Lead,{LEAD} junior,{LEAD} said,typo\n",
        encoding="utf-8",
    )
    broken = where / "data" / "broken"
    broken.mkdir()
    (broken / "plan.toml").write_text('title = "Broken"\n', encoding="utf-8")
    (broken / f"{DAYS[2]}.csv").write_text(f"{LEAD},{PERSON}\nnothing,to read\n", encoding="utf-8")
    environment = os.environ | {
        "USER": USER, "LOGNAME": USER, "USERNAME": USER, "HOME": str(base / HOME), "TMPDIR": str(base / TEMPORARY),
        "PYTHONPATH": str(Path(planlib.__file__).resolve().parents[1]),
    }  # fmt: skip
    for words, code in (
        (["publish", "plan", "--as-of", DAYS[1]], 0),
        (["report", "plan", "--as-of", DAYS[2]], 0),
        (["report", "broken", "--notebook", "progress"], 1),
        (["ledger", "plan", "--to", f"{reports}/again.csv"], 0),
    ):
        out = ["--out", str(reports)] if words[0] == "report" else []
        done = subprocess.run([sys.executable, "-m", "planlib", *words, *out], cwd=where, env=environment, capture_output=True,
                              text=True, timeout=600, check=False)  # fmt: skip
        assert done.returncode == code, done.stderr
    files = [path for place in (reports, folder / "published") for path in place.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert names >= {
        "index.html", "progress.html", "summary.html", "slippage.html", "data-quality.html", "progress.ipynb", "results.json",
        "ledger.csv", "ledger.xlsx", "findings.csv", "run.json", "failed.json", f"{DAYS[1]}.json", ".seen.json", "again.csv",
    }  # fmt: skip
    return files


def holding(files: list[Path], words: list[str]) -> list[str]:
    """Where one of these words stands, in any case, in one or two bytes a character."""
    found = []
    for path in files:
        for name, data in parts(path):
            data = data.lower()
            found += [
                f"{name}: {word}"
                for word in words
                if any(word.lower().encode(code) in data for code in ("utf-8", "utf-16-le"))
            ]
    return found


def test_what_is_withheld_is_in_no_published_byte(published: list[Path]) -> None:
    """No withheld column, person or case is in a page, notebook, table, record, note of failure or property of a file."""
    assert holding(published, [*LEAD.split(), PERSON.split()[1], CASE, CASE[2:]]) == []
    said = {
        path.name: path.read_text(encoding="utf-8") for path in published if path.suffix in (".html", ".csv", ".json")
    }
    assert all(
        "[withheld]" in said[name]
        for name in ("progress.html", "data-quality.html", "ledger.csv", "findings.csv", "run.json")
    )


def test_no_report_says_whose_machine_made_it(published: list[Path]) -> None:
    """No user name, home, temporary or working folder, host name, path of this Python or of planlib is published."""
    here = [
        str(Path(sys.executable).parent),
        str(Path(planlib.__file__).parent),
        "site-packages",
        "/tmp/",
        "/home/",
        "ipykernel_",
    ]
    assert holding(published, [USER, HOME, TEMPORARY, WHERE, *here]) == []
    names = {name for name in (socket.gethostname(), Path.home().name) if len(name) > 1}
    for path in published:
        text = b"\n".join(data for part, data in parts(path) if part != "ledger.xlsx").replace(b":root", b"")
        for (
            name
        ) in names:  # of this machine in truth: as a word, for it may be as short as "vm", and the style has a ":root"
            assert not re.search(rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w.-])", text), (path.name, name)


def test_the_record_says_of_the_machine_only_its_kind(published: list[Path]) -> None:
    """run.json names files as they are shown, the system and the processor, versions and the time, and nothing else."""
    record = json.loads(next(path for path in published if path.name == "run.json").read_text(encoding="utf-8"))
    assert set(record["run"]) == {"commit", "platform", "seconds", "when"}
    assert set(record) == {
        "schema", "plan", "title", "as_of", "sources", "reports", "outputs", "code_sha256", "versions", "run",
    }  # fmt: skip
    assert list(record["sources"]) == ["plan.toml", "corrections.csv", *(f"{day} [withheld] [withheld].docx" for day in DAYS),
                                       f"published/{DAYS[1]}.json"]  # fmt: skip


def test_files_that_are_called_the_same_once_withheld_are_told_apart() -> None:
    """Two names of which a pattern leaves the same are numbered, so that a change of either is noticed."""
    from planlib.folder import shown_names
    from planlib.settings import Settings

    settings = Settings(title="P", redact_patterns=("[A-Z]+",))
    assert shown_names(["1 A.csv", "1 B.csv", "2.csv"], settings) == [
        "1 [withheld].csv",
        "1 [withheld].csv (2)",
        "2.csv",
    ]
    assert shown_names(["1 A.csv", "1 B.csv"], Settings(title="P")) == ["1 A.csv", "1 B.csv"]
