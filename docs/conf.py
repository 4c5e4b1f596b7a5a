"""How the documents become a site: `make docs` (docs/decisions/0017-documents.md says why so).

Nothing in a page asks for anything outside the site's folder; tests/test_site.py looks.
"""

import re
from typing import Any

from pygments.lexers.special import TextLexer

import planlib

project = "planlib"
author = "planlib contributors"
project_copyright = author
version = release = planlib.__version__
language = "en"  # sphinx has no plural for en_GB, so that its search breaks off

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_static"]

# Markdown as GitHub shows it too: headings can be linked to as there, so a link is right or wrong in both.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = False
# Types are sentences ("sequence of str"), whose words would be looked up as names.
napoleon_use_param = napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"planlib {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# A search that shows the text around what it finds fetches pages, which a browser does not do from a file share.
html_show_search_summary = False
html_theme_options = {"top_of_page_buttons": []}


def named(app: Any, page: str, source: list[str]) -> None:
    """Show the name of the file that a block stands for above it."""
    fence = r'^```(\w+) (?:file|shows|edit)="?([^"\n]+?)"?$'
    source[0] = re.sub(fence, r"```{code-block} \1\n:caption: \2\n", source[0], flags=re.MULTILINE)


def reachable(app: Any, page: str, template: str, context: dict[str, Any], document: Any) -> None:
    """Let the keyboard reach what scrolls sideways, and give the captions of the navigation their level."""
    for name in ("body", "furo_navigation_tree"):
        text = context.get(name) or ""
        text = text.replace("<pre>", '<pre tabindex="0">').replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
        context[name] = text.replace('class="caption" role="heading"', 'class="caption" role="heading" aria-level="2"')


def setup(app: Any) -> None:
    """Show tables of commas as they are, and pages to everyone."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", named)
    app.connect("html-page-context", reachable, priority=900)  # after the theme's own
