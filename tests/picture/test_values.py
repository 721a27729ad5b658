"""A run of the stages gives what the emitted text gives."""

from __future__ import annotations

import ast
import copy

import numpy as np
import pytest

from gradgen.api.points import ones
from gradgen.interpret import FLOAT, Machine
from gradgen.picture.point import drawer, tried
from gradgen.picture.values import gathered, run
from gradgen.pipeline import Result
from tests.examples.examples import FOLDER
from tests.golden.files import golden_files, read_golden
from tests.picture.figures import read
from tests.support import leaves, made

SKIPPED = {"softmax_with_loss.cross_entropy_error"}  # no shapes drawn fit: labels as numbers or one-hot


def functions() -> list[tuple[str, str]]:
    """Every function of the examples, (file, name)."""
    files = [
        p
        for p in sorted(FOLDER.glob("*.py"))
        if not p.stem.endswith("_grad") and not p.stem.startswith(("train", "student"))
    ]
    found = [
        (p.stem, n.name)
        for p in files
        for n in ast.parse(p.read_text(encoding="utf-8")).body
        if isinstance(n, ast.FunctionDef)
    ]
    return [(file, name) for file, name in found if f"{file}.{name}" not in SKIPPED]


def emitted(result: Result, at: dict[str, object]) -> list[float]:
    """The gradients by the emitted pair, 1 everywhere on the results, number by number."""
    claim = result.claim("split")
    machine = Machine(result.draft("split"), FLOAT, arrays=True)
    forward, backward = claim.entries
    values = copy.deepcopy(at)
    named = {p.name: values.pop(p.name) for p in result.function.params if p.kind == "keyword"}
    *outer, cache = machine.call(forward, *values.values(), **named)
    value = outer[0] if len(outer) == 1 else tuple(outer)
    value = value[0] if claim.has_aux and not claim.adopted else value
    douts = tuple(map(ones, value if claim.outputs > 1 else (value,)))
    grads = machine.call(backward, douts if claim.outputs > 1 else douts[0], cache)
    return numbers((grads,) if len(claim.wrt) == 1 else grads)


def staged(result: Result, at: dict[str, object]) -> list[float]:
    """The same by running the stages."""
    made_run = run(result, at)
    assert made_run.failure is None
    names = [p.name for p in result.function.params]
    return numbers([gathered(made_run, names.index(n)) for n in result.wrt])


def numbers(grads: object) -> list[float]:
    """Every number in nested containers and arrays, those that are never read (0.0) left out."""
    flat = [v for _, leaf in leaves(grads) for v in np.ravel(leaf)]
    return [float(v) for v in flat if v]


def agree(result: Result, at: dict[str, object]) -> None:
    assert staged(result, at) == pytest.approx(emitted(result, at), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("file, name", [f for f in functions() if "dropout" not in f[1]], ids=lambda v: str(v))
def test_examples(file: str, name: str) -> None:
    """All but dropout, which draws other numbers in each run."""
    result = made((FOLDER / f"{file}.py").read_text(encoding="utf-8"), name)
    at, _ = tried(result)
    agree(result, at)


@pytest.mark.parametrize("path", golden_files(), ids=lambda p: p.stem)
def test_golden_files(path) -> None:
    golden = read_golden(path)
    for at in golden.points:
        result = golden.result()
        agree(result, {p.name: at.get(p.name, p.default and eval(p.default)) for p in result.function.params})


@pytest.mark.parametrize("name", ["f", "g", "h", "k", "m"])
def test_a_point_tells_of_every_gradient_where_one_does(name: str) -> None:
    at, made = tried(read(f"def {name}(x, y):\n    return x * x + max(0.0, y)\n"))
    assert at["y"] > 0 and made.gradient_of("y") == 1.0


def test_points_are_the_same_every_time() -> None:
    result = read("def f(x, y):\n    return x * y\n")
    assert drawer(result)(3) == drawer(result)(3) != drawer(result)(4)


def test_the_arguments_are_left_alone() -> None:
    text = "import numpy as np\n\n\ndef f(x: 'N'):\n    y = x.copy()\n    y[0] = 0.0\n    return np.sum(y * y)\n"
    x = np.array([3.0, 2.0])
    found = run(read(text), {"x": x})
    assert found.gradients()["x"].tolist() == [0.0, 4.0]
    found.env["x"][:] = 7.0
    assert x.tolist() == [3.0, 2.0]


def test_constants_of_the_module() -> None:
    result = read("RATE = 0.5\n\n\ndef f(x):\n    a = RATE\n    return a * x\n")
    assert run(result, {"x": 3.0}).outputs == [1.5]


def test_an_endless_run_ends(monkeypatch) -> None:
    monkeypatch.setattr("gradgen.picture.values.MOST", 1000)
    result = read("def f(x, n):\n    y = x\n    for i in range(n):\n        y = y * 0.5\n    return y\n")
    assert "more than 1,000 steps" in run(result, {"x": 1.0, "n": 10**9}).failure[2]
