"""What a random program is, and what its functions share while they are written."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

BUILTINS = ("abs", "max", "min", "pow", "round", "float", "int", "print", "bool")
KEYS = ("W1", "b", "rate", "x y")  # of dict parameters


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: ``kind`` is number, list, tuple, dict, flag or count (of trips); values lie in ``lo..hi``."""

    name: str
    kind: str
    lo: float
    hi: float
    length: int = 0
    default: str | None = None
    keyword_only: bool = False
    keys: tuple[str, ...] = KEYS

    def value(self, rng: random.Random, whole: bool):
        """One argument, of whole numbers if asked."""
        if self.kind == "flag":
            return rng.random() < 0.5
        if self.kind == "count":
            return rng.randrange(5)
        if self.kind == "number":
            return self.number(rng, whole)
        values = [self.number(rng, whole) for _ in range(self.length)]
        if self.kind == "dict":
            return dict(zip(self.keys, values, strict=False))
        return values if self.kind == "list" else tuple(values)

    def number(self, rng: random.Random, whole: bool):
        if whole:
            return rng.randint(int(self.lo + 0.999), int(self.hi))
        return rng.uniform(self.lo, self.hi)


@dataclass(frozen=True, slots=True)
class Program:
    """A program text, the function in it to differentiate, and that function's parameters."""

    seed: int
    text: str
    name: str
    params: tuple[Param, ...]
    results: int = 1

    def args(self, rng: random.Random, count: int = 3) -> list[tuple]:
        """Argument tuples in signature order; every third one holds whole numbers."""
        return [tuple(p.value(rng, i % 3 == 2) for p in self.params) for i in range(count)]

    def call(self, function, point: tuple):
        """The function at the point; keyword-only parameters go by name."""
        pairs = list(zip(self.params, point, strict=True))
        named = {p.name: value for p, value in pairs if p.keyword_only}
        return function(*(value for p, value in pairs if not p.keyword_only), **named)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function of the file that others may call: its parameters' and its results' intervals."""

    name: str
    params: tuple[Param, ...]
    results: tuple[tuple[float, float], ...]


@dataclass
class File:
    """What the functions of one program share: spelling of imports, constants, helpers, names taken."""

    rng: random.Random
    spelling: str
    awkward: float
    loops: bool = False
    imported: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    helpers: list[Helper] = field(default_factory=list)
    taken: set[str] = field(default_factory=lambda: {*BUILTINS, "math", "m", "M"})

    def spell(self, name: str) -> str:
        """How this program writes ``math.name``; the import it needs is noted."""
        style = self.rng.choice(("plain", "from")) if self.spelling == "mixed" else self.spelling
        if style == "plain":
            self.imported["math"] = "import math"
            return f"math.{name}"
        if style == "alias":
            self.imported["m"] = "import math as m"
            return f"m.{name}"
        local = f"{name}_" if style == "renamed" else name
        clause = f"{name} as {local}" if style == "renamed" else name
        self.imported.setdefault(local, f"from math import {clause}")
        return local

    def imports(self) -> list[str]:
        return list(dict.fromkeys(self.imported.values()))
