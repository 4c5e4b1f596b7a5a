"""plan.toml: what it may say, and the one clear line for what it may not."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from planlib.errors import InputError
from planlib.settings import FILE_NAME, Settings, parse_settings, read_settings

FULL = """
title = "Ofsted action plan"
organisation = "A council"
anchor_date = 2011-03-01
day_first = false
financial_year_starts = "07-01"

[inspection]
body = "Ofsted"
from = 2011-01-24
to = "2011-02-04"
published = 2011-03-04

[meetings]
"2011-08-31" = 2011-09-20

[known_from]
2011-06-01 = "2011-09-20"

[columns]
target = ["Revised deadline", "Deadline"]
lead = "Who"

[status_key]
"green" = "on course"
"fill:#0070C0" = "complete"
"done in time" = "complete, on course"

[terms]
area = "recommendation"

[redact]
columns = ["lead"]
patterns = '[A-Z]{2}\\d{6}'

[publish]
small_number = 5

[forecast]
pool = ["ranger-1960"]

[limits]
seconds = 10
mebibytes = 20
cells = 30
"""


def refused(raw: dict) -> str:
    """The message with which settings are refused."""
    with pytest.raises(InputError) as caught:
        parse_settings(raw)
    return str(caught.value)


def test_every_key_is_read(tmp_path):
    """Each key of plan.toml arrives in the settings with its own type, dates quoted or bare."""
    (tmp_path / FILE_NAME).write_text(FULL, encoding="utf-8")
    made = read_settings(tmp_path)
    assert (made.title, made.organisation, made.day_first) == ("Ofsted action plan", "A council", False)
    assert (made.anchor_date, made.financial_year_starts) == (date(2011, 3, 1), (7, 1))
    inspection = made.inspection
    assert (inspection.body, inspection.begun, inspection.ended, inspection.published) == (
        "Ofsted", date(2011, 1, 24), date(2011, 2, 4), date(2011, 3, 4),
    )  # fmt: skip
    assert dict(made.meetings) == {date(2011, 8, 31): date(2011, 9, 20)}
    assert dict(made.known_from) == {date(2011, 6, 1): date(2011, 9, 20)}
    assert dict(made.columns) == {"target": ("Revised deadline", "Deadline"), "lead": ("Who",)}
    assert made.status_key["done in time"] == "complete, on course"
    assert (made.term("area"), made.term("action")) == ("recommendation", "action")
    assert (made.redact_columns, made.redact_patterns) == (("lead",), ("[A-Z]{2}\\d{6}",))
    assert (made.small_number, made.forecast_pool) == (5, ("ranger-1960",))
    assert dataclasses.astuple(made.limits) == (10, 20, 30)


def test_a_title_is_enough():
    """A plan.toml that only has a title gives the defaults."""
    assert parse_settings({"title": "T"}) == Settings("T")


def test_the_anchor_is_the_publication_of_the_inspection():
    """Without anchor_date relative phrases count from inspection.published; without that from nothing."""
    assert parse_settings({"title": "T", "inspection": {"published": date(2011, 3, 4)}}).anchor == date(2011, 3, 4)
    assert parse_settings({"title": "T"}).anchor is None


def test_settings_are_never_changed():
    """Neither a setting nor a table in it can be assigned to."""
    made = parse_settings({"title": "T", "columns": {"lead": "Who"}})
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.title = "other"
    with pytest.raises(TypeError):
        made.columns["lead"] = ("Whom",)


@pytest.mark.parametrize("raw", [{}, {"title": "  "}, {"titel": "T"}])
def test_a_title_is_needed(raw):
    """No title, a blank one or a misspelt one is an error that shows how to write it."""
    assert 'title = "..."' in refused(raw) or "Did you mean 'title'?" in refused(raw)


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ({"organization": "x"}, "organisation"),
        ({"inspection": {"boddy": "x"}}, "body"),
        ({"columns": {"targets": "x"}}, "target"),
        ({"redact": {"colums": []}}, "columns"),
        ({"publish": {"small_numbers": 1}}, "small_number"),
        ({"forecast": {"pol": []}}, "pool"),
        ({"limits": {"cell": 1}}, "cells"),
    ],
)
def test_an_unknown_key_names_the_nearest(raw, known):
    """A key that is not known is an error naming the nearest known one and all that are allowed."""
    message = refused({"title": "T"} | raw)
    assert f"Did you mean '{known}'?" in message
    assert "Known keys: " in message


@pytest.mark.parametrize(
    ("raw", "allowed"),
    [
        ({"title": 7}, "title must be text in quotes, not 7"),
        ({"day_first": "yes"}, "day_first must be true or false, not 'yes'"),
        ({"inspection": "Ofsted"}, "inspection must be a table: [inspection], not 'Ofsted'"),
        ({"anchor_date": "1 March 2011"}, "anchor_date must be a date written YYYY-MM-DD, not '1 March 2011'"),
        ({"anchor_date": "2011-02-30"}, "anchor_date must be a date written YYYY-MM-DD, not '2011-02-30'"),
        ({"anchor_date": 2011}, "anchor_date must be a date written YYYY-MM-DD, not 2011"),
        ({"meetings": {"31/8/2011": date(2011, 9, 20)}}, "'31/8/2011' must be an as-at date written YYYY-MM-DD"),
        ({"known_from": {"2011-06-01": "later"}}, "2011-06-01 must be a date written YYYY-MM-DD, not 'later'"),
        ({"financial_year_starts": "April"}, 'financial_year_starts must be "MM-DD", such as "04-01", not \'April\''),
        ({"financial_year_starts": "02-30"}, 'financial_year_starts must be "MM-DD"'),
        ({"columns": {"target": 5}}, "target must be text in quotes or a list of them, not 5"),
        ({"columns": {"target": ["Due", 5]}}, "target must be text in quotes or a list of them"),
        ({"columns": {"target": " "}}, "target must be the text of a header"),
        ({"columns": {"target": []}}, "target must be the text of a header"),
        ({"terms": {"area": 1}}, "area must be text in quotes, not 1"),
        ({"limits": {"cells": 0}}, "cells must be a whole number from 1, not 0"),
        ({"limits": {"cells": True}}, "cells must be a whole number from 1, not True"),
        ({"limits": {"seconds": 1.5}}, "seconds must be a whole number from 1, not 1.5"),
        ({"publish": {"small_number": -1}}, "small_number must be a whole number from 0, not -1"),
        ({"redact": {"patterns": ["("]}}, "redact.patterns: '(' is not a regular expression"),
        ({"redact": {"patterns": ["a*"]}}, "redact.patterns: 'a*' matches blank text"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_is_allowed(raw, allowed):
    """A value of the wrong kind is an error that says what is allowed and what was given."""
    assert allowed in refused({"title": "T"} | raw)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"Closed": "completed"}, "Did you mean 'complete'?"),
        ({"Closed": "complete, evidenced"}, "is not a status, a claim, or 'status, claim'"),
        ({"Closed": "on course, delayed"}, "is not a status, a claim, or 'status, claim'"),
        ({"Closed": ""}, "is not a status, a claim, or 'status, claim'"),
        ({"Closed": True}, "Closed must be text in quotes, not True"),
        ({"fill:green": "complete"}, "write it fill:#RRGGBB"),
        ({"–": "complete"}, "has no letter or figure"),
        ({"Done ": "complete", "done": "open"}, "stands twice, with 'complete' and 'open'"),
    ],
)
def test_a_status_key_maps_to_statuses_and_claims_only(key, said):
    """Whatever else a status key says is an error that names the word and what is allowed."""
    assert said in refused({"title": "T", "status_key": key})


def test_no_plan_toml_says_what_to_write(tmp_path):
    """A folder without plan.toml is an error that shows the smallest one."""
    with pytest.raises(InputError, match=r'no plan\.toml; a plan folder needs one with at least: title = "\.\.\."'):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('title = "Café"'.encode("cp1252"), r"is not UTF-8 text \(byte 13\); save it as UTF-8"),
        ('title = "T"'.encode("utf-16"), r"is not UTF-8 text"),
        (b'title = "T\n', r"is not valid TOML: .*line 1"),
        (b'title = "T"\ntitle = "U"', r"is not valid TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_one_clear_line(tmp_path, data, said):
    """A plan.toml in another encoding, or not TOML, is an error that names the file and the place."""
    (tmp_path / FILE_NAME).write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        read_settings(tmp_path)
    assert str(tmp_path / FILE_NAME) in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    """plan.toml as Windows Notepad saves it is read."""
    (tmp_path / FILE_NAME).write_bytes('\ufefftitle = "Café"\r\norganisation = "O"\r\n'.encode())
    assert read_settings(tmp_path) == Settings("Café", organisation="O")


def test_a_folder_named_plan_toml_is_one_clear_line(tmp_path):
    """What cannot be opened is an error that says so."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"on trak": "green"}, "unknown key 'on trak'. Did you mean 'on track'?"),
        ({"overdue": "late", "delayed": "Late"}, "'delayed' and 'overdue' would both be printed as 'Late'"),
        ({"overdue": "delayed"}, "would both be printed as 'delayed'"),
        ({"lead": "  "}, "'lead' must have from 1 to 60 characters"),
    ],
)
def test_terms_that_could_mislead_are_refused(terms, message):
    """A word that planlib does not have, one word for two standings and an empty word are errors."""
    assert message in refused({"title": "T", "terms": terms})


def test_a_term_keeps_its_capital_and_its_plural():
    """Headings begin with a capital, and the plural follows unless it is given."""
    terms = {"action": "activity", "area": "theme", "leads": "people", "lead": "person"}
    settings = parse_settings({"title": "T", "terms": terms})
    words = ("action", "actions", "Actions", "Areas", "leads", "Lead", "overdue", "Standing")
    assert [settings.term(word) for word in words] == [
        "activity", "activities", "Activities", "Themes", "people", "Person", "overdue", "Standing",
    ]  # fmt: skip
