"""Sets up .venv from the lock and runs planlib's verbs; with the standard library only, from any Python.

Usage: python tools/make.py VERB [ARGUMENT ...]; without a verb it lists them. Arguments are passed on. On Windows:
py tools/make.py VERB.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

# No newer syntax than Python 3.6 has, so that an old Python can say what is missing.
OLDEST, TOO_NEW = (3, 11), (3, 14)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "planlib-setup.json"  # what is installed, by hash
UNFINISHED = VENV / "planlib-unfinished"  # there while something is being installed
LOCK = ROOT / ".venv.lock"  # held by the one set-up that works on .venv, and by the pip that it started
WINDOWS = os.name == "nt"
IN_CI = bool(os.environ.get("CI"))  # there planlib is installed as its users have it, from a wheel and not editable
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LOCKS = {  # the second and third hold all of the first one, so that any of them is enough for a report
    "requirements.lock": (
        ["--group", "build"],
        "What `make report` needs, and what installs planlib itself",
    ),
    "requirements-dev.lock": (
        ["--group", "build", "--extra", "dev", "--constraints", "requirements.lock"],
        "requirements.lock and what `make test`, `make lint` and `make lock` need",
    ),
    "requirements-lab.lock": (
        ["--group", "build", "--extra", "lab", "--constraints", "requirements-dev.lock"],
        "requirements.lock and what `make lab` needs",
    ),
    "requirements-floor.lock": (
        ["--group", "build", "--extra", "dev", "--resolution", "lowest-direct"],
        "The lowest versions that pyproject.toml allows, of what tests need too, to prove these bounds with",
    ),
}
BASE, DEV, LAB, FLOOR = LOCKS
PROBE = """\
import json, sys
try:
    import ensurepip, venv
    can = bool(ensurepip.version())
except Exception:
    can = False
path = getattr(sys, "_base_executable", "") or sys.executable
print(json.dumps({"version": list(sys.version_info[:3]), "path": path, "prefix": sys.prefix, "venv": can}))
"""


class Refused(Exception):
    """What stands in the way, in one line for a person."""


def say(line):
    """Print a line at once."""
    print("planlib: " + line, flush=True)


def environment():
    """Return this environment without what would make Python or pip look or install elsewhere."""
    dropped = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    kept.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    # uv brings its own list of authorities; a machine behind a proxy of its own has the right ones. The older and the newer name.
    kept.update(UV_NATIVE_TLS="1", UV_SYSTEM_CERTS="1")
    return kept


def run(*command, keep=()):
    """Run a command in the project's folder and return its exit code; it keeps the given files open."""
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment(), pass_fds=keep)


def digest(paths):
    """Hash files by their names and bytes."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest())
    return total.hexdigest()


def wanted(lock):
    """Say what has to be installed for a verb: the lock, and planlib as its metadata and what is copied of it now are."""
    package = ROOT / "src" / "planlib"
    folders = [package, ROOT / "notebooks"] if IN_CI else [package / "reporting" / "templates"]
    copied = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    metadata = {ROOT / "pyproject.toml", package / "__init__.py"}
    return {lock: digest([ROOT / lock]), "planlib": ("wheel " if IN_CI else "") + digest(metadata.union(copied))}


def installed():
    """Read what this .venv holds; nothing if it was made elsewhere and moved here, or if its Python is gone."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found["holds"] if found.get("folder") == str(VENV) and VENV_PYTHON.exists() else {}


def ask(command):
    """Ask a Python for its version and place, and whether it can make a venv; None if it does not start."""
    try:
        command = [*command, "-I", "-c", PROBE]
        asked = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, env=environment()
        )
        return json.loads(asked.stdout.decode("utf-8", "replace")) if asked.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def find_python():
    """Find a Python that planlib can use: the one that runs this, or else another one that is installed."""
    versions = [f"{OLDEST[0]}.{minor}" for minor in range(TOO_NEW[1] - 1, OLDEST[1] - 1, -1)]
    others = [["py", "-" + version] if WINDOWS else ["python" + version] for version in versions]
    lacking, unfit = [], []
    for command in [[sys.executable], *others, ["python3"], ["python"]]:
        found = ask(command)
        if not found or VENV in Path(found["path"]).parents:
            continue
        if not OLDEST <= tuple(found["version"][:2]) < TOO_NEW:
            unfit.append(found)
        elif not found["venv"]:
            lacking.append(found)
        else:
            return found
    if lacking:
        first = lacking[0]
        version = ".".join(map(str, first["version"][:2]))
        package = "python3-venv" if Path(first["path"]).parent == Path("/usr/bin") else "python" + version + "-venv"
        raise Refused(
            f"Python {version} ({first['path']}) has no venv, which .venv is made with; "
            f"install it (Debian, Ubuntu: sudo apt install {package})"
        )
    seen = ", ".join(sorted({".".join(map(str, one["version"])) + " (" + one["path"] + ")" for one in unfit})) or "none"
    raise Refused(
        f"needs Python {', '.join(reversed(versions[1:]))} or {versions[0]}, found {seen}; "
        "install one, and if it is not found name it: make PYTHON=/path/to/python"
    )


def usable():
    """Say whether .venv, whoever made it, has a fitting Python with pip, and was not left half made or moved."""
    if UNFINISHED.exists() or (STAMP.exists() and not installed()):
        return False
    found = ask([str(VENV_PYTHON)])
    # Without its pyvenv.cfg it would be the Python that it was made with, and pip would install there.
    if not found or Path(found["prefix"]).resolve() != VENV.resolve():
        return False
    if not OLDEST <= tuple(found["version"][:2]) < TOO_NEW:
        return False
    return subprocess.call([str(VENV_PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL, env=environment()) == 0


def make_venv():
    """Make an empty .venv, in place of one that cannot be used."""
    found = find_python()
    if VENV.exists():
        say("making .venv anew, as what is there is unfinished or was made for another place or Python")
        remove(VENV)
    say("making .venv with Python " + ".".join(map(str, found["version"])) + " (" + found["path"] + ")")
    VENV.mkdir()
    UNFINISHED.touch()
    command = [found["path"], "-I", "-m", "venv", str(VENV)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())
    if made.returncode:
        last = (made.stdout.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
        raise Refused(f"{found['path']} could not make .venv: {last}")


def remove(folder):
    """Remove a folder, or say what holds it."""
    try:
        shutil.rmtree(str(folder))
    except OSError as error:
        what = f"{error.filename or folder} ({error.strerror})"
        raise Refused(f"cannot remove {what}; close what uses it and try again") from None


@contextlib.contextmanager
def alone():
    """Wait until no other set-up works on .venv; the system drops the lock when its holders end, however they end."""
    with LOCK.open("a") as file:
        told = False
        while not locked(file):
            if not told:
                say("another set-up is at work on .venv; waiting for it")
            told = True
            time.sleep(0.5)
        yield () if WINDOWS else (file.fileno(),)


def locked(file):
    """Try to take the lock; where the file system has no locks, go on without."""
    try:
        if WINDOWS:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def ready(want):
    """Say whether .venv holds what is wanted."""
    return installed().items() >= want.items() and not UNFINISHED.exists()


def ensure(lock):
    """See to it that .venv holds what a lock names, and planlib; at once where it does."""
    want = wanted(lock)
    if ready(want):
        return
    with alone() as keep:
        if not ready(want):
            install(lock, want, keep)


def install(lock, want, keep):
    """Install what a lock names, and planlib, as far as .venv does not hold it yet."""
    have = installed()
    fresh = not usable()
    if fresh:
        make_venv()
        have = {}
    UNFINISHED.touch()
    pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--quiet", "--no-deps"]  # errors only
    code = 0
    if have.get(lock) != want[lock]:
        say("installing what " + lock + " names (a minute or two)")
        code = run(*pip, "--require-hashes", "--requirement", ROOT / lock, keep=keep)
        have = dict(have, **{lock: want[lock], BASE: digest([ROOT / BASE])})
    if code == 0 and have.get("planlib") != want["planlib"]:
        code = run(*pip, "--no-build-isolation", "--force-reinstall" if IN_CI else "--editable", ROOT, keep=keep)
        have = dict(have, planlib=want["planlib"])
    if code < 0:
        sys.exit(128 - code)  # stopped in the middle: the next call begins again
    if code and not fresh:
        UNFINISHED.unlink()  # pip undoes what it began, so what was there before is still good
    if code:
        raise Refused("set-up stopped; pip says why above. Put that right and try again")
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps({"folder": str(VENV), "holds": have}, indent=1), encoding="utf-8")
    new.replace(STAMP)
    UNFINISHED.unlink()


def setup():
    """Make .venv ready for `report`."""
    ensure(BASE)
    say(".venv is ready")
    return 0


def report(*arguments):
    """Make the reports."""
    ensure(BASE)
    return run(VENV_PYTHON, "-m", "planlib", "report", *arguments)


def test(*arguments):
    """Run the tests, each file in one process, as its tests share what they made.

    One process more than there are cores, as some wait for browsers and kernels; in the order of the files, for those of the
    browser, which come first, take longest.
    """
    ensure(DEV)
    processes = f"--numprocesses={(os.cpu_count() or 1) + 1}"
    return run(VENV_PYTHON, "-m", "pytest", processes, "--dist=loadfile", "--no-loadscope-reorder", *arguments)


def bench(*arguments):
    """Run a benchmark by its name; without one, list them."""
    found = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
    found.update((path.parent.name, path) for path in sorted((ROOT / "benchmarks").glob("*/run.py")))
    if not arguments or arguments[0] not in found:
        for name, path in sorted(found.items()):
            first = path.read_text(encoding="utf-8").splitlines()[0].strip('"')
            print(f"  {name:10}{first}")
        if not arguments:
            return 0
        raise Refused(f"no benchmark '{arguments[0]}'; the names are above")
    ensure(DEV)
    return run(VENV_PYTHON, found[arguments[0]], *arguments[1:])


def lint(*arguments):
    """Check style, then types."""
    ensure(DEV)
    return run(VENV_PYTHON, "-m", "ruff", "check", *arguments) or run(VENV_PYTHON, "-m", "mypy")


def docs(*arguments):
    """Build the documents as a site, in build/docs; a broken link is an error."""
    ensure(DEV)
    code = run(
        VENV_PYTHON, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto",
        "--doctree-dir", ROOT / "build" / "doctrees", ROOT / "docs", ROOT / "build" / "docs", *arguments,
    )  # fmt: skip
    if code == 0:
        say("open build/docs/index.html")
    return code


def lab(*arguments):
    """Open the notebooks in JupyterLab."""
    ensure(LAB)
    return run(VENV_PYTHON, "-m", "jupyterlab", *(arguments or ["notebooks"]))


def lock(*arguments):
    """Write the locks; versions stay as they are where they fit, unless --upgrade is given."""
    ensure(DEV)
    for name, (options, holds) in LOCKS.items():
        # The fewest versions: one numpy for Python 3.11 to 3.13, so that figures come out the same.
        code = run(
            VENV_PYTHON, "-m", "uv", "pip", "compile", "pyproject.toml", *options, "--universal",
            "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes", "--no-config", "--no-header",
            "--no-emit-index-url", "--no-emit-find-links", "--quiet",
            "--output-file", name, *arguments,
        )  # fmt: skip
        if code:
            return code
        path = ROOT / name
        path.write_bytes(
            (
                f"# {holds}: every version and hash,\n"
                f"# for Python 3.11{'' if name == FLOOR else ' to 3.13'} on Linux, macOS and Windows. "
                "Made from pyproject.toml by uv: make lock\n"
                "# (newest versions: make lock ARGS=--upgrade; without make: python tools/make.py lock --upgrade).\n"
            ).encode()
            + path.read_bytes().replace(b"\r\n", b"\n")
        )
    return 0


def clean():
    """Remove .venv and what tools leave behind, never a report."""
    caches = (".hypothesis", ".mutation", ".mypy_cache", ".pytest_cache", ".ruff_cache")
    left = [VENV, *ROOT.glob(".venv-*"), *(ROOT / name for name in ("build", "dist", *caches))]
    for folder in ("src", "tests", "tools", "fuzz", "mutation", "benchmarks", "notebooks"):
        left += [path for name in ("__pycache__", ".ipynb_checkpoints") for path in (ROOT / folder).rglob(name)]
    for folder in left:
        if folder.exists():
            remove(folder)
    return 0


def program(lock, says, *words):
    """Make a verb that runs one of our own programs with what a lock names."""

    def verb(*arguments):
        ensure(lock)
        return run(VENV_PYTHON, *words, *arguments)

    verb.__doc__ = says
    return verb


VERBS = {
    "setup": setup,
    "report": report,
    "test": test,
    "bench": bench,
    "everywhere": program(
        DEV, "Make the bundled plans' reports with other Pythons and versions, and compare them (docs/same-everywhere.md).",
        "tools/everywhere.py", "results",
    ),
    "oldest": program(
        DEV, "Run the tests, without those in a browser, with the oldest Python and versions that are allowed.",
        "tools/everywhere.py", "suite",
    ),
    "fuzz": program(DEV, "Try many damaged files on the readers (docs/hostile-files.md).", "fuzz/run.py"),
    "faults": program(DEV, "Kill runs of report at random moments, and look at what they leave (docs/faults.md).", "fuzz/faults.py"),
    "mutation": program(DEV, "Try how many small faults in slippage and dates the tests notice (docs/mutation.md).", "mutation/run.py"),
    "lint": lint,
    "docs": docs,
    "lab": lab,
    "lock": lock,
    "licences": program(DEV, "Write docs/licences.md from what every locked package says of itself.", "tools/supply.py", "licences"),
    "sbom": program(DEV, "Write the bill of materials (CycloneDX) of requirements.lock into dist/.", "tools/supply.py", "sbom"),
    "build": program(BASE, "Build the sdist and the wheel into dist/.", "tools/package.py", "build"),
    "release": program(
        BASE, "Make the release of a version: its number, its section of the changelog, its commit and its tag.",
        "tools/package.py", "release",
    ),
    "clean": clean,
}  # fmt: skip


def main(arguments):
    """Run a verb and return its exit code."""
    if not arguments or arguments[0] not in VERBS:
        given = f"no verb '{arguments[0]}'; " if arguments and arguments[0] not in ("help", "-h", "--help") else ""
        print(given + "usage: python tools/make.py VERB, where VERB is one of " + ", ".join(VERBS))
        for name, verb in VERBS.items():
            print(f"  {name:11}{verb.__doc__.splitlines()[0]}")
        return 2 if given or not arguments else 0
    try:
        return VERBS[arguments[0]](*arguments[1:])
    except Refused as refused:
        print("planlib: " + str(refused), file=sys.stderr)
    except KeyboardInterrupt:
        print("planlib: stopped", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
