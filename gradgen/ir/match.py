"""Patterns with holes: a variable of the pattern matches any operand, an upper-case one only a constant operand."""

from __future__ import annotations

from collections.abc import Callable

from gradgen.ir.nodes import Call, Const, Expr, Var

Same = Callable[[str, str], bool]
IsConstant = Callable[[Expr], bool]


def match(pattern: Expr, expr: Expr, constant: IsConstant, same: Same = str.__eq__) -> dict[str, Expr] | None:
    """What each hole stands for, or None.  Numbers match by value (``1`` matches ``1.0``); ``same`` compares
    function names; ``starred`` takes all remaining arguments under the hole's name as a ``list``.

    >>> from gradgen.ir.read import read
    >>> match(read("1 / (1 + np.exp(-x))"), read("1.0 / (1 + np.exp(-t))"), lambda e: False)
    {'x': Var(name='t')}
    """
    found: dict[str, Expr] = {}
    pairs = [(pattern, expr)]
    while pairs:
        hole, part = pairs.pop()
        if isinstance(hole, Var):
            if found.setdefault(hole.name, part) != part or (hole.name.isupper() and not constant(part)):
                return None
        elif isinstance(hole, Const):
            if not (isinstance(part, Const) and _equal(hole, part)):
                return None
        elif not isinstance(part, Call) or not same(hole.fn, part.fn) or part.attrs:
            return None
        elif hole.args and isinstance(hole.args[-1], Call) and hole.args[-1].fn == "starred":
            found[hole.args[-1].args[0].name] = Call("list", part.args)
        elif len(hole.args) != len(part.args):
            return None
        else:
            pairs.extend(reversed(list(zip(hole.args, part.args, strict=True))))
    return found


def _equal(a: Const, b: Const) -> bool:
    x, y = a.value, b.value
    return type(x) in (int, float) and type(y) in (int, float) and x == y
