"""generated_examples/: up to date, standing alone, right, and no longer than by hand."""

from __future__ import annotations

import ast
import builtins
import subprocess
import sys

import pytest

from gradgen.cli import main
from tests.examples import by_hand, length
from tests.examples.arrays import ARRAY_EXAMPLES, ARRAY_FILES, INPUTS
from tests.examples.examples import EXAMPLES, FILES, FOLDER, LANGUAGE_FILES, SCRIPTS, Example, command
from tests.support import call, close, leaves, numeric_gradient

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.file}-{e.function}")
every_file = pytest.mark.parametrize("file", (*FILES, *ARRAY_FILES, *LANGUAGE_FILES))


def alone(text: str, *libraries: str) -> dict[str, object]:
    """What a text defines where nothing but the standard library's `math`, and these, can be imported."""

    def importer(name, *rest):
        assert name in ("math", *libraries), f"a generated file imports {name}"
        return __import__(name, *rest)

    namespace = {"__builtins__": {**vars(builtins), "__import__": importer}}
    exec(compile(text, "<generated>", "exec"), namespace)
    return namespace


def same(found, wanted, tolerance: float) -> bool:
    """Whether two gradients have the same structure and the same numbers."""
    found, wanted = dict(leaves(found)), dict(leaves(wanted))
    return found.keys() == wanted.keys() and all(close(found[k], wanted[k], tolerance) for k in wanted)


def wrt(example: Example) -> list[str]:
    """What the example is differentiated by: its parameters, or what its command says."""
    words = command(example.generated)
    if "--wrt" in words:
        return words[words.index("--wrt") + 1].split(",")
    return [name for name, value in example.points[0].items() if name != "n"]  # a count of trips


@every_file
def test_regenerating_gives_no_diff(file: str, monkeypatch, capsys) -> None:
    """The header's own command, with --check: tree and comments are compared."""
    monkeypatch.chdir(FOLDER)
    program, *arguments = command((FOLDER / f"{file}_grad.py").read_text(encoding="utf-8"))
    assert program == "gradgen" and arguments[0] == f"{INPUTS.get(file, file)}.py"
    assert main([*arguments, "--check", "--diff"]) == 0, capsys.readouterr()


def test_the_folder_holds_nothing_else() -> None:
    """Every input has its output and the other way round, and the tables of examples miss none."""
    assert {p.name for p in FOLDER.glob("*.py")} == {
        *(f"{f}.py" for f in (*FILES, *INPUTS.values(), *LANGUAGE_FILES)),
        *(f"{f}_grad.py" for f in (*FILES, *ARRAY_FILES, *LANGUAGE_FILES)),
        *SCRIPTS,
    }
    for file in FILES:
        assert defined(file) == {e.entry for e in EXAMPLES if e.file == file}
    for file in ARRAY_FILES:
        of_file = [e for e in ARRAY_EXAMPLES if e.file == file]
        entries = {n for e in of_file for n in e.entries}
        inputs = {n.name for n in ast.walk(ast.parse(of_file[0].text)) if isinstance(n, ast.FunctionDef)}
        pairs = {f"{n.removesuffix('_forward')}_{way}" for n in inputs for way in ("forward", "backward")}
        assert entries <= defined(file) <= {*entries, *pairs, "unbroadcast"}


def defined(file: str) -> set[str]:
    """What the output of a file defines, each name once."""
    tree = ast.parse((FOLDER / f"{file}_grad.py").read_text(encoding="utf-8"))
    names = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert len(names) == len(set(names))
    return set(names)


@every_example
def test_proved(example: Example) -> None:
    tree = ast.parse(example.generated)
    node = next(n for n in tree.body if getattr(n, "name", "") == example.entry)
    assert "\nPROVED: " in ast.get_docstring(node)


@every_example
def test_right(example: Example) -> None:
    """The original's value to the bit; the gradients of central differences and of the hand-written version."""
    original, generated = example.original(), alone(example.generated)[example.entry]
    for point in example.points:
        value, grads = generated(**point)
        assert value == original(**point)
        names = wrt(example)
        for name, grad in zip(names, grads if len(names) > 1 else [grads], strict=True):
            slopes = numeric_gradient(original, point, name)
            assert {p: v for p, v in leaves(grad)} == pytest.approx(slopes, rel=1e-7, abs=1e-9)
        hand_value, hand_grads = call(getattr(by_hand, example.by_hand), point)
        assert close(value, hand_value, 1e-14)
        assert same(grads, hand_grads, 1e-12)


@every_example
def test_no_longer_than_by_hand(example: Example) -> None:
    generated, hand = length.lengths(example)
    assert 0 < generated <= hand


def test_length_counts_assignments() -> None:
    text = "def f(x):\n    y = x * x\n    # backprop y\n    dx = x\n    dx += x\n    if x:\n        dx = 0\n    return dx\n"
    assert length.backward_length(text, "f") == 3


def test_readme_holds_the_tables() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert length.table() in text and length.array_table() in text


def test_the_notes_function_is_the_notes_code() -> None:
    """Stage for stage and line for line; only the notes' factors of 1 are not written."""
    tree = ast.parse(length.BY_HAND)
    notes = next(n for n in tree.body if getattr(n, "name", "") == "staged")
    ours = ast.parse(next(e for e in EXAMPLES if e.file == "staged").generated).body[-1]
    lines = [ast.unparse(s).replace("1 * ", "") for s in notes.body]
    assert [ast.unparse(s) for s in ours.body[1:]] == lines


def run(*arguments: str, cwd) -> str:
    """What a Python without any installed package prints."""
    done = subprocess.run(
        [sys.executable, "-E", "-S", "-B", *arguments], cwd=cwd, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_runs_where_gradgen_is_not(tmp_path) -> None:
    (tmp_path / "staged_grad.py").write_text(
        next(e for e in EXAMPLES if e.file == "staged").generated, encoding="utf-8"
    )
    code = (
        "import importlib.util\n"
        "assert importlib.util.find_spec('gradgen') is None\n"
        "from staged_grad import f_value_and_grad\n"
        "print(f_value_and_grad(3, -4))"
    )
    value, (dx, dy) = ast.literal_eval(run("-c", code, cwd=tmp_path))
    assert value == pytest.approx(1.5456448841066441, rel=1e-15)
    assert (dx, dy) == pytest.approx((2.0595697955721652, 1.5922327514838093), rel=1e-13)


def test_the_update_loop_learns(tmp_path) -> None:
    """train.py needs only the generated file beside it, and finds w = 2."""
    said = run(str(FOLDER / "train.py"), cwd=tmp_path)
    assert said.splitlines()[-1] == "w = 2.000000, so the prediction for x = 4 is 8.0000"
