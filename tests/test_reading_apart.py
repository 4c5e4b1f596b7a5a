"""Source files are read in a process apart: the same as here, and whatever a file does to it, one of our errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planlib import cli, store
from planlib.errors import InputError
from planlib.readers import apart
from planlib.readers.formats import read_document
from planlib.settings import Limits, Settings

DOCUMENTS = Path(__file__).parent / "documents"
BUNDLED = sorted(path for path in DOCUMENTS.iterdir() if path.suffix not in (".md", ".py"))
LIMITS = Limits(seconds=30, mebibytes=512, cells=100_000)
# A reader that does what the file says.
OBEDIENT = """
import json, os, sys, time
sys.path[:] = json.loads(sys.argv[1])
from planlib.readers import apart, formats
plain = formats.read_document
def read(path, data, limits):
    word = data.split()[0]
    if word == b"abort": os.abort()
    if word == b"leave": os._exit(3)
    if word == b"hang": time.sleep(600)
    if word == b"spin":
        while True: pass
    if word == b"eat": return [bytearray(1 << 20) for _ in range(100_000)]
    if word == b"watched":
        apart._watch(1 << 20); time.sleep(600)
    if word == b"fault": raise KeyError("no such thing")
    if word == b"print": print("[1]"); sys.stdout.flush(); os.write(1, b"no answer")
    return plain(path, data, limits)
formats.read_document = read
apart.serve()
"""


@pytest.fixture
def switched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read apart, by a process of this test's own."""
    monkeypatch.setenv(apart.VARIABLE, "apart")
    apart.stop()
    yield
    apart.stop()


@pytest.fixture
def obedient(switched: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by a reader that does what the file says."""
    monkeypatch.setattr(apart, "_CODE", OBEDIENT)


def here(path: Path) -> object:
    """What the file gives in this process."""
    return read_document(path, path.read_bytes(), LIMITS)


def pid() -> int:
    """Of the process apart."""
    assert apart._process is not None
    return apart._process.popen.pid


@pytest.mark.usefixtures("switched")
def test_every_document_is_read_apart_as_it_is_here():
    """Every bundled document gives the same grids, decisions and notes through one process that is used again."""
    pids = set()
    for path in BUNDLED:
        assert apart.read(path, path.read_bytes(), LIMITS) == here(path), path.name
        pids.add(pid())
    assert len(pids) == 1


@pytest.mark.usefixtures("switched")
def test_everything_that_text_can_hold_comes_through():
    """Control characters, halves of surrogates, other scripts, long words, line ends and quotation marks stay as they are."""
    text = 'Ref,Action\n"a\u2028b","\u202e\u0001\u0085 \U0001f600 \\" \u0d15"\n' + "x" * 300_000 + ',\'""\n'
    data = text.encode("utf-8")
    made = apart.read(Path("a.csv"), data, LIMITS)
    assert made == read_document(Path("a.csv"), data, LIMITS)
    lone = b"Ref,Action\n" + b"1,\xed\xa0\x80\n"
    assert apart.read(Path("a.csv"), lone, LIMITS) == read_document(Path("a.csv"), lone, LIMITS)


@pytest.mark.usefixtures("switched")
def test_what_is_refused_here_is_refused_apart_in_the_same_words():
    """The line that refuses a file does not depend on where it is read, and the process lives on."""
    for name, data in (("a.xlsx", b"PK\x03\x04"), ("a.pdf", b"%PDF-1.4"), ("a.csv", b""), ("b\u00e9.csv", b"a\0b,c\n")):
        with pytest.raises(InputError) as one:
            read_document(Path(name), data, LIMITS)
        with pytest.raises(InputError) as other:
            apart.read(Path(name), data, LIMITS)
        assert str(one.value) == str(other.value)
    first = pid()
    apart.read(BUNDLED[0], BUNDLED[0].read_bytes(), LIMITS)
    assert pid() == first


@pytest.mark.usefixtures("obedient")
@pytest.mark.parametrize(
    ("data", "limits", "line"),
    [
        (b"abort x", LIMITS, "a.csv: the process that read it ended (SIGABRT), as happens with a damaged file and with one that "
         "needs more than 512 MiB of memory ([limits] mebibytes); save it again, or in another format"),
        (b"leave x", LIMITS, "a.csv: the process that read it ended (exit code 3), as happens"),
        (b"hang x", replace(LIMITS, seconds=1), "a.csv: takes longer than 1 s to read; not read ([limits] seconds)"),
        (b"spin x", replace(LIMITS, seconds=1), "a.csv: takes longer than 1 s to read; not read ([limits] seconds)"),
        (b"eat x", replace(LIMITS, mebibytes=600), "a.csv: needs more than 600 MiB of memory to read; not read ([limits] mebibytes)"),
        (b"watched x", LIMITS, "a.csv: needs more than 512 MiB of memory to read; not read ([limits] mebibytes)"),
        (b"fault x", LIMITS, "a.csv: cannot be read, by a fault in planlib's reader (KeyError: 'no such thing'); please report it"),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
)  # fmt: skip
def test_whatever_a_file_does_to_its_reader_is_one_line_and_the_next_is_read(data, limits, line):
    """A reader that aborts, leaves, sleeps, spins, eats memory or has a fault: one line; the next file is read as before."""
    if sys.platform == "win32" and data.startswith(b"abort"):
        pytest.skip("Windows has no signals")
    with pytest.raises(InputError) as error:
        apart.read(Path("a.csv"), data, limits)
    assert str(error.value).startswith(line)
    path = BUNDLED[0]
    assert apart.read(path, path.read_bytes(), LIMITS) == here(path)


@pytest.mark.usefixtures("obedient")
def test_what_a_library_prints_is_no_answer():
    """Output of a library's own goes nowhere."""
    data = b"print,Action\n1,x\n"
    assert apart.read(Path("a.csv"), data, LIMITS) == read_document(Path("a.csv"), data, LIMITS)


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"nonsense\n", b"[]\n", b"{}\n", b"[1]\n", b'["rows",["x"],[["y"]]]\n', b'["end"]\n', b'["end",false]\n',
     b'["document",1,[],[]]\n', b'["document","x",[[1]],[]]\n', b'["document","x",[],[]]\n["grid","n",true,[],[]]\n["rows",["x"],[[1]]]\n',
     b'["document","x",[],[]]\n["grid","n",true,[],[]]\n["fills",[["a",0,"x"]]]\n',
     b'["document","x",[],[]]\n["grid","n",true,[],[]]\n["spans",[[0,0,["x",1]]]]\n', b'["refused",["x"]]\n', b'["reduce","os"]\n',
     b"[" * 100_000 + b"\n",
     b'["document","x",[],[]]\n["grid","n",true,[],[1e999]]\n["spans",[[0,1e999,[1,1]]]]\n'],
)  # fmt: skip
@pytest.mark.usefixtures("switched")
def test_an_answer_without_sense_is_refused(monkeypatch, line):
    """A process that was taken over can say nothing but texts and numbers in their places: all else is one line."""
    code = (
        "import sys; out = sys.stdout.buffer; out.write(b'[\"ready\"]\\n'); out.flush(); sys.stdin.buffer.readline(); "
    )
    code += f"out.write({line!r})"
    monkeypatch.setattr(apart, "_CODE", code)
    with pytest.raises(InputError, match=r"^a\.csv: the process that read it ended \("):
        apart.read(Path("a.csv"), b"a,b\n", LIMITS)


@pytest.mark.usefixtures("switched")
def test_a_process_that_does_not_start_is_one_line(monkeypatch):
    """The line says how to read without it."""
    monkeypatch.setattr(apart, "_CODE", "raise SystemExit(5)")
    with pytest.raises(InputError, match="did not start; PLANLIB_READING=here reads without it"):
        apart.read(Path("a.csv"), b"a,b\n", LIMITS)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(InputError, match=r"cannot be started \(No such file or directory\)"):
        apart.read(Path("a.csv"), b"a,b\n", LIMITS)


@pytest.mark.usefixtures("switched")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_has_a_process_of_its_own():
    """A process that was forked from one that reads apart starts its own, and the two do not talk over each other."""
    path = BUNDLED[0]
    apart.read(path, path.read_bytes(), LIMITS)
    first, (out, into) = pid(), os.pipe()
    child = os.fork()
    if not child:
        same = apart.read(path, path.read_bytes(), LIMITS) == here(path)
        os.write(into, json.dumps([same, pid()]).encode())
        apart.stop()
        os._exit(0)
    os.waitpid(child, 0)
    same, other = json.loads(os.read(out, 1000))
    os.close(out)
    os.close(into)
    assert same and other != first
    assert apart.read(path, path.read_bytes(), LIMITS) == here(path)
    assert pid() == first


def test_the_process_imports_readers_alone():
    """It brings in no pandas and nothing of the reports, so that it costs little where few files are read."""
    code = "import sys, planlib.readers.apart, planlib.readers.formats; print(sorted(n for n in sys.modules if n in ('pandas', 'numpy', "
    code += "'matplotlib') or n.startswith('planlib.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert {name.split(".")[1] for name in eval(done.stdout)} == {"errors", "schema", "settings", "readers"}


@pytest.mark.usefixtures("switched")
def test_it_ends_with_us():
    """When the process that asked ends, however it ends, the process apart ends too."""
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom planlib.readers import apart\nfrom planlib.settings import Limits\n"
        "apart.read(Path('a.csv'), b'a,b\\n', Limits())\nprint(apart._process.popen.pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    left = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(left, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    state = Path(f"/proc/{left}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    assert state == "Z"  # ended, and nobody has asked for its exit code


def test_the_command_line_reads_apart_and_a_notebook_here(monkeypatch, tmp_path, capsys):
    """`planlib check` reads in the process apart; `open_plan` and `read` of the library in their own, unless told otherwise."""
    monkeypatch.delenv(apart.VARIABLE, raising=False)
    asked: list[str] = []
    monkeypatch.setattr(
        apart, "_read_apart", lambda path, data, limits: asked.append(path.name) or read_document(path, data, limits)
    )
    path = tmp_path / "2011-08-31.csv"
    path.write_bytes((DOCUMENTS / "wirral.csv").read_bytes())
    store.read(path, settings=Settings(title="x"))
    assert asked == []
    assert cli.main(["check", str(path)]) == 0
    assert asked == ["2011-08-31.csv"]
    assert apart.VARIABLE not in os.environ
    monkeypatch.setenv(apart.VARIABLE, "here")
    assert cli.main(["check", str(path)]) == 0
    assert len(asked) == 1
    capsys.readouterr()


def test_a_file_that_kills_its_reader_is_named_and_the_next_plan_is_read(monkeypatch, tmp_path, capsys):
    """`planlib check` of a plan whose file kills the reader says so in one line; another plan is checked as ever."""
    monkeypatch.delenv(apart.VARIABLE, raising=False)
    monkeypatch.setattr(apart, "_CODE", OBEDIENT)
    apart.stop()
    bad, good = tmp_path / "bad", tmp_path / "good"
    for folder, data in (
        (bad, b"leave,Action\n1,x\n".replace(b",", b" ,")),
        (good, (DOCUMENTS / "wirral.csv").read_bytes()),
    ):
        folder.mkdir()
        (folder / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
        (folder / "2011-08-31.csv").write_bytes(data)
    try:
        cli.main(["check", str(bad)])
        told = capsys.readouterr()
        assert "2011-08-31.csv: the process that read it ended (exit code 3)" in told.out + told.err
        assert cli.main(["check", str(good)]) == 0
        assert "44 actions" in capsys.readouterr().out
    finally:
        apart.stop()
