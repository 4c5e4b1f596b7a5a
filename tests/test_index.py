"""The index: what it lists, what it says of what failed, how a plan went, and that it reads little twice."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from index_samples import fail, many, one_of_each, put_set

from planlib.markup import safe_link
from planlib.reporting import index, publish, seen
from planlib.reporting.sparkline import sparkline


def page_of(out: Path) -> str:
    """The index of a folder."""
    return index.make(out).decode("utf-8")


def words_of(page: str) -> str:
    """What a page says, without its tags, with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<body")[2]).split())


def settle(out: Path) -> None:
    """Make everything look as if it had been written long ago; the note of what was seen stays as new as it is."""
    later = (out / seen.FILE).stat().st_mtime + 10
    os.utime(out / seen.FILE, (later, later))


def test_failed_runs_come_first(tmp_path: Path) -> None:
    """Before any plan the page lists each run that failed or is damaged, with its reason and a way to its plan."""
    one_of_each(tmp_path)
    page = page_of(tmp_path)
    table = page[page.index('id="failed-runs"') : page.index('id="plan-1"')]

    assert "3 runs without a report, or with one older than asked for" in table
    assert words_of("<body>" + table).count("31 March 2025") == 3
    for words in (
        "Incomplete: missing or not as written: slippage.html; make it again with planlib report",
        "Not made: progress: RunError in cell 3",
        "Published; the last attempt to make it again failed (OSError while it was published)",
    ):
        assert words in table
        assert page.count(words) == 2  # here, and under its plan
    links = re.findall(r'href="#(plan-\d)"', table)
    assert [re.search(rf'id="{name}-heading">([^<]*)<', page)[1] for name in links] == ["Roads", "schools", "Waste"]


def test_only_what_is_whole_is_linked(tmp_path: Path) -> None:
    """The damaged and the failed set have no link, the whole one has every report, its summary and both ledgers."""
    one_of_each(tmp_path)
    found = re.findall(r'href="([^#"][^"]*)"', page_of(tmp_path))

    assert not [each for each in found if each.startswith(("roads", "schools"))]
    names = ("progress.html", "summary.html", "slippage.html", "data-quality.html", "ledger.xlsx", "ledger.csv")
    assert [each for each in found if each.startswith("care/2025-03-31/")] == [f"care/2025-03-31/{n}" for n in names]
    assert [each for each in found if each.startswith("care/2024-03-31/")] == [f"care/2024-03-31/{n}" for n in names[:4]]
    assert all((tmp_path / each).is_file() and safe_link(each) for each in found if each != "data:,")


def test_how_a_plan_went_is_drawn_and_told(tmp_path: Path) -> None:
    """Each line has its values in words from the published results, a gap where nothing is known, the latest beside it."""
    one_of_each(tmp_path)
    page = page_of(tmp_path)
    told = re.findall(r'<svg [^>]*aria-label="([^"]*)"[^>]*>(.*?)</svg>', page)

    since = "at 5 dates from 31 March 2024"
    assert [words for words, _ in told] == [
        f"Complete {since}: 0, 4, not known, 12, 16",
        f"Overdue or delayed {since}: 4, 4, not known, 4, 4",
        f"Open and re-dated {since}: 2, 3, not known, 5, 6",
    ]
    assert [drawn.count("<polyline") for _, drawn in told] == [2, 2, 2]
    assert "Complete: 16 of 40" in words_of(page)
    assert "Overdue or delayed: 4 of 40" in words_of(page)
    assert "Open and re-dated: 6 of 40" in words_of(page)
    assert re.search("30 September 2024 .{0,80} not known not known not known", words_of(page))


def test_a_damaged_date_is_a_gap_and_not_a_number(tmp_path: Path) -> None:
    """What is not published has no number in the index, in words or drawn."""
    one_of_each(tmp_path)
    (tmp_path / "care/2024-12-31/ledger.csv").write_text("changed", encoding="utf-8")
    assert "Complete at 5 dates from 31 March 2024: 0, 4, not known, not known, 16" in page_of(tmp_path)


@pytest.mark.parametrize(
    ("values", "lines", "dots"),
    [([], 0, 0), ([3], 0, 0), ([None, 3], 0, 0), ([3, None, 3], 0, 3), ([1, 2, None], 1, 0), ([0, 0, 0, None, 4], 1, 2)],
)
def test_a_line_is_drawn_only_where_two_values_meet(values: list[int | None], lines: int, dots: int) -> None:
    """One value makes no drawing; a value between gaps is a dot, the last one has a larger one; no gap is drawn across."""
    drawn = sparkline(range(0, 10 * len(values), 10), values, 4, "Words", "done").html
    assert (drawn.count("<polyline"), drawn.count("<circle")) == (lines, dots)
    assert all(0 <= float(y) <= 22 for y in re.findall(r'(?:,|cy=")([\d.]+)', drawn))


def test_many_plans_stand_under_letters(tmp_path: Path) -> None:
    """More than 25 plans are grouped from A to Z, what begins otherwise last, with links that jump to each letter."""
    many(tmp_path)
    page = page_of(tmp_path)
    jumps = re.search(r'class="jumps">(.*?)</p>', page)[1]

    letters = re.findall(r'href="#letter-(\w+)"', jumps)
    assert letters == [*"abcdefghijklmnopqrstuvwxyz", "other"]
    assert all(f'<section id="letter-{letter}"' in page for letter in letters)
    assert page.index(">A plan 0<") < page.index(">A plan 26<") < page.index(">B plan 1<") < page.index(">1st plan<")
    assert "no action listed" in page


def test_few_plans_stand_by_themselves(tmp_path: Path) -> None:
    """A few plans need no letters: each is a section that the contents list leads to."""
    one_of_each(tmp_path)
    page = page_of(tmp_path)
    assert "jumps" not in page.partition("<body")[2]
    assert re.findall(r'<li><a href="#(plan-\d)">([^<]*)<', page) == [
        ("plan-1", "Care &amp; &lt;health&gt;"), ("plan-2", "Roads"), ("plan-3", "schools"), ("plan-4", "Waste")
    ]  # fmt: skip


# --- reading little twice --------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second index reads only what failed or is damaged, and is the same to the byte."""
    one_of_each(tmp_path)
    index.write(tmp_path)
    first = (tmp_path / "index.html").read_bytes()
    settle(tmp_path)
    read: list[str] = []
    look = publish.look
    monkeypatch.setattr(publish, "look", lambda folder: read.append(folder.parent.name) or look(folder))
    index.write(tmp_path)

    assert read == ["roads", "schools", "waste"]
    assert (tmp_path / "index.html").read_bytes() == first


@pytest.mark.parametrize("name", ["progress.html", "results.json", "run.json", "ledger.csv"])
def test_what_has_changed_is_read_again(name: str, tmp_path: Path) -> None:
    """What was changed, even to the same size, is seen, whatever was noted before: the set is no longer published."""
    folder = put_set(tmp_path, "care", "2024-03-31", actions=4, done=1)
    index.write(tmp_path)
    settle(tmp_path)
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))

    page = page_of(tmp_path)
    assert ("Cbre" if name == "run.json" else "Incomplete") in page  # the title is in the record itself
    assert page == index.make(tmp_path, seen.Seen(tmp_path / "nowhere")).decode("utf-8")


def test_what_was_changed_just_before_the_note_is_read_again(tmp_path: Path) -> None:
    """The times of a file so fresh could hide a second change, so that they are not trusted."""
    put_set(tmp_path, "care", "2024-03-31", actions=4, done=1)
    index.write(tmp_path)
    looker = seen.Seen(tmp_path)
    assert looker.look(tmp_path / "care/2024-03-31").whole
    assert looker.read == 1
    settle(tmp_path)
    looker = seen.Seen(tmp_path)
    assert looker.look(tmp_path / "care/2024-03-31").whole
    assert looker.read == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "planlib.seen/1", "sets": {"care/2024-03-31": 3}}',
                                  '{"schema": "other", "sets": {}}'])  # fmt: skip
def test_a_note_that_is_no_note_is_passed_over(text: str, tmp_path: Path) -> None:
    """A damaged note, or one of another version, costs time and changes nothing."""
    put_set(tmp_path, "care", "2024-03-31", actions=4, done=1)
    expected = page_of(tmp_path)
    (tmp_path / seen.FILE).write_text(text, encoding="utf-8")
    index.write(tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == expected
    assert json.loads((tmp_path / seen.FILE).read_text(encoding="utf-8"))["sets"].keys() == {"care/2024-03-31"}


def test_a_failure_after_the_note_is_seen(tmp_path: Path) -> None:
    """A set noted as whole whose next run fails stands among the failed runs at once."""
    folder = put_set(tmp_path, "care", "2024-03-31", actions=4, done=1)
    index.write(tmp_path)
    settle(tmp_path)
    fail(folder, notebook="slippage", cell=2, error="RunError")
    assert "the last attempt to make it again failed (slippage: RunError in cell 2)" in page_of(tmp_path)
