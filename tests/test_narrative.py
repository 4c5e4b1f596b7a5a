"""The words: what the committee paper states is stated, what it does not say is said to be not known."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from planlib import measures, narrative
from planlib.measures import Measures
from planlib.store import Plan, open_plan

DATA = Path(__file__).parents[1] / "data"


@cache
def told(plan: str, day: str) -> tuple[Plan, Measures]:
    """A bundled plan and its measures as at a day."""
    book = open_plan(DATA / plan, day)
    return book, measures.measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots)


def wirral(day: str = "2011-08-31") -> tuple[Plan, Measures]:
    """The committee paper's plan."""
    return told("wirral-ofsted-2011", day)


def area(name: str) -> list[str]:
    """Sentences of one area of the committee paper."""
    return dict(narrative.by_area(wirral()[1]))[name]


# Each row of FACTS.md: the area, and what must be said of it at 31 August 2011 in just these words.
ROWS = {
    "Safeguarding 1": [
        "1 of 1 action is complete; to be done within 3 months.",
        "13 is complete (recorded as 'complete (our reading)').",
    ],
    "Safeguarding 2": [
        "3 of 4 actions are complete; to be done within 6 months.",
        "14, 15 and 17 are complete (recorded as 'complete within its dates').",
        "16 is delayed and expected 15 September 2011.",
    ],
    "Safeguarding 3": [
        "1 of 6 actions is complete; to be done within 6 months.",
        "19 is complete.",
        "18 and 20 to 23, first due 1 September 2011, are now due 30 September 2011, 29 days later; no reason is given.",
    ],
    "Looked after children 1": [
        "1 of 1 action is complete; to be done within 3 months.",
        "24 is complete (recorded as 'achieved').",
    ],
    "Looked after children 2": [
        "1 of 4 actions is complete; to be done within 3 months.",
        "1 of 25 to 28 is complete; which is not stated.",
        "3 of 25 to 28 are due 30 September 2011; whether that date has moved is not known.",
    ],
    "Looked after children 3": [
        "2 of 6 actions are complete; to be done within 3 months.",
        "29 and 30 are complete (recorded as 'complete within its dates').",
        "31 to 34 are on track by the source's own account, due 1 November 2011.",
    ],
    "Looked after children 4": [
        "1 of 4 actions is complete; to be done within 3 months.",
        "37 is complete.",
        "35 and 38 were re-dated to 22 September 2011; from when is not known, so neither is the slip; "
        "the reason given: to fall with the workshop (36).",
        "36 is due 22 September 2011; whether that date has moved is not known.",
    ],
    "Letter": [
        "12 of 18 actions are complete.",
        "12 of 39 to 52 and 54 to 56 are complete; which is not stated.",
        "53 is delayed and has no new date.",
        "5 of 39 to 52 and 54 to 56 are on track by the source's own account, with no date that can be seen; "
        "which is not stated.",
    ],
}


@pytest.mark.parametrize("ref", ROWS)
def test_each_row_of_the_facts_is_told_by_its_area(ref):
    """Each area says what the paper says of it: how many are complete, which were re-dated from when to when, and why."""
    (name,) = [name for name, _ in narrative.by_area(wirral()[1]) if name.startswith(f"{ref}:")]
    assert area(name) == ROWS[ref]


def test_the_first_lines_are_those_a_councillor_should_meet():
    """The report of 31 August 2011 opens with what is done, what moved, what is delayed and what cannot be told."""
    book, m = wirral()
    assert narrative.headlines(m, book) == [
        "22 of 44 actions are complete: 10 of 26 in the seven areas with a required time and 12 of 18 in the one area "
        "without one.",
        "Of the 22 still open, 9 are on track by the source's own account, 7 have been re-dated, 2 are delayed and 4 have "
        "a date that may or may not have moved. None is known to be overdue.",
        "Five actions first due 1 September 2011 are now due 30 September 2011, 29 days later (18 and 20 to 23); "
        "no reason is given.",
        "35 and 38 were re-dated to 22 September 2011; from when is not known, so neither is the slip; "
        "the reason given: to fall with the workshop (36).",
        "16 is delayed and expected 15 September 2011.",
        "53 is delayed and has no new date: it needs one.",
        "Ten open actions sit in areas to be done within 3 months; all are dated after 1 September 2011, when that time "
        "ran out even if it began as late as 1 June 2011 (when it began is not known).",
        "Of those open, 12 fall due in September 2011, 4 fall due on 1 November 2011 and 6 have no date that can be seen.",
        "On-time delivery cannot be worked out: 39 of 44 first dates are not known.",
    ]


# The not-known list of FACTS.md, in its order; each must stand in the report's own list.
NOT_KNOWN = {
    "everything of 1 to 12": "Everything of 1 to 12: the sources do not mention them.",
    "which of 25-28": "Which of 25 to 28 is complete: 1 of 4, by count only.",
    "which of 39-52, 54-56": "Which of 39 to 52 and 54 to 56 are complete: 12 of 17, by count only.",
    "standing at 1 June, completed since": "The standing of 44 of 44 actions at 1 June 2011, hence how many of the 22 that "
    "are complete were completed since then.",
    "earlier dates": "The earlier dates of 16, 35, 38 and 53.",
    "a new date for 53": "A new date for 53.",
    "dates of the five on course": "The dates of 5 of 39 to 52 and 54 to 56.",
    "whether 30 September is a first date": "Whether 30 September 2011 is the first date of 3 of 25 to 28.",
    "whether 1 November is a first date": "Whether 1 November 2011 is the first date of 31 to 34.",
    "reasons": "The reason for the delay or new date of 16, 18, 20 to 23 and 53.",
    "when within 3 months began": "When 'within 3 months' and 'within 6 months' began.",
    "36": "36: The date is the workshop's.",
    "own account": "Whether 14, 15, 17, 29 and 30 were done in time: that is the source's own account.",
    "rebuilt": "The snapshot of 1 June 2011 as it was then: it was rebuilt from a paper of 20 September 2011.",
}


@pytest.mark.parametrize("what", NOT_KNOWN)
def test_what_the_facts_do_not_say_is_said_to_be_not_known(what):
    """Each item of the facts' not-known list stands in the report's list of what is not known."""
    book, m = wirral()
    assert NOT_KNOWN[what] in narrative.not_known(m, book)


def test_the_rebuilt_snapshot_says_that_nothing_is_known_and_never_that_nothing_is_complete():
    """As at 1 June 2011 the report says rebuilt and not known, and no sentence says that 0 or none is complete."""
    book, m = wirral("2011-06-01")
    lines = narrative.headlines(m, book)
    assert lines[:2] == [
        "This snapshot of 1 June 2011 was rebuilt from a paper of 20 September 2011; what that paper does not say is "
        "not known.",
        "The standing of all 44 actions is not known.",
    ]
    every = [*lines, *narrative.decisions_needed(m), *narrative.changed_since(m), *narrative.coming(m),
             *narrative.not_known(m, book), *(line for _, part in narrative.by_area(m) for line in part)]  # fmt: skip
    for line in every:
        assert "0 of" not in line and "nothing is complete" not in line.casefold() and "none is" not in line.casefold()
    assert narrative.decisions_needed(m) == ["The standing of all 44 actions is not known: it has to be asked for."]
    done = m.results[(m.results["name"] == "done") & (m.results["scope"] == "plan")].iloc[0]
    assert (done["value"], done["undefined_because"]) == (None, "the standing of 44 of 44 is not known")


def test_a_decision_is_asked_for_where_the_data_call_for_one():
    """53 needs a date, five were re-dated without a reason, ten are outside the required time."""
    assert narrative.decisions_needed(wirral()[1]) == [
        "53 ('Appoint an employability officer with European funding') is delayed and has no new date: it needs one.",
        "18 and 20 to 23 were re-dated with no reason given.",
        "Ten open actions are dated outside the time required of their areas (31 to 36, 38 and 3 of 25 to 28; dated "
        "22 September 2011 to 1 November 2011): accept, or bring forward?",
    ]


def test_the_month_of_a_launch_says_how_late_it_was():
    """As at July 1964 RA-7 is launched, 15 months after its first date, after seven revisions, one of them earlier."""
    m = told("ranger-1960", "1964-07-31")[1]
    assert narrative.changed_since(m)[0] == (
        "Finished: RA-7 (done 28 July 1964, 15 months later than first planned, after 7 revisions of its date, "
        "1 of them earlier)."
    )


def test_a_plan_that_is_wholly_launched_says_so():
    """When every flight is launched none is still open, and two of nine were in time."""
    book, m = told("ranger-1960", "1965-03-31")
    assert narrative.headlines(m, book) == [
        "9 of 9 actions are complete.",
        "Of the 9 complete, 2 were done by the first date and 7 later.",
        "None is still open.",
    ]
    assert narrative.decisions_needed(m) == []


@pytest.mark.parametrize("day", [f"{p.stem}" for p in sorted((DATA / "ranger-1960").glob("19*.csv"))])
def test_every_number_in_the_first_line_is_a_number_of_the_table(day):
    """The count of complete flights in words is the count of rows that stand complete."""
    book, m = told("ranger-1960", day)
    done, total = int(m.actions["done"].sum()), len(m.actions)
    assert narrative.headlines(m, book)[0] == f"{done} of {total} actions {'is' if done == 1 else 'are'} complete."


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        ([], ""),
        (["1"], "1"),
        (["1", "2"], "1 and 2"),
        (["1", "2", "3"], "1 to 3"),
        (["18", "20", "21", "22", "23"], "18 and 20 to 23"),
        (["RA-1", "RA-2", "RA-3", "RA-9"], "RA-1 to RA-3 and RA-9"),
        (["1.1", "1.2", "1.3", "2.1"], "1.1 to 1.3 and 2.1"),
        (["A", "B"], "A and B"),
    ],
)
def test_references_are_listed_as_a_person_would(refs, expected):
    """Runs of three or more numbers are drawn together; the rest is listed."""
    rows = pd.DataFrame({"ref": refs, "label": refs, "ref_range": [""] * len(refs)}, dtype="string")
    assert narrative.say_refs(rows, rows) == expected


def test_a_long_list_of_references_says_how_many_are_left_out():
    """After twelve items the rest is counted."""
    refs = [f"{n}" for n in range(1, 60, 2)]
    rows = pd.DataFrame({"ref": refs, "label": refs, "ref_range": [""] * 30}, dtype="string")
    assert narrative.say_refs(rows, rows) == "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 18 more"


COUNT = re.compile(r"\b(\d[\d,]*|[Nn]one) of (?:the )?(\d[\d,]*)\b(?! (?:to|and) \d)")
PLANS = [("wirral-ofsted-2011", "2011-06-01"), ("wirral-ofsted-2011", "2011-08-31"), ("ranger-1960", "1960-09-30"),
         ("ranger-1960", "1961-07-31"), ("ranger-1960", "1964-07-31"), ("ranger-1960", "1965-03-31")]  # fmt: skip


def unbacked(lines: list[str], m: Measures) -> list[str]:
    """Every "n of d" of the sentences that is neither in the results nor a count of actions by column."""
    known = {(row.numerator, row.denominator) for row in m.results.itertuples() if pd.notna(row.denominator)}
    plan = m.results[m.results["scope"] == "plan"].set_index("name")["value"]
    whole = int(plan["actions"])
    known |= {(int(value), whole) for value in plan if isinstance(value, (int, float)) and value == value}
    known |= {(whole - n, whole) for n, d in known.copy() if d == whole}
    timed = m.actions[m.actions["counted"]].groupby(m.actions["timescale"] != "")["done"]
    known |= {(int(part.sum()), len(part)) for _, part in timed}
    known.add((int((m.since["change"] == "same").sum()), len(m.since)))
    if m.previous is not None:
        known.add((int((m.since["before"] == "standing not known").sum()), len(m.since)))
    for why in m.results["undefined_because"].dropna():  # reasons have numbers of their own
        known |= {(int(n), int(d)) for n, d in COUNT.findall(why) if n.isdigit()}
    for _, part in m.actions[m.actions["ref_range"] != ""].groupby("ref_range"):
        known |= {(int(n), len(part)) for n in part["standing"].value_counts()}
    found = []
    for line in lines:
        for n, d in COUNT.findall(line):
            pair = (0 if n.lower() == "none" else int(n.replace(",", "")), int(d.replace(",", "")))
            if pair not in known:
                found.append(f"{n} of {d}: {line}")
    return found


@pytest.mark.parametrize(("plan", "day"), PLANS)
def test_every_count_of_the_sentences_is_in_the_results(plan, day):
    """Each "n of d" in the lead, what needs a decision, what changed and what is not known is a number of results.json."""
    book, m = told(plan, day)
    lines = [*narrative.headlines(m, book), *narrative.decisions_needed(m), *narrative.changed_since(m), *narrative.not_known(m, book)]
    assert unbacked(lines, m) == []
    assert unbacked(["41 of 43 actions are complete."], m) != []  # the checker can fail


def test_what_the_source_says_of_a_change_is_told_as_that():
    """Two dates that the paper says were revised are no longer told as what cannot be known of them only."""
    lines = narrative.changed_since(wirral()[1])
    assert "35 and 38: the source says that their dates were changed, to 22 September 2011; from when is not known." in lines
    assert not [line for line in lines if line.startswith("Not known") and "38" in line.replace("31 to 36", "")]


def test_a_slip_that_may_lie_on_either_side_says_so():
    """A range of slip never begins with a minus sign."""
    row = {"slip_unknown": "", "slip_low": -27, "slip_high": 33, "slip_unit": "days", "at_least_days": pd.NA}
    for low, high, words in (
        (-27, 33, "27 days earlier to 33 days later"), (4, 64, "4 to 64 days"), (-9, -3, "3 to 9 days earlier"),
        (-3, -3, "3 days earlier"), (0, 0, "none"), (-5, 0, "5 days earlier to on time"),
    ):  # fmt: skip
        assert narrative.say_slip({**row, "slip_low": low, "slip_high": high}) == words
