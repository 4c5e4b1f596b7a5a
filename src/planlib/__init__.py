"""Action plans, issue by issue: what is done, what slipped, and what is not known.

Names are imported when they are first used (PEP 562), so that ``import planlib`` brings in no pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planlib.errors import InputError as InputError
    from planlib.errors import PlanlibError as PlanlibError
    from planlib.errors import RunError as RunError
    from planlib.history import changes as changes
    from planlib.reporting import report as report
    from planlib.store import Plan as Plan
    from planlib.store import Reading as Reading
    from planlib.store import open_plan as open_plan
    from planlib.store import open_pool as open_pool
    from planlib.store import read as read

__version__ = "0.1.0.dev0"  # written by `make release`, which tags the commit (docs/decisions/0016-packaging.md)

_HOMES = {
    "read": "planlib.store",
    "open_plan": "planlib.store",
    "open_pool": "planlib.store",
    "Plan": "planlib.store",
    "Reading": "planlib.store",
    "changes": "planlib.history",
    "report": "planlib.reporting",
    "InputError": "planlib.errors",
    "PlanlibError": "planlib.errors",
    "RunError": "planlib.errors",
}
_MODULES = (
    "delivery", "errors", "figures", "forecast", "measures", "narrative", "overrun", "published", "schema", "settings",
    "sheets", "slippage", "summary", "tables",
)  # fmt: skip

__all__ = ["__version__", *_HOMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"planlib.{name}")
    raise AttributeError(f"module 'planlib' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
