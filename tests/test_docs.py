"""The documents say what is true: generated ones are up to date, links lead somewhere, commands exist."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from planlib import cli, forecast, overrun, schema
from planlib.settings import parse_settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import command_line
from test_forecast import records, waiting
from test_overrun import plan_of

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md",
    *(ROOT / "docs").rglob("*.md")]
)


def rows_of(first: str) -> list[list[str]]:
    """Rows of the table of docs/measures.md whose first header is this one; of the backtest's blank one, after its heading."""
    text = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    text = text[text.index("## Time past original") if first else text.index("## Backtest") :]
    for block in text.split("\n\n"):
        lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines() if line.startswith("|")]
        if lines and lines[0][0] == first:
            return lines[2:]
    raise AssertionError(f"no table of measures.md begins with '{first}'")


def test_the_data_dictionary_is_what_the_program_prints():
    """docs/data-dictionary.md is the output of `planlib schema`."""
    said = subprocess.run([sys.executable, "-m", "planlib", "schema"], capture_output=True, check=True, timeout=120)
    printed = said.stdout.decode("utf-8").replace("\r\n", "\n")
    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == printed


def test_the_data_dictionary_names_every_column_code_and_measure():
    """Each ledger column, finding code and measure stands in the dictionary."""
    text = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    names = [column.name for column in schema.LEDGER] + list(schema.CODES) + list(schema.MEASURES)
    assert [name for name in names if f"`{name}`" not in text] == []


def test_everything_in_the_data_dictionary_is_described():
    """Each column, word, finding code and measure has a meaning, and each measure a unit, scopes, a source and when it is not given."""
    made = cli.schema_dict()
    said = {f"{title}.{column['name']}": column["meaning"] for title, columns in made["tables"].items() for column in columns}
    said |= {f"{title}: {word}": meaning for title, words in made["vocabularies"].items() for word, meaning in words.items()}
    said |= {code: each["meaning"] for code, each in made["finding_codes"].items()}
    said |= {name: each["definition"] for name, each in made["measures"].items()}
    assert [name for name, meaning in said.items() if len(meaning) < 3] == []
    needed = ("unit", "scopes", "undefined", "source")
    assert [(name, what) for name, one in made["measures"].items() for what in needed if not one[what]] == []


def test_the_page_of_the_command_line_is_what_the_program_knows():
    """docs/command-line.md is made anew by tools/command_line.py without a difference."""
    assert (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8") == command_line.page()


def test_every_verb_and_option_is_documented():
    """Each verb has its section with each of its options, those that --help leaves out too, and each argument says what it is."""
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    sections = {part.split("\n")[0]: part for part in text.split("\n## planlib ")[1:]}
    parsers = cli._parsers()[1]
    assert set(sections) == set(parsers)
    for verb, parser in parsers.items():
        assert [action.dest for action in parser._actions if not action.help] == []
        named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", sections[verb]))
        assert sorted({name for action in parser._actions for name in action.option_strings} - named) == [], verb


def test_every_key_of_plan_toml_is_documented():
    """Each key that the reader of plan.toml knows, at every level, stands in the example and in the table of docs/plan-folder.md."""
    import tomllib

    text = (ROOT / "docs" / "plan-folder.md").read_text(encoding="utf-8")
    raw = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    source = ast.parse((ROOT / "src" / "planlib" / "settings.py").read_text(encoding="utf-8"))
    known = {
        node.func.value.id: [word.value for word in node.args if isinstance(word, ast.Constant)]
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "only"
        and isinstance(node.func.value, ast.Name) and all(isinstance(word, ast.Constant) for word in node.args)
    }  # fmt: skip
    assert set(known) == {"reader", "inspection", "redact", "publish", "forecast", "limits"}
    for table, keys in known.items():
        given = raw if table == "reader" else raw[table]
        assert sorted(set(keys) - set(given)) == [], table
    table = text[text.index("| key |") :].partition("\n\n")[0]
    wanted = {*known["reader"], *(f"{name}.{key}" for name, keys in known.items() if name != "reader" for key in keys)}
    wanted -= {name for name in known if name != "reader"}
    assert {key for line in table.splitlines() for key in re.findall(r"`([^`]+)`", line.split("|")[1])} == wanted


def test_the_worked_examples_of_the_outlook_are_what_the_program_gives():
    """Time past original, forecast and backtest: the tables of docs/measures.md are those of the plans that they describe."""
    curve = overrun.past_original_curve(plan_of([0, -3, 0, 0, *range(10, 101, 10)]), "2021-06-30")
    given = [
        [str(row.after), str(row.at_risk), f"{round(row.open_low * 14)}/14"] for row in curve.table.itertuples()
    ]
    assert given == rows_of("Days after the first date")
    assert [share * 14 for share in curve.table["open_low"]] == pytest.approx([round(share * 14) for share in curve.table["open_low"]])
    waits = {f"still open {name}": month for name, month in forecast.WAITS.items()}
    for name, value in rows_of("Measure of the 14 actions"):
        share = curve.open_after(waits[name.removesuffix(", upper end")])[name.endswith("upper end")]
        assert ("" if share is None else str(round(share, 6))) == value

    seen = records(*((-3, leave, forecast.NEVER, 1, at) for at, leave in enumerate((1, 2, 2, 3, 3))))
    chances, known = forecast.predicted(seen, waiting(0), 4)
    assert [[month, chance] for month, _, chance in rows_of("By the end of month")] == [
        [str(month), f"{chances[0][month - 1]:.4f}"] for month in range(1, known[0] + 1)
    ]
    assert [forecast.quantile_months(chances[0], level) for level in (0.5, 0.8)] == [2, 3]

    told = {name: [float(one) for one in numbers] for name, *numbers in rows_of("")}
    assert set(told) == {"the forecast", *forecast.RIVALS}
    for name, (first, second, score) in told.items():
        assert ((first - 1) ** 2 + second**2) / 2 == pytest.approx(score), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_in_a_document_lead_somewhere(path):
    """Every relative link and picture of a document exists."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in link:
            assert (path.parent / unquote(link)).exists(), link


def test_the_verbs_that_the_readme_names_exist():
    """Every `planlib VERB` of the README is a verb of the program."""
    said = subprocess.run([sys.executable, "-m", "planlib", "--help"], capture_output=True, text=True, check=True, timeout=60)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^planlib (\w+)", readme, re.MULTILINE))
    assert named and named <= set(re.findall(r"^    (\w+)", said.stdout, re.MULTILINE))


def test_the_example_of_plan_toml_is_a_valid_one():
    """The plan.toml in docs/plan-folder.md is read without an error and uses every key."""
    import tomllib

    text = (ROOT / "docs" / "plan-folder.md").read_text(encoding="utf-8")
    raw = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    assert parse_settings(raw).title == "Ofsted action plan"
    assert len(raw) == 15


def test_the_map_of_the_readme_is_the_tree():
    """Every module of the package stands in the README's table, and nothing else does."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| module of") :].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)/?`", "\n".join(line.split("|")[1] for line in table.splitlines()[2:])))
    package = ROOT / "src" / "planlib"
    tree = {path.stem for path in package.glob("*.py") if not path.stem.startswith("_")}
    tree |= {path.name for path in package.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert named == tree - {"notebooks"}
