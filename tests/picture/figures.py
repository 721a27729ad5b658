"""The functions that are drawn in the tests: the notes' three figures, and larger ones from the examples."""

from __future__ import annotations

import textwrap
from functools import cache

from gradgen.picture.circuit import Circuit, circuit
from gradgen.picture.point import tried
from gradgen.picture.values import Run, run
from gradgen.pipeline import Result
from tests.examples.examples import FOLDER
from tests.support import made

AT = {
    "chain": {"x": -2, "y": 5, "z": -4},
    "neuron": {"w": [2, -3, -3], "x": [-1, -2]},
    "circuit": {"x": 3, "y": -4, "z": 2, "w": -1},
    "staged": {"x": 3, "y": -4},
}
FUNCTIONS = {  # figure -> (file, function, stages)
    "chain": ("chain", "f", "few"),
    "neuron": ("neuron", "neuron", "all"),
    "circuit": ("circuit", "f", "all"),
    "staged": ("staged", "f", "few"),
    "two_layer_net": ("two_layer_net", "two_layer_net", "few"),
    "lstm_step": ("recurrent", "lstm_step", "few"),
    "lstm": ("recurrent", "lstm", "few"),
    "conv": ("convolution", "conv_naive", "few"),
    "batchnorm": ("batchnorm", None, "few"),
}


def read(text: str, function: str | None = None, **options) -> Result:
    """A result of a text."""
    return made(textwrap.dedent(text).lstrip("\n"), function, **options)


@cache
def result(figure: str) -> Result:
    """What gradgen makes of a figure's function."""
    file, function, stages = FUNCTIONS[figure]
    text = (FOLDER / f"{file}.py").read_text(encoding="utf-8")
    if function is None:
        import ast

        function = next(n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
    return made(text, function, stages=stages)


@cache
def at(figure: str) -> dict[str, object]:
    """Its arguments: the notes' numbers, or what the recipe of the checks draws."""
    return AT.get(figure) or tried(result(figure))[0]


@cache
def ran(figure: str) -> Run:
    """Its run there."""
    return run(result(figure), at(figure), even=False)


@cache
def drawn(figure: str) -> Circuit:
    """Its circuit with the values of that run."""
    return circuit(result(figure), ran(figure))


def chain_of(count: int) -> str:
    """A function of so many gates, with forks: each stage reads the one before and one further back."""
    ops = ("math.tanh(v{0} + v{1})", "v{0} * v{1}", "math.sin(v{0})", "v{0} + 2 * v{1}")
    lines = [f"    v{n} = {ops[n % 4].format(n - 1, max(0, n - 1 - n % 3))}" for n in range(1, count + 1)]
    return "\n".join(["import math", "", "", "def f(v0):", *lines, f"    return v{count}", ""])
