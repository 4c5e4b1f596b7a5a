"""How many examples a property is tried on."""

from __future__ import annotations

import os


def tries(number: int) -> int:
    """So many on a desk, where they vary; a third in CI, where they are the same in every run and time is short."""
    return max(5, number // 3) if os.environ.get("CI") else number
