"""Pages made of hostile text in Chromium, with their own policy switched off: nothing of it runs, leaves, asks or spreads."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import driver
import hostile_pages

pytestmark = [
    *driver.NEEDED,
    pytest.mark.skipif(sys.platform == "win32", reason="these names cannot exist on Windows"),
]
CONTROL = (
    "<!DOCTYPE html><title>x</title><body><img src=x onerror=window.pwned=1><a href=https://pwned.example/>x</a>"
    + "W" * 3000
)


def look(folder: Path, *pages: Path) -> list[dict[str, Any]]:
    """Let hostile.mjs open pages and say what happened."""
    job = {"pages": [str(page) for page in pages], "shots": os.environ.get("PLANLIB_SHOTS", "")}
    return driver.drive("hostile.mjs", folder, job)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What happened on each page."""
    home = tmp_path_factory.mktemp("hostile")
    folder = home / "reports" / "plan" / "date"  # as deep as a report lies
    folder.mkdir(parents=True)
    for name, (_, page) in hostile_pages.all_pages(home / "data").items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
    return look(home, *sorted(folder.glob("*.html")))


def test_what_would_happen_is_seen(tmp_path: Path) -> None:
    """A page that does run something, leads away and is too wide is found out: the others pass because they do not."""
    page = tmp_path / "a" / "b" / "control.html"
    page.parent.mkdir(parents=True)
    page.write_text(CONTROL, encoding="utf-8")
    (one,) = look(tmp_path, page)
    assert "ran when opened" in one["happened"]
    assert any(each.startswith("request: file:") for each in one["happened"])
    assert one["out"] == ["https://pwned.example/"]
    assert len(one["wide"]) == 4


def test_nothing_runs_asks_or_leaves(found: list[dict[str, Any]]) -> None:
    """Opened, unfolded, pointed at and clicked on, no page runs, asks, navigates, opens, downloads or logs anything."""
    assert len(found) > 10
    assert {Path(one["page"]).name: one["happened"] for one in found if one["happened"]} == {}
    assert {Path(one["page"]).name: one["out"] for one in found if one["out"]} == {}
    assert {one["frames"] for one in found} == {1}


def test_the_document_is_planlibs_own(found: list[dict[str, Any]]) -> None:
    """As the browser understands the pages, they have no element or attribute that planlib does not write."""
    for one in found:
        assert one["comments"] == "", one["page"]
        assert not {"script", "iframe", "object", "embed", "form", "input", "button", "img", "image", "video", "audio", "base", "math",
                    "animate", "use", "foreignobject", "dialog", "template", "noscript"} & set(one["elements"])  # fmt: skip
        names = {name for kinds in one["elements"].values() for name in kinds}
        assert not [
            name for name in names if name.startswith("on") or name in ("style", "src", "srcdoc", "target", "ping")
        ]
        assert "window.pwned=1" in one["said"] or "pwned" not in one["said"]
    assert sum("window.pwned=1" in one["said"] for one in found) >= 10


def test_no_page_becomes_wider_than_its_window(found: list[dict[str, Any]]) -> None:
    """Long words, no-break spaces and heaps of marks widen no page, folded or not, at 1,280 px and at 320."""
    assert [(Path(one["page"]).name, one["wide"]) for one in found if one["wide"]] == []
