"""Forbidden constructs, put into a random program; each must be refused at its line."""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass, replace

from tests.programs.program import Program

INJECTIONS: dict[str, tuple[str, int]] = {
    # kind: (lines to insert, which of them is to blame); {x} is a number parameter of the function
    "try": ("try:\n    zz = {x} * 2\nexcept ValueError:\n    zz = 0", 0),
    "with": ("with open('f') as handle:\n    zz = 1", 0),
    "unknown call": ("zz = undefined_function({x})", 0),
    "array call": ("zz = np.array([{x}])", 0),
    "undefined name": ("zz = {x} + never_defined", 0),
    "store into list": ("store_ = [{x}, {x}]\nstore_[0] = 1.0", 1),
    "global": ("global shared\nzz = 1", 0),
    "delete": ("zz = {x}\ndel zz", 1),
    "lambda call": ("zz = (lambda qq: qq * {x})(2)", 0),
    "complex": ("zz = 2j * {x}", 0),
    "string result": ('return "text"', 0),
    "nothing returned": ("return", 0),
    "class": ("class Inner:\n    pass", 0),
    "yield": ("zz = yield {x}", 0),
    "eval": ('zz = eval("1")', 0),
    "dunder": ("zz = {x}.__class__", 0),
    "getattr": ('zz = getattr({x}, "real")', 0),
    "match": ("match {x}:\n    case 0:\n        zz = 1", 0),
    "shift": ("zz = 1 << {x}", 0),
    "star call": ("zz = max(*({x}, 1))", 0),
    "open": ('zz = open("file")', 0),
    "random": ("zz = random.random() * {x}", 0),
    "bad math": ("zz = math_.sinus({x})", 0),
    "shadowed": ("abs = {x}\nzz = abs({x})", 1),
    "async": ("async def inner():\n    pass", 0),
    "set": ("zz = {{{x}, 1}}", 0),
    "string method": ('zz = "abc".upper()', 0),
    "import inside": ("import os\nzz = os.getpid()", 0),
}


@dataclass(frozen=True, slots=True)
class Injected:
    """A program with one forbidden construct; a diagnostic must stand at one of ``lines``."""

    program: Program
    kind: str
    lines: frozenset[int]


def inject(base: Program, rng: random.Random, kind: str | None = None) -> Injected:
    """The program with one forbidden construct put before a top-level statement of its function."""
    kind = kind or rng.choice(list(INJECTIONS))
    template, blamed = INJECTIONS[kind]
    tree = ast.parse(base.text)
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == base.name)
    places = [s.lineno for s in function.body if not _is_docstring(s)]
    at = rng.choice(places)
    numbers = [p.name for p in base.params if p.kind == "number"] or ["1.5"]
    snippet = template.format(x=rng.choice(numbers)).split("\n")
    lines = base.text.split("\n")
    lines[at - 1 : at - 1] = [f"    {line}" for line in snippet]
    start = at + blamed
    return Injected(replace(base, text="\n".join(lines)), kind, _acceptable(kind, start, at, lines))


def _acceptable(kind: str, start: int, at: int, lines: list[str]) -> frozenset[int]:
    """The lines a diagnostic may stand at."""
    if kind == "shadowed":  # a local `abs` shadows it above as well
        return frozenset(i for i, line in enumerate(lines, 1) if "abs" in line)
    return frozenset({start, at} if kind in ("import inside", "yield") else {start})


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
