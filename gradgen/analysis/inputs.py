"""What kind of thing each parameter of array code is, as the checks are told: shapes by name, labels and their range."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, CallPair, Const, Expr, Function, Param, Var, variables
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import Dim

VAGUE = ("array", None)


def specs(function: Function, every: Mapping[str, Shapes], told: bool = False) -> tuple[tuple[str, object], ...]:
    """Each parameter's kind, from the shapes of the function and of the helpers it calls.  Labels first: what they pick from has axes.

    ``told``: of one that the text says nothing about, what the function that it is handed to says.
    """
    shapes = every[function.name]
    for param in function.params:
        _label(param.name, shapes, every)
    own = {p.name: spec(p, shapes, every) for p in function.params}
    calls = [s for s in statements(function.body) if told and isinstance(s, CallPair) and s.fn in every]
    sources = {t: a for s in calls for t in s.targets for a in s.args[:1]}
    for s in calls:
        known = _told(s, shapes, every)
        own |= {n: kind for arg, kind in known if _is_open(own.get(n := _source(arg, sources, shapes)), kind)}
    return tuple(own.items())


def _is_open(own: object, told: object) -> bool:
    """Whether what a function says of a parameter leaves open what another one tells."""
    return own == VAGUE or own == "opaque" and isinstance(told, tuple)


def _told(s: CallPair, shapes: Shapes, every: Mapping[str, Shapes]) -> list[tuple[Expr, object]]:
    """(argument, its kind) as the function that is called says; sizes that the caller has names for by these names."""
    inner = specs(every[s.fn].function, every, told=True)
    sizes: dict[object, object] = {}
    for (_, kind), arg in zip(inner, s.args, strict=True):
        shape = shapes.of(arg)
        if (
            isinstance(shape, tuple)
            and isinstance(kind, tuple)
            and kind[0] == "array"
            and len(kind[1] or ()) == len(shape)
        ):
            sizes |= dict(zip(kind[1], said(shape, shapes), strict=True))
    return [(arg, _resized(kind, sizes)) for (_, kind), arg in zip(inner, s.args, strict=True)]


def _resized(kind: object, sizes: dict[object, object]) -> object:
    if isinstance(kind, tuple):
        return tuple(_resized(k, sizes) for k in kind)
    return sizes.get(kind, kind) if isinstance(kind, str) else kind


def _source(arg: Expr, sources: dict[str, Expr], shapes: Shapes) -> str | None:
    """The parameter that an argument is, or is worked out from by calls."""
    name = _names(arg, shapes)
    while name in sources:
        name = _names(sources[name], shapes)
    return name


def spec(param: Param, shapes: Shapes, every: Mapping[str, Shapes]) -> object:
    """A parameter's kind: see `checks.claim`."""
    if param.listed:
        return "numbers", said(shapes.of(Var(param.name)), shapes)
    if param.slots:
        return _nested([(path, _entry(name, param, shapes, every)) for name, path in param.slots])
    if any(e.fn == ".get" and e.args[0] == Var(param.name) for e in shapes.evidence.calls):
        return "dict", ()
    opaque = (
        param.opaque and not param.dims or is_size(param.name, shapes, every)
    )  # of a stated shape: an array, if only handed on
    if opaque and _label(param.name, shapes, every) is None:
        return "count" if param.count else "opaque"
    found = _value(param.name, shapes, every)
    return ("either", (found, None)) if param.default == "None" and isinstance(found, tuple) else found


def _entry(name: str, param: Param, shapes: Shapes, every: Mapping[str, Shapes]) -> object:
    """The kind of an entry; among settings what is compared with text is text, and a number what is not known to be an array."""
    texts = ("==", "!=", "in", "not in")
    if any(e.fn in texts and Var(name) in e.args and any(_is_text(a) for a in e.args) for e in shapes.evidence.calls):
        return "opaque"
    if name in shapes.integers:
        return "count"
    found = _value(name, shapes, every)
    return "number" if param.setting and found == VAGUE else found


def _is_text(expr: Expr) -> bool:
    parts = expr.args if isinstance(expr, Call) and expr.fn in ("list", "tuple") else (expr,)
    return any(isinstance(p, Const) and isinstance(p.value, str) for p in parts)


def _nested(entries: list[tuple[tuple, object]]) -> object:
    if entries[0][0] == ():
        return entries[0][1]
    keys = list(dict.fromkeys(path[0] for path, _ in entries))
    below = {k: _nested([(p[1:], s) for p, s in entries if p[0] == k]) for k in keys}
    if isinstance(keys[0], str):
        return "dict", tuple(below.items())
    size = max(max(keys) + 1, -min(keys))
    return "list", tuple(below.get(i, below.get(i - size, "number")) for i in range(size))


def _value(name: str, shapes: Shapes, every: Mapping[str, Shapes]) -> object:
    shape = shapes.of(Var(name))
    if any(e.fn in ("~", "&", "|", "not", "np.logical_not") and Var(name) in e.args for e in shapes.evidence.calls):
        return "bools", said(shape, shapes) if isinstance(shape, tuple) else None
    label = _label(name, shapes, every)
    if label is not None:
        dims, (high,) = said(label[0], shapes), said(label[1:], shapes)
        ints = "ints", dims, high
        if isinstance(shape, str) and len(dims) == 1 and not _is_paired(name, shapes):
            return "either", (
                ints,
                ("ints", (*dims, symbol(shapes.fresh_dim())), high),
            )  # an index of one axis, or of two
        either = isinstance(shape, str) and any(
            canonical(e.fn) == "np.argmax" and _names(e.args[0], shapes) == name for e in shapes.evidence.calls
        )
        return ("either", (ints, ("onehot", (*dims, high)))) if either else ints
    if isinstance(shape, str):
        shape = shapes.resolve(shapes.witness[shape]) if shape in shapes.witness else shape
    if isinstance(shape, str):
        least = _least_rank(name, shapes)
        alone = sum(isinstance(shapes.of(Var(n)), str) for n in shapes.parameters) == 1
        if not least or not alone:
            return "array", None
        dims = tuple(symbol(shapes.fresh_dim()) for _ in range(least + 1))
        return "either", (("array", dims[:least]), ("array", dims))
    return ("array", said(shape, shapes)) if shape else "number"


def _least_rank(name: str, shapes: Shapes) -> int:
    """How many axes a parameter must have for what is done with it, at the least."""
    least = 0
    for expr in shapes.evidence.calls:
        if Var(name) not in expr.args[:1]:
            continue
        if expr.fn == "[]":
            least = max(least, sum(shapes.index_kind(i) not in ("new", "...") for i in expr.args[1:]))
        elif (row := find(expr, is_constant)) is not None and row[1].get("x") == Var(name) and "axis" in row[1]:
            axis = value_of(row[1]["axis"])
            least = max(least, 0 if type(axis) is not int else axis + 1 if axis >= 0 else -axis)
        elif expr.fn in ("np.triu", "np.tril", "np.trace", "np.diag"):
            least = max(least, 2)
    return least


def said(dims: Sequence[Dim], shapes: Shapes) -> tuple[str | int, ...]:
    """Dimensions as text that the checks read; unknown ones by the letters that the reader of the text was told."""
    parts = [shapes.summed(d).split("+") for d in dims]
    return tuple(symbol("+".join(shapes.letters.get(shapes.dim(p), p) for p in sizes)) for sizes in parts)


def symbol(dim: Dim) -> str | int:
    """A dimension as text that the checks read: ``$N`` is N, ``?3`` is u3.

    >>> symbol("$N"), symbol("C*$H"), symbol("4"), symbol("?2")
    ('N', 'C*H', 4, 'u2')
    """
    if dim.isdigit():
        return int(dim)
    return (
        re.sub(r"\W+", "_", dim.replace("$", "").replace("?", "u").replace("*", " mul ").replace("+", " plus "))
        .replace("_mul_", "*")
        .replace("_plus_", "+")
    )


def _label(name: str, shapes: Shapes, every: Mapping[str, Shapes]) -> tuple[tuple[Dim, ...], Dim] | None:
    """(shape, number of classes) of a parameter whose entries are used as positions."""
    for expr in shapes.evidence.calls:
        if (picked := _picked(expr)) is not None and _names(picked[1], shapes) == name:
            base, own = shapes.of(picked[0]), shapes.of(Var(name))
            axis = base[0] if isinstance(base, tuple) and base else shapes.fresh_dim()
            if isinstance(base, str) and base[1:] in shapes.parameters:
                axis = shapes.witness.setdefault(base, (shapes.fresh_dim(), shapes.fresh_dim()))[0]
            return own if isinstance(own, tuple) else (shapes.fresh_dim(),), axis
        if expr.fn != "[]" or isinstance(expr.args[0], Call) and expr.args[0].fn == ".shape":
            continue
        base = shapes.of(expr.args[0])
        if isinstance(base, str) and (root := _names(expr.args[0], shapes)) and isinstance(shapes.of(Var(root)), tuple):
            base = shapes.of(Var(root))  # on the path on which it stays as it is
        axis = 0
        for item in expr.args[1:]:
            kind = shapes.index_kind(item)
            if kind == "new":
                continue
            if (
                _names(item, shapes) == name
                and kind in ("array", "int", "?")
                and isinstance(base, str)
                and base[1:] in shapes.parameters
            ):
                base = shapes.witness.setdefault(base, (shapes.fresh_dim(), shapes.fresh_dim()))
            if (
                _names(item, shapes) == name
                and kind in ("array", "int", "?")
                and isinstance(base, tuple)
                and axis < len(base)
            ):
                own = shapes.of(Var(name))
                return (own if isinstance(own, tuple) else _beside(expr, item, shapes)), base[axis]
            axis += 1
    return _label_of_helper(name, shapes, every)


def _label_of_helper(name: str, shapes: Shapes, every: Mapping[str, Shapes]) -> tuple[tuple[Dim, ...], Dim] | None:
    """The same of a parameter that a helper uses as positions, among as many as the helper is given to pick from."""
    for s in statements(shapes.function.body):
        helper = every.get(s.fn) if isinstance(s, CallPair) and s.fn != shapes.function.name else None
        handed = zip(helper.function.params, s.args, strict=True) if helper else ()
        for param, arg in handed:
            if _names(arg, shapes) == name and (found := _label(param.name, helper, every)) is not None:
                own, inner = shapes.of(Var(name)), found[1]
                shape = own if isinstance(own, tuple) else tuple(shapes.fresh_dim() for _ in found[0])
                return shape, _outside(inner, helper, s, shapes)
    return None


def _outside(dim: Dim, helper: Shapes, call: CallPair, shapes: Shapes) -> Dim:
    """A size of a helper's as its caller knows it, by the argument that has it."""
    for param, arg in zip(helper.function.params, call.args, strict=True):
        inner, outer = helper.of(Var(param.name)), shapes.of(arg)
        if isinstance(inner, tuple) and isinstance(outer, tuple) and dim in inner and len(inner) == len(outer):
            return outer[inner.index(dim)]
    return dim if dim.isdigit() else shapes.fresh_dim()


def _picked(expr: Call) -> tuple[Expr, Expr] | None:
    """(what is picked from, the positions) of a function such as ``np.take(x, indices)``."""
    row = find(expr, is_constant)
    return (row[1]["x"], row[1]["indices"]) if row is not None and {"x", "indices"} <= row[1].keys() else None


def _is_paired(name: str, shapes: Shapes) -> bool:
    """Whether an index stands beside another one, whose shape it shares."""
    return any(
        e.fn == "[]" and len(e.args) > 2 and any(_names(i, shapes) == name for i in e.args[1:])
        for e in shapes.evidence.calls
    )


def _names(item: Expr, shapes: Shapes) -> str | None:
    """The parameter that an index is, reshaped or not."""
    made = shapes.evidence.made
    while True:
        if isinstance(item, Var) and item.name in made:
            item = made[item.name]
        elif isinstance(item, Call) and item.fn in (
            ".reshape",
            "np.reshape",
            ".ravel",
            ".astype",
            "np.ravel",
            ".flatten",
            "stop_gradient",
            ".copy",
            "[]",
        ):
            item = item.args[0]
        else:
            return item.name if isinstance(item, Var) else None


def is_size(name: str, shapes: Shapes, every: Mapping[str, Shapes]) -> bool:
    """Whether a parameter is used as a size, an axis or a bound of a slice, in the function or in a helper that it is handed to."""
    return _is_size(name, shapes) or any(
        arg == Var(name) and is_size(param.name, every[s.fn], every)
        for s in statements(shapes.function.body)
        if isinstance(s, CallPair) and s.fn != shapes.function.name
        for param, arg in zip(every[s.fn].function.params, s.args, strict=True)
    )


def _is_size(name: str, shapes: Shapes) -> bool:
    """Whether a parameter is used as a size, an axis or a bound of a slice."""
    for expr in shapes.evidence.calls:
        if expr.fn == "slice":
            asked = expr.args
        elif (row := find(expr, is_constant)) is not None and row[0].shape is not None and expr.fn != "[]":
            asked = tuple(row[1][hole] for hole in row[0].blocks if hole in row[1] and hole not in ("c", "x", "y"))
        else:
            continue
        each = [p for a in asked for p in (a.args if isinstance(a, Call) and a.fn in ("tuple", "list") else (a,))]
        if any(name in set(variables(a)) and not _mentions_shape(a) for a in each):
            return True
    return False


def _mentions_shape(expr: Expr) -> bool:
    return isinstance(expr, Call) and (
        expr.fn in (".shape", ".size", ".dtype", ".ndim", "len") or any(_mentions_shape(a) for a in expr.args)
    )


def _beside(expr: Call, item: Expr, shapes: Shapes) -> tuple[Dim, ...]:
    """The shape that an index must have beside ``np.arange(N)``; else one axis of any size."""
    for other in expr.args[1:]:
        if (
            other != item
            and shapes.index_kind(other) == "array"
            and isinstance(shape := shapes.of(other), tuple)
            and shape
        ):
            return shape
    return (shapes.fresh_dim(),)
