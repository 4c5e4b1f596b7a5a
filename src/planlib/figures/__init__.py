"""Measures to accessible figures: inline SVG with a message, a text alternative and its data as a table; no arithmetic."""

from planlib.figures.areas import slippage_by_area
from planlib.figures.dumbbells import dumbbell
from planlib.figures.forecasts import forecast
from planlib.figures.overruns import time_past_original
from planlib.figures.portfolio import plans_over_time
from planlib.figures.slips import slip_chart
from planlib.figures.standings import standing_over_time

__all__ = [
    "dumbbell", "forecast", "plans_over_time", "slip_chart", "slippage_by_area", "standing_over_time",
    "time_past_original",
]  # fmt: skip
