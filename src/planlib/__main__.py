"""Runs the command line as ``python -m planlib``."""

from planlib.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
