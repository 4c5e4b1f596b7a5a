"""What planlib is made with: python tools/supply.py licences writes docs/licences.md, sbom the bill of materials into dist/."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution
from itertools import product
from pathlib import Path

import package
from license_expression import AND, ExpressionError, LicenseWithExceptionSymbol, Licensing, get_spdx_licensing
from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-lab.lock", "requirements-floor.lock")
NODE = ROOT / "tests" / "browser" / "package-lock.json"
ENTRY = re.compile(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.*?))? \\\n")
# Where a package is looked at that this system has no use for: uv's name, the markers', and the Pythons.
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
SPDX = get_spdx_licensing()
PYTHONS = ("3.11", "3.12", "3.13")
# What may be used: all of these let anybody use, change and pass on; MPL-2.0 asks for changes to its own files only.
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU",
    "HPND", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
})  # fmt: skip
# What packages write that have no licence expression (PEP 639) yet; "BSD" where they do not say which of its forms.
WORDS = {
    "MIT License": "MIT", "The MIT License (MIT)": "MIT", "MIT license": "MIT",
    "BSD License": "BSD", "BSD license": "BSD", "New BSD": "BSD-3-Clause", "New BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause", "BSD 3-Clause License": "BSD-3-Clause", "BSD-3": "BSD-3-Clause", "Modified BSD License": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "BSD 2-Clause License": "BSD-2-Clause", "Simplified BSD": "BSD-2-Clause", "BSD 2-Clause": "BSD-2-Clause",
    "Apache Software License": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0", "Apache 2": "Apache-2.0", "Apache License, Version 2": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "MPL 2.0": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0", "PSF": "PSF-2.0", "PSF License": "PSF-2.0",
    "ISC License (ISCL)": "ISC", "ISC License": "ISC", "The Unlicense (Unlicense)": "Unlicense",
    "CMU License (MIT-CMU)": "MIT-CMU", "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",  # pypdfium2
}  # fmt: skip
# What a package's own licence file says, where its metadata names every licence of its source and not which one is of what.
READ = {
    # COPYING.rst: public domain, but for some modules under the BSD and the PSF licence; the GPL is that of an Emacs mode
    # (rst.el), which its wheel does not have.
    "docutils": "CC0-1.0 AND BSD-2-Clause AND PSF-2.0",
}
HEAD = """\
# Licences of what planlib is made with

Made by `make licences` from the metadata of each package; `tests/test_supply.py` holds it to the locks and to what may be used.
planlib itself is MIT. None of these is part of planlib's wheel: they are installed beside it, unchanged.

What may be used: {allowed}. Of "A OR B" one has to be among them, of "A AND B" both. No package under the GPL, AGPL or LGPL is used.
Wheels of compiled packages carry libraries of others within them, such as OpenBLAS and GCC's runtime in numpy's; where the
package's own expression does not name these, its licence files do, in `.venv/lib/python*/site-packages/*.dist-info`.

Which lock names it: r `requirements.lock` (whoever makes reports needs these), d `-dev`, l `-lab`, f `-floor`.
"""


def pins(lock: str) -> Iterator[tuple[str, str, str, str]]:
    """Each package of a lock: name, version, marker, and its whole entry."""
    for entry in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))[1:]:
        pinned = ENTRY.match(entry)
        if not pinned:
            raise SystemExit(f"planlib: {lock}: cannot read {entry[:60]!r}")
        yield *pinned.groups(default=""), entry


def expression(found: Distribution) -> tuple[str, str]:
    """The licence of a package, as an expression, and what of its metadata says so."""
    meta = found.metadata
    if told := meta.get("License-Expression"):
        return told, "expression"
    if told := READ.get(canonicalize_name(meta["Name"])):
        return told, "licence file"
    text = (meta.get("License") or "").strip()
    text = text.partition("\n")[0].strip()  # some put the whole licence there
    if text != "BSD" and (text in WORDS or _is_spdx(text)):
        return WORDS.get(text, text), "license"
    classes = [one.rpartition(" :: ")[2] for one in meta.get_all("Classifier", []) if one.startswith("License :: ")]
    if classes and all(one in WORDS for one in classes):
        return " AND ".join(sorted({WORDS[one] for one in classes})), "classifier"
    if text == "BSD":
        return "BSD", "license"
    return f"unknown ({'; '.join(classes) or text[:60] or 'nothing said'})", "nothing"


def _is_spdx(text: str) -> bool:
    try:
        return SPDX.parse(text, validate=True, strict=True) is not None
    except ExpressionError:
        return False


def allowed(told: str) -> bool:
    """Whether an expression gives leave under a licence of ALLOWED."""
    try:
        parsed = Licensing().parse(told)
    except ExpressionError:
        return False

    def free(node: object) -> bool:
        if isinstance(node, LicenseWithExceptionSymbol):
            return free(node.license_symbol)  # an exception takes a duty away, never adds one
        parts = getattr(node, "args", ())
        if parts:
            return (all if isinstance(node, AND) else any)(free(part) for part in parts)
        return getattr(node, "key", None) in ALLOWED

    return parsed is not None and free(parsed)


def read_all() -> dict[tuple[str, str], tuple[str, str]]:
    """The licence of every package that a lock names, by name and version."""
    found: dict[tuple[str, str], tuple[str, str]] = {}

    def take(folder: Path | None = None) -> None:
        place = {"path": [str(folder)]} if folder else {}
        for each in importlib.metadata.distributions(**place):
            found.setdefault((canonicalize_name(each.metadata["Name"]), each.version), expression(each))

    take()
    with tempfile.TemporaryDirectory() as temporary:
        for lock, (system, markers), python in product(LOCKS, SYSTEMS.items(), PYTHONS):
            where = markers | {"python_version": python, "python_full_version": f"{python}.9"}
            lacking = [entry for name, version, marker, entry in pins(lock)
                       if (name, version) not in found and (not marker or Marker(marker).evaluate(where))]  # fmt: skip
            if lacking:
                folder = Path(temporary) / f"{lock}-{system}-{python}"
                _install(lacking, folder, system, python)
                take(folder)
    return {pin[:2]: found[pin[:2]] for lock in LOCKS for pin in pins(lock)}


def _install(entries: list[str], folder: Path, system: str, python: str) -> None:
    """Lay packages into a folder, whatever system and Python they are for; nothing of them is run."""
    asked = folder.with_suffix(".txt")
    asked.write_text("\n".join(entries) + "\n", encoding="utf-8")
    print(f"looking at {len(entries)} packages for {system}, Python {python}", flush=True)
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "--target", folder, "--python-platform", system, "--python-version", python, "--requirements", asked], check=True,
    )  # fmt: skip


def rows(said: Mapping[tuple[str, str], tuple[str, str]]) -> list[str]:
    """The document's two tables, line by line."""
    lines = ["| package | version | licence | said by | locks |", "|---|---|---|---|---|"]
    for name, version in sorted(said):
        letters = "".join(letter for letter, lock in zip("rdlf", LOCKS, strict=True) if (name, version) in {p[:2] for p in pins(lock)})
        lines.append(f"| {name} | {version} | {' | '.join(said[name, version])} | {letters} |")
    lines += ["", "Of the tests in a browser (`tests/browser/package-lock.json`):", ""]
    lines += ["| package | version | licence |", "|---|---|---|"]
    return lines + [f"| {name} | {version} | {licence} |" for name, version, licence in of_node()]


def of_node() -> list[tuple[str, str, str]]:
    """Each package that npm installs for the tests, with version and licence."""
    listed = json.loads(NODE.read_text(encoding="utf-8"))["packages"]
    return [(path.rpartition("node_modules/")[2], one["version"], one.get("license", "unknown"))
            for path, one in sorted(listed.items()) if path]  # fmt: skip


def licences() -> None:
    """Write the document."""
    text = HEAD.format(allowed=", ".join(sorted(ALLOWED))) + "\n" + "\n".join(rows(read_all())) + "\n"
    DOCUMENT.write_text(text, encoding="utf-8", newline="\n")
    print(DOCUMENT)


def sbom(to: Path) -> None:
    """Write the bill of materials of what reports are made with: each locked package with its version and its hashes."""
    to.mkdir(parents=True, exist_ok=True)
    path = to / f"planlib-{package.version()}.cdx.json"
    subprocess.run(
        [sys.executable, "-W", "ignore::UserWarning", "-m", "cyclonedx_py", "requirements", ROOT / LOCKS[0],
         "--pyproject", ROOT / "pyproject.toml", "--output-format", "JSON", "--output-reproducible", "--output-file", path], check=True,
    )  # fmt: skip
    bill = json.loads(path.read_text(encoding="utf-8"))
    bill["metadata"]["component"]["version"] = package.version()  # pyproject.toml says that it stands elsewhere
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(path)


def main(arguments: list[str]) -> int:
    """Run one of them and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("licences")
    verbs.add_parser("sbom").add_argument("--to", type=Path, default=ROOT / "dist", help="a folder; dist by default")
    given = parser.parse_args(arguments)
    licences() if given.verb == "licences" else sbom(given.to)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
