"""Builds planlib's sdist and wheel, and makes its releases: python tools/package.py build, or release 0.2.0.

The version stands in one line of src/planlib/__init__.py. A release writes it there, and its tag names the commit that says so;
nothing is built from a commit whose tag says another one. Why so: docs/decisions/0016-packaging.md.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "src" / "planlib" / "__init__.py"
CHANGELOG = ROOT / "CHANGELOG.md"
LINE = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)
UNRELEASED = re.compile(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


class Refused(Exception):
    """What stands in the way, in one line for a person."""


def git(*words: str) -> str:
    """What git answers of this folder's own repository; nothing where it has none, such as in an unpacked sdist."""
    try:
        at = subprocess.run(["git", "-C", ROOT, "rev-parse", "--show-toplevel"], capture_output=True, encoding="utf-8")
        if at.returncode or Path(at.stdout.rstrip("\n")).resolve() != ROOT:
            return ""
        done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, encoding="utf-8", check=True)
    except FileNotFoundError:
        return ""
    except subprocess.CalledProcessError as error:
        raise Refused(f"git {words[0]}: {(error.stderr or error.stdout).strip()}") from None
    return done.stdout


def version() -> str:
    """The version that the package says of itself."""
    found = LINE.findall(HOME.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise Refused(f"{HOME.name} says __version__ {len(found)} times")
    return found[0]


def check_tag() -> None:
    """See that a tagged commit is built under the version of its tag, and as it was tagged."""
    tags = [tag for tag in git("tag", "--points-at", "HEAD").split() if TAG.fullmatch(tag)]
    if tags and f"v{version()}" not in tags:
        raise Refused(f"this commit is tagged {tags[0]}, and src/planlib/__init__.py says {version()}; make release writes both")
    if tags and git("status", "--porcelain"):
        raise Refused(f"this is not what {tags[0]} names: something has been changed since (git status)")


def build(to: Path) -> None:
    """Build both into a folder, in place of those that an earlier build left there."""
    check_tag()
    to.mkdir(parents=True, exist_ok=True)
    for old in (*to.glob("planlib-*.whl"), *to.glob("planlib-*.tar.gz")):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(to.resolve())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise Refused(f"hatchling: {(done.stderr or done.stdout).strip()}")
    for made in sorted((*to.glob("planlib-*.whl"), *to.glob("planlib-*.tar.gz"))):
        print(f"{made}\n  sha256 {hashlib.sha256(made.read_bytes()).hexdigest()}")


def release(new: str) -> None:
    """Write a version and its section of the changelog, commit and tag that, and begin the next one."""
    told = TAG.fullmatch("v" + new)
    if not told:
        raise Refused(f"'{new}' is no version; write three numbers, such as 0.2.0")
    number = tuple(map(int, told.groups()))
    if not git("rev-parse", "HEAD"):
        raise Refused("a release is made in a clone of the repository")
    if git("status", "--porcelain"):
        raise Refused("something has been changed and not committed (git status); a release is what is committed")
    before = [tuple(map(int, one.groups())) for tag in git("tag").split() if (one := TAG.fullmatch(tag))]
    if before and number <= max(before):
        raise Refused(f"{new} is no later than {'.'.join(map(str, max(before)))}, which has been released")
    log = CHANGELOG.read_text(encoding="utf-8")
    changes = UNRELEASED.search(log)
    if not changes or "\n- " not in changes[1]:
        raise Refused("CHANGELOG.md has nothing under [Unreleased]; what is new in it?")
    dated = f"## [Unreleased]\n\n## [{new}] - {date.today().isoformat()}\n{changes[1]}"
    _write(CHANGELOG, log[: changes.start()] + dated + log[changes.end() :])
    _say(new, f"Release {new}")
    git("tag", "--annotate", f"v{new}", "--message", f"planlib {new}")
    following = f"{number[0]}.{number[1] + 1}.0.dev0"
    _say(following, f"Begin {following.removesuffix('.dev0')}")
    print(f"v{new} is tagged; {following} has begun. Next: git checkout v{new}, make build, git push --follow-tags")


def _say(new: str, message: str) -> None:
    """Write a version into the package and commit it."""
    _write(HOME, LINE.sub(f'__version__ = "{new}"', HOME.read_text(encoding="utf-8")))
    git("commit", "--quiet", "--all", "--message", message)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Run one of them and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("build").add_argument("--to", type=Path, default=ROOT / "dist", help="a folder; dist by default")
    verbs.add_parser("release").add_argument("version", help="three numbers, such as 0.2.0")
    given = parser.parse_args(arguments)
    try:
        build(given.to) if given.verb == "build" else release(given.version)
    except Refused as refused:
        print(f"planlib: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
