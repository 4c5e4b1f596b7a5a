"""Bytes of the progress report and seconds until Chromium shows it, for plans of growing size.

Run: ``PYTHONPATH=src python benchmarks/opening.py`` (after ``npm ci`` in tests/browser; needs Chromium and Node.js). The
aim: 500 actions in 1.5 MB, 2,000 in 5 MB, opened under 2 s. Each page is opened five times from a file; the middle time
to the load event, and to the second frame after it, is told.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

import plans

from planlib.reporting import report

ROOT = Path(__file__).parents[1]
SIZES = (1, 500, 2_000)
OPEN = """
import { createRequire } from 'node:module';
const { chromium } = createRequire(process.argv[1] + '/')('playwright-core');
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
const told = [];
for (let time = 0; time < 5; time += 1) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const from = performance.now();
  await page.goto(process.argv[3]);
  const loaded = performance.now() - from;
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  told.push([loaded, performance.now() - from]);
  await page.close();
}
await browser.close();
process.stdout.write(JSON.stringify(told));
"""


def main() -> None:
    """Make the reports, open them, and print a line for each."""
    chromium = os.environ.get("PLANLIB_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not shutil.which("node"):
        raise SystemExit("needs Chromium and Node.js")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for size in SIZES:
            made = report(
                [plans.many(home / "data", size)], as_of=plans.AS_AT, notebooks="progress", data=home / "data", out=home / "out"
            )
            assert made.ok, [each.why for each in made.failed]
            page = home / "out" / str(size) / plans.AS_AT / "progress.html"
            done = subprocess.run(
                ["node", "--input-type=module", "-e", OPEN, "--", str(ROOT / "tests" / "browser"), chromium, page.as_uri()],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            times = json.loads(done.stdout)
            loaded, shown = (sorted(each[at] for each in times)[len(times) // 2] / 1000 for at in (0, 1))
            print(f"{size:5,} actions: {page.stat().st_size / 1e6:5.2f} MB, loaded in {loaded:.2f} s, shown in {shown:.2f} s", flush=True)


if __name__ == "__main__":
    main()
