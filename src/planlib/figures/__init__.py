"""Measures to accessible figures: inline SVG with a message, a text alternative and its data as a table; no arithmetic."""

from planlib.figures.areas import slippage_by_area
from planlib.figures.dumbbells import dumbbell
from planlib.figures.forecasts import forecast
from planlib.figures.lateness import late_over_time
from planlib.figures.overruns import time_past_original
from planlib.figures.periods import changes_over_time
from planlib.figures.portfolio import plans_over_time
from planlib.figures.reports import over_the_reports
from planlib.figures.slips import slip_chart
from planlib.figures.slips_by_area import slip_chart_by_area
from planlib.figures.standings import standing_over_time

__all__ = [
    "changes_over_time", "dumbbell", "forecast", "late_over_time", "over_the_reports", "plans_over_time", "slip_chart",
    "slip_chart_by_area", "slippage_by_area", "standing_over_time", "time_past_original",
]  # fmt: skip
