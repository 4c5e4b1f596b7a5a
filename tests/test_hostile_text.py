"""Hostile text through every surface: what somebody wrote into a plan stays text, wherever it is shown or opened."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import hostile_pages
import hostile_texts as hostile
import nbformat
import openpyxl
import pandas as pd
import pytest
from hostile_texts import OBEYED, PAYLOADS

import planlib
from planlib import cli, markup, measures, open_plan
from planlib.errors import InputError, shell_word
from planlib.readers.formats import read_document
from planlib.reporting import report, results, workbook
from planlib.reporting.exporter import TEMPLATES
from planlib.reporting.notebooks import to_bytes
from planlib.settings import Limits, cannot_be_called

# Where another process finds planlib, wherever it is installed.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(planlib.__file__).resolve().parents[1])}
posix = pytest.mark.skipif(sys.platform == "win32", reason="these names cannot exist on Windows")
pytestmark = posix


def test_there_are_payloads_of_every_kind() -> None:
    """At least eighty, none twice, and some of each kind."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 80
    assert all(len(group) >= 5 for group in hostile.GROUPS.values())


# --- pages -----------------------------------------------------------------------------------------------------------

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = (TEMPLATES / "planlib" / "style.css").read_text(encoding="utf-8")
RUNNING = re.compile(r'@page\{@bottom-left\{content:"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*"\}\}')
TAGS = markup.TAGS - {"img"} | {"html", "head", "meta", "title", "link", "style", "body"}
# By what a value may be, the attributes that planlib writes; a payload would need others, or other values.
PLAIN = re.compile(r"[A-Za-z0-9#%().,:; \-]*")
KINDS = {
    "id": re.compile(r"[a-z][a-z0-9-]*"), "class": re.compile(r"[a-z ]+"), "aria-labelledby": re.compile(r"[a-z0-9 -]+"),
    "aria-hidden": re.compile("true"), "scope": re.compile("col|row|colgroup|rowgroup"), "role": re.compile("img|region|group"),
    "tabindex": re.compile("-1|0"), "lang": re.compile("en-GB"), "charset": re.compile("utf-8"), "rel": re.compile("icon"),
    "colspan": re.compile(r"\d+"), "rowspan": re.compile(r"\d+"), "name": re.compile("viewport"), "open": re.compile(""),
    "http-equiv": re.compile("Content-Security-Policy"), "start": re.compile(r"\d+"), "headers": re.compile(r"[a-z0-9 -]+"),
}  # fmt: skip
WORDS = {"data-label", "aria-label", "title"}  # hold text of a plan, as text


class Parsed(HTMLParser):
    """What a parser sees of a page: what is none of planlib's, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.odd: list[str] = []
        self.counts: dict[str, int] = {}
        self.policy: list[str | None] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.style: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and at each of its attributes."""
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.open.append(tag)
        if tag not in {each.lower() for each in TAGS}:
            self.odd.append(f"<{tag}>")
        given = dict(attrs)
        if tag == "meta" and "http-equiv" in given:
            self.policy.append(given.get("content"))
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "href":
            self.links.append(value)
            good = markup.safe_link(value) or (tag, value) == ("link", "data:,")
        elif name in KINDS:
            good = KINDS[name].fullmatch(value) is not None
        elif name in WORDS:
            good = OBEYED.search(value) is None
        elif name == "content":
            good = tag == "meta" and value in (POLICY, "width=device-width,initial-scale=1")
        else:  # how a figure is drawn
            good = name in {each.lower() for each in markup._DRAWING} and PLAIN.fullmatch(value) is not None
        if not good:
            self.odd.append(f"<{tag} {name}={value[:80]!r}>")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note text, that of the style sheet apart."""
        (self.style if self.open[-1:] == ["style"] else self.words).append(data)

    def handle_comment(self, data: str) -> None:
        """Note what planlib never writes."""
        self.odd.append(f"comment {data[:80]!r}")

    handle_pi = unknown_decl = handle_comment

    def handle_decl(self, decl: str) -> None:
        """Take the document type."""
        if decl != "DOCTYPE html":
            self.odd.append(decl)

    @property
    def text(self) -> str:
        """All text, without spaces and without the marks of a fold."""
        return squeezed("".join(self.words))


def squeezed(text: str) -> str:
    """A text as a page shows it, without the spaces: where a long text is folded, some are lost, and marks added."""
    return re.sub(r"[\s…\u200b]", "", markup.visible(text))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plans lie."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def made(home: Path) -> dict[str, Any]:
    """Every kind of page made of hostile text, each with its notebook."""
    return hostile_pages.all_pages(home)


@pytest.fixture(scope="module")
def pages(made: dict[str, Any]) -> dict[str, str]:
    """The pages alone."""
    return {name: page for name, (_, page) in made.items()}


@pytest.fixture(scope="module")
def parsed(pages: dict[str, str]) -> dict[str, Parsed]:
    """The pages as a parser sees them."""
    return {name: Parsed(page) for name, page in pages.items()}


def test_no_payload_becomes_an_element_or_an_attribute(parsed: dict[str, Parsed]) -> None:
    """In every page a parser finds planlib's own elements and attributes, no comment, and one document."""
    kinds = {"progress", "summary", "slippage", "data-quality", "portfolio", "index"}
    assert {name.partition("-")[2] or name for name in parsed} == kinds
    for name, page in parsed.items():
        assert page.odd == [], name
        assert [page.counts[tag] for tag in ("html", "head", "body", "main", "style", "link", "meta", "h1")] == [
            1,
            1,
            1,
            1,
            1,
            1,
            3,
            1,
        ]
        assert page.counts["title"] == 1 + page.counts.get("svg", 0), name


def test_the_policy_and_the_style_sheet_stay_as_they_are(parsed: dict[str, Parsed]) -> None:
    """The content security policy is there once, and nothing but the title, by its codes, is added to the style."""
    for name, page in parsed.items():
        assert page.policy == [POLICY], name
        before, _, after = "".join(page.style).rpartition("\n@page{@bottom-left")
        assert before.strip() == STYLE.strip(), name
        assert RUNNING.fullmatch(f"@page{{@bottom-left{after}".strip()), name


def test_links_stay_within_the_reports(parsed: dict[str, Parsed]) -> None:
    """No link has a scheme or a host, or climbs out of the folder of reports."""
    assert len(parsed["index"].links) > 500
    for name, page in parsed.items():
        for link in page.links:
            steps = link.partition("#")[0].split("/")
            assert ":" not in link.replace("data:,", "") and not link.startswith("/"), name
            assert steps.count("..") <= 2 and ".." not in steps[2:], (name, link)


@pytest.mark.parametrize(
    ("name", "texts"),
    [("cells-data-quality", PAYLOADS), ("cells-progress", PAYLOADS), ("portfolio", PAYLOADS), ("index", PAYLOADS),
     ("sheets-data-quality", [hostile.in_xml(text)[:30] for text in PAYLOADS])],
)  # fmt: skip
def test_every_payload_is_read_as_it_was_written(parsed: dict[str, Parsed], name: str, texts: list[str]) -> None:
    """Each payload stands in the text of the page, character by character: nothing was dropped to make the page safe."""
    seen = parsed[name].text
    read = (lambda text: text) if name == "portfolio" else hostile.in_xml if "sheets" in name else hostile_pages.in_file
    lost = [text for text in texts if squeezed(read(text).strip()) not in seen and text not in hostile.LONG]
    assert lost == []


def test_every_file_is_named_as_it_is(parsed: dict[str, Parsed], home: Path) -> None:
    """The name of each source stands in the foot of the page, what cannot be shown of it marked."""
    files = [path.name for path in (home / "files").glob("20*")]
    assert len(files) > 30
    assert [name for name in files if squeezed(name) not in parsed["files-progress"].text] == []


def test_no_page_holds_a_character_that_a_page_must_not_hold(pages: dict[str, str]) -> None:
    """No control character, half character or character that turns the text is in the bytes of any page."""
    for name, page in pages.items():
        assert OBEYED.search(page) is None, name
        assert page.encode("utf-8").decode("utf-8") == page


# --- files beside the pages ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(pages: dict[str, str], home: Path) -> Any:
    """The plan with hostile text in every column."""
    return open_plan(home / "cells", hostile_pages.LATEST)


def formulas(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula, once it has dropped what is not seen in front of it."""
    bare = re.sub(r"^[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2060\ufeff]+", "", text)
    return bare[:1] in tuple("=+@\uff1d\uff0b\uff0d\uff20") or (
        bare[:1] == "-" and not re.fullmatch(r"-\d+(\.\d+)?", text)
    )


def test_no_cell_of_a_csv_file_is_a_formula(book: Any) -> None:
    """In the ledger and the findings, and of any payload, no cell begins as a formula; a text is got back by one cut."""
    alone = pd.DataFrame({text: pd.Series([text], dtype="string") for text in PAYLOADS})
    for table in (book.ledger, book.findings, book.extras, alone):
        data = results.csv_bytes(table)
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
        assert len(rows) == len(table) + 1
        assert [cell for row in rows for cell in row if formulas(cell)] == []
        assert [cell for row in rows for cell in row if cell[:1] in tuple("\t\r\n")] == []
    header, values = list(csv.reader(io.StringIO(results.csv_bytes(alone).decode("utf-8"), newline="")))
    written = [text.encode("utf-8", "backslashreplace").decode("utf-8") for text in PAYLOADS]
    assert [text.removeprefix("'") for text in header] == [text.removeprefix("'") for text in values] == written


def test_no_cell_of_the_workbook_is_anything_but_text(book: Any) -> None:
    """Every text of the workbook is a string, none a formula, link or macro, and what looks like a formula is quoted."""
    data = workbook.ledger_xlsx(book)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet.iter_rows() for cell in row]
    texts = [cell for cell in cells if isinstance(cell.value, str)]

    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert {cell.data_type for cell in texts} == {"s"}
    assert [cell.value for cell in texts if formulas(cell.value) and cell.row > 1 and not cell.quotePrefix
            and cell.parent.title == workbook.LEDGER] == []  # fmt: skip
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [
            name for name in parts.namelist() if re.search("vba|external|hyperlink|drawing|activeX", name, re.I)
        ]
        assert not any(b"<f>" in parts.read(name) or b"TargetMode" in parts.read(name) for name in parts.namelist())


def test_results_are_json_and_hold_the_names_as_they_are(book: Any) -> None:
    """results.json is valid JSON in UTF-8 whatever areas and leads are called, half characters too."""
    made = measures.measure(
        book.ledger, hostile_pages.LATEST, settings=book.settings, snapshots=book.snapshots, plan="a\ud800b"
    )
    data = results.results_json("a\ud800b", hostile_pages.LATEST, None, measures.records_of(made.results))
    told = json.loads(data.decode("utf-8"))
    assert told["plan"] == "a\ud800b"
    keys = {row["key"] for row in told["measures"]}
    assert {area for area in book.ledger["area"] if area} <= keys


@pytest.mark.parametrize("name", ["cells-progress", "cells-slippage", "sheets-data-quality", "portfolio"])
def test_an_executed_notebook_is_valid_and_as_harmless(made: dict[str, Any], name: str) -> None:
    """The notebook beside the page is JSON in UTF-8, and no HTML in its outputs holds anything of a payload's."""
    read = nbformat.reads(to_bytes(made[name][0]).decode("utf-8"), as_version=4)
    shown = [output["data"] for cell in read.cells for output in cell.get("outputs", ())]
    assert len(shown) > 8
    for data in shown:
        assert set(data) <= {"text/html", "text/plain", "application/vnd.planlib.results+json"}
        assert Parsed(data.get("text/html", "")).odd == []
        assert OBEYED.search(data.get("text/plain", "")) is None


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("ending", [".csv", ".md", ".html"])
def test_bytes_that_are_no_text_are_shown_or_refused(ending: str, mark: bytes) -> None:
    """Broken UTF-8 is read as another encoding or refused by its name; nothing of it is half a character."""
    broken = b"\xff\xfe\x80\xc0\xaf\xed\xa0\x80\xf8\x88\xf4\x90\x80\x80\xe2\x28\xa1"
    rows = {
        ".csv": b"Ref,Action,Status\n1,%b,Open\n", ".md": b"| Ref | Action | Status |\n|---|---|---|\n| 1 | %b | Open |\n",
        ".html": b"<table><tr><th>Ref<th>Action<th>Status<tr><td>1<td>%b<td>Open</table>",
    }[ending]  # fmt: skip
    name = f"2024-01-31{ending}"
    try:
        made = read_document(Path(name), mark + rows % broken, Limits())
    except InputError as error:
        assert str(error).startswith(name)
        return
    said = "".join(cell for grid in made.grids for row in grid.rows for cell in row)
    assert said.encode("utf-8").decode("utf-8") == said


# --- terminal --------------------------------------------------------------------------------------------------------


def run_cli(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    """Run a command; what it gave back and printed."""
    try:
        code = cli.main(list(arguments))
    except SystemExit as stopped:  # --help
        code = int(stopped.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one small plan, in which we stand."""
    folder = tmp_path / "data" / "p"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "P"\n', encoding="utf-8")
    (folder / "2024-01-31.csv").write_text("Ref,Action,Target date,Status\n1,Dig,30 June 2024,Open\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


MAIN = (("{}",), ("check", "{}"), ("report", "{}"), ("changes", "{}"), ("publish", "{}", "--as-of", "2024-01-31"))
OTHER = (
    ("check", "p", "--as-of", "{}"), ("check", "p", "--data", "{}"), ("check", "{}", "--json"), ("check", "{}", "--debug"),
    ("report", "p", "--as-of", "{}"), ("report", "p", "--notebook", "{}"), ("report", "--data", "{}"),
    ("report", "p", "--as-of", "1999-01-01", "--out", "{}"), ("report", "p", "--jobs", "x{}"), ("changes", "p", "--since", "{}"),
    ("ledger", "p", "--to", "{}"), ("ledger", "{}", "--to", "x.csv"), ("new", "{}", "--from", "none.csv", "--as-of", "2024-01-31"),
    ("new", "q", "--from", "{}", "--as-of", "2024-01-31"), ("new", "q", "--from", "none.csv", "--as-of", "{}"),
    ("publish", "p", "--as-of", "{}"), ("schema", "{}"), ("--debug", "{}"), ("check", "p", "--{}"),
)  # fmt: skip


def test_no_argument_is_obeyed_by_the_terminal_or_is_a_fault(here: Path, capsys: Any) -> None:
    """Any payload as any argument is answered without a control sequence, in one line that is ours, exit code 0 to 2."""
    asked = [(shape, text) for shape in MAIN for text in PAYLOADS]
    asked += [(shape, text) for at, shape in enumerate(OTHER) for text in PAYLOADS[at % 6 :: 6]]
    wrong = []
    for shape, text in asked:
        code, out, err = run_cli(capsys, *(word.replace("{}", text) for word in shape))
        one_line = err.count("\n") <= 1 or "--debug" in shape
        if code not in (0, 1, 2) or OBEYED.search(out + err) or "a fault in planlib" in err or not one_line:
            wrong.append((shape, text[:60], code, err[:200]))
    assert wrong == []
    assert sorted(path.name for path in here.iterdir()) in (["data"], ["data", "reports"])


def test_what_a_plan_says_is_not_obeyed_by_the_terminal(
    home: Path, pages: dict[str, str], capsys: Any, tmp_path: Path
) -> None:
    """Every verb about a hostile plan prints no control sequence, and no text makes a line where lines are planlib's."""
    plan = str(home / "cells")
    sheets, named = f"{home / 'sheets'}/{hostile_pages.LATEST}.xlsx", str(home / "files")
    commands = [
        ("check", plan), ("check", sheets, "--json"), ("check", named), ("changes", plan), ("changes", named, "--json"),
        ("ledger", plan, "--to", str(tmp_path / "x\x1b[2J\n.csv")), ("publish", plan, "--as-of", hostile_pages.DAYS[0]),
    ]  # fmt: skip
    for command in commands:
        code, out, err = run_cli(capsys, *command)
        assert OBEYED.search(out + err) is None, command
        assert code in (0, 1) and "a fault" not in err, (command, err)
        # A payload of three lines would pass for what planlib says of another report. What `changes` prints is an e-mail,
        # in which an area's name is a line of its own.
        forged = [line for line in (out + err).splitlines() if line.startswith(("warning: forged", "planlib: 3 of 3"))]
        assert command[0] == "changes" or forged == [], command
        if "--json" in command:
            json.loads(out)
        elif command[0] in ("ledger", "publish"):
            assert out.count("\n") == 1
    (home / "cells" / "published" / f"{hostile_pages.DAYS[0]}.json").unlink()


def test_a_traceback_is_not_obeyed_by_the_terminal(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """--debug shows where, and of what an exception says only what can be seen."""

    def fail(*_: Any, **__: Any) -> Any:
        raise ValueError("".join(hostile.CONTROLS + hostile.DIRECTIONS))

    monkeypatch.setattr("planlib.store.open_plan", fail)
    code, out, err = run_cli(capsys, "changes", "p", "--debug")
    assert code == 1
    assert "Traceback" in err and "in fail" in err
    assert OBEYED.search(out + err) is None


def test_arguments_that_are_no_text_are_answered(here: Path) -> None:
    """Bytes that are not UTF-8, as the shell hands them over, make one line and no control character."""
    for words in (
        (b"check", b"\xff\xfe\x9b31m"),
        (b"\xed\xa0\x80",),
        (b"report", b"--out", b"a\xff", b"--as-of", b"1999-01-01"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "planlib", *words], env=ENVIRONMENT, capture_output=True, timeout=120, check=False
        )
        assert done.returncode in (1, 2)
        assert done.stderr.count(b"\n") == 1
        assert OBEYED.search(done.stderr.decode("utf-8")) is None


@pytest.mark.parametrize("text", [text for text in PAYLOADS if "\x00" not in text and "\ud800" not in text])
def test_a_proposed_command_runs_nothing_but_itself(text: str, tmp_path: Path) -> None:
    """A name in a command that a message proposes is one word of a shell, whatever it holds."""
    if text in hostile.CODE:
        done = subprocess.run(
            ["sh", "-c", f"printf '%s' {shell_word(text)}"], capture_output=True, cwd=tmp_path, check=True
        )
        assert os.fsdecode(done.stdout) == text
        assert list(tmp_path.iterdir()) == []
    word = shell_word(text)
    assert word == text or word[0] == word[-1] == "'" or (word == f'"{text}"' and not set(text) & set('"$`\\!'))


# --- names and parameters --------------------------------------------------------------------------------------------


def test_a_plan_of_any_name_is_begun_with_settings_that_can_be_read(here: Path, capsys: Any) -> None:
    """`planlib new` writes valid TOML for a folder of any name, or refuses the name; it touches nothing else."""
    made = 0
    for text in hostile.CODE + hostile.CONTROLS + hostile.DIRECTIONS + hostile.BROKEN + hostile.FORMULAS:
        name = hostile.file_name(text, 100)
        code, out, err = run_cli(
            capsys, "new", f"data/{name}", "--from", "data/p/2024-01-31.csv", "--as-of", "2024-01-31"
        )
        assert OBEYED.search(out + err) is None
        if code == 0:
            made += 1
            raw = tomllib.loads((here / "data" / name / "plan.toml").read_text(encoding="utf-8"))
            assert OBEYED.search(raw["title"]) is None
        else:
            assert name.startswith("-") or cannot_be_called(name), err
    assert made > 50
    assert not list(here.rglob("pwned"))


@pytest.mark.parametrize("name", ["portfolio", "Portfolio", "index.html", ".lock", ".staging", ".hidden", "a\udcff"])
def test_a_plan_cannot_take_the_place_of_our_own_files(here: Path, name: str) -> None:
    """A folder whose reports would lie in the place of the index, a lock or hidden files is refused by name."""
    (here / "data" / "p").rename(here / "data" / name)
    with pytest.raises(InputError, match="cannot be called"):
        report(here / "data" / name, data=here / "data")


def test_a_pool_cannot_lead_elsewhere(here: Path) -> None:
    """[forecast] pool takes names of folders beside the plan, whatever is written there."""
    for text in ("..", ".", "../p", "/etc", "x" * 3000, "\x00", "\x1b[2J"):
        (here / "data/p/plan.toml").write_text(
            f'title = "P"\n[forecast]\npool = [{hostile.toml(text)}]\n', encoding="utf-8"
        )
        from planlib import open_pool

        with pytest.raises(InputError, match="pool"):
            open_pool(here / "data/p")


NAME = (
    "\"'\n__import__('pathlib').Path('pwned').touch()\n'\"\"\"{open('pwned','w')} %$(touch pwned)`touch pwned`\u2028!touch pwned\u2028"
    "<script>window.pwned=1<\u2215script> \x1b[2J\u202e=1+1\\"
)
WITNESS = """\
import hashlib, json
from planlib import open_plan
book = open_plan(plan, as_of)
said = hashlib.sha256(json.dumps([texts, keyed, book.name]).encode()).hexdigest()
display({"text/plain": said}, raw=True)
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Reports, by real kernels and from the command line, of a plan of a hostile name; what was printed."""
    home = tmp_path_factory.mktemp("named")
    folder = home / "data" / NAME
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(
        f"title = {hostile.toml(NAME)}\norganisation = {hostile.toml(NAME)}\n", encoding="utf-8"
    )
    for day, month in zip(hostile_pages.DAYS, ("June", "July"), strict=True):
        text = f"Ref,Action,Target date,Status\n1,Dig,30 {month} 2024,Open\n"
        (folder / f"{day} {hostile.file_name(NAME, 150)}\udcff.csv").write_text(text, encoding="utf-8")
    cells = [
        nbformat.v4.new_code_cell('plan = ""\nas_of = ""\ntexts = []\nkeyed = {}', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(WITNESS),
    ]
    (home / "witness.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    words = ["report", "--data", str(home / "data"), "--out", str(home / "out"), "--as-of", hostile_pages.LATEST, "--notebook",
             "progress", "portfolio", "--why"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "planlib", *words],
        cwd=home,
        env=ENVIRONMENT,
        capture_output=True,
        timeout=600,
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode == 0, err
    return home, out, err


def test_a_hostile_name_of_a_plan_runs_nothing(reported: tuple[Path, str, str]) -> None:
    """The kernels made no file, and the parameters cell of each executed notebook assigns plain values and nothing else."""
    home, _, _ = reported
    assert sorted(path.name for path in home.iterdir()) == ["data", "out", "witness.ipynb"]
    assert not list(home.rglob("pwned"))
    executed = sorted((home / "out").rglob("*.ipynb"))
    assert sorted(path.stem for path in executed) == ["portfolio", "progress"]
    for path in executed:
        injected = [
            cell for cell in nbformat.read(path, 4).cells if "injected-parameters" in cell.metadata.get("tags", [])
        ]
        body = ast.parse(injected[0].source).body
        assert all(isinstance(line, ast.Assign) and ast.literal_eval(line.value) is not None for line in body)
        given = {line.targets[0].id: ast.literal_eval(line.value) for line in body}  # type: ignore[attr-defined]
        assert given.get("plan", (given.get("plans") or [""])[0]) == f"data/{NAME}"


def test_published_files_of_a_hostile_name_are_whole_and_harmless(reported: tuple[Path, str, str]) -> None:
    """Every page is planlib's own, every JSON file is UTF-8, the record names the files, and the index leads to them."""
    home, _, _ = reported
    for path in (home / "out").rglob("*"):
        if path.suffix == ".html":
            page = Parsed(path.read_text(encoding="utf-8"))
            assert (page.odd, page.policy) == ([], [POLICY]), path
        elif path.suffix in (".json", ".ipynb"):
            json.loads(path.read_text(encoding="utf-8"))
    folder = home / "out" / NAME / hostile_pages.LATEST
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    files = sorted((home / "data" / NAME).glob("2024*"))
    assert len(files) == 2
    assert {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}.items() <= record[
        "sources"
    ].items()
    from urllib.parse import unquote

    links = Parsed((home / "out" / "index.html").read_text(encoding="utf-8")).links
    assert (
        home
        / "out"
        / unquote(next(link for link in links if link.endswith("progress.html") and "portfolio" not in link))
    ).is_file()


def test_a_run_prints_a_line_for_each_report_and_no_other(reported: tuple[Path, str, str]) -> None:
    """Progress, reasons and the summary are one line each, whatever the plan is called."""
    _, out, err = reported
    assert OBEYED.search(out + err) is None
    assert len(err.splitlines()) == 2 and all(line.startswith(("[1/2] ", "[2/2] ")) for line in err.splitlines())
    assert len(out.splitlines()) == 3


def test_no_parameter_runs_in_a_kernel(reported: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every payload as a text, in a list and as a key, reaches a real kernel as it is, and none of it runs."""
    home, _, _ = reported
    monkeypatch.chdir(home)
    texts, keyed = list(PAYLOADS), {text: text for text in PAYLOADS}
    made = report(home / "data" / NAME, as_of=hostile_pages.LATEST, notebooks=str(home / "witness.ipynb"), data=home / "data",
                  out=home / "witnessed", parameters={"texts": texts, "keyed": keyed})  # fmt: skip
    assert made.ok, [each.why for each in made.failed]
    seen = nbformat.read(made.reports[0].path.with_suffix(".ipynb"), 4).cells[-1].outputs[0]["data"]["text/plain"]
    assert seen == hashlib.sha256(json.dumps([texts, keyed, NAME]).encode()).hexdigest()
    assert not list(home.rglob("pwned"))
