"""Arrays worked on in place, as an expert does who minds every pass over memory.

A gradient that is read for the last time gives its memory to the next one, and a product with a row or a column that would need one more array
is written into the array that is there::

    dx_hat = gamma * dout                                        dx = gamma * dout
    dx = (dx_hat - np.mean(dx_hat, axis=1, keepdims=True)   ->   dx -= np.mean(dx, axis=1, keepdims=True)
          - x_hat * np.mean(x_hat * dx_hat, axis=1,              dx -= x_hat * np.mean(x_hat * dx, axis=1, keepdims=True)
                            keepdims=True)) / std                dx /= std

A sum of the gradient as it was that a later step reads gets a name in front.  Here it needs none: x_hat has no mean, so that its products
with what was taken away add up to nothing.
Of arrays of one shape NumPy itself writes the result into an operand that has no name, so that these stay one line.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import Names, printed
from gradgen.ir.nodes import Add, Call, CallBack, Expr, Let, Stmt, Store, Var, variables
from gradgen.ir.views import RESHAPED, VIEWS
from gradgen.ir.walk import all_reads, all_writes, blocks, own_read_as, reads, with_blocks, writes
from gradgen.rules.site import NONE

SHARING = VIEWS | RESHAPED | {"[]", "if", "stop_gradient", "shaped"}
Step = tuple[str, Expr]  # an operator, and what is added, multiplied by or divided by


def in_place(body: Sequence[Stmt], kept: Collection[str], shapes: Shapes, names: Names) -> tuple[Stmt, ...]:
    """The reverse pass with such lines; the gradients ``kept`` are handed back."""
    out = [with_blocks(s, lambda block: in_place(block, kept, shapes, names)) if blocks(s) else s for s in body]
    place = 0
    while place < len(out):
        s = out[place]
        if isinstance(s, Let) and is_large(s.value, shapes) and s.target not in variables(s.value):
            made = _taken_over(out, place, kept, shapes, names) or _split(out, place, shapes)
            place, out = (place, out) if made is None else (place + len(made) - len(out), made)
        place += 1
    return tuple(out)


def is_large(value: Expr, shapes: Shapes) -> bool:
    """Whether a value is an array of two axes or more whose sizes are known, so that its memory matters."""
    return long_axes(value, shapes) > 1


def long_axes(value: Expr, shapes: Shapes) -> int:
    """How many axes of more than one entry a value has; 0 where that is not known."""
    shape = shapes.of(value)
    return sum(d != "1" for d in shape) if isinstance(shape, tuple) else 0


# -- memory that is handed over -----------------------------------------------------------------------------------------


def _taken_over(body: list[Stmt], place: int, kept: Collection[str], shapes: Shapes, names: Names) -> list[Stmt] | None:
    """The statements with a gradient made out of another one, in its memory and by one name; None if there is none to be had.

    Two steps are one short line, and stay it; one takes no line more, and three or more would not fit into one.
    """
    s = body[place]
    for name in dict.fromkeys(v for v in variables(s.value) if v.startswith("~") and v not in kept):
        steps = _steps(s.value, Var(name))
        if not steps or len(steps) == 2 or shapes.of(Var(name)) != shapes.of(s.value):
            continue
        first = _home(body, place, name, shapes)
        shares = [] if len(steps) == 1 else _shares(steps, name, shapes)
        if first is None or shares is None or not _is_free(s.target, name, body, first, place):
            continue
        named = {share: names.fresh("share") for share in shares}
        shapes.names |= {n: shapes.of(e) for e, n in named.items()}
        shapes.names[s.target] = shapes.of(s.value)
        fronts = [Let(n, e, s.at) for e, n in named.items()]
        lines = [_line(s, op, _with_names(e, named)) for op, e in steps]
        before = [_renamed(r, name, s.target) for r in body[first:place]]
        inside = [own_read_as(r, {name: Var(s.target)}) for r in (*fronts, *lines)]
        made = [*body[:first], *before, *inside, *body[place + 1 :]]
        made_up = shapes.function.made_up
        if s.target not in kept and s.target[1:] in made_up and name[1:] not in made_up:  # the author's own word
            made = [_renamed(r, s.target, name) for r in made]
        return made
    return None


def _home(body: Sequence[Stmt], place: int, name: str, shapes: Shapes) -> int | None:
    """Where a gradient is made, if it is an array of its own from there on that nothing reads after ``place``."""
    made = [n for n in range(place) if name in all_writes((body[n],))]
    if not made or name in all_reads(body[place + 1 :]) or name in all_writes(body[place:]):
        return None
    match body[made[0]]:
        case Let(value=value) if _is_fresh(value):
            pass
        case CallBack():
            pass
        case _:
            return None
    if any(blocks(body[n]) for n in made) or any(_shares_memory(r, name) for r in body[made[0] + 1 : place]):
        return None
    return made[0]


def _is_fresh(value: Expr) -> bool:
    """Whether a value is worked out, and seen by nobody else: it may be turned or given another shape."""
    while isinstance(value, Call) and value.fn in SHARING - {"np.broadcast_to", "if"}:
        value = value.args[0]
    return isinstance(value, Call) and value.fn not in SHARING


def _shares_memory(s: Stmt, name: str) -> bool:
    """Whether a statement makes a second name for an array, or for a part of it."""
    value = s.value if isinstance(s, Let) else None
    while isinstance(value, Call) and value.fn in SHARING:
        value = value.args[0]
    return value == Var(name) or bool(blocks(s)) and name in all_reads((s,))


def _is_free(target: str, name: str, body: Sequence[Stmt], first: int, place: int) -> bool:
    """Whether ``target`` may be the name of the other gradient, too, from where that is made."""
    if target in {*all_reads(body[: place + 1]), *all_writes(body[:place])}:
        return False
    if name in all_reads(body[:place]) and printed([name]) != printed([target]):  # it stands for itself there
        return False
    others = {*all_reads(body[first : place + 1]), *all_writes(body[first:place])} - {name}
    return not printed([target]) & printed(others)


def _steps(value: Expr, base: Var) -> list[Step] | None:
    """What is done to a gradient, one after the other, to make a value of it; None if it is more than sums, products and quotients."""
    match value:
        case Var():
            return [] if value == base else None
        case Call("+" | "*" as op, (left, right, *more)):
            for first, other in ((left, right), (right, left)):
                if (steps := _steps(first, base)) is not None:
                    return [*steps, *((op, e) for e in (other, *more))]
        case Call("/", (left, below)):
            if (steps := _steps(left, base)) is not None:
                return [*steps, ("/", below)]
    return None


def _shares(steps: Sequence[Step], name: str, shapes: Shapes) -> list[Expr] | None:
    """What the later steps read of the gradient as it was: sums along an axis.  None if they read it whole."""
    found: list[Expr] = []
    taken = [e.args[0].args[1:] for op, e in steps[:1] if op == "+" and _is_mean(e, name)]  # less its mean: along what

    def look(expr: Expr) -> bool:
        if name not in variables(expr) or taken and _is_share(expr, name, taken[0], shapes):
            return True
        if 0 < long_axes(expr, shapes) < long_axes(Var(name), shapes) and isinstance(expr, Call):
            found.append(expr)
            return True
        return isinstance(expr, Call) and all([look(a) for a in expr.args])

    return list(dict.fromkeys(found)) if all(look(e) for _, e in steps[1:]) else None


def _is_mean(expr: Expr, name: str) -> bool:
    """Whether a value is the mean of a gradient, taken away."""
    match expr:
        case Call("neg", (Call("np.mean", (Var(of), *_)),)):
            return of == name
    return False


def _is_share(expr: Expr, name: str, along: tuple[Expr, ...], shapes: Shapes) -> bool:
    """Whether a value is a sum of a gradient's products with what has no mean: the same with or without the gradient's own."""
    match expr:
        case Call("np.mean" | "np.sum", (Call("*", (Var(z), Var(of))), *options)):
            return of == name and tuple(options) == along and shapes.centred.get(z) == (*along, NONE)[0]
    return False


def _with_names(expr: Expr, named: dict[Expr, str]) -> Expr:
    if expr in named:
        return Var(named[expr])
    return (
        Call(expr.fn, tuple(_with_names(a, named) for a in expr.args), expr.attrs) if isinstance(expr, Call) else expr
    )


def _renamed(s: Stmt, name: str, target: str) -> Stmt:
    """A statement with one gradient called like another."""
    s = own_read_as(s, {name: Var(target)}) if name in reads(s) else s
    if name not in writes(s):
        return s
    if isinstance(s, CallBack):
        return replace(s, targets=tuple(target if t == name else t for t in s.targets))
    return replace(s, target=target, base=target) if isinstance(s, Store) else replace(s, target=target)


def _line(s: Let, op: str, value: Expr) -> Stmt:
    """One step: ``dx += ..``, ``dx *= ..`` or ``dx /= ..``."""
    if op == "+":
        return Add(s.target, value, s.at)
    return Store(s.target, s.target, (), f"{op}=", value, s.at)


# -- memory that is there -----------------------------------------------------------------------------------------------


def _split(body: list[Stmt], place: int, shapes: Shapes) -> list[Stmt] | None:
    """The statements with a last product by a row or a column in a line of its own, where what it multiplies was made for it."""
    s = body[place]
    match s.value:
        case Call("*" | "/" as op, (left, right)):
            pairs = [(left, right), (right, left)] if op == "*" else [(left, right)]
        case _:
            return None
    for whole, thin in pairs:
        if _is_made(whole) and shapes.of(whole) == shapes.of(s.value) and _is_thin(thin, whole, shapes):
            return [*body[:place], replace(s, value=whole), _line(s, op, thin), *body[place + 1 :]]
    return None


def _is_made(value: Expr) -> bool:
    """Whether a value is a sum: an array that was made for what comes after it."""
    return isinstance(value, Call) and value.fn == "+"


def _is_thin(value: Expr, whole: Expr, shapes: Shapes) -> bool:
    """Whether a value is a row or a column: neither a number nor as full as what it meets."""
    return 0 < long_axes(value, shapes) < long_axes(whole, shapes)
