"""The emitted text watched while it runs: which names have which values after each of its lines."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradgen.interpret import FLOAT, Machine, OutOfFuel, Raised, Refused
from gradgen.interpret.values import Routine
from gradgen.picture.values import upstream
from gradgen.picture.wording import is_array, is_number
from gradgen.pipeline import Result

SEEN, CALLED, LEFT = "see_", "(", ")"  # what watched text calls; what it says where a function begins and ends
NOTED = 500_000  # so many numbers at most are looked at


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that the watched text did: ``name`` has ``value`` now; for the name "" a right side gave it, for ")" a function."""

    line: int
    name: str
    value: object


def watched(result: Result, text: str, values: Mapping[str, object]) -> list[Seen] | None:
    """What the emitted text does at a point, in order; None where it fails, does too much to be noted, or is a class."""
    if result.layer:
        return None
    entries = result.claim(result.style).entries
    tree = ast.parse(text)
    for f in tree.body:
        if isinstance(f, ast.FunctionDef):
            names = [a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)]
            f.body = [ast.Expr(_see(f.lineno, CALLED)), *_looks(f.lineno, names), *_watching(f.body)]
    ast.fix_missing_locations(tree)
    machine = Machine(tree, FLOAT, arrays=result.function.arrays or None)
    seen: list[Seen] = []
    left = NOTED

    def note(line: int, name: str, value: object) -> object:
        """Notes what can be told: numbers, arrays of them, lists and dicts of these.  The value, for the statement to go on with."""
        nonlocal left
        seen.append(Seen(line, name, copy.deepcopy(value) if is_told(value) else None))
        left -= count(seen[-1].value)
        if left < 0:
            raise OutOfFuel("there is too much to be noted")
        return value

    for s in tree.body:
        for name in _assigned(s.targets) if isinstance(s, ast.Assign) else ():
            note(s.lineno, name, machine.globals.value(name, s.lineno))
    machine.globals.known[SEEN] = Routine(SEEN, lambda args, kwargs: note(*args))
    positional = {p.name: values[p.name] for p in result.function.params}
    by_name = {p.name: positional.pop(p.name) for p in result.function.params if p.kind == "keyword"}
    try:
        out = machine.call(entries[0], *copy.deepcopy([*positional.values()]), **copy.deepcopy(by_name))
        if len(entries) > 1:
            douts = [upstream(o) for o in _outputs(result, out)]
            machine.call(entries[1], douts[0] if len(douts) == 1 else tuple(douts), out[-1])
    except (Raised, Refused, OutOfFuel):
        return None
    return seen


def _outputs(result: Result, out: tuple) -> list[object]:
    """The results of a forward pass, without its cache and without what is only handed along."""
    claim = result.claim(result.style)
    outputs = out[0] if len(out) == 2 else out[:-1]
    if claim.has_aux and not claim.adopted:
        outputs = outputs[0]
    return list(outputs) if claim.outputs > 1 else [outputs]


def _watching(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements that say what they do: ``x = see_(7, "", a * b)``, then ``see_(7, "x", x)``."""
    made: list[ast.stmt] = []
    for s in body:
        for part in ("body", "orelse") if isinstance(s, (ast.For, ast.While, ast.If)) else ():
            setattr(s, part, _watching(getattr(s, part)))
        match s:
            case ast.For(target=target):
                s.body = [*_looks(s.lineno, _assigned([target])), *s.body]
                made.append(s)
            case ast.Return(value):
                kept = ast.Assign([ast.Name(SEEN + "out", ast.Store())], value or ast.Constant(None))
                left = ast.Expr(_see(s.lineno, LEFT, ast.Name(SEEN + "out", ast.Load())))
                made += [kept, left, ast.Return(ast.Name(SEEN + "out", ast.Load()), lineno=s.lineno)]
            case ast.Assign(targets=targets) | ast.AugAssign(target=ast.expr() as targets):
                s.value = _see(s.lineno, "", s.value)
                made += [s, *_looks(s.lineno, _assigned(targets if isinstance(targets, list) else [targets]))]
            case ast.Expr(
                ast.Call(ast.Attribute(ast.Name(name), "append"))
                | ast.Call(ast.Attribute(attr="at"), [ast.Name(name), *_])
            ):
                made += [s, *_looks(s.lineno, [name])]  # `np.add.at(dx, i, dy)` writes, too
            case _:
                made.append(s)
    return made


def _looks(line: int, names: Iterable[str]) -> list[ast.stmt]:
    """A look at each name that was assigned, or whose array or list was written into."""
    return [ast.Expr(_see(line, name, ast.Name(name, ast.Load()))) for name in names]


def _assigned(targets: Iterable[ast.expr]) -> dict[str, None]:
    """The names that targets assign or write into."""
    parts = [n for t in targets for n in ast.walk(t) if isinstance(getattr(n, "ctx", None), ast.Store)]
    return dict.fromkeys(name for part in parts if (name := root(part)))


def root(part: ast.expr) -> str:
    """``dx`` of ``dx[i][j]``"""
    while isinstance(part, ast.Subscript):
        part = part.value
    return part.id if isinstance(part, ast.Name) else ""


def _see(line: int, name: str, value: ast.expr | None = None) -> ast.expr:
    """``see_(line, "name", value)``"""
    return ast.Call(
        ast.Name(SEEN, ast.Load()), [ast.Constant(line), ast.Constant(name), value or ast.Constant(None)], []
    )


def is_told(value: object) -> bool:
    """Whether a value is made of numbers; None may stand among them, as in a cache that holds what one arm made."""
    if isinstance(value, dict):
        return all(isinstance(k, (str, int)) for k in value) and all(map(is_told, value.values()))
    if isinstance(value, (list, tuple)):
        return all(v is None or is_told(v) for v in value)
    return is_number(value) or isinstance(value, np.bool_) or is_array(value) and value.dtype.kind in "fiub"


def count(value: object) -> int:
    """How many numbers there are in a value."""
    if isinstance(value, (dict, list, tuple)):
        return sum(map(count, value.values() if isinstance(value, dict) else value))
    return value.size if is_array(value) else 1
