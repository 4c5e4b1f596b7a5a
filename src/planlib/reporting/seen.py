"""What lies in each folder of reports, without reading again what has not been touched since.

A set is published when every file has the sha256 that run.json holds. To know that of five thousand sets takes reading
them all, several gigabytes. So what was found whole is noted in ``<out>/.seen.json`` with the size and times of each
file, and as long as those are the same it is taken to be whole still, as git does with a working tree. Whoever doubts
may delete the file: it is made again, and the index comes out the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planlib.errors import RunError
from planlib.reporting import publish

FILE = ".seen.json"
SCHEMA = "planlib.seen/1"
# A file changed so shortly before the note was written may change once more without its times telling: file systems
# count time in steps, the coarsest in two seconds. It is read again.
SETTLED = 3_000_000_000  # nanoseconds
_NUMBERS = ("actions", "done", *(f"standing: {name}" for name in ("overdue", "delayed", "re-dated", "standing not known")))


@dataclass(frozen=True)
class Set:
    """What the index says of the reports of one plan at one date.

    Attributes
    ----------
    folder : Path
    title : str
        Title of the plan as published, empty where nothing is.
    files : tuple of str
        Files of the set, by the record.
    reports : tuple of str
    numbers : mapping of str to int
        From results.json: "actions", how many there are; of how many the standing is "unknown"; and, unless it is so of
        all, how many are "done", of how many that is counted ("of"), how many are "late" (overdue or delayed) and
        "re-dated". Empty where there is no such file.
    wrong : tuple of str
        Files that are missing or not as written.
    failed : tuple of mapping
        What the last attempt failed on.
    """

    folder: Path
    title: str = ""
    files: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    failed: tuple[Mapping[str, Any], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the set is published."""
        return bool(self.files) and not self.wrong


class Seen:
    """Looks at the sets of an out folder, and notes what it found whole."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.notes: dict[str, dict[str, Any]] = {}
        self.read = 0
        self._before: Mapping[str, Any] = {}
        self._written = 0
        path = out / FILE
        try:
            self._written = path.stat().st_mtime_ns
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        if isinstance(found, dict) and found.get("schema") == SCHEMA and isinstance(found.get("sets"), dict):
            self._before = found["sets"]

    def look(self, folder: Path) -> Set:
        """What lies in the folder of one plan at one date."""
        key = f"{folder.parent.name}/{folder.name}"
        mark, newest = _mark(folder)
        note = self._before.get(key)
        if isinstance(note, dict) and note.get("mark") == mark and newest + SETTLED < self._written:
            made = _from_note(folder, note)
            if made is not None:
                self.notes[key] = note
                return made
        self.read += 1
        made = _read(folder)
        if made.whole and not made.failed:
            self.notes[key] = {
                "mark": mark, "title": made.title, "files": made.files, "reports": made.reports,
                "numbers": dict(made.numbers),
            }  # fmt: skip
        return made

    def save(self) -> None:
        """Write the notes down, where there are new ones; a folder that cannot be written to goes without."""
        if not self.read and self.notes.keys() == self._before.keys():
            return
        data = json.dumps({"schema": SCHEMA, "sets": self.notes}, ensure_ascii=False, separators=(",", ":"))
        with contextlib.suppress(RunError):
            publish.put(self.out, FILE, data.encode("utf-8", "backslashreplace"))


def _mark(folder: Path) -> tuple[str, int]:
    """A checksum of names, sizes and times of the files of a folder, and the latest of these times."""
    listing, newest = [], 0
    with os.scandir(folder) as entries:
        for entry in entries:
            told = entry.stat(follow_symlinks=True)
            times = told.st_mtime_ns, told.st_ctime_ns
            listing.append((entry.name, told.st_size, *times))
            newest = max(newest, *times)
    return hashlib.sha256(repr(sorted(listing)).encode("utf-8", "surrogateescape")).hexdigest()[:32], newest


def _from_note(folder: Path, note: Mapping[str, Any]) -> Set | None:
    try:
        numbers = {str(name): int(value) for name, value in note["numbers"].items()}
        return Set(folder, str(note["title"]), tuple(note["files"]), tuple(note["reports"]), numbers)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _read(folder: Path) -> Set:
    placed = publish.look(folder)
    record = placed.record
    numbers = numbers_of(folder / "results.json") if placed.whole and "results.json" in record["outputs"] else {}
    return Set(
        folder, str(record.get("title") or ""), tuple(record.get("outputs", ())), tuple(record.get("reports", ())),
        numbers, placed.wrong, placed.failed,
    )  # fmt: skip


def numbers_of(path: Path) -> dict[str, int]:
    """The numbers of a results.json that stand in the index, as `Set.numbers` has them; none where it is not ours."""
    try:
        measures: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["measures"]
        plan = {row["name"]: row for row in measures if row["scope"] == "plan" and row["name"] in _NUMBERS}
        numbers = {"actions": int(plan["actions"]["value"]), "unknown": int(plan["standing: standing not known"]["value"])}
        standing = [plan[f"standing: {name}"]["value"] for name in ("overdue", "delayed", "re-dated")]
        done = plan["done"]["numerator"], plan["done"]["denominator"]
        if numbers["unknown"] < numbers["actions"] and None not in (*standing, *done):
            late, delayed, moved = map(int, standing)
            numbers |= {"done": int(done[0]), "of": int(done[1]), "late": late + delayed, "re-dated": moved}
        return numbers
    except (OSError, ValueError, KeyError, TypeError):
        return {}
