"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: a first call may read a font list or fill a cache. In CI the examples are the same in every run, so that
# a red run can be made again; on a desk they vary.
settings.register_profile("planlib", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("planlib")
