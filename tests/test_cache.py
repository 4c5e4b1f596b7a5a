"""What was read once is kept: the same plan comes of it, whatever of it is there, damaged, or somebody else's."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib import cache, open_plan, store
from planlib.errors import InputError
from planlib.store import Plan

DATA = Path(__file__).parents[1] / "data"
DOCUMENTS = Path(__file__).parent / "documents"
TABLES = ("ledger", "findings", "matches", "extras", "sources", "corrections", "cells")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    return folder


def without_cache(plan: Path, day: str | None, **options: Any) -> Plan:
    """The plan read from its files."""
    before = os.environ[cache.VARIABLE]
    os.environ[cache.VARIABLE] = "off"
    try:
        return open_plan(plan, day, **options)
    finally:
        os.environ[cache.VARIABLE] = before


def assert_same(one: Plan, other: Plan) -> None:
    """Both plans are equal in every table, dtype and setting."""
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert (one.name, one.settings, one.rebuilt, one.snapshots) == (other.name, other.settings, other.rebuilt, other.snapshots)


def made_of(folder: Path, documents: list[Path]) -> Path:
    """A plan of these documents, one a month."""
    folder.mkdir()
    (folder / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
    for number, path in enumerate(documents, start=1):
        shutil.copy(path, folder / f"2011-{number:02}-28{path.suffix}")
    return folder


def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the documents that are parsed from now on."""
    seen: list[str] = []
    parse = store.read_document

    def parsed(path: Path, *rest: Any) -> Any:
        seen.append(path.name)
        return parse(path, *rest)

    monkeypatch.setattr(store, "read_document", parsed)
    return seen


@pytest.mark.parametrize("plan", ["ranger-1960", "wirral-ofsted-2011"])
def test_a_plan_from_the_cache_is_the_plan(plan: str, kept: Path) -> None:
    """At each date, first read, read after the dates before it, and read again: every table is as from the files."""
    days = open_plan(DATA / plan).snapshots
    shutil.rmtree(kept)
    for day in [f"{each:%Y-%m-%d}" for each in days][:: max(len(days) // 5, 1)]:
        fresh = without_cache(DATA / plan, day, cells=True)
        for _ in range(2):
            assert_same(open_plan(DATA / plan, day, cells=True), fresh)
        assert_same(open_plan(DATA / plan, day), without_cache(DATA / plan, day))


def test_every_format_comes_back_from_the_cache(tmp_path: Path, kept: Path) -> None:
    """Documents of every kind, in one plan: from the cache every cell, finding and left-over is as first read."""
    every = sorted(path for path in DOCUMENTS.iterdir() if path.suffix in (".csv", ".docx", ".html", ".ods", ".pdf", ".xls", ".xlsx"))
    assert len({path.suffix for path in every}) == 7
    plan = made_of(tmp_path / "many", every[:12])
    fresh = without_cache(plan, None, cells=True)
    assert_same(open_plan(plan, cells=True), fresh)
    assert_same(open_plan(plan, cells=True), fresh)
    assert sum(1 for _ in kept.glob("??/*.json")) == 3 * len(fresh.snapshots)


def test_only_what_is_new_is_read(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new snapshot alone is parsed; a changed one, and those after it; with plan.toml changed, all; else none."""
    csv = DOCUMENTS / "wirral.csv"
    plan = made_of(tmp_path / "plan", [csv, csv])
    seen = read_files(monkeypatch)

    def read() -> list[str]:
        seen.clear()
        open_plan(plan, cells=True)
        return list(seen)

    assert read() == ["2011-01-28.csv", "2011-02-28.csv"]
    assert read() == []
    shutil.copy(csv, plan / "2011-03-28.csv")
    assert read() == ["2011-03-28.csv"]
    with (plan / "2011-02-28.csv").open("ab") as file:
        file.write(b"\r\n")
    assert read() == ["2011-02-28.csv", "2011-03-28.csv"]
    (plan / "plan.toml").write_text('title = "Another"\n', encoding="utf-8")
    assert read() == ["2011-01-28.csv", "2011-02-28.csv", "2011-03-28.csv"]
    monkeypatch.setattr(cache, "version", lambda: "another")
    assert len(read()) == 3


@pytest.mark.parametrize("harm", [b"", b"{}", b"\x80\x04N.", None])
def test_a_damaged_entry_is_read_again(harm: bytes | None, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry cut short, replaced, or changed in one byte is as if it were not there, and is made anew."""
    plan = DATA / "wirral-ofsted-2011"
    fresh = open_plan(plan, cells=True)
    for path in kept.glob("??/*.json"):
        data = path.read_bytes()
        path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:] if harm is None else harm)
    seen = read_files(monkeypatch)
    assert_same(open_plan(plan, cells=True), fresh)
    assert len(seen) == 2
    assert_same(open_plan(plan, cells=True), fresh)
    assert len(seen) == 2


def test_an_entry_moved_to_another_key_is_not_taken(kept: Path) -> None:
    """The checksum holds the key: one entry cannot pass for another."""
    one, other = cache.key_of("one"), cache.key_of("other")
    cache.put(one, {"a": 1})
    assert cache.get(one) == {"a": 1}
    there = kept / other[:2] / f"{other[2:]}.json"
    there.parent.mkdir(exist_ok=True)
    shutil.copy(kept / one[:2] / f"{one[2:]}.json", there)
    assert cache.get(other) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions; the folder is in the user's own profile")
def test_the_cache_is_its_owners_alone(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are 0700 and files 0600; a folder that others can read or write is not used, and the plan is still read."""
    open_plan(DATA / "wirral-ofsted-2011")
    assert {path.stat().st_mode & 0o777 for path in kept.rglob("*")} == {0o700, 0o600}
    assert kept.stat().st_mode & 0o777 == 0o700
    kept.chmod(0o755)
    seen = read_files(monkeypatch)
    open_plan(DATA / "wirral-ofsted-2011")
    assert len(seen) == 2
    kept.chmod(0o700)
    link = kept.parent / "link"
    link.symlink_to(kept)
    monkeypatch.setenv(cache.VARIABLE, str(link))
    assert cache.get(cache.key_of("any")) is None and cache._usable() is None


def test_errors_are_raised_each_time(tmp_path: Path, kept: Path) -> None:
    """A correction of no snapshot, or of no row, stops a plan that is in the cache as it stops one that is not."""
    plan = made_of(tmp_path / "plan", [DOCUMENTS / "wirral.csv"])
    open_plan(plan)
    head = "as_of,place,ref,column,value,reason,kind\n"
    for line, says in (("2011-01-27,,14,", "no snapshot of 2011-01-27"), ("2011-01-28,,999,", "is 0 rows")):
        (plan / "corrections.csv").write_text(f"{head}{line}status,done,told,typo\n", encoding="utf-8")
        for _ in range(2):
            with pytest.raises(InputError, match=says):
                open_plan(plan)


def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read of another file than the one whose sum was taken is kept under no key."""
    plan = made_of(tmp_path / "plan", [DOCUMENTS / "wirral.csv"])
    sums = store._digest_of
    monkeypatch.setattr(store, "_digest_of", lambda path: "0" * 64 if path.suffix == ".csv" else sums(path))
    open_plan(plan)
    assert not list(kept.glob("??/*.json"))


def test_the_oldest_entries_go_first(kept: Path) -> None:
    """Where there are more bytes than allowed, those not used for longest are deleted, and no more than needed."""
    keys = [cache.key_of(number) for number in range(4)]
    for number, key in enumerate(keys):
        cache.put(key, {"text": "x" * 1000})
        os.utime(kept / key[:2] / f"{key[2:]}.json", (number, number))
    one = (kept / keys[0][:2] / f"{keys[0][2:]}.json").stat().st_size
    cache.prune(2 * one)
    assert [cache.get(key) is not None for key in keys] == [False, False, True, True]


def test_nowhere_to_keep_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cache off, or a file where its folder should be, plans are read as ever."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for said in ("off", str(tmp_path / "file")):
        monkeypatch.setenv(cache.VARIABLE, said)
        assert len(open_plan(DATA / "wirral-ofsted-2011").snapshots) == 2


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), _PLAIN, max_size=4))
def test_what_is_put_is_got(own_cache: Path, entry: dict[str, Any]) -> None:
    """Any plain data, lone surrogates and control characters too, comes back equal."""
    key = cache.key_of("property", json.dumps(entry))
    cache.put(key, entry)
    assert cache.get(key) == entry


def test_the_key_holds_all_that_it_rests_on() -> None:
    """Keys of different parts, or of parts split otherwise, differ."""
    made = {cache.key_of(*parts) for parts in (("a", "b"), ("ab",), ("a", ["b"]), (date(2011, 1, 1),), (), ("",))}
    assert len(made) == 6
