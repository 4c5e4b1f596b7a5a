"""How the tests here drive Chromium: by scripts of Node.js, each given a job and answering in JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("PLANLIB_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Debian has it by itself: the same Chromium without windows, which is quicker.
HEADLESS = None if os.environ.get("PLANLIB_CHROMIUM") else shutil.which("chromium-headless-shell")
NODE = shutil.which("node")
NEEDED = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium (Debian: apt-get install chromium)"),
    pytest.mark.skipif(not NODE, reason="no Node.js"),
    pytest.mark.skipif(
        not all((HERE / "node_modules" / name).is_dir() for name in ("axe-core", "playwright-core")),
        reason="no node_modules (run npm ci in tests/browser)",
    ),
]


def drive(script: str, folder: Path, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Let a script do a job, and say what it found."""
    told = folder / "job.json"
    told.write_text(json.dumps(job), "utf-8")
    done = subprocess.run(
        [str(NODE), str(HERE / script), str(CHROMIUM), str(told), *([HEADLESS] if HEADLESS else [])],
        capture_output=True, text=True, encoding="utf-8", cwd=HERE, timeout=1800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
