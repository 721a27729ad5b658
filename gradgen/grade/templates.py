"""Templates that change one place of an expression by itself: signs, products, sums over axes, constants, operators, indices.

A template takes ``(node, scope, top)``, where ``top`` says that the node is a whole term, and yields ``(changed node, cause, detail)``.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import numpy as np

from gradgen.grade.edits import (
    PRODUCTS,
    REDUCTIONS,
    Edit,
    Scope,
    changed_in,
    is_count,
    is_reduction,
    is_sum,
    is_term,
    literal,
    parsed,
    placed,
)

KIN = (  # functions that are taken for each other
    ("sin", "cos"), ("sinh", "cosh"), ("tanh", "cosh", "sinh"), ("exp", "log"), ("sqrt", "square"), ("maximum", "minimum"),
    ("max", "min"), ("argmax", "argmin"), ("zeros_like", "ones_like"), ("zeros", "ones"),
)  # fmt: skip
NEAR = (("log", "log1p"), ("exp", "expm1"))  # less often
COMPARISONS = {  # the likeliest first
    ast.Gt: (ast.Lt, ast.GtE, ast.LtE, ast.Eq, ast.NotEq),
    ast.Lt: (ast.Gt, ast.LtE, ast.GtE, ast.Eq, ast.NotEq),
    ast.GtE: (ast.LtE, ast.Gt, ast.Lt, ast.Eq, ast.NotEq),
    ast.LtE: (ast.GtE, ast.Lt, ast.Gt, ast.Eq, ast.NotEq),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE, ast.Lt, ast.Gt),
    ast.NotEq: (ast.Eq, ast.LtE, ast.GtE, ast.Lt, ast.Gt),
}
MOST_CUT = 100  # ways to cut padding off that are tried at one place
FUNCTIONS = ("exp", "log", "sin", "cos", "tanh", "sqrt")  # that are forgotten
OPERATORS = {  # what is taken for what
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult, ast.Div),
    ast.MatMult: (ast.Mult, ast.Div),
    ast.FloorDiv: (ast.Div,),
    ast.Add: (ast.Mult,),
    ast.Sub: (ast.Mult,),
}
AXES = (0, 1, -1, (0, 1), (0, 2), (1, 2), (0, 2, 3), (2, 3), 2, None)  # that a sum may run over
MISSING = (  # (axes, keepdims) of a sum or a mean that is missing
    *((0, False), (1, False), (None, False), (0, True), (1, True), (-1, True), ((0, 1), False), ((0, 2, 3), False)),
    *(((0, 2), False), ((0, 1), True), ((2, 3), True), ((0, 2, 3), True)),
)


def minuses(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A minus that is too many."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "sign", ""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value < 0:
        yield ast.Constant(-node.value), "sign", ""


def flips(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Plus for minus, and the other way round."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield changed_in(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()), "sign", ""


def negations(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A minus that is missing."""
    if top and not isinstance(node, (ast.UnaryOp, ast.Tuple)):
        yield ast.UnaryOp(ast.USub(), node), "sign", ""


def doubled(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A 2 that is missing or too many; a power of the forward pass that is missing."""
    if any(type(value) is float and value == 2 for value in scope.values.values()):
        return  # it has a name
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    cause = "regulariser" if scope.regularisers & read and not is_sum(node) else "constant"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not isinstance(node.right, ast.Constant):
        divisor = ast.unparse(node.right)
        if repr(scope.values.get(divisor)) == "2":  # a size that happens to be
            yield node.left, "extra count", f"`{divisor}` does not belong here"
    if is_term(node, top):
        yield ast.BinOp(ast.Constant(2), ast.Mult(), node), cause, "the factor `2` is missing"
        yield ast.BinOp(ast.Constant(0.5), ast.Mult(), node), cause, "the factor `0.5` is missing"
        for power in sorted({c for c in scope.constants if type(c) is int and 2 < c < 10}):
            yield ast.BinOp(ast.Constant(power), ast.Mult(), node), "constant", f"the factor `{power}` is missing"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, ast.Constant) and one.value == 2:
                yield other, cause, "the factor `2` does not belong here"


def squares(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``y ** 2`` for ``y``, ``np.tanh(x) ** 2`` for ``np.tanh(x)``."""
    value = isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
    call = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in FUNCTIONS
    key = ast.unparse(node) if value or call else ""
    if call or key not in scope.gradients and isinstance(scope.values.get(key), (float, np.ndarray)):
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2)), "factor", f"the power `2` of `{key}` is missing"


def matrices(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Transposes and orders of matrix products."""
    found = operands(node)
    if found is not None:
        a, b, make = found
        forms = [(x, y) for x in transposes(a) for y in transposes(b)]
        yield from ((make(x, y), "transpose", "") for x, y in forms)
        yield from ((make(y, x), "transpose", "") for x, y in forms)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, "transpose", ""
    elif top and not isinstance(node, (ast.Constant, ast.Tuple, ast.UnaryOp)):
        yield ast.Attribute(node, "T", ast.Load()), "transpose", ""


def operands(node: ast.expr):
    """(a, b, how to make the product) of a matrix product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right, lambda a, b: ast.copy_location(ast.BinOp(a, ast.MatMult(), b), node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PRODUCTS:
        if len(node.args) == 2:
            return node.args[0], node.args[1], lambda a, b: changed_in(node, "args", [a, b])
        if len(node.args) == 1 and not (
            isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy")
        ):
            return (
                node.func.value,
                node.args[0],
                lambda a, b: changed_in(changed_in(node, "func", changed_in(node.func, "value", a)), "args", [b]),
            )
    return None


def transposes(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return [node, node.value]
    return [node, ast.copy_location(ast.Attribute(node, "T", ast.Load()), node)]


def named_counts(scope: Scope) -> list[str]:
    """The variables that count examples: what lacks a division by one is said to, and not to be no mean."""
    known = [n for n, v in scope.values.items() if n.isidentifier() and type(v) is int and v > 1]
    return [n for n in known if is_count(ast.Name(n))]


def reductions(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Axes, keepdims, sums that are too many, means for sums."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
        method = not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy"))
        inner = node.func.value if method else node.args[0] if node.args else None
        rest = node.args if method else node.args[1:]
        axis = next((k.value for k in node.keywords if k.arg == "axis"), rest[0] if rest else None)
        kept = any(k.arg == "keepdims" for k in node.keywords)
        others = [k for k in node.keywords if k.arg != "axis"]
        args = [] if method else node.args[:1]
        if kept:
            yield changed_in(node, "keywords", [k for k in node.keywords if k.arg != "keepdims"]), "keepdims", ""
        elif axis is not None:
            yield changed_in(
                node, "keywords", [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
            ), "keepdims", ""
        for new in (0, 1, -1, (0, 1), (0, 2), (1, 2), (0, 2, 3), (2, 3), 2, None):
            if axis is not None and ast.unparse(axis) == repr(new):
                continue
            keywords = others if new is None else [ast.keyword("axis", literal(new)), *others]
            yield changed_in(changed_in(node, "args", args), "keywords", keywords), "axis", ""
            if new is not None and not kept:
                both = [*keywords, ast.keyword("keepdims", ast.Constant(True))]
                yield changed_in(changed_in(node, "args", args), "keywords", both), (
                    "axis" if axis is not None else "keepdims"
                ), ""
        if node.func.attr == "mean" or node.func.attr == "sum" and not named_counts(scope):
            other = "mean" if node.func.attr == "sum" else "sum"
            yield changed_in(
                node, "func", changed_in(node.func, "attr", other)
            ), "mean", f"`{node.func.attr}` should be `{other}`"
        if inner is not None:
            yield inner, "extra sum", ""


def sums(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Sums over broadcast axes, and means, that are missing from a term."""
    if is_term(node, top) and not is_reduction(node):
        yield from summed(node, MISSING, scope)


def inner_sums(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """The same inside a product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        for part in ("left", "right"):
            child = getattr(node, part)
            if isinstance(child, (ast.BinOp, ast.Name)):
                for new, cause, detail in summed(child, MISSING[:6], scope):
                    yield changed_in(node, part, placed(new, child)), cause, detail


def summed(node: ast.expr, over: tuple, scope: Scope) -> Iterator[Edit]:
    for name in ("sum",) if named_counts(scope) else ("sum", "mean"):
        for axis, keep in over:
            keywords = [ast.keyword("axis", literal(axis))] if axis is not None else []
            keywords += [ast.keyword("keepdims", ast.Constant(True))] if keep else []
            func = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
            yield ast.Call(func, [node], keywords), "sum", "" if name == "sum" else "a mean is due"


def constants(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    if not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        return
    c = node.value
    said = f"{c!r} should be "
    for other in scope.constants:
        if other != c and (abs(c) < 0.01 or abs(other) < 0.01 or type(c) is float):
            yield ast.Constant(other), "disagrees", f"{said}{other!r}, as in the forward pass"
    near = (c + 1, c - 1, -c, 2 * c, c / 2, 1 / c if c else 1, 0, 1, 2, 0.5, 3, 4)
    for other in near:
        other = int(other) if type(c) is int and other == int(other) else other
        if other != c:
            yield ast.Constant(other), "constant", f"{said}{other!r}"
    for other in scope.constants:
        if other != c:
            yield ast.Constant(other), "disagrees", f"{said}{other!r}, as in the forward pass"


def operators(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Another operator; a factor, a term, a power or a function too many."""
    if isinstance(node, ast.BinOp):
        for op in OPERATORS.get(type(node.op), ()):
            yield changed_in(node, "op", op()), "operator", ""
        yield from dropped(node, scope)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        words = isinstance(node.comparators[0], ast.Constant) and isinstance(node.comparators[0].value, str)
        for op in COMPARISONS.get(type(node.ops[0]), ())[: 1 if words else None]:
            yield changed_in(node, "ops", [op()]), "comparison", ""
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        yield from other_calls(node)


def dropped(node: ast.BinOp, scope: Scope) -> Iterator[Edit]:
    """One side of a product, a sum or a power alone."""
    left, right, extra = node.left, node.right, "`{}` does not belong here"
    if isinstance(node.op, (ast.Mult, ast.Div)):
        over = isinstance(node.op, ast.Div)
        share = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div) and isinstance(left.left, ast.Constant)
        counts = over and counting(right, scope)
        yield left, "extra count" if counts else "extra factor", extra.format(ast.unparse(right))
        cause = "extra count" if share and not over and counting(left.right, scope) else "extra factor"
        yield right, cause, extra.format(ast.unparse(left) + (" /" if over else ""))
        if over:
            yield ast.BinOp(ast.Constant(1.0), ast.Div(), right), "extra factor", extra.format(ast.unparse(left))
    elif isinstance(node.op, (ast.Add, ast.Sub)):
        yield left, "extra term", extra.format(ast.unparse(right))
        other = right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), right)
        yield other, "extra term", extra.format(ast.unparse(left))
    elif isinstance(node.op, ast.Pow):
        yield left, "constant", f"the power `{ast.unparse(right)}` does not belong here"
        yield changed_in(node, "right", ast.UnaryOp(ast.USub(), right)), "sign", ""


def counting(node: ast.expr, scope: Scope) -> bool:
    """Whether a divisor is a number of examples: by its name, unless that is no number; or a whole number."""
    value = scope.values.get(ast.unparse(node))
    return type(value) is int or is_count(node) and np.ndim(value) == 0


def other_calls(node: ast.Call) -> Iterator[Edit]:
    """A kindred function, or none; the cases of a ``where`` the other way round."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    yield from kindred(node, KIN)
    if len(node.args) == 1 and not node.keywords and name not in PRODUCTS:
        yield node.args[0], "function", f"`{name}` does not belong here"
    if name == "where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield changed_in(node, "args", [condition, no, yes]), "comparison", "the two cases are swapped"


def near_functions(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``expm1`` for ``exp``."""
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        yield from kindred(node, NEAR)


def forgotten_functions(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``np.sin(x)`` for ``x``."""
    own = scope.values.get(node.id) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
    if not isinstance(own, (float, np.ndarray)):
        return
    arrays = any(isinstance(v, np.ndarray) for v in scope.values.values())
    for name in FUNCTIONS:
        text = f"{'np' if arrays else 'math'}.{name}({node.id})"
        yield parsed(text), "function", f"`{node.id}` should be `{text}`"


def kindred(node: ast.Call, kin: tuple[tuple[str, ...], ...]) -> Iterator[Edit]:
    part = "attr" if isinstance(node.func, ast.Attribute) else "id"
    attr = getattr(node.func, part)
    for other in (o for group in kin if attr in group for o in group if o != attr):
        yield changed_in(node, "func", changed_in(node.func, part, other)), "function", f"`{attr}` should be `{other}`"


def indices(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Padding that is cut off from the end, bounds and indices too many, indices in the wrong order."""
    if isinstance(node, ast.Subscript):
        yield from unpadded(node, [n for n, v in scope.values.items() if type(v) is int and n.isidentifier()])
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper"):
            if getattr(node, part) is not None:
                yield changed_in(node, part, None), "index", ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        items = node.slice.elts
        for i, j in itertools.combinations(range(len(items)), 2):
            swapped = list(items)
            swapped[i], swapped[j] = items[j], items[i]
            yield changed_in(node, "slice", changed_in(node.slice, "elts", swapped)), "index", ""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Constant):
        yield node.value, "index", ""


def unpadded(node: ast.Subscript, sizes: list[str]) -> Iterator[Edit]:
    """``x[pad:pad + H, pad:pad + W]`` for ``x[pad:-pad, pad:-pad]``."""
    whole = isinstance(node.slice, ast.Tuple)
    items = list(node.slice.elts) if whole else [node.slice]
    cut = [k for k, item in enumerate(items) if is_cut(item)]
    for names in itertools.islice(itertools.permutations(sizes, len(cut)), MOST_CUT) if cut else ():
        made = list(items)
        for k, name in zip(cut, names):
            upper = ast.BinOp(items[k].lower, ast.Add(), ast.Name(name, ast.Load()))
            made[k] = placed(changed_in(items[k], "upper", upper), items[k])
        yield changed_in(node, "slice", changed_in(node.slice, "elts", made) if whole else made[0]), "padding", ""


def is_cut(item: ast.expr) -> bool:
    """Whether an index is ``pad:-pad``."""
    minus = isinstance(item, ast.Slice) and isinstance(item.upper, ast.UnaryOp) and isinstance(item.upper.op, ast.USub)
    return minus and item.lower is not None
