"""The bundled notebooks, run as `planlib report` runs them: their numbers, their safety, and that nobody peeks."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from planlib.reporting import report

DATA = Path(__file__).parents[1] / "data"
PAGES = [
    "ranger-1960/1960-09-30/progress.html",
    "ranger-1960/1964-07-31/progress.html",
    "ranger-1960/1964-07-31/slippage.html",
    "ranger-1960/1964-07-31/data-quality.html",
    "wirral-ofsted-2011/2011-06-01/progress.html",
    "wirral-ofsted-2011/2011-08-31/progress.html",
    "wirral-ofsted-2011/2011-08-31/slippage.html",
    "wirral-ofsted-2011/2011-08-31/data-quality.html",
    "wirral-ofsted-2011/2011-08-31/summary.html",
    "ranger-1960/1964-07-31/summary.html",
    "portfolio/2011-08-31/portfolio.html",
    "index.html",
]


class Seen(HTMLParser):
    """Collects what a page says, its tags, ids and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.style = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Remember a tag."""
        self.tags.append(tag)
        self.style += tag == "style"
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])

    def handle_endtag(self, tag):
        """Leave a style element."""
        self.style -= tag == "style"

    def handle_data(self, data):
        """Remember text, not styles."""
        if not self.style:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        return " ".join(" ".join(self.words).split())


def page(reports: Path, name: str) -> Seen:
    """One page of the reports."""
    return Seen((reports / name).read_text(encoding="utf-8"))


def test_the_committee_paper_is_told_in_the_first_lines(built_reports):
    """The progress report of 31 August 2011 opens with 22 of 44, 10 of 26, 12 of 18 and the five re-dated actions."""
    text = page(built_reports, "wirral-ofsted-2011/2011-08-31/progress.html").text
    for words in (
        "22 of 44 actions are complete: 10 of 26 in the seven areas with a required time and 12 of 18 in the one area",
        "Five actions first due 1 September 2011 are now due 30 September 2011, 29 days later (18 and 20 to 23)",
        "16 is delayed and expected 15 September 2011.",
        "53 is delayed and has no new date: it needs one.",
        "31 to 34 are on track by the source's own account, due 1 November 2011.",
        "35 and 38 were re-dated to 22 September 2011; from when is not known, so neither is the slip",
    ):
        assert words in text
    # Its second mention is the section; the first stands in the list of contents.
    assert text.index("22 of 44 actions are complete") < text.rindex("What needs a decision")


def test_the_rebuilt_date_is_said_to_be_rebuilt_and_not_known(built_reports):
    """As at 1 June 2011 the page says rebuilt and not known, and nowhere that 0 or none is complete."""
    text = page(built_reports, "wirral-ofsted-2011/2011-06-01/progress.html").text
    assert "rebuilt from a paper of 20 September 2011" in text
    assert "The standing of all 44 actions is not known." in text
    assert not re.search(r"\b(0 of \d+|0 complete|nothing is complete|none is complete)", text, re.IGNORECASE)


def test_the_flight_of_july_1964_is_told_with_its_slip(built_reports):
    """RA-7 was launched 15 months after its first date, after seven revisions, one of them earlier."""
    text = page(built_reports, "ranger-1960/1964-07-31/progress.html").text
    assert (
        "Finished: RA-7 (done 28 July 1964, 15 months later than first planned, after 7 revisions of its date, "
        "1 of them earlier)."
    ) in text
    assert "7 of 9 actions are complete." in text


def test_the_portfolio_names_each_plan_with_its_own_snapshot(built_reports):
    """Each plan stands in the portfolio with the date of its latest snapshot, actions and the number complete."""
    text = page(built_reports, "portfolio/2011-08-31/portfolio.html").text
    assert "31 March 1965 16,954 days before 9 9 of 9" in text
    assert "31 August 2011 44 22 of 44 50 %" in text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_runs_nothing(built_reports, name):
    """No script, frame, form or outside address; the policy is there; code is not."""
    raw = (built_reports / name).read_text(encoding="utf-8")
    seen = Seen(raw)
    assert not {"script", "iframe", "object", "embed", "form", "input"} & set(seen.tags)
    assert (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'" in raw
    )
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:|//|javascript:)""", raw, re.IGNORECASE)
    assert "import planlib" not in seen.text and "from planlib" not in seen.text


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(built_reports, name):
    """Ids are unique; a link to a place on the page, or to another page that was made, finds it."""
    seen = page(built_reports, name)
    assert len(seen.ids) == len(set(seen.ids))
    for link in seen.links:
        path, _, place = link.partition("#")
        target = (built_reports / name).parent / path if path else built_reports / name
        assert target.is_file(), link
        if place:
            assert place in Seen(target.read_text(encoding="utf-8")).ids, link


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("progress.html") or "slippage" in name])
def test_every_figure_has_its_own_words(built_reports, name):
    """Each drawing has a title and a description of its own, and no two are the same."""
    raw = (built_reports / name).read_text(encoding="utf-8")
    drawings = re.findall(r"<svg.*?</svg>", raw, re.DOTALL)
    titles = [re.search(r"<title[^>]*>(.*?)</title>", one, re.DOTALL)[1] for one in drawings]
    words = [re.search(r"<desc[^>]*>(.*?)</desc>", one, re.DOTALL)[1] for one in drawings]
    assert drawings and all(titles) and all(words)
    assert len(set(words)) == len(words)


def test_results_and_page_say_the_same(built_reports):
    """The numbers of results.json are those of the sentences."""
    folder = built_reports / "wirral-ofsted-2011" / "2011-08-31"
    told = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    rows = {(row["name"], row["scope"], row["key"]): row for row in told["measures"]}
    plan = "wirral-ofsted-2011"
    done = rows["done", "plan", plan]
    assert (done["numerator"], done["denominator"], done["value"]) == (22, 44, 22)
    for name, value in (("on track", 9), ("re-dated", 7), ("delayed", 2), ("dated, first date not known", 4), ("overdue", 0)):
        assert rows[f"standing: {name}", "plan", plan]["value"] == value
    for row in told["measures"]:
        assert (row["value"] is None) != (row["undefined_because"] is None), row


def test_a_later_snapshot_changes_no_earlier_report(tmp_path):
    """The reports for January 1962 are the same bytes before and after two later snapshots are added."""
    day = "1962-01-31"
    plan = tmp_path / "data" / "ranger-1960"
    plan.mkdir(parents=True)
    files = sorted((DATA / "ranger-1960").iterdir())
    early = [f for f in files if f.name == "plan.toml" or f.name[:10] <= day]
    for file in early:
        shutil.copy(file, plan)
    names = ("progress.html", "slippage.html", "data-quality.html", "results.json", "ledger.csv", "findings.csv")
    found = []
    for later in ([], ["1962-03-31.csv", "1962-04-30.csv"]):
        for name in later:
            shutil.copy(DATA / "ranger-1960" / name, plan)
        made = report([plan], as_of=day, data=tmp_path / "data", out=tmp_path / f"reports{len(later)}", force=True)
        assert made.ok, [each.why for each in made.failed]
        folder = tmp_path / f"reports{len(later)}" / "ranger-1960" / day
        found.append({name: (folder / name).read_bytes() for name in names})
    assert found[0] == found[1]


def test_where_and_when_a_report_is_made_does_not_show(tmp_path, monkeypatch, built_reports):
    """Another folder, time zone and locale give the same bytes."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    day = "2011-08-31"
    shutil.copytree(DATA / "wirral-ofsted-2011", tmp_path / "else where" / "data" / "wirral-ofsted-2011")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "else where"
    made = report([home / "data" / "wirral-ofsted-2011"], as_of=day, data=home / "data", out=home / "out", jobs=1)
    assert made.ok, [each.why for each in made.failed]
    for name in ("progress.html", "slippage.html", "data-quality.html", "results.json", "ledger.csv", "findings.csv"):
        one = (home / "out" / "wirral-ofsted-2011" / day / name).read_bytes()
        other = (built_reports / "wirral-ofsted-2011" / day / name).read_bytes()
        assert one == other, name


@pytest.mark.parametrize("name", ["progress", "slippage", "data-quality"])
def test_a_page_leads_to_its_downloads_and_says_that_they_do_not_travel(built_reports, name):
    """The foot of each page links the files beside it, all there, and says what becomes of links in a mailed page."""
    folder = "wirral-ofsted-2011/2011-08-31"
    seen = page(built_reports, f"{folder}/{name}.html")
    wanted = ["summary.html", "ledger.xlsx", "ledger.csv", "findings.csv", "results.json"]

    assert [link for link in seen.links if link in wanted] == ["summary.html", *wanted]  # its head leads to the summary too
    assert all((built_reports / folder / link).is_file() for link in wanted)
    assert "lead nowhere once the page is mailed or moved without that folder" in seen.text
    siblings = {"progress.html", "slippage.html", "data-quality.html", "../../index.html"} - {f"{name}.html"}
    outside = {link.partition("#")[0] for link in seen.links} - {""} - set(wanted)
    assert outside == siblings
