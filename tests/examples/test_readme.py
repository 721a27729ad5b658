"""README.md says what is so: its blocks are run, or compared with the files that they show.

A `python` block is run, and prints the `text` block that follows it if that is introduced by "prints"; a `console`
block holds commands and what they print; one behind ``<!-- file: PATH -->`` is that file, behind ``<!-- in: PATH -->`` a part of it.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import gradgen
from gradgen import config
from gradgen.cli import main
from gradgen.cli.generate import AFTER_PASSES
from gradgen.cli.options import OPTIONS, VERBS
from gradgen.pipeline import PASSES
from gradgen.render.view import FunctionNames, View
from tests.support import close, joint, leaves

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> Iterator[tuple[str, str, str]]:
    """(line of prose before, block, next block) of one kind."""
    found = list(BLOCK.finditer(README))
    for match, following in zip(found, [*found[1:], None], strict=True):
        if match[1] == kind:
            before = README[: match.start()].rstrip().rpartition("\n")[2]
            between = following and README[match.end() : following.start()].strip()
            yield before, match[2], following[2] if between == "prints" else ""


def agree(wanted: str, found: str) -> bool:
    """Equal where the block does not say `...`."""
    return doctest.OutputChecker().check_output(wanted, found, doctest.ELLIPSIS)


def shown_files() -> list[tuple[str, str, str]]:
    """(how, path, block) for the blocks that show a file."""
    found = []
    for before, block, _ in blocks("python"):
        if match := re.fullmatch(r"<!-- (file|in): (\S+) -->", before):
            found.append((match[1], match[2], block))
    return found


@pytest.mark.parametrize("how, path, block", shown_files(), ids=lambda v: v[:40])
def test_shown_files(how: str, path: str, block: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text == block if how == "file" else block in text


def test_the_notes_function_opens_it() -> None:
    opening = README[: README.index("\n## ")]
    assert "generated_examples/staged.py -->" in opening
    assert "generated_examples/staged_grad.py -->" in opening


def programs() -> list[tuple[str, str]]:
    """(text, what it prints) for the blocks that are programs."""
    return [(block, said) for before, block, said in blocks("python") if before[:4] != "<!--"]


@pytest.mark.parametrize("text, said", programs(), ids=lambda v: v.split("\n")[0][:40])
def test_programs(text: str, said: str, tmp_path) -> None:
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    student = (ROOT / "generated_examples" / "student_layers.py").read_text(encoding="utf-8")
    (tmp_path / "student_layers.py").write_text(student, encoding="utf-8")
    affine = student[: student.index("def batchnorm_forward")]
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.py").write_text(affine.replace("axis=1", "axis=0"), encoding="utf-8")
    (tmp_path / "submissions" / "bob.py").write_text(affine, encoding="utf-8")
    path = os.pathsep.join([str(Path(gradgen.__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert agree(said, done.stdout), done.stdout
    assert said


def test_commands(tmp_path, monkeypatch, capfd) -> None:
    """Every command of the console blocks prints what stands below it."""
    for file in (ROOT / "generated_examples").glob("*.py"):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    for _, block, _ in blocks("console"):  # what it types in
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            if (shown := re.match(r"cat (\w+\.py)\n", session)) and not Path(shown[1]).exists():
                Path(shown[1]).write_text(session[shown.end() :], encoding="utf-8")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    ran = 0
    for _, block, _ in blocks("console"):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed, _, wanted = session.partition("\n")
            program, *arguments = shlex.split(typed)
            capfd.readouterr()
            if program == "cat":
                assert Path(arguments[0]).read_text() == wanted
                continue
            assert program == "gradgen"
            main(arguments)
            found = "".join(capfd.readouterr())
            assert agree(squeezed(wanted), squeezed(found)), f"{typed}\n{found}"
            ran += 1
    assert ran >= 6


def squeezed(text: str) -> str:
    """Without blank lines: README leaves some out."""
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def test_kinks() -> None:
    """The table of conventions is what the generated text does."""
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|", README, re.MULTILINE)
    assert len(rows) >= 20
    for expression, where, wanted in rows:
        point = eval(f"dict({where})")
        text = f"import math\nimport numpy as np\n\ndef f({', '.join(point)}):\n    return {expression}\n"
        if "np." in expression:
            point = {name: np.array(value) for name, value in point.items()}
        with np.errstate(all="ignore"):
            _, grads = joint(gradgen.generate(text, verify=False))(**point)
        if "np." in expression:
            grads = tuple(g.tolist() for g in grads) if isinstance(grads, tuple) else grads.tolist()
        expected = eval(wanted, {"inf": float("inf"), "nan": float("nan")})
        pairs = zip(leaves(grads), leaves(expected), strict=True)
        assert all(close(a, b) for (_, a), (_, b) in pairs), (expression, grads)


def test_limits_of_the_slope_of_the_inverse() -> None:
    """The forward is fine where README says that the gradient raises."""
    result = gradgen.generate("def f(x):\n    return 1.0 / x\n", verify=False)
    for x, error in ((1e155, OverflowError), (1e-163, ZeroDivisionError)):
        assert 1.0 / x
        with pytest.raises(error):
            joint(result)(x)
    for x in (1e153, 1e-153):
        assert joint(result)(x)


def test_pipeline_diagram() -> None:
    diagram = next(block for _, block, _ in blocks("text") if block.startswith("your file"))
    drawn = re.findall(r"^  \| (\w+) ", diagram, re.MULTILINE)
    assert drawn == list(dict.fromkeys([name for name, _ in PASSES] + list(AFTER_PASSES)))
    assert f"`--show PASS` | print what a pass of the pipeline produced: {', '.join(drawn)}" in README


def test_paths_exist() -> None:
    """Every file and folder that the map, the diagram and the links name."""
    named = re.findall(r"(?:gradgen|templates|tests|generated_examples)/[\w./*]*", README)
    assert len(named) > 25
    for path in {n.rstrip(".") for n in named}:
        assert list(ROOT.glob(path.rstrip("/"))), path


def test_options_are_all_there() -> None:
    section = README[README.index("## On the command line") : README.index("## Verdicts")]
    for names, details in OPTIONS:
        if names == ("file",) or "not in this version" in details.get("help", ""):
            continue
        spellings = [*names, *(f"--no-{n[2:]}" for n in names)]
        assert any(re.search(rf"`[^`]*{re.escape(n)}\b", section) for n in spellings), names
    assert all(f"`gradgen {verb}" in section for verb in VERBS)


def test_configuration(tmp_path) -> None:
    (block,) = [block for _, block, _ in blocks("toml")]
    (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
    assert config.settings(tmp_path / "pyproject.toml").keys() <= config.KEYS.keys()


def test_the_two_commands_are_what_ci_runs() -> None:
    (block,) = [block for _, block, _ in blocks("sh")]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in re.split(r" && |\n", block.strip()):
        assert command == "pip install ." or command in script, command


def test_the_names_of_a_template_are_listed() -> None:
    section = README[README.index("### A new style") : README.index("## How fast")]
    names = set(re.findall(r"`([\w.]+)`", "".join(re.findall(r"^\| (.*?) \|", section, re.MULTILINE))))
    parts = {f"names.{name}" for name in FunctionNames.__slots__}
    doc = {f"doc.{d}" for d in ("joint", "forward", "backward", "layer", "layer_backward")}
    assert names == {*View.__slots__, *parts, *doc} - {"names", "doc"}
