"""Measures how well planlib reads plans: on made ones, whose truth is known, and on real ones, read by a person.

Run: ``PYTHONPATH=src python benchmarks/reading/run.py``; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from corpus import make
from real import DATA, real_documents
from score import COLUMNS, Known, Score, score, texts_of, wilson

# Measure: limit, and whether it is the least or the most.
LIMITS = {"rows": (0.995, True), "right": (0.97, True), "unknown": (0.03, False), "wrong": (0.002, False)}
HEAD = ("", "docs", "rows", "found", "extra", "dates", "right", "unkn.", "wrong", "invent", "status", "right", "unkn.",
        "wrong", "invent", "unacc.", "lost")  # fmt: skip


def main() -> int:
    """Make, read, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", type=Path, metavar="DIR", help="keep the documents there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of the names of the documents: a layout, a format")
    parser.add_argument("--part", choices=("made", "real"), help="only the made or only the real documents")
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the real files (default ../shared/data)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every count and every fault there")
    parser.add_argument(
        "--faults", type=int, default=40, metavar="N", help="list N faults beside the wrong cells (default 40)"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        passed, written = True, {}
        for part in (chosen.part,) if chosen.part else ("made", "real"):
            if part == "made":
                known = made(chosen.make or Path(scratch), chosen.seed, chosen.only)
            else:
                known = [each for each in real_documents(chosen.data) if chosen.only in each.name]
            scored = [(each, score(each)) for each in known]
            if scored:
                passed &= report(part, scored, chosen.faults)
                written[part] = [_record(each, result) for each, result in scored]
    if chosen.json:
        chosen.json.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if passed else 1


def made(folder: Path, seed: int, only: str) -> list[Known]:
    """The made documents with their truth."""
    begun = time.perf_counter()
    documents = make(folder, seed, only)
    lacking = [each.name for each in documents if each.path is None]
    print(f"{len(documents) - len(lacking)} documents made in {time.perf_counter() - begun:.0f} s (seed {seed})")
    if lacking:
        print(f"NOT MADE, for want of a program: {', '.join(lacking)}")
    return [
        Known(
            each.name, each.layout, each.saver, each.path, each.made.actions, each.made.shows, each.made.lenient,
            each.made.settings, each.made.as_of, texts_of(each.made.blocks),
        )
        for each in documents if each.path is not None
    ]  # fmt: skip


def report(part: str, scored: list[tuple[Known, Score]], faults: int) -> bool:
    """Print the tables of one part and say whether it is within the limits."""
    total = sum((result for _, result in scored), Score())
    print(f"\n=== {part} documents " + "=" * 90)
    for title, key in (("format", "saver"), ("layout", "layout")):
        groups: dict[str, list[Score]] = defaultdict(list)
        for known, result in scored:
            groups[getattr(known, key)].append(result)
        print(_line((f"by {title}", *HEAD[1:])))
        for name, results in sorted(groups.items()):
            print(_line(_row(name, len(results), sum(results, Score()))))
        print(_line(_row("all", len(scored), total)), "\n")
    print("cells right:", "  ".join(
        f"{name} {total.cells[name, 'right']}/{total.cells[name, 'all']}" for name in COLUMNS if total.cells[name, "all"]
    ))  # fmt: skip
    failed: dict[str, list[str]] = defaultdict(list)
    for known, result in scored:
        if result.failed:
            failed[result.failed.removeprefix(f"{known.path.name}: ")].append(known.name)
    print(f"documents not read: {sum(len(names) for names in failed.values())}")
    for why, names in failed.items():
        print(f"  {why}: {', '.join(names)}")
    passed = _verdict(total)
    largest = max(scored, key=lambda pair: pair[1].rows)[0]
    if 2 * next(result.rows for known, result in scored if known is largest) > total.rows and part == "real":
        print(f"without {largest.name}, which holds most of the rows:")
        passed &= _verdict(sum((result for known, result in scored if known is not largest), Score()))
    _list(total.faults, faults)
    return passed


def _verdict(total: Score) -> bool:
    """Each limit, whether it is kept."""
    kept = []

    def say(name: str, share: float, limit: float, least: bool, more: str = "") -> None:
        kept.append(share >= limit if least else share <= limit)
        sign = "at least" if least else "at most"
        print(f"  {'pass' if kept[-1] else 'FAIL'}  {name}: {share:.2%} ({sign} {limit:.1%}){more}")

    say("rows found", total.found / max(total.rows, 1), *LIMITS["rows"], f"; {total.invented} invented")
    for name, counts in (("dates", total.dates), ("statuses", total.statuses)):
        known = sum(counts[kind] for kind in ("right", "unknown", "wrong"))
        silent = counts["none right"] + counts["invented"]
        for kind in ("right", "unknown", "wrong"):
            low, high = wilson(counts[kind], known)
            more = f"; {counts[kind]} of {known}, 95 % interval {low:.2%} to {high:.2%}"
            say(f"{name} {kind}", counts[kind] / max(known, 1), *LIMITS[kind], more)
        low, high = wilson(counts["invented"], silent)
        more = f"; {counts['invented']} of {silent}, 95 % interval {low:.2%} to {high:.2%}"
        say(f"{name} invented where there is none", counts["invented"] / max(silent, 1), *LIMITS["wrong"], more)
    kept.append(total.unaccounted == 0)
    print(
        f"  {'pass' if kept[-1] else 'FAIL'}  unaccounted cells: {total.unaccounted}; texts found nowhere: {total.lost}"
    )
    return all(kept)


def _list(faults: list[dict[str, str]], limit: int) -> None:
    """What is wrong or invented, all of it; then as much of the rest as is wanted, what costs most first."""
    worst = [fault for fault in faults if fault["kind"] in ("wrong", "invented")]
    order = {"accounting": 0, "target": 1, "status": 2, "row": 3}
    rest = sorted((fault for fault in faults if fault not in worst), key=lambda fault: order.get(fault["column"], 9))
    for title, listed in (("wrong or invented", worst), ("not right otherwise", rest[:limit])):
        print(f"{title}:")
        for fault in listed:
            print(f"  {fault['document']} {fault['place']} [{fault['column']}] {fault['text'][:80]!r}: "
                  f"truth {fault['truth'][:80]}, read {fault['read'][:80]}")  # fmt: skip
    if len(rest) > limit:
        print(f"  ... and {len(rest) - limit} more (--faults, --json)")


def _row(name: str, documents: int, result: Score) -> tuple[object, ...]:
    parts: list[object] = [name, documents, result.rows, result.found, result.invented]
    for counts in (result.dates, result.statuses):
        parts.append(sum(counts[kind] for kind in ("right", "unknown", "wrong")))
        parts += [counts[kind] for kind in ("right", "unknown", "wrong", "invented")]
    return (*parts, result.unaccounted, result.lost)


def _line(values: tuple[object, ...]) -> str:
    return f"{values[0]!s:22}" + "".join(f"{value!s:>7}" for value in values[1:])


def _record(known: Known, result: Score) -> dict[str, object]:
    return {
        "name": known.name, "layout": known.layout, "saver": known.saver, "rows": result.rows, "found": result.found,
        "invented": result.invented, "cells": {" ".join(key): n for key, n in sorted(result.cells.items())},
        "dates": dict(result.dates), "statuses": dict(result.statuses), "unaccounted": result.unaccounted,
        "lost": result.lost, "failed": result.failed, "faults": result.faults,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
