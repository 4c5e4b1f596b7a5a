"""The documents say what is true: generated ones are up to date, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from planlib import schema
from planlib.settings import parse_settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md",
    *(ROOT / "docs").rglob("*.md")]
)


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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_in_a_document_lead_somewhere(path):
    """Every relative link and picture of a document exists."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in link:
            assert (path.parent / link).exists(), link


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
