"""The documents as a site: built without a warning, complete, and asking for nothing outside its own folder."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

import planlib

sys.path.insert(0, str(Path(__file__).parent / "browser"))

import driver

ROOT = Path(__file__).parents[1]
CALLED = re.compile(r"(?:fetch|import|importScripts|open|WebSocket|EventSource|sendBeacon)\(\s*[\"'`]((?:https?:|wss?:)?//[^\"'`]+)")

# Whatever a browser fetches by itself when it shows a page; <a href> it does not.
FETCHED = (
    "//script/@src", "//img/@src", "//img/@srcset", "//iframe/@src", "//source/@src", "//video/@src", "//object/@data",
    "//embed/@src", "//form/@action", "//use/@href", "//image/@href",
    "//link[@rel!='author' and @rel!='prev' and @rel!='next' and @rel!='index' and @rel!='search' and @rel!='copyright']/@href",
)  # fmt: skip


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build a site as `make docs` does."""
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-j", "auto", "-b", "html", str(source), str(out)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the documents as they stand."""
    out = tmp_path_factory.mktemp("site") / "html"
    done = build(ROOT / "docs", out)
    assert done.returncode == 0, done.stderr
    return out


def pages(site: Path) -> list[Path]:
    """Every page of the site."""
    return sorted(site.rglob("*.html"))


def test_every_document_is_a_page_and_can_be_reached(site: Path) -> None:
    """Each document below docs/ is a page; the first page leads to each of them but the decisions, to which a page of their own does."""
    documents = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert documents <= {path.relative_to(site) for path in pages(site)}
    for first, wanted in (
        ("index", {path for path in documents if path.parts[0] != "decisions"}),
        ("decisions", {path for path in documents if path.parts[0] == "decisions"}),
    ):
        tree = html.fromstring((site / f"{first}.html").read_text(encoding="utf-8"))
        led = {Path(unquote(str(link)).partition("#")[0]) for link in tree.xpath("//a/@href")}
        assert wanted - led - {Path("index.html")} == set()


def test_each_link_leads_to_a_page_and_a_place_that_exist(site: Path) -> None:
    """Every link within the site names a file that is there, and every #place an element of that page."""
    trees = {path: html.fromstring(path.read_text(encoding="utf-8")) for path in pages(site)}
    places = {path: {*tree.xpath("//@id"), *tree.xpath("//a/@name")} for path, tree in trees.items()}
    wrong = []
    for path, tree in trees.items():
        for link in map(str, tree.xpath("//a/@href")):
            file, _, place = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            if re.match(r"[a-z]+:", link):
                continue
            if not target.exists() or (place and target in places and place not in places[target]):
                wrong.append(f"{path.relative_to(site)}: {link}")
    assert wrong == []


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    """A link to a document or a heading that is not there ends the build with an error that names it."""
    source = tmp_path / "docs"
    source.mkdir()
    conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8").replace("html_static_path", "unused_path")
    (source / "conf.py").write_text(conf.replace("html_css_files", "unused_files"), encoding="utf-8")
    for link in ("missing.md", "index.md#no-such-heading"):
        (source / "index.md").write_text(f"# Title\n\n[somewhere]({link})\n", encoding="utf-8")
        done = build(source, tmp_path / "out")
        assert done.returncode != 0 and "index.md" in done.stderr, done.stderr


def test_a_page_fetches_nothing_from_outside(site: Path) -> None:
    """Scripts, styles, fonts and pictures of every page lie in the site's folder, and no style or script names an address to fetch."""
    outside = []
    for path in pages(site):
        tree = html.fromstring(path.read_text(encoding="utf-8"))
        for what in FETCHED:
            for address in map(str, tree.xpath(what)):
                inside = (path.parent / unquote(address.partition("?")[0].partition("#")[0])).resolve()
                if not address.startswith("data:") and not (inside.is_relative_to(site.resolve()) and inside.exists()):
                    outside.append(f"{path.relative_to(site)}: {address}")
    for path in site.rglob("*.css"):
        style = path.read_text(encoding="utf-8")
        outside += [f"{path.name}: {one}" for one in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", style)]
    for path in site.rglob("*.js"):
        script = path.read_text(encoding="utf-8")
        outside += [f"{path.name}: {one}" for one in CALLED.findall(script)]
    assert outside == []


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """Each name of planlib.__all__, and each public function and class of its modules, has its place in the site."""
    packed = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]  # four lines of head
    found = {line.split(" py:")[0] for line in zlib.decompress(packed).decode("utf-8").splitlines() if " py:" in line}
    wanted = {f"planlib.{name}" for name in planlib.__all__}
    for name in planlib._MODULES:
        module = getattr(planlib, name)
        listed = getattr(module, "__all__", None) or [
            each for each, what in vars(module).items()
            if not each.startswith("_") and callable(what) and getattr(what, "__module__", "") == module.__name__
        ]  # fmt: skip
        wanted |= {f"{module.__name__}.{each}" for each in listed}
    assert len(wanted) > 100
    assert sorted(wanted - found) == []


class TestInTheBrowser:
    """The site in Chromium, from a file share with the network cut off."""

    pytestmark = driver.NEEDED

    def test_the_site_is_whole_without_a_network(self, site: Path, tmp_path: Path) -> None:
        """Wide and light, narrow and dark, a page asks for nothing outside, says nothing on the console, does not scroll sideways, has no
        fault that axe-core finds; the search finds a measure.
        """
        names = ("index", "tutorial", "measures", "command-line", "howto/tables")
        job = {"pages": [str(site / f"{name}.html") for name in names], "search": str(site / "search.html"), "words": "baseline execution"}
        found = driver.drive("site.mjs", tmp_path, job)
        assert [page for page in found if page["outside"] or page["console"] or page["wide"] or page["axe"]] == []
        assert any("Measures" in title for title in found[-1]["results"])
