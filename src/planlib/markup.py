"""Safe pieces of HTML with their plain-text equivalents: the only place where planlib writes a tag.

Everything that a source file says is data. A string given to any function here becomes escaped text; only a
`Fragment`, which these functions make, is taken as HTML. Tags and attributes outside the lists below are refused.
Nothing here knows of plans or measures, apart from the mark and the class that each standing has.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planlib.schema import STANDINGS


@dataclass(frozen=True)
class Fragment:
    """A piece of HTML that is known to be safe, and the same as plain text.

    Parameters
    ----------
    html : str
        HTML in which every text of a source has been escaped. Make it by the functions of this module; a module
        that serialises its own (figures) must pass each text through `escape`.
    text : str
        What the fragment says, readable in a terminal.
    """

    html: str
    text: str = ""

    def __add__(self, other: Fragment) -> Fragment:
        """Join two fragments; a string is refused, since nobody could tell whether it is text or HTML."""
        if not isinstance(other, Fragment):
            return NotImplemented
        return Fragment(self.html + other.html, self.text + other.text)

    def __str__(self) -> str:
        """Return the plain text, safe to print whoever made the fragment."""
        return visible(self.text.strip("\n"))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        """Show as HTML in Jupyter, marked so that the exporter passes it as it is."""
        return {"text/html": self.html, "text/plain": str(self)}, {"planlib": {"fragment": True}}


Content = Fragment | str | int | float
"""What may stand inside an element: a fragment, or anything plain, which is escaped."""

NOTHING = Fragment("", "")

# --- text ------------------------------------------------------------------------------------------------------------

# Control characters (all but tab and line feed), lone surrogates and non-characters: no meaning in a text, trouble in
# a terminal, invalid in HTML.
_BROKEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Characters that turn round the text that follows them, and those that end it.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
# Where marks, half syllables or pictures may be heaped onto one letter: a browser cannot break such a heap over lines, and
# draws it over what stands above and below. All that can be heaped stands from U+0300 on.
_MAYBE_HEAPED = re.compile("[\u0300-\U0010ffff]{10,}")
MOST_HEAPED = 9  # onto one letter: as many as the longest emoji has; scripts need fewer
_BESIDE = frozenset("\u200c\u200d\u0e33\u0eb3")  # belong to the letter before them, though they are no marks
_AHEAD = frozenset(  # belong to the letter after them
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


def visible(text: str) -> str:
    r"""Make harmless what a text could do to the page or terminal that shows it.

    Control characters, lone surrogates and non-characters become U+FFFD; characters that reverse the direction of
    the text after them are shown by their code, such as ``[U+202E]``; line ends become ``\n``; a heap of more than
    `MOST_HEAPED` marks on one letter is parted by zero-width spaces. A text without any of these comes back as it is.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text, safe to print, still to be escaped for HTML.

    Examples
    --------
    >>> visible("due\x1b[2J \u202etoday")
    'due�[2J [U+202E]today'
    """
    if text.isascii() and text.isprintable():
        return text
    text = _BROKEN.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    text = _MAYBE_HEAPED.sub(lambda found: _parted(found[0]), text)
    return _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def _parted(text: str) -> str:
    """Part heaps of characters by zero-width spaces, where a line can end."""
    made, heaped, before = [], 0, ""
    for char in text:
        heaped = heaped + 1 if _belongs(char, before) else 0
        if heaped > MOST_HEAPED:
            made.append("\u200b")
            heaped = 1
        made.append(char)
        before = char
    return "".join(made)


def _belongs(char: str, before: str) -> bool:
    """Tell whether a character is drawn as one with the one before it (much as UAX 29, Unicode's rules for that, has it)."""
    kind = unicodedata.category(char)
    if kind in ("Mn", "Mc", "Me") or char in _BESIDE:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":  # colours of skin; tags of flags
        return True
    if before == "\u200d":
        return kind == "So"
    if before in _AHEAD:
        return char != "\u200b"
    if before and unicodedata.combining(before) == 9:  # a sign that joins two consonants
        return kind == "Lo"
    return 0 < _syllable(before) <= _syllable(char)


def _syllable(char: str) -> int:
    """Part of a Korean syllable that a half letter is: 1 the beginning, 2 the middle, 3 the end; 0 for any other character."""
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return 1
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return 2
    return 3 if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb" else 0


def escape(text: object) -> str:
    """Escape a text for HTML or SVG, between tags or inside a double-quoted attribute.

    Parameters
    ----------
    text : object
        A text, or a number, which is written as Python writes it.

    Returns
    -------
    str
        The text with ``& < > " '`` escaped, after `visible`.

    Examples
    --------
    >>> escape("Children's <b>plan</b>")
    'Children&#x27;s &lt;b&gt;plan&lt;/b&gt;'
    """
    return html.escape(visible(str(text)), quote=True)


def slug(text: str, prefix: str = "") -> str:
    """Make an id from a text: the same text gives the same id in every run.

    Parameters
    ----------
    text : str
        A heading, a caption, a name.
    prefix : str, optional
        What sets ids of this kind apart from the others of the page.

    Returns
    -------
    str
        Lower-case ASCII letters, digits and hyphens, beginning with a letter, at most 60 characters and the prefix.

    Examples
    --------
    >>> slug("What changed since 1 June?")
    'what-changed-since-1-june'
    >>> slug("56", prefix="action")
    'action-56'
    """
    plain = unicodedata.normalize("NFKD", visible(text)).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    if text.strip() and not words:  # a text in another script: still an id of its own
        words = "x" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    if prefix:
        return f"{prefix}-{words}" if words else prefix
    return words if words[:1].isalpha() else f"n-{words}".rstrip("-")


# --- elements --------------------------------------------------------------------------------------------------------


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_BLOCKS = _names(
    "address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header",
    "hr li main nav ol p pre section summary table tbody tfoot thead tr ul",
)
_INLINE = _names(
    "a abbr b bdi br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup td th time u var wbr"
)
_SVG = _names(
    "svg g path line rect circle ellipse polyline polygon text tspan title desc defs marker clipPath pattern use"
)
TAGS = _BLOCKS | _INLINE | _SVG
_VOID = _names("br hr img wbr")

_EVERYWHERE = _names("id class lang dir role tabindex hidden title")
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _names("href download"),
    "use": _names("href"),
    "img": _names("src alt width height"),
    "th": _names("scope colspan rowspan headers abbr"),
    "td": _names("colspan rowspan headers"),
    "ol": _names("start reversed"),
    "li": _names("value"),
    "details": _names("open"),
    "time": _names("datetime"),
    "del": _names("datetime"),
    "ins": _names("datetime"),
}
_DRAWING = _names(
    "viewBox preserveAspectRatio width height x y x1 y1 x2 y2 dx dy cx cy r rx ry d points transform fill fill-opacity",
    "fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity",
    "opacity clip-path clip-rule marker-start marker-mid marker-end markerWidth markerHeight refX refY orient",
    "patternUnits patternTransform clipPathUnits font-size font-weight font-style text-anchor dominant-baseline",
    "text-decoration vector-effect focusable",
)
_NAME = re.compile(r"(aria|data)-[a-z][a-z0-9-]*")
# No colon, no scheme, no leading slash or backslash: a place on this page, or a file beside or below it.
_SAFE_LINK = re.compile(r"#[^\s\x00-\x20\"'<>`\\]*|(?![/?])[A-Za-z0-9._~/%#?=&+,;@!$()*-]+")
_SAFE_IMAGE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}")
_NAMESPACES = {"http://www.w3.org/2000/svg"}
_UNSAFE_PAINT = re.compile(r"url\((?!#[\w-]+\))|javascript:|expression\(", re.IGNORECASE)


def safe_link(address: str) -> bool:
    """Say whether an address stays on the page or in its folders: ``#...`` or a relative path, without a scheme."""
    return _SAFE_LINK.fullmatch(address) is not None


def safe_image(address: str) -> bool:
    """Say whether an address is a PNG carried in the page itself."""
    return _SAFE_IMAGE.fullmatch(address) is not None


def _attribute(tag: str, name: str, value: object) -> str:
    """Write one attribute, or refuse it."""
    name = name.rstrip("_").replace("_", "-")
    allowed = _EVERYWHERE | _ATTRIBUTES.get(tag, frozenset()) | (_DRAWING if tag in _SVG else frozenset())
    if tag == "svg" and name == "xmlns" and value in _NAMESPACES:
        return f' xmlns="{value}"'
    if name not in allowed and not _NAME.fullmatch(name):
        raise ValueError(f"attribute {name!r} is not allowed on <{tag}>")
    if value is True:
        return f' {name}=""'
    written = visible(str(value))
    if name == "id" and (not written or re.search(r"\s", written)):
        raise ValueError(f"id {written!r} is empty or has a space in it")
    if name == "href" and not safe_link(written):
        raise ValueError(f"href {written!r} is neither '#...' nor a relative path; percent-encode file names")
    if name == "src" and not safe_image(written):
        raise ValueError("src must be a PNG as a data: address")
    if tag in _SVG and name in _DRAWING and _UNSAFE_PAINT.search(written):
        raise ValueError(f"{name} {written!r} refers to something outside the page")
    return f' {name}="{html.escape(written, quote=True)}"'


def element(tag: str, *children: Content, **attributes: object) -> Fragment:
    """Make one element; every child that is not a fragment is text and is escaped.

    Parameters
    ----------
    tag : str
        One of `TAGS`: text, tables, lists, sections, details, and the shapes of SVG. No script, style, form, frame.
    *children : Fragment or str or number
        What stands inside.
    **attributes : object
        ``class_`` for class, underscores for hyphens (``aria_label``). None and False leave an attribute out, True
        writes it without a value. Not allowed: on*, style, and an href other than ``#...`` or a relative path.

    Returns
    -------
    Fragment
        Text with ``aria_hidden`` is left out of the plain text, as it is kept from a screen reader.

    Raises
    ------
    ValueError
        A tag, an attribute or an address that is not allowed.

    Examples
    --------
    >>> element("p", "Due ", element("b", "<today>"), class_="lead").html
    '<p class="lead">Due <b>&lt;today&gt;</b></p>'
    """
    if tag not in TAGS:
        raise ValueError(f"tag {tag!r} is not allowed")
    if tag in _VOID and children:
        raise ValueError(f"<{tag}> has no content")
    opening = "".join(
        _attribute(tag, name, value) for name, value in attributes.items() if value is not None and value is not False
    )
    if tag in _VOID:
        alt = attributes.get("alt")
        return Fragment(f"<{tag}{opening}/>", {"br": "\n", "hr": "\n"}.get(tag, str(alt) if alt else ""))
    inside = join(children)
    return Fragment(f"<{tag}{opening}>{inside.html}</{tag}>", _plain(tag, inside.text, attributes))


def _plain(tag: str, text: str, attributes: Mapping[str, object]) -> str:
    """Say in plain text what an element says."""
    if str(attributes.get("aria_hidden", "")).lower() == "true":
        return ""
    if tag == "li":
        return "- " + text.strip("\n").replace("\n", "\n  ") + "\n"
    if tag in ("td", "th"):
        return text.strip("\n") + "  "
    if tag in _BLOCKS and text.strip():
        return text.rstrip("\n ") + "\n"
    return "" if tag in _BLOCKS else text


def join(pieces: Iterable[Content], between: Content = NOTHING) -> Fragment:
    """Put pieces one after the other; those that are not fragments are escaped.

    Parameters
    ----------
    pieces : iterable of Fragment or str or number
        What is joined.
    between : Fragment or str, optional
        What stands between two of them.
    """
    glue, made = _fragment(between), [_fragment(piece) for piece in pieces]
    return Fragment(glue.html.join(one.html for one in made), glue.text.join(one.text for one in made))


def _fragment(piece: Content) -> Fragment:
    """Take a fragment as it is and anything else as text."""
    if isinstance(piece, Fragment):
        return piece
    if piece is None or isinstance(piece, bool | bytes):
        raise TypeError(f"{piece!r} is no content for a page")
    return Fragment(escape(piece), visible(str(piece)))


def link(text: Content, address: str) -> Fragment:
    """Make a link to a place on the page (``#...``) or to a file beside or below it."""
    return element("a", text, href=address)


def unseen(text: Content) -> Fragment:
    """Make words for those who hear the page: not seen, but read out."""
    return element("span", text, class_="vh")


# --- sentences -------------------------------------------------------------------------------------------------------


def paragraphs(sentences: Iterable[Content]) -> Fragment:
    """Make one paragraph of each sentence."""
    return join(element("p", sentence) for sentence in sentences)


def lead(sentences: Iterable[Content]) -> Fragment:
    """Make the headline sentences that open a report, one large paragraph each."""
    return join(element("p", sentence, class_="lead") for sentence in sentences)


def bullets(sentences: Iterable[Content], *, ordered: bool = False, none: str = "") -> Fragment:
    """Make a list of sentences, with bullets or numbered.

    Parameters
    ----------
    sentences : iterable of Fragment or str
        One per item.
    ordered : bool, default False
        Whether to number them.
    none : str, optional
        What is said where there are none; without it nothing is.
    """
    made = [element("li", sentence) for sentence in sentences]
    if not made:
        return element("p", none, class_="none") if none else NOTHING
    return element("ol" if ordered else "ul", *made)


def decisions(
    sentences: Iterable[Content], none: str = "Nothing in this plan asks for a decision.", *, name: str = ""
) -> Fragment:
    """Make the panel of what needs a decision, numbered; it says so where there is nothing.

    Parameters
    ----------
    sentences : iterable of Fragment or str
        One per decision that is needed.
    none : str
        What the panel says without any.
    name : str, optional
        What the ids of the items begin with, so that each can be led to: ``decision-1``.
    """
    items = [element("li", each, id=f"{name}-{at}" if name else None) for at, each in enumerate(sentences, start=1)]
    listed = element("ol", *items) if items else NOTHING
    return element("div", listed if listed.html else element("p", none), class_="decide" if listed.html else "quiet")


def facts(pairs: Iterable[tuple[Content, Content]]) -> Fragment:
    """Make a list of terms with what each is: definitions, provenance."""
    rows = [element("div", element("dt", term), element("dd", meaning)) for term, meaning in pairs]
    return element("dl", *rows) if rows else NOTHING


def details(summary: Content, *body: Content, name: str = "") -> Fragment:
    """Fold something on the screen; in print it stands open.

    Parameters
    ----------
    summary : Fragment or str
        The line that is always seen: what is folded, and how much of it.
    *body : Fragment or str
        What is folded.
    name : str, optional
        Id of the element, unique within the page.
    """
    return element("details", element("summary", summary), *body, id=name or None)


def folded(text: str, limit: int = 140) -> Fragment:
    """Fold a long text after its beginning; open, and in print, it reads on from there.

    Parameters
    ----------
    text : str
        Any text; a short one is left as it is.
    limit : int, default 140
        Characters that are always seen, to the end of a word where that is near.

    Returns
    -------
    Fragment
        With the whole text as its plain text.
    """
    if len(text) <= limit + 40:
        return _fragment(text)
    cut = text.rfind(" ", limit - 20, limit)
    cut = cut if cut > 0 else limit
    return Fragment(details(text[:cut] + " …", "… " + text[cut:].lstrip()).html, visible(text))


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """A heading inside a table, for the rows from here to the next one."""

    title: Content


Row = Sequence[Content] | Group


def table(
    header: Sequence[Content],
    rows: Iterable[Row],
    *,
    caption: Content,
    row_header: int | None = 0,
    numeric: Collection[int] = (),
    narrow: str = "stack",
    name: str = "",
    none: str = "None.",
) -> Fragment:
    """Make a table: the one table builder of planlib.

    Parameters
    ----------
    header : sequence of Fragment or str
        Column headings; none may be empty.
    rows : iterable of (sequence of Fragment, str or number) or Group
        Each as many cells as there are headings; a `Group` stands above the rows that belong to it.
    caption : Fragment or str
        What the table shows and as at when.
    row_header : int or None, default 0
        The column that names its row.
    numeric : collection of int, optional
        Columns of short entries that are not broken over lines, their figures of equal width; numbers, dates and
        counts such as "1 of 6" are treated so in any column.
    narrow : {'stack', 'scroll'}
        On a narrow screen each row becomes a card with its headings inside ('stack': for lists that are read), or the
        table scrolls sideways inside itself ('scroll': for grids that are compared). A table of more
        than seven columns may do so on any screen. The caption of such a table must be unique within its page.
    name : str, optional
        Id of the table, unique within the page.
    none : str
        What is said in place of a table without rows.

    Returns
    -------
    Fragment
        The table in a wrapper; in plain text aligned columns.

    Raises
    ------
    ValueError
        An empty heading, or a row of another length than the header.
    """
    heads = [_fragment(one) for one in header]
    title = _fragment(caption)
    if not heads or any(not one.text.strip() for one in heads):
        raise ValueError(f"a column of the table {str(title)!r} has no heading")
    if not title.text.strip():
        raise ValueError("a table needs a caption")
    if narrow not in ("stack", "scroll"):
        raise ValueError(f"narrow is 'stack' or 'scroll', not {narrow!r}")
    groups = _grouped(rows, len(heads), str(title))
    if not any(lines for _, lines in groups):
        return element("p", element("b", title), ": ", none[:1].lower() + none[1:], class_="none", id=name or None)
    labels = [str(one).strip() if narrow == "stack" else "" for one in heads]
    most = _longest_word([line for _, lines in groups for line in lines]) if narrow == "stack" else LONGEST_UNBROKEN

    def cell(column: int, content: Fragment) -> Fragment:
        kind = _kind(content.text.strip(), column in numeric, most)
        if column == row_header and content.text.strip():
            return element("th", content, scope="row", class_=kind)
        label = labels[column] if content.html and not content.html.startswith("<ul") and column != row_header else None
        return element("td", content, class_=kind, data_label=label or None)

    bodies = []
    for group, lines in groups:
        made = []
        if group:
            made.append(element("tr", element("th", group, colspan=len(heads), scope="rowgroup"), class_="svc"))
        made += [element("tr", *(cell(at, content) for at, content in enumerate(line))) for line in lines]
        bodies.append(element("tbody", *made))
    top = element("tr", *(element("th", one, scope="col", class_="n" if at in numeric else None)
                          for at, one in enumerate(heads)))
    whole = element("table", element("caption", title), element("thead", top), *bodies, id=name or None)
    layout = narrow if narrow == "scroll" else "stack" + " wide" * (len(heads) > 5) + " vast" * (len(heads) > 7)
    reach = {"role": "region", "aria_label": " ".join(str(title).split()), "tabindex": 0}  # for those without a mouse
    wrapper = element("div", whole, class_=layout, **(reach if narrow == "scroll" or len(heads) > 7 else {}))
    return Fragment(wrapper.html, _table_text(title, heads, groups))


# A number, a count, a date, a place in a file: kept on one line in any column.
_FIGURE = re.compile(
    r"[+-]?\d[\d,.]*( of \d+|( days?| months?)( later| earlier)?|( [A-Z][a-z]+)? \d{4})?|[A-Z][a-z]+ \d{4}"
    r"|[^\s]{1,16}, (line|row|page) \d{1,5}"
)
_REFERENCE = re.compile(r"(?=.*-)[^\s]{2,16}")  # such as RA-7 or 2011-08-31.csv, which would break at a hyphen
LONGEST_UNBROKEN = 24  # characters: a longer word is broken anywhere, a longer number or date is broken over lines
_LINE_CAN_END = re.compile("[^\\S\u00a0\u2007\u202f]+|\u200b")  # at a space, but for those that hold words together


MOST_ACROSS = 88  # characters: the longest words of all columns side by side, for a table that is as wide as the page


def _longest_word(lines: Sequence[Sequence[Fragment]]) -> int:
    """How long a word may be before it is broken, so that the columns of a table fit beside each other."""
    columns = [max(_unbroken(one.text.strip()) for one in column) for column in zip(*lines, strict=True)]
    most = LONGEST_UNBROKEN
    while most > 12 and sum(min(each, most) for each in columns) > MOST_ACROSS:
        most -= 1
    return most


def _unbroken(text: str) -> int:
    return len(text) if _FIGURE.fullmatch(text) else max(map(len, _LINE_CAN_END.split(text)))


def _kind(text: str, numeric: bool, most: int) -> str | None:
    """Choose the class of a cell: kept on one line, text that wants room, or broken anywhere."""
    if any(len(word) > most for word in _LINE_CAN_END.split(text)):
        return "w"
    if _REFERENCE.fullmatch(text):
        return "r"
    if (numeric and len(text) <= LONGEST_UNBROKEN) or _FIGURE.fullmatch(text):
        return "n"
    return "t" if len(text) > LONGEST_UNBROKEN else None


def _grouped(rows: Iterable[Row], width: int, title: str) -> list[tuple[Fragment | None, list[list[Fragment]]]]:
    """Sort rows under their group headings."""
    groups: list[tuple[Fragment | None, list[list[Fragment]]]] = [(None, [])]
    for row in rows:
        if isinstance(row, Group):
            groups.append((_fragment(row.title), []))
            continue
        if len(row) != width:
            raise ValueError(f"a row of the table {title!r} has {len(row)} cells, not {width}")
        groups[-1][1].append([_fragment(content) for content in row])
    return groups if groups[0][1] or len(groups) == 1 else groups[1:]


def _table_text(
    title: Fragment, heads: Sequence[Fragment], groups: list[tuple[Fragment | None, list[list[Fragment]]]]
) -> str:
    """Write a table for a terminal: columns side by side, each at most 40 characters wide before the last."""

    def flat(piece: Fragment) -> str:
        return " ".join(piece.text.split())

    every = [heads] + [line for _, lines in groups for line in lines]
    widths = [min(max(len(flat(line[at])) for line in every), 40) for at in range(len(heads))]

    def written(line: Sequence[Fragment]) -> str:
        return "  ".join(flat(one).ljust(width) for one, width in zip(line, widths, strict=True)).rstrip()

    out = [flat(title), written(heads), "  ".join("-" * width for width in widths)]
    for group, lines in groups:
        out += ([flat(group)] if group else []) + [written(line) for line in lines]
    return "\n".join(out) + "\n"


# --- squares ---------------------------------------------------------------------------------------------------------

STANDING_MARKS: dict[str, tuple[str, str]] = {
    "complete": ("done", "✓"),
    "evidenced": ("done", "✓✓"),
    "closed not done": ("gone", "\N{MULTIPLICATION SIGN}"),
    "no longer listed": ("gone", "○"),
    "standing not known": ("unk", "??"),
    "overdue": ("late", "!!"),
    "delayed": ("late", "!"),
    "re-dated": ("moved", "→"),
    "on track": ("track", "●"),
    "dated, first date not known": ("unk", "?"),
    "no date": ("gone", "\N{EN DASH}"),
}
"""Class and mark of each standing: four colours, an outline for what is not known, and never colour alone."""


@dataclass(frozen=True)
class Square:
    """One action, or several that nothing tells apart, in a row of squares.

    Parameters
    ----------
    label : str
        The action's reference, or the range that it is one of.
    standing : str
        A key of `planlib.schema.STANDINGS`.
    words : str, optional
        What is read out after the label; the standing itself where empty.
    count : int, default 1
        How many squares: actions known only by count are drawn one by one and read out once.
    address : str, optional
        Where the square leads, such as ``#action-16``.
    """

    label: str
    standing: str
    words: str = ""
    count: int = 1
    address: str = ""


LONGEST_IN_SQUARE = 8  # characters of a range that are repeated in each of its squares; a longer one stands before them


def squares(items: Iterable[Square]) -> Fragment:
    """Draw one square per action: its reference, a mark and a colour, with words for those who hear the page.

    Parameters
    ----------
    items : iterable of Square
        In the order in which they are drawn.

    Returns
    -------
    Fragment
        A list; in plain text the references by standing, in order of first appearance.
    """
    items = [item for item in items if item.count > 0]
    if not items:
        return NOTHING
    said: dict[str, list[str]] = {}
    for item in items:
        said.setdefault(_words(item), []).append(_counted(item))
    text = "; ".join(f"{', '.join(labels)}: {words}" for words, labels in said.items())
    return Fragment(element("ul", *map(_square, items), class_="sq").html, visible(text))


def _words(item: Square) -> str:
    return item.words or item.standing


def _counted(item: Square) -> str:
    label = item.label or "no reference"
    return label if item.count == 1 else f"{item.count} of {label}" if item.label else f"{item.count} without reference"


def _square(item: Square) -> Fragment:
    kind, sign = _marks(item.standing)
    short = len(item.label) <= LONGEST_IN_SQUARE or item.count == 1
    mark = element("b", sign, aria_hidden="true", class_=None if short and item.label else "m")
    if item.count > 1:
        one = element("span", item.label if short else "", mark, class_=f"q {kind}", aria_hidden="true")
        if not short:
            said = element("small", _counted(item), unseen(f": {_words(item)}"))
            return element("li", said, *([one] * item.count), class_="qs run")
        return element("li", *([one] * item.count), unseen(f"{_counted(item)}: {_words(item)}"), class_="qs")
    label = item.label if item.label else unseen("no reference")
    inside = join([label, mark, unseen(f" {_words(item)}")])
    return element("li", link(inside, item.address) if item.address else inside, class_=f"q {kind}")


def _marks(standing: str) -> tuple[str, str]:
    if standing not in STANDING_MARKS:
        raise ValueError(f"{standing!r} is no standing; known are: {', '.join(STANDINGS)}")
    return STANDING_MARKS[standing]


def mark(standing: str) -> Fragment:
    """Make the small square of a standing for use in a line of text; whoever hears the page gets the words alone."""
    kind, sign = _marks(standing)
    return element("i", sign, class_=f"k {kind}", aria_hidden="true")


def key(counts: Iterable[tuple[str, Content]], terms: Mapping[str, str] | None = None) -> Fragment:
    """Make the key of the squares: mark, standing, and how many.

    Parameters
    ----------
    counts : iterable of (str, int or str)
        Standing and its count; give only those that are there.
    terms : mapping, optional
        The word to print for a standing, where it is another.
    """
    said = terms or {}
    rows = [element("li", mark(name), f"{said.get(name, name)} ", element("b", count)) for name, count in counts]
    return element("ul", *rows, class_="key") if rows else NOTHING
