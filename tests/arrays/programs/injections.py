"""Forbidden constructs, put into a random array program; each must be refused at its line."""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass, replace

from tests.arrays.programs.program import Program

INJECTIONS: dict[str, tuple[str, int]] = {
    # kind: (lines to insert, which of them is to blame); {x} is an array parameter, {np} the module
    "write an argument": ("{x}[0] = 1.0", 0),
    "add to an argument": ("{x} += 1.0", 0),
    "write through an alias": ("qq_ = {x}\nqq_ *= 2.0", 1),
    "write through a view": ("qq_ = {x}.T\nqq_[0] = 1.0", 1),
    "write through a slice": ("qq_ = {x}[:1]\nqq_ += 1.0", 1),
    "repeated fancy write": ("qq_ = {x} * 1.0\nqq_[[0, 0]] = {x}[0] * 2.0", 1),
    "view read after a write": ("qq_ = {x} * 1.0\nvv_ = qq_.reshape(-1)\nqq_[0] = 0.0\n{x} = {x} + {np}.sum(vv_)", 2),
    "unknown function": ("qq_ = undefined_function({x})", 0),
    "unknown numpy function": ("qq_ = {np}.no_such_function({x})", 0),
    "unknown method": ("qq_ = {x}.frobnicate()", 0),
    "unknown attribute": ("qq_ = {x}.flags", 0),
    "for loop over a set": ("qq_ = 0.0\nfor ii_ in {{1, 2}}:\n    qq_ = qq_ + {np}.sum({x}) * ii_", 1),
    "list that shrinks": ("qq_ = [{x} * 1.0, {x} * 2.0]\nqq_.pop()", 1),
    "try": ("try:\n    qq_ = {x} * 2\nexcept ValueError:\n    qq_ = 0", 0),
    "with": ("with {np}.errstate(all='ignore'):\n    qq_ = {x} * 2", 0),
    "out argument": ("qq_ = {x} * 1.0\n{np}.exp({x}, out=qq_)", 1),
    "in-place method": ("qq_ = {x} * 1.0\nqq_.sort()", 1),
    "fill": ("qq_ = {x} * 1.0\nqq_.fill(0.0)", 1),
    "lambda": ("qq_ = (lambda a_: a_ * 2)({x})", 0),
    "starred": ("qq_ = {np}.maximum(*({x}, 1))", 0),
    "delete": ("qq_ = {x} * 2\ndel qq_", 1),
    "eval": ('qq_ = eval("1")', 0),
    "write in a helper's name": ("undefined_name_[0] = {x}[0]", 0),
    "random": ("qq_ = {x} * {np}.random.no_such_draw()", 0),
    "nothing returned": ("return", 0),
}


@dataclass(frozen=True, slots=True)
class Injected:
    """A program with one forbidden construct; a diagnostic must stand at one of ``lines``."""

    program: Program
    kind: str
    lines: frozenset[int]


def inject(base: Program, rng: random.Random, kind: str | None = None) -> Injected | None:
    """The program with one forbidden construct at the head of its function; None where it would not be forbidden."""
    kind = kind or rng.choice(list(INJECTIONS))
    if kind == "add to an argument" and base.is_open:
        return None  # it may be a number, which gets a new value
    template, blamed = INJECTIONS[kind]
    arrays = [
        n
        for n, k in base.recipe.items()
        if isinstance(k, str) and k.split()[0] not in ("number", "ints", "bools", "true", "false", "text", "()", "int")
    ]
    if not arrays:
        return None
    function = next(n for n in ast.parse(base.text).body if getattr(n, "name", "") == base.name)
    first = next(s for s in function.body if not isinstance(s, ast.Expr))
    module = "np" if "numpy as np" in base.text else "N" if "numpy as N" in base.text else "numpy"
    snippet = template.format(x=rng.choice(arrays), np=module).split("\n")
    lines = base.text.split("\n")
    lines[first.lineno - 1 : first.lineno - 1] = [f"    {line}" for line in snippet]
    blame = {first.lineno + blamed}
    if kind in ("write through a slice", "write through a view"):
        blame.add(first.lineno)  # the line that makes the view is as much to blame
    return Injected(replace(base, text="\n".join(lines)), kind, frozenset(blame))
