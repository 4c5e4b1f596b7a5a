"""What all tests share."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import settings
from tries import tries

from planlib import cache

# No deadline: a first call may read a font list or fill a cache. In CI the examples are the same in every run, so that
# a red run can be made again; on a desk they vary.
settings.register_profile("planlib", deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=tries(100))
settings.load_profile("planlib")

DATA = Path(__file__).parents[1] / "data"
MAKING = 600  # seconds that one process waits for another to make the reports


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests read is kept with the tests, not in the cache of whoever runs them."""
    folder = tmp_path_factory.getbasetemp() / "cache"
    os.environ[cache.VARIABLE] = str(folder)
    return folder


@pytest.fixture(scope="session")
def built_reports(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Reports of both bundled plans, a few dates of each, made once for all processes of the test run."""
    base = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    home, done = base / "bundled", base / "bundled" / "made"
    try:
        home.mkdir()
    except FileExistsError:
        waited = time.monotonic() + MAKING
        while not done.exists() and time.monotonic() < waited:
            time.sleep(0.2)
        assert done.exists(), "another process did not finish making the reports"
        return home / "reports"
    from planlib.reporting import report

    shutil.copytree(DATA, home / "data")
    out = home / "reports"
    for plan, days in (
        ("wirral-ofsted-2011", ["2011-06-01", "2011-08-31"]),
        ("ranger-1960", ["1960-09-30", "1964-07-31"]),
    ):
        made = report([home / "data" / plan], as_of=days, data=home / "data", out=out)
        assert made.ok, [each.why for each in made.failed]
    both = [home / "data" / "ranger-1960", home / "data" / "wirral-ofsted-2011"]
    made = report(both, as_of="2011-08-31", notebooks="portfolio", data=home / "data", out=out)
    assert made.ok, [each.why for each in made.failed]
    done.touch()
    return out
