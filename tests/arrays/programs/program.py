"""What a random array program is, and what its functions share while they are written."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.arrays.functions import annotations

FORMS = ("tell", "annotate", "docstring", "partial", "none")  # how a program states its shapes


@dataclass(frozen=True)
class Program:
    """A program text and the function in it to differentiate.

    ``recipe`` says how arguments are drawn (`tests.arrays.recipes`); ``told`` are the shapes that the option states;
    ``form`` is how shapes are stated; ``unsure`` are the codes by which gradgen may refuse it; ``rigid`` are the sizes that must not be 1.
    """

    seed: int
    text: str
    name: str
    recipe: dict
    told: tuple[str, ...] = ()
    form: str = "tell"
    unsure: frozenset[str] = frozenset()
    rigid: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return f"seed {self.seed}"

    @property
    def is_open(self) -> bool:
        """Whether some shape is not stated: gradgen may have to suppose one, and then asserts it."""
        return self.form in ("none", "partial") or any(not isinstance(k, str) for k in self.recipe.values())

    @property
    def original(self) -> Callable:
        return load(self.text)[self.name]


def load(text: str) -> dict[str, object]:
    """What a program's text defines, annotations evaluated with just enough of jaxtyping."""
    sys.modules.setdefault("jaxtyping", annotations())
    namespace: dict[str, object] = {"__name__": "random_program"}
    exec(compile(text, "<program>", "exec", dont_inherit=True), namespace)
    return namespace


@dataclass(frozen=True)
class Param:
    """A parameter and what its values are: ``kind`` is a recipe's kind, or a dict or tuple of such."""

    name: str
    kind: object
    default: str | None = None


@dataclass(frozen=True)
class Helper:
    """A function of the file that others may call: shapes of its parameters (None: any shape), of its results, and their ranges."""

    name: str
    params: tuple[tuple[str, ...] | None, ...]
    ranges: tuple[tuple[float, float], ...]
    results: tuple[tuple[tuple[str, ...] | None, float, float], ...]


@dataclass
class File:
    """What the functions of one program share: spelling of NumPy, helpers, names taken."""

    rng: random.Random
    module: str  # "np", "N", "numpy"
    bare: frozenset[str]  # functions imported by name
    awkward: float
    loops: bool = False  # whether programs have loops
    used: set[str] = field(default_factory=set)
    helpers: list[Helper] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    rigid: set[str] = field(default_factory=set)

    def np(self, name: str) -> str:
        """How this program writes ``np.name``."""
        if name in self.bare:
            self.used.add(name)
            return name
        return f"{self.module}.{name}"

    def imports(self) -> list[str]:
        """The import lines."""
        how = {"np": "import numpy as np", "N": "import numpy as N", "numpy": "import numpy"}
        lines = [how[self.module]]
        if self.used:
            lines.append(f"from numpy import {', '.join(sorted(self.used))}")
        return lines
