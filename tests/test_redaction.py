"""What a plan withholds stands nowhere in what a notebook gets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planlib import open_plan

ROWS = """\
Actions agreed by Ann Bell,,as at 31 January,,
Ref,Action,Lead,Target date,Status
1,Write the guide,Ann Bell,1 March 2020,Open
2,Train the staff,Cy Dunn,1 April 2020,Open
Ref,Action,Lead,Target date,Status
3,Check the files,Ann Bell,1 May 2020,Open
"""


def texts(plan: object) -> str:
    """Every text of every table of a plan."""
    tables = [table for table in vars(plan).values() if isinstance(table, pd.DataFrame)]
    return "\n".join(str(value) for table in tables for value in table.astype(object).to_numpy().ravel())


@pytest.mark.parametrize("column", ["Lead", "lead"])
def test_a_withheld_column_is_not_told_by_what_stands_outside_it(column: str, tmp_path: Path) -> None:
    """With a column withheld, rows that are no action and lines outside the table are withheld too: they may repeat it."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "2020-01-31.csv").write_text(ROWS, encoding="utf-8")
    (folder / "plan.toml").write_text('title = "P"\n', encoding="utf-8")
    assert texts(open_plan(folder)).count("Ann Bell") > 2
    (folder / "plan.toml").write_text(f'title = "P"\n[redact]\ncolumns = ["{column}"]\n', encoding="utf-8")
    plan = open_plan(folder)
    assert "Ann Bell" not in texts(plan)
    assert "Write the guide" in texts(plan)
