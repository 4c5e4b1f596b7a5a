"""The pieces of HTML that planlib writes: safe whatever the text, readable without a browser."""

from __future__ import annotations

import doctest
import html
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib import markup, schema
from planlib.markup import Fragment, Group, Square, element

# Any text at all, and with it what people try.
PAYLOADS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</td></table><iframe src=//evil.example>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "&#60;script>",
    "{{ 7 * 7 }} {% raw %}",
    "\x00<scr\x00ipt>",
    "a\u202eb\u2066c",
    "\ud800",
)
ANY_TEXT = st.text(st.characters(codec=None, categories=None)) | st.sampled_from(PAYLOADS)


class Seen(HTMLParser):
    """What a parser sees: tags, attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.other: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Note what should not be there."""
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def shapes(text: str) -> list[Fragment]:
    """Put one text wherever a source's text can come."""
    return [
        element("p", text, title=text, aria_label=text),
        markup.paragraphs([text]),
        markup.bullets([text]),
        markup.decisions([text]),
        markup.details(text, text),
        markup.folded(text, limit=5),
        markup.facts([(text, text)]),
        markup.unseen(text),
        markup.table((f"a{text}", "b"), [Group(text), (text, 1), (2, text)], caption=f"c{text}", numeric=(1,)),
        markup.table((f"a{text}", "b"), [(text, 1)], caption=f"c{text}", narrow="scroll", row_header=None),
        markup.squares([Square(text, "complete", text), Square(text, "no date", count=2)]),
        markup.key([("complete", text)]),
    ]


@given(ANY_TEXT)
def test_no_text_becomes_a_tag_or_an_attribute(text: str) -> None:
    """Whatever a text holds, a parser sees the same tags and attribute names as for a harmless text of its kind."""
    for made, harmless in zip(shapes(text), shapes("x" * len(text) if text.strip() else text), strict=True):
        seen, expected = Seen(made.html), Seen(harmless.html)
        assert set(seen.tags) <= markup.TAGS
        assert set(seen.tags) <= set(expected.tags) | {"th", "td", "details", "summary", "p", "b", "ul", "ol", "li"}
        assert {name for _, name, _ in seen.attributes} <= {
            "class", "title", "aria-label", "aria-hidden", "scope", "colspan", "data-label", "role", "tabindex"
        }  # fmt: skip
        assert seen.other == []


@given(ANY_TEXT)
def test_text_comes_back_as_it_was(text: str) -> None:
    """What a reader sees of an escaped text is the text itself, its unprintable characters made visible."""
    assert html.unescape(markup.escape(text)) == markup.visible(text)
    assert Seen(element("p", text).html).text == markup.visible(text)
    assert str(element("span", text)) == markup.visible(text).strip("\n")


@given(ANY_TEXT)
def test_no_character_that_turns_or_breaks_a_page_gets_through(text: str) -> None:
    """No control character, surrogate, non-character or bidirectional override is left, in HTML or in plain text."""
    for made in shapes(text):
        for each in (made.html, made.text):
            assert not any(
                (char < " " and char not in "\t\n") or "\x7f" <= char <= "\x9f" or "\u202a" <= char <= "\u202e"
                or "\u2066" <= char <= "\u2069" or "\ud800" <= char <= "\udfff" or ord(char) & 0xFFFE == 0xFFFE
                for char in each
            )  # fmt: skip
            assert each.encode("utf-8").decode("utf-8") == each


@given(ANY_TEXT)
def test_making_visible_twice_is_making_it_once(text: str) -> None:
    """A text made visible stays as it is when it is made visible again."""
    assert markup.visible(markup.visible(text)) == markup.visible(text)


@given(ANY_TEXT)
def test_a_slug_is_an_id(text: str) -> None:
    """A slug is a plain ASCII id for any text, the same each time, and not empty."""
    made = markup.slug(text)
    assert made == markup.slug(text)
    assert made.isascii() and made.replace("-", "").isalnum() and made[0].isalpha() and made == made.lower()
    assert len(markup.slug(text, prefix="action")) <= 60 + len("action-")


def test_visible_shows_what_would_deceive() -> None:
    """A text that would be read in another order than it is written shows the codes that do so."""
    assert markup.visible("due\u202e 1102") == "due[U+202E] 1102"
    assert markup.visible("a\x1b[31mb\r\nc\ud83d") == "a\ufffd[31mb\nc\ufffd"
    assert markup.visible("Żółć - ✓ 行動 عمل") == "Żółć - ✓ 行動 عمل"


def test_a_heap_of_marks_is_parted_and_writing_is_not() -> None:
    """More marks, half syllables or pictures on one letter than any script has are parted; no word of a script is."""
    for heap in ("A" + "\u0301" * 300, "\u1100" * 300, "\u0915\u094d" * 300, "\U0001f468\u200d" * 300, "\u0600" * 300,
                 "\U0001f468" + "\U0001f3fd" * 300):  # fmt: skip
        parts = markup.visible(heap).split("\u200b")
        assert "".join(parts) == heap
        assert len(parts) > 10
        assert markup.visible(markup.visible(heap)) == markup.visible(heap)
    kiss = "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3ff"
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    for words in (
        "한국어 문장입니다", "בְּרֵאשִׁ֖ית בָּרָ֣א", "र्त्स्न्य प्रजातन्त्र", "สวัสดี", "བསྒྲུབས", "Việt Nam", kiss * 3, england,
    ):  # fmt: skip
        for form in ("NFC", "NFD"):
            text = unicodedata.normalize(form, words)
            assert markup.visible(text) == text


def test_words_held_together_by_spaces_that_do_not_break_are_one_word() -> None:
    """A cell of no-break spaces is broken anywhere, as a long word is, or it would widen the page."""
    made = markup.table(("A", "B"), [("x", "\u00a0".join(["pwned"] * 9)), ("y", "\u202f".join(["12"] * 12))], caption="c")
    assert made.html.count('class="w"') == 2


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("script", {}), ("style", {}), ("iframe", {}), ("object", {}), ("form", {}), ("input", {}),
        ("foreignObject", {}), ("animate", {}), ("set", {}), ("p onclick", {}), ("p", {"onclick": "x"}),
        ("svg", {"onload": "x"}),
        ("p", {"style": "x"}), ("a", {"href": "javascript:alert(1)"}), ("a", {"href": " javascript:alert(1)"}),
        ("a", {"href": "java\nscript:alert(1)"}), ("a", {"href": "JAVASCRIPT:alert(1)"}),
        ("a", {"href": "data:text/html,x"}), ("a", {"href": "https://example.org"}), ("a", {"href": "//example.org"}),
        ("a", {"href": "/etc/passwd"}), ("a", {"href": "\\\\server\\share"}), ("a", {"href": "file:///x"}),
        ("a", {"href": "&#106;avascript:alert(1)"}), ("a", {"href": ""}), ("use", {"href": "x.svg:y"}),
        ("img", {"src": "x.png"}), ("img", {"src": "data:image/svg+xml;base64,AAAA"}),
        ("img", {"src": "data:image/png;base64,AAAA\" onerror=\"x"}), ("img", {"srcset": "x"}),
        ("rect", {"fill": "url(https://example.org/x)"}), ("svg", {"xmlns": "http://example.org"}),
        ("p", {"id": "a b"}), ("p", {"id": ""}), ("a", {"target": "_blank"}),
    ],
)  # fmt: skip
def test_unsafe_tags_and_attributes_are_refused(tag: str, attributes: dict[str, str]) -> None:
    """A tag, attribute or address that could run or fetch something is an error, not a page."""
    with pytest.raises(ValueError, match=r"not allowed|href|src|refers|id"):
        element(tag, **attributes)


@pytest.mark.parametrize("address", ["#action-16", "progress.html", "../2011-06-01/x.html#a", "a%20b.html", "./x"])
def test_links_within_the_reports_are_allowed(address: str) -> None:
    """A link to a place on the page or to a file beside it is written as it is."""
    assert markup.link("x", address).html == f'<a href="{address}">x</a>'


def test_only_fragments_are_html() -> None:
    """A string is never taken as HTML, not even when it is added to a fragment."""
    assert element("p", element("b", "x"), "<b>y</b>").html == "<p><b>x</b>&lt;b&gt;y&lt;/b&gt;</p>"
    with pytest.raises(TypeError):
        element("b", "x") + "<b>"  # type: ignore[operator]
    with pytest.raises(TypeError):
        element("p", None)  # type: ignore[arg-type]


def test_attributes_are_written_as_html_wants_them() -> None:
    """Underscores become hyphens, True an empty value, None and False leave the attribute out."""
    made = element("div", class_="a", aria_hidden="true", hidden=True, id=None, lang=False, tabindex=0)
    assert made.html == '<div class="a" aria-hidden="true" hidden="" tabindex="0"></div>'


def test_a_fragment_shows_itself_in_jupyter() -> None:
    """A fragment gives HTML and plain text, with the mark by which the exporter knows it."""
    data, metadata = element("p", "Due <b>")._repr_mimebundle_()
    assert data == {"text/html": "<p>Due &lt;b&gt;</p>", "text/plain": "Due <b>"}
    assert metadata == {"planlib": {"fragment": True}}


def test_a_table_names_its_rows_columns_and_groups() -> None:
    """A table has a caption, scoped headers of columns, rows and groups, and labels in its cells for narrow screens."""
    made = markup.table(
        ("Area", "Done"), [Group("Safeguarding"), ("Records", "1 of 6")], caption="By area", numeric=(1,), name="areas"
    )
    assert made.html == (
        '<div class="stack"><table id="areas"><caption>By area</caption>'
        '<thead><tr><th scope="col">Area</th><th scope="col" class="n">Done</th></tr></thead>'
        '<tbody><tr class="svc"><th colspan="2" scope="rowgroup">Safeguarding</th></tr>'
        '<tr><th scope="row">Records</th><td class="n" data-label="Done">1 of 6</td></tr></tbody></table></div>'
    )


def test_a_scrolling_table_can_be_reached_and_has_a_name() -> None:
    """A table that scrolls sideways takes the focus and is announced by its caption."""
    made = markup.table(("Open by", "Sep"), [("date", 1)], caption="Bow wave", narrow="scroll")
    assert made.html.startswith('<div class="scroll" role="region" aria-label="Bow wave" tabindex="0"><table>')


def test_a_table_as_plain_text_has_aligned_columns() -> None:
    """In a terminal a table is its caption, its columns side by side, and its groups."""
    made = markup.table(("Ref", "Action"), [Group("One"), ("1", "Do <it>"), ("22", "Do that")], caption="Two")
    assert str(made) == "Two\nRef  Action\n---  -------\nOne\n1    Do <it>\n22   Do that"


def test_a_table_without_rows_says_so() -> None:
    """No rows make a sentence, not an empty table."""
    made = markup.table(("Ref",), [Group("One")], caption="Overdue", none="None is known.")
    assert made.html == '<p class="none"><b>Overdue</b>: none is known.</p>'


def test_a_table_leaves_no_header_empty() -> None:
    """A row without a name has no header cell, and a column without a heading is refused."""
    assert '<th scope="row">' not in markup.table(("Ref", "Action"), [("", "x")], caption="c").html
    with pytest.raises(ValueError, match="no heading"):
        markup.table(("Ref", " "), [], caption="c")
    with pytest.raises(ValueError, match="caption"):
        markup.table(("Ref",), [], caption="")
    with pytest.raises(ValueError, match="1 cells, not 2"):
        markup.table(("Ref", "Action"), [("1",)], caption="c")


def test_one_square_per_action_with_words() -> None:
    """A square carries its reference, its mark and its standing in words; several alike are read out once."""
    made = markup.squares([Square("13", "complete", address="#action-13"), Square("25-28", "no date", count=2)])
    assert Seen(made.html).text == "13✓ complete25-28\N{EN DASH}25-28\N{EN DASH}2 of 25-28: no date"
    assert made.html.count('class="q ') == 3
    assert '<li class="q done"><a href="#action-13">13<b aria-hidden="true">✓</b>' in made.html
    assert str(made) == "13: complete; 2 of 25-28: no date"


def test_a_long_range_is_named_once() -> None:
    """Many actions of one long range are that many squares, with the range before them once."""
    made = markup.squares([Square("39-52 and 54-56", "complete", count=12)])
    assert made.html.count('class="q done"') == 12
    assert Seen(made.html).text == "12 of 39-52 and 54-56: complete" + "✓" * 12


def test_squares_of_nothing_are_nothing() -> None:
    """No action, no list: an empty list would be read out as one."""
    assert markup.squares([]) == markup.NOTHING
    assert markup.bullets([]) == markup.NOTHING
    assert markup.key([]) == markup.NOTHING


def test_every_standing_has_a_mark_of_its_own() -> None:
    """Each standing has a colour class and a mark, and no two the same mark in the same colour."""
    assert list(markup.STANDING_MARKS) == list(schema.STANDINGS)
    assert len(set(markup.STANDING_MARKS.values())) == len(schema.STANDINGS)
    assert {kind for kind, _ in markup.STANDING_MARKS.values()} == {"done", "track", "moved", "late", "unk", "gone"}
    with pytest.raises(ValueError, match="no standing"):
        markup.mark("blue")


@given(st.text(st.characters(categories=["L", "N", "Zs"]), max_size=400))
def test_a_folded_text_loses_nothing(text: str) -> None:
    """Folded, a text still holds each of its words in order."""
    seen = Seen(markup.folded(text, limit=50).html).text.replace(" …… ", " ").replace("…", "")
    assert "".join(seen.split()) == "".join(text.split())


def test_docstring_examples() -> None:
    """The examples in the docstrings are true."""
    assert doctest.testmod(markup).failed == 0


def test_each_decision_can_be_led_to() -> None:
    """With a name each item of the panel has an id of its own; without, none, so that several panels share a page."""
    assert re.findall(r' id="([^"]+)"', markup.decisions(["One", "Two"], name="decision").html) == ["decision-1", "decision-2"]
    assert " id=" not in markup.decisions(["One", "Two"]).html
    assert markup.decisions([], name="decision").html == markup.decisions([]).html
