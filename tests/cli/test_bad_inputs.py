"""Input that is no Python file to differentiate: a clean message, the right exit code, nothing executed."""

from __future__ import annotations

import os

import pytest

from gradgen.source import MAX_BYTES

BODY = b"def f(x):\n    return x * x\n"

BYTES = {  # file content -> (code, part of the message)
    "NUL": (b"x = 1\0\n", "GG001", "NUL"),
    "UTF-16": ("x = 1\n".encode("utf-16"), "GG001", "UTF-16"),
    "UTF-32 without NUL bytes is no text either": (b"\xff\xfe\xff\xff", "GG001", ""),
    "broken UTF-8": (b"x = '\xff'\n", "GG001", ""),
    "broken UTF-8 later on": (b"x = 1\n" * 500 + b"y = '\xe9'\n", "GG001", "utf-8"),
    "utf-7 cookie": (b"# coding: utf-7\n" + BODY, "GG001", "utf-7"),
    "a codec that is no text": (b"# coding: hex\n" + BODY, "GG001", "hex"),
    "raw_unicode_escape cookie": (b"# coding: raw_unicode_escape\n" + BODY, "GG001", ""),
    "unknown cookie": (b"# coding: klingon\n" + BODY, "GG001", "klingon"),
    "cookie against byte-order mark": (b"\xef\xbb\xbf# coding: latin-1\n" + BODY, "GG001", ""),
    "syntax error": (b"def f(x:\n", "GG002", ""),
    "unfinished string": (b"x = '''\n", "GG002", ""),
    "tabs and spaces": (b"def f(x):\n\tif x:\n        return x\n", "GG002", "tabs"),
    "indentation": (b"def f(x):\nreturn x\n", "GG002", "indent"),
    "Python 2 print": (b"def f(x):\n    print x\n    return x\n", "GG002", "Python 2"),
    "Python 2 except": (b"try:\n    pass\nexcept A, b:\n    pass\n", "GG002", ""),
    "Python 2 octal": (b"x = 0777\n", "GG002", "Python 2"),
    "return outside": (b"def f(x): return x +\n", "GG002", ""),
    "parentheses": (b"x = " + b"(" * 5000 + b"1" + b")" * 5000, "GG003", ""),
    "signs": (b"x = " + b"-" * 100_000 + b"1", "GG003", ""),
    "a few thousand signs": (b"x = " + b"-" * 2500 + b"1", "GG003", ""),
    "nots": (b"x = " + b"not " * 100_000 + b"1", "GG003", ""),
    "a sum of nearly a million terms": (b"x = " + b"+".join([b"x"] * 900_000), "GG003", ""),
    "a sum of 3,000 terms": (b"def f(x):\n    return " + b"+".join([b"x"] * 3_000), "GG003", ""),
    "powers": (b"x = x" + b"**x" * 100_000, "GG003", ""),
    "attributes": (b"x" + b".a" * 100_000, "GG003", ""),
    "indents": (b"".join(b" " * i + b"if 1:\n" for i in range(120)) + b" " * 120 + b"pass", "GG003", ""),
    "too large": (b"#" * (MAX_BYTES + 1), "GG001", "larger"),
}


@pytest.mark.parametrize("case", BYTES)
def test_content_is_refused_with_exit_2(case, run, folder):
    content, code, said = BYTES[case]
    (folder / "bad.py").write_bytes(content)
    ran = run("bad.py")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error[{code}]: ")
    assert said in ran.err


def test_every_cause_of_exit_2_is_one_line_in_concise_form(run, folder):
    (folder / "bad.py").write_text("def f(x):\n    return x +\n")
    ran = run("bad.py", "--format", "concise")
    assert ran.err.startswith("bad.py:2:1") and "GG002" in ran.err and ran.err.count("\n") == 1


def test_caret_stands_under_the_error_behind_wide_and_invisible_characters(run, folder):
    (folder / "bad.py").write_text("y = '\x1b[31m\u202e' +* 2\n")
    line, caret = run("bad.py").err.splitlines()[3:5]
    assert "\x1b" not in line and "\u202e" not in line
    assert line[caret.index("^")] == "*"


def test_missing_file(run):
    ran = run("nothing_here.py")
    assert (ran.code, ran.out) == (2, "") and "GG001" in ran.err and "nothing_here.py" in ran.err


def test_directory(run, folder):
    (folder / "d.py").mkdir()
    assert run("d.py").code == 2


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty", "", "a\0b", "x" * 5000])
def test_devices_and_impossible_names(run, path):
    ran = run(path)
    assert (ran.code, ran.out) == (2, "") and "GG001" in ran.err


def test_a_fifo_does_not_block(process, folder):
    os.mkfifo(folder / "pipe.py")
    ran = process("pipe.py")
    assert ran.code == 2 and "regular" in ran.err


def test_a_link_loop(run, folder):
    (folder / "loop.py").symlink_to("loop.py")
    assert run("loop.py").code == 2


def test_a_name_cannot_colour_or_break_the_message(run, folder):
    (folder / "a\x1b[31m\nb.py").write_text("x = (")
    for name in ("a\x1b[31m\nb.py", "no\x1b[31m\nne.py"):
        ran = run(name)
        assert ran.code == 2 and "\x1b" not in ran.err
        assert ran.err.splitlines()[0].startswith("error[GG00")


def test_a_name_that_is_not_utf8(process, folder):
    name = os.fsdecode(b"caf\xe9.py")
    (folder / name).write_text("x = (")
    assert process(name).code == 2


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = (", b"\0", b"# coding: utf-7\n"])
def test_standard_input_is_checked_too(process, content):
    ran = process("-", "--stdin-filename", "mine.py", input=content)
    assert (ran.code, ran.out) == (2, "") and "mine.py" in ran.err


def test_endless_standard_input_is_bounded(process):
    with open("/dev/zero", "rb") as endless:
        ran = process("-", stdin=endless)
    assert ran.code == 2 and "larger" in ran.err and "<stdin>" in ran.err


HEAVY = "sympy mpmath black jinja2 numpy".split()
WATCH = """
import sys
from gradgen.cli import main
code = main(sys.argv[1:])
print([name for name in {heavy} if name in sys.modules], code)
"""


@pytest.mark.parametrize("arguments", [["--version"], ["bad.py"], ["--help"], ["staged.py", "--sytle"], ["missing.py"]])
def test_quick_answers_import_nothing_heavy(process, folder, arguments):
    import subprocess
    import sys

    from .conftest import ROOT

    (folder / "bad.py").write_text("def f(x:\n")
    script = WATCH.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].startswith("[] "), done.stdout + done.stderr
