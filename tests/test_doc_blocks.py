"""Every block of commands and of Python in the documents does what it says: run as a reader would, and compared."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import make
from doc_blocks import (
    CODE,
    ROOT,
    TYPED,
    Desk,
    agrees,
    blocks,
    difference,
    documents,
    missing_in,
    refused_in,
    rewritten,
    shown,
    unknown_in,
)  # fmt: skip

TUTORIAL = "docs/tutorial.md"
SAMPLES = ROOT / "docs" / "tutorial"
WRITE = bool(os.environ.get("PLANLIB_WRITE_DOCS"))
"""Set, the documents are written anew with what came out, as a snapshot is updated; the difference is then for git to show."""


def run(document: str, desk: Desk) -> list[str]:
    """Run the blocks of a document at a desk, in order, and say what came out otherwise than it stands there."""
    made: dict[int, str] = {}
    wrong: list[str] = []
    for block in blocks(document):
        if "file" in block.options:
            desk.write(block)
        elif "edit" in block.options:
            desk.edit(block)
        elif block.runs or "shows" in block.options:
            came = desk.shows(block) if "shows" in block.options else desk.run(block)
            if came != block.text:
                made[block.line] = came
                wrong.append(difference(block, came))
    if WRITE:
        rewritten(document, made)
    return wrong


@dataclass
class Followed:
    """The tutorial as somebody followed it: where, and what was otherwise than it says."""

    folder: Path
    wrong: list[str]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The tutorial's files put into an empty folder, and its commands typed there, with the program as it is installed."""
    home = tmp_path_factory.mktemp("tutorial")
    for name in SAMPLES.iterdir():
        shutil.copy(name, home)
    return Followed(home, run(TUTORIAL, Desk(home, apart=True)))


@pytest.fixture(scope="module")
def prepared(followed: Followed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the other documents suppose it: data/my-plan of the tutorial and a bundled plan, notebooks, files that came by e-mail."""
    home = tmp_path_factory.mktemp("documents") / "home"
    shutil.copytree(followed.folder, home)
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "data" / "wirral-ofsted-2011", home / "data" / "wirral-ofsted-2011")
    shutil.copy(SAMPLES / "Northdale plan.docx", home / "Ofsted plan 31 March 2026.docx")
    shutil.copy(SAMPLES / "Northdale plan.docx", home / "plan.docx")
    shutil.copy(SAMPLES / "Northdale plan 30-06-2026.xlsx", home / "Ofsted plan 30 September 2026.xlsx")
    rows = "Cam gweithredu,Erbyn\nYsgrifennu'r canllaw,30 Ebrill 2026\nHyfforddi rheolwyr,30 Mehefin 2026\n"
    (home / "cynllun.csv").write_text(rows, encoding="utf-8")
    return home


def test_the_tutorial_is_what_happens(followed: Followed) -> None:
    """From the two files of the tutorial each command prints what the tutorial shows, up to a slip chart with the right days."""
    assert not followed.wrong, "\n\n".join(followed.wrong)
    page = followed.folder / "reports" / "my-plan" / "2026-06-30" / "slippage.html"
    tables = pd.read_html(io.StringIO(page.read_text(encoding="utf-8")))
    chart = next(table for table in tables if {"First date", "Date now", "Slip"} <= set(table.columns)).set_index("Actions")
    chart.index = chart.index.astype(str)
    assert chart.loc["1.1", ["First date", "Date now", "Slip"]].tolist() == ["30 April 2026", "31 July 2026", "92 days"]
    assert chart.loc["2.3", ["First date", "Date now", "Slip"]].tolist() == ["30 April 2026", "30 September 2026", "153 days"]
    assert chart.loc["2.1", ["Standing", "Slip"]].tolist() == ["overdue", "None; at least 30 days by now"]


RUN = [name for name in documents() if name != TUTORIAL and any(block.runs for block in blocks(name))]


@pytest.mark.parametrize("document", RUN)
def test_the_blocks_of_a_document_do_what_they_say(document: str, prepared: Path, tmp_path: Path) -> None:
    """Each command ends as it should and prints what stands below it, and each piece of Python runs."""
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    wrong = run(document, Desk(home))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("document", documents())
def test_what_is_not_run_says_why_and_names_what_exists(document: str) -> None:
    """Each fence names its language; a command that no test runs has a reason; verbs, options and imports exist in any case."""
    found = blocks(document)
    assert [block.where for block in found if not block.language] == []
    assert [block.where for block in found if block.reason and block.language not in (*TYPED, *CODE)] == []
    assert [f"{where}: {what}" for where, text in shown(document) for what in unknown_in(text)] == []
    not_run = [block for block in found if block.reason and block.language in TYPED]
    assert [f"{block.where}: {what}" for block in not_run for what in refused_in(block.text)] == []
    python = [block for block in found if block.language == "python"]
    assert [f"{block.where}: {what}" for block in python for what in missing_in(block.text)] == []
    typed = "\n".join(block.text for block in found if block.language in TYPED)
    named = re.findall(r"^(?:\$ )?make (\w+)", typed, re.MULTILINE)
    assert [verb for verb in named if verb not in make.VERBS] == []


def test_no_command_hides_in_a_block_of_another_language() -> None:
    """What begins with planlib, make, pip, py or $ stands in a block that is run or says why not."""
    hidden = [
        f"{block.where}: {line}"
        for document in documents()
        for block in blocks(document)
        if block.language not in (*TYPED, *CODE, "toml")
        for line in block.text.splitlines()
        if re.match(r"\s*(\$|planlib|make|pip|pipx|uv|py|conda) (?!.*\[)", line)  # one with [--option] is a synopsis
    ]
    assert hidden == []


def test_every_verb_is_shown_by_a_block_that_is_run() -> None:
    """Of all verbs but `lab`, which opens a browser, some document has an example that a test runs."""
    from planlib import cli

    found = [block for name in documents() for block in blocks(name) if block.runs and block.language in TYPED]
    typed = [line for block in found for line, _ in block.commands()]
    shown_verbs = {line.split()[1] for line in typed if line.startswith("planlib ")}
    assert set(cli._VERBS) - shown_verbs == {"lab"}


# --- the desk itself -------------------------------------------------------------------------------------------------


def text_of(*lines: str) -> str:
    """Lines as a document."""
    return "\n".join(lines) + "\n"


def test_a_wrong_line_of_a_transcript_is_seen(tmp_path: Path) -> None:
    """One changed word, a line too few and a line too many are differences; "..." stands for any lines and for nothing else."""
    fence, typed = "```console", "$ planlib --version"
    (one,) = blocks("a.md", text_of(fence, typed, "planlib 0", "```"))
    came = Desk(tmp_path).run(one)
    assert came != one.text and came.startswith(f"{typed}\nplanlib ")
    assert agrees("a\n...\nb\n", "a\nx\ny\nb\n") and agrees("a\n...\n", "a\n") and agrees("", "")
    for said, out in (("", "a\n"), ("a\n...\nb\n", "a\nx\n"), ("a\n", "a\nb\n"), ("a ... b\n", "a x b\n")):
        assert not agrees(said, out)


def test_an_exit_code_that_was_not_said_is_seen(tmp_path: Path) -> None:
    """A command that fails, or that should have failed, is not taken for one that did as it should."""
    (failing,) = blocks("a.md", text_of("```console", "$ planlib check nowhere", "```"))
    (wanted,) = blocks("a.md", text_of("```console exit=2", "$ planlib schema", "```"))
    for block in (failing, wanted):
        with pytest.raises(AssertionError, match="exit code"):
            Desk(tmp_path).run(block)
    (foreign,) = blocks("a.md", text_of("```sh", "ls", "```"))
    with pytest.raises(AssertionError, match="a test cannot run 'ls'"):
        Desk(tmp_path).run(foreign)


def test_a_fence_that_is_not_understood_is_refused() -> None:
    """A word that means nothing, a block without an end and a no-run without a reason are errors, never silently not run."""
    for lines in (("```console norun", "$ x", "```"), ("```console no-run:", "$ x", "```"), ("```console", "$ x")):
        with pytest.raises(AssertionError):
            blocks("a.md", text_of(*lines))


def test_verbs_and_options_that_do_not_exist_are_seen() -> None:
    """In commands and in sentences an option of another verb, or of none, is named."""
    assert unknown_in("$ planlib report --jobs 2 --latest | mail -s x\nC:\\x\\planlib.exe report --latest > log 2>&1") == []
    assert unknown_in("planlib changes my-plan --why   # --no-such") == ["planlib changes --why"]
    assert unknown_in("`planlib reprot`") == ["planlib reprot"]
    assert len(refused_in("planlib ledger my-plan\nplanlib report --jobs two\nplanlib report --jobs 2 && true")) == 2
    assert missing_in("from planlib import measures, nothing\nfrom planlib.reporting import cluster") == ["planlib.nothing"]


def test_outputs_can_be_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came out takes the place of what stood there, indented as the block is, and nothing else changes."""
    import doc_blocks

    monkeypatch.setattr(doc_blocks, "ROOT", tmp_path)
    text = text_of("# A", "", "- one", "  ```console", "  $ x", "  old", "  ```", "", "```text", "kept", "```")
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    rewritten("a.md", {5: "$ x\nnew\nlines\n"})
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == text.replace("  old\n", "  new\n  lines\n")
