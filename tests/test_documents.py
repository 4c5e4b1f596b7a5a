"""Real documents from end to end: the same plan in every format is the same ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import planlib
from planlib import schema

HERE = Path(__file__).parent / "documents"
PLAN = Path(__file__).parent.parent / "data" / "wirral-ofsted-2011"


def ledger(ending: str, folder: Path) -> pd.DataFrame:
    """The ledger of the Wirral plan saved in one format, but for where each row stands."""
    home = folder / ending.lstrip(".")
    home.mkdir()
    shutil.copy(PLAN / "plan.toml", home)
    shutil.copy(HERE / f"wirral{ending}", home / f"2011-08-31{ending}")
    plan = planlib.open_plan(home)
    assert (plan.sources["cells"] == plan.sources["used"] + plan.sources["extra"]).all()
    return plan.ledger.drop(columns=["plan", "source", "place", "action_id"])


@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".ods", ".xls", ".pdf", ".html"])
def test_the_same_plan_in_any_format_is_the_same_ledger(ending, tmp_path):
    """Merged areas, colours as fill only and struck-out dates give what the CSV says in words, column by column."""
    wanted, found = ledger(".csv", tmp_path), ledger(ending, tmp_path)
    assert len(found) == len(wanted) == 44
    for column in (each.name for each in schema.LEDGER if each.name in wanted.columns):
        pd.testing.assert_series_equal(found[column], wanted[column])


def test_the_csv_with_colours_says_what_the_bundled_plan_says(tmp_path):
    """The documents are made from the bundled plan: only the colours and what they claim are more."""
    bundled = planlib.open_plan(PLAN, redact=False).ledger
    bundled = bundled[bundled["as_of"] == "2011-08-31"].reset_index(drop=True)
    made = ledger(".csv", tmp_path)
    for column in ("ref", "ref_range", "area", "action", "target", "previous_target", "status_text", "progress"):
        pd.testing.assert_series_equal(made[column], bundled[column])
