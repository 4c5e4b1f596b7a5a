"""The three things that can go wrong, each with one clear line for a person.

A message says what is wrong, where, and what is allowed. Problems of single cells are
not errors: they are collected as findings and reported once.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
from collections.abc import Iterable


class PlanlibError(Exception):
    """Anything that planlib itself refuses or gives up on."""


class InputError(PlanlibError):
    """A file, setting, parameter or option that a person can put right."""


class RunError(PlanlibError):
    """A notebook or a report that could not be made; nothing of it was published."""


def shell_word(text: str) -> str:
    """Write a file's name as one types it in a shell, for commands that a message proposes.

    A name comes by e-mail like the file, and a person may paste what we print: no part of it may be a command.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        The text itself if it is plain, else in quotation marks; where these would let ``$(...)`` or a backtick through,
        in the single ones of POSIX shells.
    """
    if re.fullmatch(r"[\w./:~][\w./:~-]*", text):
        return text
    if os.name == "nt" or not re.search(r"[\"$`\\!\x00-\x1f]", text):
        return f'"{text}"'
    return shlex.quote(text)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Say which allowed word was probably meant.

    Parameters
    ----------
    word : str
        What was given.
    allowed : iterable of str
        What would have been understood.

    Returns
    -------
    str
        ``" Did you mean 'x'?"`` with a leading space, or an empty string.
    """
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
