"""Running the command line in this process or in one of its own, and a stand-in for the pipeline."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

import gradgen
from gradgen.cli import main

ROOT = Path(gradgen.__file__).resolve().parent.parent
STAGED = """\
import math


def f(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden
    return f
"""


@dataclass(frozen=True)
class Ran:
    """What a run left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory with the notes' function in staged.py."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GRADGEN_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "staged.py").write_text(STAGED)
    return tmp_path


@pytest.fixture
def run(folder, capfd):
    """Run gradgen in this process."""

    def runner(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return runner


@pytest.fixture
def process(folder):
    """Run gradgen in a process of its own."""

    def runner(*arguments: object, before: str = "", **options) -> Ran:
        command = [sys.executable, "-m", "gradgen", *map(str, arguments)]
        if before:
            command = ["sh", "-c", f'{before} "$@"', "sh", *command]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
        done = subprocess.run(command, capture_output=True, env=environment, timeout=120, **options)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return runner


@dataclass(frozen=True)
class FakeReport:
    verdict: str
    line: int | None = None

    def __str__(self) -> str:
        return self.verdict

    def as_dict(self) -> dict:
        return {"verdict": self.verdict}


@pytest.fixture
def pipeline(monkeypatch):
    """Replace the pipeline: what its `generate_file` gives back, and the options that it was given."""
    from gradgen.errors import Diagnostic, refusal

    fake = types.ModuleType("gradgen.pipeline")
    fake.asked = []
    fake.verdict, fake.refused, fake.fails = "PROVED", (), None
    fake.PASSES = (("staged", None), ("rendered", None))

    class Options:
        def __init__(self, **said):
            self.__dict__.update(said)

    def generate_file(source, options, command):
        fake.asked.append(options)
        if fake.fails:
            raise fake.fails
        text = "def f_value_and_grad(x, y):\n    return x * y, (y, x)  # product\n"
        result = types.SimpleNamespace(
            name="f", style="joint", text=text, text_of=lambda style: text, wrt=("x", "y"), notes=("a note",),
            report=FakeReport(fake.verdict), show=lambda name: f"{name} of f",
        )  # fmt: skip
        refused = tuple(refusal(Diagnostic(code, "no")) for code in fake.refused)
        shown = "" if fake.verdict == "REFUTED" else text
        return types.SimpleNamespace(results=(result,), refusals=refused, passed_over=(), text=shown)

    fake.Options, fake.generate_file = Options, generate_file
    monkeypatch.setitem(sys.modules, "gradgen.pipeline", fake)
    monkeypatch.setattr(gradgen, "pipeline", fake, raising=False)
    return fake
