"""The three things that can go wrong, each with one clear line for a person.

A message says what is wrong, where, and what is allowed. Problems of single cells are
not errors: they are collected as findings and reported once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PlanlibError(Exception):
    """Anything that planlib itself refuses or gives up on."""


class InputError(PlanlibError):
    """A file, setting, parameter or option that a person can put right."""


class RunError(PlanlibError):
    """A notebook or a report that could not be made; nothing of it was published."""


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
