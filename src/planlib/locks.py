"""Locks on files, which the operating system lets go of when their holder ends, however it ends.

So whoever gets the lock of a file that another process was to remove knows that it never will.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

_BUSY = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)


class Busy(OSError):
    """Another process, or another part of this one, holds the lock."""


def take(handle: int) -> None:
    """Lock an open file, at once or not at all; to be closed to let go of it.

    Raises
    ------
    Busy
    OSError
        If there are no locks where the file lies.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            raise Busy(error.errno, "another process holds it") from None
        raise


def hold(path: Path, *, make: bool = True) -> int:
    """Open a file and lock it.

    Parameters
    ----------
    path : Path
    make : bool
        Make the file where there is none.

    Returns
    -------
    int
        For `free`.

    Raises
    ------
    Busy
    OSError
        If it cannot be opened, or there are no locks where it lies.
    """
    flags = os.O_RDWR | (os.O_CREAT if make else 0) | getattr(os, "O_NOFOLLOW", 0)
    while True:
        handle = os.open(path, flags, 0o644)
        try:
            take(handle)
        except BaseException:
            os.close(handle)
            raise
        # The holder before us may have removed the file between our opening and our locking it.
        if sys.platform == "win32" or (path.exists() and os.fstat(handle).st_ino == path.stat().st_ino):
            return handle
        os.close(handle)


def free(path: Path, handle: int) -> None:
    """Remove a file that `hold` has locked, and let go of it."""
    if sys.platform == "win32":  # which removes no open file
        os.close(handle)
    with contextlib.suppress(OSError):
        path.unlink()
    if sys.platform != "win32":
        os.close(handle)
