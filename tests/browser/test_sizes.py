"""How large a report may be that is mailed as one file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import plans

from planlib.reporting import report

LIMITS = {500: 1_500_000, 2_000: 5_000_000}  # bytes, by actions


def test_the_report_of_a_bundled_plan_is_small(built_reports: Path) -> None:
    """The progress report of the Wirral plan has at most 250 kB."""
    assert (built_reports / "wirral-ofsted-2011" / "2011-08-31" / "progress.html").stat().st_size <= 250_000


@pytest.mark.parametrize("number", LIMITS)
def test_the_report_of_a_large_plan_can_be_mailed(number: int, tmp_path: Path) -> None:
    """The progress report of 500 actions has at most 1.5 MB, of 2,000 at most 5 MB, with texts as long as real ones."""
    made = report(
        [plans.many(tmp_path / "data", number)], as_of=plans.AS_AT, notebooks="progress", data=tmp_path / "data",
        out=tmp_path / "reports",
    )  # fmt: skip
    assert made.ok, [each.why for each in made.failed]
    page = tmp_path / "reports" / str(number) / plans.AS_AT / "progress.html"
    assert page.read_text("utf-8").count('<details id="action-') == number
    assert page.stat().st_size <= LIMITS[number]
