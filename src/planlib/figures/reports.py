"""The charts that follow the plan over its reports, each under its heading, or once why there is none."""

from __future__ import annotations

from planlib import markup
from planlib.figures.drawing import nothing_drawn
from planlib.figures.lateness import late_over_time
from planlib.figures.periods import changes_over_time
from planlib.figures.slips import slip_chart
from planlib.figures.slips_by_area import slip_chart_by_area
from planlib.figures.standings import standing_over_time
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import say_day, too_few_words
from planlib.trends import is_trend

_CHARTS = (
    ("Where the actions stood", "", standing_over_time),
    ("Late by the date now, and by the first date", "A new date takes an action out of the overdue, not out of those past "
     "their first dates.", late_over_time),
    ("When dates were changed", "", changes_over_time),
    ("The date of each action, report by report", "A line is level while a date stands and steps up where it is put off; it "
     "ends at the diagonal, on which a date is reached.", slip_chart),
    ("The same by area", "", slip_chart_by_area),
)  # fmt: skip


def over_the_reports(m: Measures) -> Fragment:
    """Standings, lateness, changes and dates at each report, each chart under its heading with what it needs to be read.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        One sentence where there are too few reports for any of them.
    """
    name = "over-the-reports"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so nothing can be drawn over time.")
    if not is_trend(m.snapshots):
        return nothing_drawn(name, f"Nothing is drawn over the reports yet: {too_few_words(m)}")
    parts = []
    for title, note, chart in _CHARTS:
        parts += [markup.element("h3", title), *([markup.element("p", note)] if note else []), chart(m)]
    return markup.join(parts)
