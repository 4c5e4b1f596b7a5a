"""Tables and panels: what is printed, that it is safe, and that small numbers stay themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from planlib import figures, measures, narrative, schema, tables
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.store import Plan, open_plan

DATA = Path(__file__).parents[1] / "data"
HOSTILE = "<script>alert(1)</script>\"' onmouseover=x \u202eevil"


@cache
def told(plan: str = "wirral-ofsted-2011", day: str = "2011-08-31") -> tuple[Plan, Measures]:
    """A bundled plan and its measures."""
    book = open_plan(DATA / plan, day)
    return book, measures.measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots)


def every_table(plan: Plan, m: Measures) -> dict[str, Fragment]:
    """All that this module can print of a plan."""
    return {
        **{f"banner {name}": tables.banner(plan, m, name) for name in ("progress", "slippage", "data-quality")},
        "standing": tables.standing_by_area(m), "areas": tables.area_notes(m), "redated": tables.redated(m),
        "lists": tables.standing_lists(m), "late": tables.late(m), "finished": tables.finished(m), "disagreements": tables.disagreements(m),
        "sections": tables.action_sections(plan, m), "changes": tables.changes_of_date(m), "slips": tables.slips(m),
        "rates": tables.rates(m), "bow wave": tables.bow_wave(m), "findings": tables.findings(plan),
        "in short": tables.findings_in_short(plan), "sources": tables.sources(plan),
        "corrections": tables.corrections(plan), "matches": tables.matches(plan),
        "provenance": tables.provenance(plan, m), "definitions": tables.definitions(),
        "measures": tables.measure_definitions(), "side by side": tables.side_by_side([(plan, m)]),
        "decisions": tables.decisions_by_plan([(plan, m)]),
        "portfolio": tables.portfolio_banner([(plan, m)], f"{m.as_of:%Y-%m-%d}"),
        "portfolio foot": tables.portfolio_provenance([(plan, m)]),
    }  # fmt: skip


def test_rows_known_only_by_count_are_printed_once_with_their_number():
    """Twelve complete actions of 39 to 52 and 54 to 56 are one line; their ids are printed nowhere."""
    made = tables.finished(told()[1])
    assert made.text.count("12 of 39 to 52 and 54 to 56") == 1
    assert made.text.count("1 of 25 to 28") == 1
    for piece in every_table(*told()).values():
        assert "wirral-ofsted-2011/" not in piece.text


def test_every_action_is_one_square():
    """The squares of the progress report are as many as the actions, each in its standing's class."""
    made = tables.standing_by_area(told()[1])
    for kind, number in (("done", 22), ("track", 9), ("moved", 7), ("late", 2), ("unk", 4)):
        assert len(re.findall(rf'class="q {kind}"', made.html)) == number


def test_a_percentage_is_printed_only_of_ten_or_more():
    """Dates kept, 8 of 30, has its percentage; hit rate, 2 of 9, has none."""
    text = tables.rates(told("ranger-1960", "1964-07-31")[1]).text
    assert "2 of 9 " in text and "(22 %)" not in text
    assert "8 of 30 (27 %)" in text


def test_what_cannot_be_given_says_why():
    """A measure without a value prints the reason in its place."""
    text = tables.rates(told()[1]).text
    assert "22 of 22 cannot be told" in text
    assert "the first date is not known for 39 of 44" in text


def test_the_standing_lists_name_and_link_their_actions():
    """Each list has its number of all actions, its actions by reference, and how many cannot be told."""
    _, m = told()
    made = tables.standing_lists(m)
    results = m.results[m.results["scope"] == "plan"].set_index("name")
    for title, name in (
        ("Live", "live"), ("Withdrawn", "withdrawn"),
        ("Re-dated since, or extension asked", "re-dated, or extension asked"),
    ):  # fmt: skip
        row = results.loc[f"list: {name}"]
        (line,) = [line for line in made.text.splitlines() if line.startswith(title)]
        assert f"{row['numerator']} of 44 " in line
    assert re.search(r"Completed since .* none known ", made.text) and "3 of 25 to 28" in made.text and 'href="#action-' in made.html
    wanted = set(re.findall(r'href="#(action-[0-9]+)"', made.html))
    assert wanted and wanted <= set(re.findall(r'id="(action-[0-9]+)"', tables.action_sections(*told()).html))


def test_lists_that_compare_are_not_known_in_a_first_report():
    """Without an earlier report what was completed or re-dated since is not known, and why is said."""
    text = tables.standing_lists(told("ranger-1960", "1960-09-30")[1]).text
    lines = {line.split("  ")[0][:9]: line for line in text.splitlines()}
    for title in ("Completed", "Re-dated "):
        assert "not known" in lines[title] and "there is no earlier report" in lines[title]
    assert "5 of 5" in lines["Live open"]


def test_a_correction_shows_both_values_and_the_reason():
    """The misprinted year stands beside the one used instead."""
    text = tables.corrections(told("ranger-1960", "1964-07-31")[0]).text
    assert "23 April 1961" in text and "23 April 1962" in text and "typo" in text


@pytest.mark.parametrize("days", [("2011-06-01",), ("2011-08-31",)])
def test_the_banner_names_the_date_and_what_it_is_compared_with(days):
    """The head says as at when, compared with what, and whether it was rebuilt."""
    plan, m = told("wirral-ofsted-2011", days[0])
    text = tables.banner(plan, m, "progress").text
    expected = {
        "2011-06-01": ["As at 1 June 2011", "nothing to compare with", "rebuilt from a paper of 20 September 2011"],
        "2011-08-31": ["As at 31 August 2011", "compared with 1 June 2011", "read on 20 September 2011"],
    }
    assert all(words in text for words in expected[days[0]])


def test_text_of_a_source_is_never_markup():
    """Hostile text in every text column comes out as text in every table."""
    plan, _ = told()
    texts = [c.name for c in schema.LEDGER if c.dtype == schema.TEXT and c.name not in (
        "plan", "action_id", "ref_range", "status", "claim", "rag", "target_precision", "original_precision", "original_basis",
    )]  # fmt: skip
    ledger = plan.ledger.copy()
    for name in texts:
        ledger[name] = (ledger[name] + HOSTILE).astype("string")
    bad = replace(
        plan, ledger=ledger, settings=replace(plan.settings, title=HOSTILE, organisation=HOSTILE),
        findings=plan.findings.assign(message=HOSTILE, text=HOSTILE, place=HOSTILE).astype(plan.findings.dtypes),
        sources=plan.sources.assign(file=HOSTILE),
    )  # fmt: skip
    m = measures.measure(ledger, "2011-08-31", settings=bad.settings, snapshots=bad.snapshots)
    for name, piece in every_table(bad, m).items():
        assert "<script" not in piece.html.casefold(), name
        assert "\u202e" not in piece.html + piece.text, name
        assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', piece.html)), name
    for sentence in narrative.headlines(m, bad):
        assert isinstance(sentence, str)


def test_an_empty_plan_prints_sentences_and_no_table_without_rows():
    """A plan without a single action gives every panel, and says that there is nothing."""
    plan, _ = told()
    ledger = plan.ledger.iloc[:0]
    empty = replace(plan, ledger=ledger, matches=plan.matches.iloc[:0], findings=plan.findings.iloc[:0])
    m = measures.measure(ledger, "2011-08-31", settings=empty.settings, snapshots=empty.snapshots)
    made = every_table(empty, m)
    assert all(piece.html for name, piece in made.items() if name not in ("areas", "sections"))
    assert narrative.headlines(m, empty) == ["No action is listed as at 31 August 2011."]
    assert "No date is known to have been changed" in made["redated"].text or "no date" in made["redated"].text


def test_notice_is_said_in_days():
    """Bounds of notice become words: a range, at least, late."""
    for low, high, words in (
        (1, 91, "1 to 91 days"), (4, pd.NA, "at least 4 days"), (-10, -3, "3 to 10 days late"), (7, 7, "7 days"),
        (pd.NA, pd.NA, "not known"), (-5, pd.NA, "not known"), (-5, 3, "5 days late to 3 days before"),
    ):  # fmt: skip
        assert narrative.say_notice({"notice_low": low, "notice_high": high}) == words


def test_the_words_of_the_plan_stand_in_words_tables_and_figures():
    """[terms] are printed in headlines, squares, key, headings and charts, as text, and change no number and no result."""
    plan, m = told()
    evil = "<b>green</b>"
    terms = {"on track": evil, "complete": "delivered", "action": "recommendation", "area": "theme", "lead": "owner"}
    settings = replace(plan.settings, terms=terms)
    own = measures.measure(plan.ledger, "2011-08-31", settings=settings, snapshots=plan.snapshots)
    lines = narrative.headlines(own, plan)
    assert lines[0].startswith("22 of 44 recommendations are delivered: 10 of 26 in the seven themes with a required time")
    assert f"9 are {evil} by the source's own account" in lines[1]
    made = every_table(plan, own)
    assert f"{evil} 9" in made["standing"].text and "Theme" in made["standing"].text
    assert "Recommendation" in made["redated"].text and "Owner" in made["sections"].text
    drawn = figures.standing_over_time(own).html + figures.dumbbell(own).html
    assert "delivered" in drawn.casefold() and "&lt;b&gt;green" in drawn.casefold()
    assert not re.search(r"<b>\s*green", drawn + "".join(piece.html for piece in made.values()))
    pd.testing.assert_frame_equal(own.results, m.results)


def test_the_section_of_an_action_has_its_changes_matches_and_findings():
    """Each action's section lists every change of its date, what matched it not surely, and what reading its rows found."""
    plan, m = told("ranger-1960", "1964-07-31")
    seventh = m.actions.loc[m.actions["ref"] == "RA-7", "action_id"].iloc[0]
    place = plan.ledger.loc[plan.ledger["action_id"] == seventh].iloc[-1]
    first = plan.findings.iloc[:1]
    more = first.assign(source=place["source"].partition(";")[0], place=place["place"], message="seen in its row")
    doubt = plan.matches[plan.matches["action_id"] == seventh].iloc[:1].assign(how="reworded", score=61.0, evidence="same date")
    bad = replace(
        plan, findings=pd.concat([plan.findings, more.astype(plan.findings.dtypes)]),
        matches=pd.concat([plan.matches, doubt.astype(plan.matches.dtypes)]),
    )  # fmt: skip
    html = tables.action_sections(bad, m).html
    section = html[html.index(f'id="action-{seventh.rpartition("/")[2]}"') :].partition("</details><details id=")[0]
    assert "RA-7: changes of its date" in section and section.count("later</td>") + section.count("earlier</td>") >= 7
    assert "seen in its row" in section and "61 of 100" in section and "same date" in section
    assert "rows taken for it" not in html.replace(section, "")


def test_a_long_text_that_stays_the_same_is_printed_once():
    """Where an action's progress stays word for word, its section says so; a short one, and one that changed, are printed."""
    plan, m = told("ranger-1960", "1964-07-31")
    ledger = plan.ledger.copy()
    rows = ledger.index[ledger["action_id"] == ledger["action_id"].iloc[0]][:4]
    long = "The second round of interviews is in September. "
    ledger["progress"] = ""
    ledger.loc[rows, "progress"] = [long, long, long + "Done.", long]
    made = tables.action_sections(replace(plan, ledger=ledger), m).text
    assert made.count(long.strip()) == 3 and made.count("the same text as in the snapshot before") == 1
    ledger.loc[rows, "progress"] = "No change."
    made = tables.action_sections(replace(plan, ledger=ledger), m).text
    assert made.count("No change.") == 4 and "the same text" not in made


def test_no_column_of_the_late_says_nothing():
    """Required time and lead are columns only where a listed action has one; days past the first date are counted."""
    text = tables.late(told("ranger-1960", "1964-07-31")[1]).text
    assert "Required time" not in text and "Lead" not in text
    assert "427 days" in text.replace(",", "")  # 31 May 1963 to 31 July 1964
    assert "Required time" in tables.late(told()[1]).text
