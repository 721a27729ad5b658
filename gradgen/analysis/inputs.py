"""What kind of thing each parameter of array code is, as the checks are told: shapes by name, labels and their range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradgen.analysis.shapes import Shapes, expressions
from gradgen.ir.nodes import Call, Expr, Let, Param, Var
from gradgen.ir.walk import statements
from gradgen.rules.site import Dim


def spec(param: Param, shapes: Shapes) -> object:
    """A parameter's kind: see `checks.claim`."""
    if param.slots:
        return _nested([(path, _value(name, shapes)) for name, path in param.slots])
    if param.opaque:
        return "opaque"
    return _value(param.name, shapes)


def _nested(entries: list[tuple[tuple, object]]) -> object:
    if entries[0][0] == ():
        return entries[0][1]
    keys = list(dict.fromkeys(path[0] for path, _ in entries))
    below = {k: _nested([(p[1:], s) for p, s in entries if p[0] == k]) for k in keys}
    if isinstance(keys[0], str):
        return "dict", tuple(below.items())
    size = max(max(keys) + 1, -min(keys))
    return "list", tuple(below.get(i, below.get(i - size, "number")) for i in range(size))


def _value(name: str, shapes: Shapes) -> object:
    shape = shapes.of(Var(name))
    label = _label(name, shapes)
    if label is not None:
        dims, high = label
        return "ints", tuple(map(symbol, dims)), symbol(high)
    if isinstance(shape, str):
        shape = shapes.resolve(shapes.witness[shape]) if shape in shapes.witness else shape
    if isinstance(shape, str):
        return "array", None
    return ("array", tuple(map(symbol, shape))) if shape else "number"


def symbol(dim: Dim) -> str | int:
    """A dimension as text that the checks read: ``$N`` is N, ``?3`` is u3.

    >>> symbol("$N"), symbol("C*$H"), symbol("4"), symbol("?2")
    ('N', 'C*H', 4, 'u2')
    """
    if dim.isdigit():
        return int(dim)
    return re.sub(r"\W+", "_", dim.replace("$", "").replace("?", "u").replace("*", " mul ").replace("+", " plus ")).replace("_mul_", "*").replace("_plus_", "+")


def _label(name: str, shapes: Shapes) -> tuple[tuple[Dim, ...], Dim] | None:
    """(shape, number of classes) of a parameter whose entries are used as positions."""
    for expr in _all(shapes):
        if expr.fn != "[]" or isinstance(expr.args[0], Call) and expr.args[0].fn == ".shape":
            continue
        base = shapes.of(expr.args[0])
        axis = 0
        for item in expr.args[1:]:
            kind = shapes.index_kind(item)
            if kind == "new":
                continue
            if _names(item, shapes) == name and kind in ("array", "int", "?") and isinstance(base, tuple) and axis < len(base):
                own = shapes.of(Var(name))
                return (own if isinstance(own, tuple) else _beside(expr, item, shapes)), base[axis]
            axis += 1
    return None


def _names(item: Expr, shapes: Shapes) -> str | None:
    return item.name if isinstance(item, Var) else None


def _beside(expr: Call, item: Expr, shapes: Shapes) -> tuple[Dim, ...]:
    """The shape that an index must have beside ``np.arange(N)``; else one axis of any size."""
    for other in expr.args[1:]:
        if other != item and shapes.index_kind(other) == "array" and isinstance(shape := shapes.of(other), tuple) and shape:
            return shape
    return (shapes.fresh_dim(),)


def _all(shapes: Shapes) -> Iterator[Call]:
    for s in statements(shapes.function.body):
        stack = list(expressions(s))
        if not isinstance(s, Let) and getattr(s, "index", None):
            stack.append(Call("[]", (Var(s.base), *s.index)))
        while stack:
            node = stack.pop()
            if isinstance(node, Call):
                yield node
                stack.extend(node.args)
