"""Numbers that a trip reads of an array which it writes in place: they are kept, and no copy of the array.

``C[j] = p * C[j] + q * C[j + 1]`` needs two numbers of every trip; its array, as it was, would be one array for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import Names, base, suggest
from gradgen.ir.nodes import Call, Expr, For, Gradient, Let, Origin, Stmt, Store, Var, variables
from gradgen.ir.walk import blocks, statements, with_blocks, with_own
from gradgen.simplify.alias import rewritten

Entry = Call  # an array's name and indices that stand still in a trip


def with_entries(gradient: Gradient, shapes: Shapes) -> Gradient:
    """The gradient with a name, in the forward pass, for each entry that the reverse pass reads of a value of an array that trips
    write into, where it reads nothing else of that value."""
    function = gradient.function
    places = _places(function.body, ())
    changed = {name for name in rewritten(function.body) if name in places}
    moving = {*places, *(s.index for s in statements(function.body) if isinstance(s, For))}
    wanted = _wanted(gradient.backward, places, changed, moving, shapes) if changed else {}
    if not wanted:
        return gradient
    named = {s.value: s.target for s in statements(function.body) if isinstance(s, Let)}
    names = Names(set(function.taken))
    fresh = {entry: names.fresh(suggest(entry) or base(entry.args[0].name)) for entry in wanted if entry not in named}
    shapes.names |= dict.fromkeys(fresh.values(), ())
    values = {entry: Var(name) for entry, name in (named | fresh).items() if entry in wanted}
    function = replace(
        function,
        body=tuple(_told(function.body, fresh)),
        taken=frozenset(names.taken),
        made_up=function.made_up | {*fresh.values()},
    )
    backward = tuple(_read(s, lambda e: _exchanged(e, values)) for s in gradient.backward)
    return replace(gradient, function=function, backward=backward)


def _places(body: Sequence[Stmt], loops: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The values that trips make, with the variables of the loops around them, outermost first."""
    found: dict[str, tuple[str, ...]] = {}
    for s in body:
        if loops:
            targets = [getattr(s, "target", ""), *getattr(s, "targets", ()), getattr(s, "cache", "")]
            targets += [j.target for j in getattr(s, "joins", ())]
            found |= {t: loops for t in targets if t}
        if isinstance(s, For):
            found |= {c.name: (*loops, s.index) for c in s.carries}
            found |= _places(s.body, (*loops, s.index))
        else:
            for block in blocks(s):
                found |= _places(block, loops)
    return found


def _wanted(
    backward: Sequence[Stmt], places: dict[str, tuple[str, ...]], changed: set[str], moving: set[str], shapes: Shapes
) -> dict[Entry, None]:
    """The entries that reverse trips read of arrays of which they read nothing else."""
    entries: dict[Entry, None] = {}
    whole: set[str] = set()

    def look(expr: Expr, inside: tuple[str, ...]) -> None:
        match expr:
            case Call("[]", (Var(name), *index)) if name in changed and places[name][-1] in inside:
                still = not (moving - {*places[name]}) & {v for i in index for v in variables(i)}
                if still and shapes.of(expr) == ():
                    entries[expr] = None
                else:
                    whole.add(name)
            case Var(name):
                whole.add(name)
            case Call(args=args):
                for a in args:
                    look(a, inside)

    def walk(body: Sequence[Stmt], inside: tuple[str, ...]) -> None:
        for s in body:
            with_own(s, lambda e: look(e, inside) or e)
            for block in blocks(s):
                walk(block, (*inside, s.index) if isinstance(s, For) else inside)

    walk(backward, ())
    return {entry: None for entry in entries if entry.args[0].name not in whole}


def _told(body: Sequence[Stmt], fresh: dict[Entry, str]) -> list[Stmt]:
    """The forward pass with a line for each new name, as soon as its array has that value."""

    def lines(name: str) -> list[Stmt]:
        return [Let(new, entry, Origin()) for entry, new in fresh.items() if entry.args[0] == Var(name)]

    out: list[Stmt] = []
    for s in body:
        s = with_blocks(s, lambda block: _told(block, fresh))
        if isinstance(s, For):
            s = replace(s, body=(*(line for c in s.carries for line in lines(c.name)), *s.body))
        out += [s, *(lines(s.target) if isinstance(s, (Let, Store)) else ())]
    return out


def _read(s: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    return with_own(with_blocks(s, lambda block: [_read(t, change) for t in block]), change)


def _exchanged(expr: Expr, values: dict[Expr, Expr]) -> Expr:
    """The expression with other ones for parts of it."""
    if expr in values:
        return values[expr]
    return replace(expr, args=tuple(_exchanged(a, values) for a in expr.args)) if isinstance(expr, Call) else expr
