"""From plans to published reports: execution by papermill, export, publishing, the index and the run records.

In the order in which a run comes to them: plans (what to report on), sets (what is stale), run (`planlib.report`), making (notebooks
run, pages written), or cluster and orders where other machines do that; computing, forks, kernels, managers and execution below them;
exporter and templates; truth (what is made is checked); publish, seen, index. latest and blank are for verbs of the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planlib.reporting.run import Outcome as Outcome
    from planlib.reporting.run import Report as Report
    from planlib.reporting.run import report as report

__all__ = ["Outcome", "Report", "report"]


def __getattr__(name: str) -> Any:
    # nbconvert imports this package on its way to the exporter, and must not pay for the rest.
    if name in __all__:
        from planlib.reporting import run

        return getattr(run, name)
    raise AttributeError(f"module 'planlib.reporting' has no attribute '{name}'")
