"""The examples as a table: what there is in generated_examples/, and where to try it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.support import execute

FOLDER = Path(__file__).resolve().parents[2] / "generated_examples"
SCRIPTS = ("train.py", "train_spiral.py", "student_layers.py")  # written by a person


@dataclass(frozen=True)
class Example:
    """One function of one file, the hand-written version's name, and points to try it at."""

    file: str
    function: str
    by_hand: str
    points: tuple[dict[str, object], ...]

    @property
    def source(self) -> str:
        """The text of the file that holds the function."""
        return (FOLDER / f"{self.file}.py").read_text(encoding="utf-8")

    @property
    def generated(self) -> str:
        """The text of the file that gradgen made of it."""
        return (FOLDER / f"{self.file}_grad.py").read_text(encoding="utf-8")

    @property
    def entry(self) -> str:
        """The generated function's name."""
        return f"{self.function}_value_and_grad"

    def original(self):
        """The function itself."""
        return execute(self.source)[self.function]


XY = ({"x": 4.0, "y": 2.0}, {"x": -2.0, "y": 5.0})
X = ({"x": -1.5}, {"x": 0.75})
WX = ({"w": [2, -3, -3], "x": [-1, -2]}, {"w": [0.5, 1.5, -0.25], "x": [0.3, -0.7]})
EXAMPLES = (
    Example("simple", "product", "product", XY),
    Example("simple", "addition", "addition", XY),
    Example("simple", "maximum", "maximum", XY),
    Example("gates", "inverse", "inverse", X),
    Example("gates", "shift", "shift", X),
    Example("gates", "exponential", "exponential", X),
    Example("gates", "scale", "scale", X),
    Example("gates", "sigmoid", "sigmoid", X),
    Example("gates", "relu", "relu", X),
    Example("chain", "f", "chain", ({"x": -2.0, "y": 5.0, "z": -4.0},)),
    Example("neuron", "neuron", "neuron", WX),
    Example("neuron_gates", "neuron", "neuron_gates", WX),
    Example("staged", "f", "staged", ({"x": 3, "y": -4}, {"x": -0.5, "y": 1.25})),
    Example("one_liner", "f", "one_liner", ({"x": 3, "y": -4}, {"x": -0.5, "y": 1.25})),
    Example("circuit", "f", "circuit", ({"x": 3, "y": -4, "z": 2, "w": -1}, {"x": 0.5, "y": 1.5, "z": -2.0, "w": 1.0})),
    Example(
        "pendulum",
        "pendulum",
        "pendulum",
        tuple({"angle": 0.5, "damping": 0.1, "length": 2.0, "h": 0.1, "n": n} for n in (3, 0)),
    ),
    Example("squared_loss", "loss", "squared_loss", ({"x": 2.0, "y": 4.0, "w": 1.0},)),
)
LANGUAGE_FILES = ("char_rnn", "layer_classes", "modes", "newton")  # test_language_examples is about these
FILES = tuple(dict.fromkeys(e.file for e in EXAMPLES))

PICTURES = {  # output -> the command that makes it: the notes' figures
    "chain.svg": ("draw", "chain.py", "--at", "x=-2, y=5, z=-4"),
    "chain.html": ("explain", "chain.py", "--at", "x=-2, y=5, z=-4"),
    "neuron.svg": ("draw", "neuron.py", "--stages", "all", "--at", "w=[2, -3, -3], x=[-1, -2]"),
    "neuron.html": ("explain", "neuron.py", "--stages", "all", "--at", "w=[2, -3, -3], x=[-1, -2]"),
    "circuit.svg": ("draw", "circuit.py", "--stages", "all", "--at", "x=3, y=-4, z=2, w=-1"),
    "circuit.html": ("explain", "circuit.py", "--stages", "all", "--at", "x=3, y=-4, z=2, w=-1"),
}


def command(text: str) -> list[str]:
    """The command that a generated file's header says it was made by."""
    return shlex.split(text.splitlines()[0].partition(", run: ")[2])
