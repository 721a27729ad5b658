"""Causes as templates: each changes a statement in one way that a common mistake explains.

A template takes a node and the scope and yields ``(changed node, what was wrong)``.  `mends` tries them at every place of a
statement; which of them makes the student's own code right is found out by running it.  The order of `TEMPLATES` is the
order of likelihood.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade import needed
from gradgen.grade.needed import Part

REDUCTIONS = ("sum", "mean", "max", "min")
PRODUCTS = ("dot", "matmul")
KIN = (  # functions that are taken for each other
    ("sin", "cos"), ("sinh", "cosh"), ("tanh", "cosh", "sinh"), ("exp", "log"), ("sqrt", "square"), ("maximum", "minimum"),
    ("max", "min"), ("argmax", "argmin"), ("zeros_like", "ones_like"), ("zeros", "ones"),
)  # fmt: skip
SIZING = ("zeros", "ones", "empty", "full", "range", "arange", "reshape", "transpose", "len", "eye")
NEAR = (("log", "log1p"), ("exp", "expm1"))  # less often
SAID = {  # what a cause is called, for people
    "sign": "the sign is wrong",
    "accumulate": "`=` throws away what was there: it should be `+=`",
    "overwrite": "`+=` adds to what was there: it should be `=`",
    "axis": "the sum runs over the wrong axis",
    "sum": "a sum over a broadcast axis is missing",
    "extra sum": "this sum does not belong here",
    "mean": "a mean where a sum is due, or the other way round",
    "keepdims": "keepdims is wrong here",
    "transpose": "a matrix is transposed, or the factors of the product are in the wrong order",
    "factor": "a factor is missing",
    "extra factor": "a factor does not belong here",
    "count": "the division by the number of examples is missing",
    "extra count": "a division by the number of examples too many",
    "regulariser": "the factor of the regularisation's gradient is wrong",
    "constant": "a constant is wrong",
    "disagrees": "forward and backward disagree on a constant",
    "operator": "the operator is wrong",
    "comparison": "the comparison is wrong",
    "name": "the wrong variable is used",
    "stale": "a stale or overwritten variable is used",
    "function": "the wrong function is used",
    "index": "the index is wrong",
    "padding": "the padding is cut off wrongly: with a padding of 0, `-0` is the start",
    "path": "a path is forgotten",
    "extra term": "a term does not belong here",
    "order": "the statements are in the wrong order",
    "swapped": "the gradients are handed back in the wrong order",
    "shape": "the values are right, in another shape",
    "forward": "the forward pass is not what this backward pass is for",
    "unknown": "",
}


@dataclass(frozen=True)
class Scope:
    """What a statement may read: name -> value; the constants of the forward pass; the names that count examples."""

    values: dict[str, object]
    constants: tuple[float, ...] = ()
    regularisers: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()  # keys that had a value before this statement
    unused: frozenset[str] = frozenset()  # names that no line reads
    containers: tuple[str, ...] = ()  # names of dicts, lists and tuples
    gradients: frozenset[str] = frozenset()  # names of gradients: nothing is divided by one
    parts: Callable[[], list[Part]] = list  # of this statement, with what each should be
    values_of: Callable[[], dict[int, np.ndarray]] = dict  # of the expressions in it


@dataclass(frozen=True)
class Mend:
    """A statement in another form: ``cause`` is a key of `SAID`, ``detail`` what exactly, for people."""

    cause: str
    statements: tuple[ast.stmt, ...]
    detail: str = ""
    text: str = field(default="", compare=False)


Edit = tuple[ast.expr, str, str]  # the changed expression, the cause, the detail


def in_turn(
    suspects: dict[int, tuple[ast.stmt, Scope]], near: list[int], right: set[int]
) -> Iterator[tuple[int, int, Mend]]:
    """(turn, statement, mend): other forms of statements, each once, equally likely ones in one turn.

    First whether statements add or replace; then those ``near`` the first wrong value, the others, and those that are
    ``right`` by themselves.
    """
    seen = {sid: {ast.unparse(stmt)} if not hasattr(stmt, "body") else set() for sid, (stmt, _) in suspects.items()}
    near = [s for s in near if s in suspects and s not in right]
    first = [s for s in suspects if s not in right and s not in near]
    late = [s for s in suspects if s in right]
    turns = [(level, [*near, *first, *late]) for level in (None, doubled)]
    turns += [(level, group) for group in (near, first, late) for level in LEVELS]
    for turn, (level, sids) in enumerate(turns):
        sids = sorted(sids) if level is unused else sids  # what is computed is soon used
        places = [(sid, True) for sid in sids if level is not None] + [(sid, False) for sid in sids]
        for sid, top in places:  # what concerns all of a line first
            stmt, scope = suspects[sid]
            for mend in whole(stmt, scope) if level is None else at_level(stmt, scope, level, top):
                text = "\n".join(ast.unparse(s) for s in map(header, mend.statements))
                if text not in seen[sid]:
                    seen[sid].add(text)
                    yield turn, sid, Mend(mend.cause, mend.statements, mend.detail, text)


def header(stmt: ast.stmt) -> ast.stmt:
    """A statement without the statements in it."""
    return _with(stmt, "body", [ast.Pass()]) if hasattr(stmt, "body") else stmt


def at_level(stmt: ast.stmt, scope: Scope, level: Callable, top: bool = False) -> Iterator[Mend]:
    """A statement with one place changed by one template; ``top``: only where the place is all of its value."""
    if level in (one_value, several_values):
        yield from from_parts(stmt, scope, 1 if level is one_value else 2, top)
        return
    if level in (same_values, names) and top:
        yield from other_values(stmt, scope, isinstance(stmt, ast.Return))
    if top:
        value = getattr(stmt, "value", None)
        if isinstance(value, ast.expr) and not (level in SIZED and is_size(stmt)):
            for new, cause, detail in level(value, scope, True):
                yield Mend(cause, (_with(stmt, "value", placed(new, value)),), detail)
        return
    if level is flips and isinstance(stmt, ast.AugAssign):
        other = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}.get(type(stmt.op))
        if other is not None:
            yield Mend("sign" if other in (ast.Add, ast.Sub) else "operator", (_with(stmt, "op", other()),))
    if level is names and _targets(stmt):
        yield from _retargets(stmt, scope)
    if level in SIZED and is_size(stmt):
        return
    for part in ("value", "test", "iter"):
        if isinstance(getattr(stmt, part, None), ast.expr):
            for new, cause, detail in everywhere(getattr(stmt, part), scope, level, top=part == "value"):
                yield Mend(cause, (_with(stmt, part, new),), detail)
    if level in (flips, indices, operators, constants, names):
        for target in _targets(stmt):
            for new, _, detail in everywhere(target.slice, scope, level, top=False):
                yield Mend("index", (_retargeted(stmt, target, _with(target, "slice", new)),), detail)


def is_size(stmt: ast.stmt) -> bool:
    """Whether a statement only reads sizes, unpacks, or makes an array to be filled."""
    value = getattr(stmt, "value", None)
    unpacks = isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Tuple)
    unpacks = unpacks and isinstance(value, (ast.Name, ast.Attribute, ast.Subscript))
    if value is None or unpacks or isinstance(value, ast.Constant):
        return True
    text = ast.unparse(value)
    shape = text.endswith(".shape") or text.partition("[")[0].endswith(".shape")
    return shape or text.startswith(("len(", "np.zeros", "np.empty"))


def _with(node, part: str, new):
    made = copy.copy(node)
    setattr(made, part, new)
    return made


def _targets(stmt: ast.stmt) -> list[ast.Subscript]:
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target] if isinstance(stmt, ast.AugAssign) else []
    return [t for t in targets if isinstance(t, ast.Subscript)]


def _retargets(stmt: ast.stmt, scope: Scope) -> Iterator[Mend]:
    """The same store into another array."""
    target = _targets(stmt)[0]
    if isinstance(target.value, ast.Name):
        for other, value in scope.values.items():
            if other != target.value.id and other.isidentifier() and isinstance(value, np.ndarray):
                new = _with(target, "value", ast.copy_location(ast.Name(other, ast.Load()), target))
                detail = f"`{target.value.id}` should be `{other}`"
                yield Mend("name", (_retargeted(stmt, target, new),), detail)


def _retargeted(stmt: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    if isinstance(stmt, ast.AugAssign):
        return _with(stmt, "target", new)
    return _with(stmt, "targets", [new if t is old else t for t in stmt.targets])


# whole statements


def whole(stmt: ast.stmt, scope: Scope) -> Iterator[Mend]:
    """`=` and `+=`, signs of what is added, sums and signs of all of a value."""
    if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and not isinstance(stmt.targets[0], ast.Tuple):
        key = ast.unparse(stmt.targets[0])
        root = key.partition("[")[0]
        if key in scope.begun or root in scope.begun:
            made = ast.copy_location(ast.AugAssign(_store(stmt.targets[0]), ast.Add(), stmt.value), stmt)
            yield Mend("accumulate", (made,))
            read = _load(stmt.targets[0])
            added = placed(ast.BinOp(read, ast.Add(), stmt.value), stmt)
            yield Mend("accumulate", (_with(stmt, "value", added),))
        call = stmt.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in ("ones_like", "ones")
        ):
            for new, cause, detail in _kindred(call, KIN):
                yield Mend(cause, (_with(stmt, "value", placed(new, call)),), detail)
    if isinstance(stmt, ast.AugAssign):
        if isinstance(stmt.op, ast.Add):
            yield Mend("overwrite", (ast.copy_location(ast.Assign([_store(stmt.target)], stmt.value), stmt),))
        if isinstance(stmt.op, ast.Div) or isinstance(stmt.op, ast.Mult):
            yield Mend("extra factor", (ast.copy_location(ast.Pass(), stmt),), f"`{ast.unparse(stmt)}` is one too many")


def _store(node: ast.expr) -> ast.expr:
    return _with(node, "ctx", ast.Store())


def _load(node: ast.expr) -> ast.expr:
    return _with(node, "ctx", ast.Load())


# places in an expression


def everywhere(node: ast.AST, scope: Scope, template: Callable, top: bool = True) -> Iterator[Edit]:
    """The expression with one of its places changed by a template; ``top`` places are whole values, terms and arguments."""
    if isinstance(node, ast.expr) and not isinstance(node, ast.Starred):
        for new, cause, detail in template(node, scope, top):
            yield placed(new, node), cause, detail
    for name, child in ast.iter_fields(node):
        if isinstance(node, ast.Call) and name == "func" and isinstance(child, ast.Attribute):
            if isinstance(child.value, ast.Name) and child.value.id in ("np", "numpy", "math"):
                continue
            for new, cause, detail in everywhere(
                child.value, scope, template, child.attr in (*REDUCTIONS, *PRODUCTS) and template not in SCALING
            ):
                yield _with(node, "func", _with(child, "value", new)), cause, detail
        elif isinstance(child, ast.expr):
            inside = _is_top(node, top) and not (template in SCALING and is_product(node))
            for new, cause, detail in everywhere(child, scope, template, inside):
                picked = isinstance(node, ast.Subscript) and name == "slice" and cause != "padding"
                yield _with(node, name, new), "index" if picked else cause, detail
        elif isinstance(child, list) and child and isinstance(child[0], (ast.expr, ast.keyword)):
            for place, item in enumerate(child):
                if isinstance(item, ast.keyword):
                    if item.arg in ("axis", "keepdims", "dtype"):
                        continue
                    found = (
                        (_with(item, "value", new), c, d)
                        for new, c, d in everywhere(item.value, scope, template, False)
                    )
                else:
                    found = everywhere(item, scope, template, is_own_value(node, top, template in SCALING))
                for new, cause, detail in found:
                    yield _with(node, name, [*child[:place], new, *child[place + 1 :]]), cause, detail


def is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def is_own_value(node: ast.AST, top: bool, scaling: bool) -> bool:
    """Whether the items of a node are values by themselves: arguments, but not sizes; items of a display that is one.
    ``scaling``: a factor of an argument is not that of the whole."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name not in SIZING and not (scaling and name in (*PRODUCTS, *REDUCTIONS))
    return isinstance(node, (ast.Tuple, ast.List)) and top


def placed(new: ast.AST, old: ast.AST) -> ast.AST:
    """A new node where an old one stands: nodes without a place get the old one's."""
    stack: list[ast.AST] = [new]
    while stack:
        node = stack.pop()
        if not hasattr(node, "lineno") and isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
            ast.copy_location(node, old)
            stack.extend(ast.iter_child_nodes(node))
    return new


def _is_top(node: ast.AST, top: bool) -> bool:
    """Whether a child is a whole term: a side of a sum, an operand of a matrix product."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Add, ast.Sub, ast.MatMult))
    return isinstance(node, ast.IfExp) and top


# templates: (node, scope, top) -> edits


def minuses(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A minus that is too many."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "sign", ""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value < 0:
        yield ast.Constant(-node.value), "sign", ""


def flips(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Plus for minus, and the other way round."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield _with(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()), "sign", ""


def negations(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A minus that is missing."""
    if top and not isinstance(node, (ast.UnaryOp, ast.Tuple)):
        yield ast.UnaryOp(ast.USub(), node), "sign", ""


def doubled(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A 2 that is missing or too many."""
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    cause = "regulariser" if scope.regularisers & read and not is_sum(node) else "constant"
    if is_term(node, top):
        yield ast.BinOp(ast.Constant(2), ast.Mult(), node), cause, "the factor `2` is missing"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, ast.Constant) and one.value == 2:
                yield other, cause, "the factor `2` does not belong here"


def is_sum(node: ast.expr) -> bool:
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, (ast.Add, ast.Sub)) for n in ast.walk(node))


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
        yield ast.Attribute(_bracketed(node), "T", ast.Load()), "transpose", ""


def operands(node: ast.expr):
    """(a, b, how to make the product) of a matrix product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right, lambda a, b: ast.copy_location(ast.BinOp(a, ast.MatMult(), b), node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PRODUCTS:
        if len(node.args) == 2:
            return node.args[0], node.args[1], lambda a, b: _with(node, "args", [a, b])
        if len(node.args) == 1 and not (
            isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy")
        ):
            return (
                node.func.value,
                node.args[0],
                lambda a, b: _with(_with(node, "func", _with(node.func, "value", a)), "args", [b]),
            )
    return None


def transposes(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return [node, node.value]
    return [node, ast.copy_location(ast.Attribute(_bracketed(node), "T", ast.Load()), node)]


def _bracketed(node: ast.expr) -> ast.expr:
    return node


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
            yield _with(node, "keywords", [k for k in node.keywords if k.arg != "keepdims"]), "keepdims", ""
        elif axis is not None:
            yield _with(node, "keywords", [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]), "keepdims", ""
        for new in (0, 1, -1, (0, 1), (0, 2), (1, 2), (0, 2, 3), (2, 3), 2, None):
            if axis is not None and ast.unparse(axis) == repr(new):
                continue
            keywords = others if new is None else [ast.keyword("axis", _literal(new)), *others]
            yield _with(_with(node, "args", args), "keywords", keywords), "axis", ""
            if new is not None and not kept:
                both = [*keywords, ast.keyword("keepdims", ast.Constant(True))]
                yield _with(_with(node, "args", args), "keywords", both), "axis" if axis is not None else "keepdims", ""
        if node.func.attr in ("sum", "mean"):
            other = "mean" if node.func.attr == "sum" else "sum"
            yield _with(
                node, "func", _with(node.func, "attr", other)
            ), "mean", f"`{node.func.attr}` should be `{other}`"
        if inner is not None:
            yield inner, "extra sum", ""


def sums(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Sums over broadcast axes that are missing."""
    if not top or isinstance(node, (ast.Constant, ast.Tuple)) or is_reduction(node):
        return
    for axis, keep in MISSING:
        keywords = [ast.keyword("axis", _literal(axis))] if axis is not None else []
        keywords += [ast.keyword("keepdims", ast.Constant(True))] if keep else []
        func = ast.Attribute(ast.Name("np", ast.Load()), "sum", ast.Load())
        yield ast.Call(func, [node], keywords), "sum", ""


MISSING = (
    *((0, False), (1, False), (None, False), (0, True), (1, True), ((0, 1), False), ((0, 2, 3), False)),
    *(((0, 2), False), (-1, True), ((0, 1), True), ((0, 2, 3), True)),
)


def is_reduction(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS


def _literal(value) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


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
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.Pow, ast.MatMult)):
        for op in (ast.Mult, ast.Div):
            if type(node.op) is not op:
                yield _with(node, "op", op()), "operator", ""
        if isinstance(node.op, (ast.Mult, ast.Div)):
            yield from _dropped(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield node.left, "extra term", f"`{ast.unparse(node.right)}` does not belong here"
        right = node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
        yield right, "extra term", f"`{ast.unparse(node.left)}` does not belong here"
        for op in (ast.Mult,):
            yield _with(node, "op", op()), "operator", ""
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        yield _with(node, "op", ast.Div()), "operator", ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield node.left, "constant", f"the power `{ast.unparse(node.right)}` does not belong here"
        yield _with(node, "right", ast.UnaryOp(ast.USub(), node.right)), "sign", ""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for op in (ast.Gt, ast.Lt, ast.GtE, ast.LtE, ast.Eq, ast.NotEq):
            if type(node.ops[0]) is not op:
                yield _with(node, "ops", [op()]), "comparison", ""
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        attr = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        yield from _kindred(node, KIN)
        if len(node.args) == 1 and not node.keywords and attr not in PRODUCTS:
            yield node.args[0], "function", f"`{attr}` does not belong here"
        if attr == "where" and len(node.args) == 3:
            yield _with(
                node, "args", [node.args[0], node.args[2], node.args[1]]
            ), "comparison", "the two cases are swapped"


def near_functions(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``expm1`` for ``exp``."""
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        yield from _kindred(node, NEAR)


def _kindred(node: ast.Call, kin: tuple[tuple[str, ...], ...]) -> Iterator[Edit]:
    part = "attr" if isinstance(node.func, ast.Attribute) else "id"
    attr = getattr(node.func, part)
    for other in (o for group in kin if attr in group for o in group if o != attr):
        yield _with(node, "func", _with(node.func, part, other)), "function", f"`{attr}` should be `{other}`"


def _dropped(node: ast.BinOp) -> Iterator[Edit]:
    for kept, gone in ((node.left, node.right), (node.right, node.left)):
        if kept is node.right and isinstance(node.op, ast.Div):
            yield node.right, "extra factor", f"`{ast.unparse(gone)} /` does not belong here"
            yield ast.BinOp(
                ast.Constant(1.0), ast.Div(), node.right
            ), "extra factor", f"`{ast.unparse(gone)}` does not belong here"
        else:
            cause = "extra count" if isinstance(node.op, ast.Div) and is_count(gone) else "extra factor"
            yield kept, cause, f"`{ast.unparse(gone)}` does not belong here"


def is_count(node: ast.expr) -> bool:
    """Whether an expression is a number of examples.

    >>> [is_count(ast.parse(t, mode="eval").body) for t in ("N", "x.shape[0]", "num_train", "gamma")]
    [True, True, True, False]
    """
    text = ast.unparse(node)
    return (
        text in ("N", "m", "M", "n", "T", "batch_size", "batch", "N * T")
        or text.startswith("num_")
        or ".shape[" in text
        or text.startswith("len(")
    )


def names(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Another variable of the same shape; gradients for gradients first."""
    yield from _renamed(node, scope, True)


def other_names(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """Another variable, of any shape."""
    yield from _renamed(node, scope, False)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in ("np", "math", "numpy"):
        for other in scope.containers:
            if other != node.id:
                yield parsed(other), "name", f"`{node.id}` should be `{other}`"


def _renamed(node: ast.expr, scope: Scope, same: bool) -> Iterator[Edit]:
    key = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) else ""
    if not readable(key) or key in ("np", "math", "numpy"):
        return
    own = scope.values.get(key)
    for other in sorted(scope.values, key=lambda k: (k[:1] == "d") != (key[:1] == "d")):
        if (
            other != key
            and readable(other)
            and (same or not other.endswith("]"))
            and _kin(own, scope.values[other]) is same
        ):
            yield parsed(other), "name", f"`{key}` should be `{other}`"


def _kin(a, b) -> bool:
    return a is not None and np.shape(a) == np.shape(b) and isinstance(a, bool) == isinstance(b, bool)


def indices(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    if isinstance(node, ast.Slice):
        if (
            node.upper is not None
            and isinstance(node.upper, ast.UnaryOp)
            and isinstance(node.upper.op, ast.USub)
            and node.lower is not None
        ):
            for size in scope.values:
                if isinstance(scope.values[size], int) and size.isidentifier():
                    upper = ast.BinOp(node.lower, ast.Add(), ast.Name(size, ast.Load()))
                    yield _with(node, "upper", upper), "padding", ""
        for part in ("lower", "upper"):
            bound = getattr(node, part)
            if bound is not None:
                yield _with(node, part, None), "index", ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        items = node.slice.elts
        for i in range(len(items)):
            for j in range(i):
                swapped = list(items)
                swapped[i], swapped[j] = items[j], items[i]
                yield _with(node, "slice", _with(node.slice, "elts", swapped)), "index", ""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Constant):
        yield node.value, "index", ""


def sizes(scope: Scope) -> list[str]:
    """Numbers of examples and the like: two texts at most for each size, names before shapes."""
    named = [(n, v) for n, v in scope.values.items() if type(v) is int and v > 1 and n.isidentifier()]
    arrays = [(n, v) for n, v in scope.values.items() if isinstance(v, np.ndarray) and n.isidentifier()]
    shapes = [(f"{n}.shape[{k}]", v.shape[k]) for n, v in arrays for k in range(min(v.ndim, 2))]
    texts: dict[int, list[str]] = {}
    for text, size in [*named, *shapes, *((f"{n}.size", v.size) for n, v in arrays)]:
        texts.setdefault(size, []).append(text)
    return [text for some in texts.values() for text in some[:2]]


def counts(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A division by a number of examples in front of a term, or a multiplication; doubled and halved terms."""
    found = sizes(scope)
    for text in found if is_term(node, top) else ():
        yield ast.BinOp(node, ast.Div(), parsed(text)), "count", f"the division by `{text}` is missing"
    for text in ("2", "0.5") if is_term(node, top) else ():
        yield ast.BinOp(parsed(text), ast.Mult(), node), "constant", f"the factor `{text}` is missing"
    for text in found if is_term(node, top) else ():
        yield ast.BinOp(node, ast.Mult(), parsed(text)), "count", f"the factor `{text}` is missing"


def plain_factors(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A value that a term is to be multiplied with, or divided by."""
    for name, value in scope.values.items() if is_term(node, top) else ():
        if readable(name) and isinstance(value, (float, np.ndarray, np.floating)):
            cause = "regulariser" if name in scope.regularisers else "factor"
            yield ast.BinOp(node, ast.Mult(), parsed(name)), cause, f"the factor `{name}` is missing"
            if cause == "regulariser":
                yield ast.BinOp(node, ast.Mult(), parsed(f"(2 * {name})")), cause, f"the factor `2 * {name}` is missing"
            yield ast.BinOp(node, ast.Div(), parsed(name)), cause, f"the division by `{name}` is missing"


FORMS = (
    "(1 - {})",
    "({} > 0)",
    "(1 - {} ** 2)",
    "({} * (1 - {}))",
    "np.exp({})",
    "(2 * {})",
    "{} ** 2",
    "np.cos({})",
    "np.sin({})",
    "{} ** -0.5",
)


def slopes(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A usual slope of a value that a term is to be multiplied with."""
    arrays = any(isinstance(v, np.ndarray) for v in scope.values.values())
    for form in FORMS if is_term(node, top) else ():
        for name, value in scope.values.items():
            if readable(name) and isinstance(value, (float, np.ndarray, np.floating)):
                text = form.replace("{}", name)
                text = text.replace("np.", "math.") if not arrays else text
                yield ast.BinOp(node, ast.Mult(), parsed(text)), "factor", f"the factor `{text}` is missing"


def added(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A value of the scope that is to be added to a term, or taken from it."""
    if is_term(node, top):
        for name, value in scope.values.items():
            if readable(name) and isinstance(value, (float, np.ndarray, np.floating)):
                yield ast.BinOp(node, ast.Add(), parsed(name)), "path", f"the term `{name}` is missing"
                yield ast.BinOp(node, ast.Sub(), parsed(name)), "path", f"the term `- {name}` is missing"


def inner_differences(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """``(a - b)`` or ``(a + b)`` where only ``a`` is."""
    own = scope.values.get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(own, (float, np.ndarray)) and not top:
        for name, value in scope.values.items():
            if name != node.id and readable(name) and np.shape(value) == np.shape(own):
                yield ast.BinOp(node, ast.Sub(), parsed(name)), "path", f"the term `- {name}` is missing"
                yield ast.BinOp(node, ast.Add(), parsed(name)), "path", f"the term `{name}` is missing"


def differences(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A factor that is the difference of two values."""
    if is_term(node, top):
        some = [
            n for n, v in scope.values.items() if readable(n) and isinstance(v, np.ndarray) and v.ndim and n[:1] != "d"
        ]
        for one, other in itertools.permutations(some[:6], 2):
            if np.shape(scope.values[one]) == np.shape(scope.values[other]):
                text = f"({one} - {other})"
                yield ast.BinOp(node, ast.Mult(), parsed(text)), "factor", f"the factor `{text}` is missing"


def is_term(node: ast.expr, top: bool) -> bool:
    return top and not isinstance(node, (ast.Tuple, ast.Constant, ast.List))


def readable(name: str) -> bool:
    return name.isidentifier() or name.startswith(("cache[", "self.")) or name.endswith("]")


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def shapes(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A missing reshape to some value's shape."""
    if top and not isinstance(node, (ast.Constant, ast.Tuple)):
        for name, value in scope.values.items():
            if isinstance(value, np.ndarray) and name.isidentifier() and value.ndim:
                target = ast.parse(f"{name}.shape", mode="eval").body
                func = ast.Attribute(node, "reshape", ast.Load())
                yield ast.Call(func, [target], []), "shape", ""


def unused(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """What a line computes and no line reads belongs somewhere."""
    for name in sorted(scope.unused & set(scope.values)) if is_term(node, top) else ():
        said = f"`{name}` is never used: the {{}} `{name}` is missing"
        factor = kind_of(frozenset((name,)), scope)
        yield ast.BinOp(node, ast.Mult(), parsed(name)), factor, said.format("factor")
        if kind_of(frozenset((name,)), scope) != "count":
            yield ast.BinOp(node, ast.Add(), parsed(name)), "path", said.format("term")
        yield ast.BinOp(node, ast.Div(), parsed(name)), factor, said.format("division by")
        if kind_of(frozenset((name,)), scope) != "count":
            yield ast.BinOp(node, ast.Sub(), parsed(name)), "path", said.format("term -")


def one_value(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A factor or a term made of one value: see `from_parts`."""
    return iter(())


def several_values(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """A factor or a term made of two values: see `from_parts`."""
    return iter(())


def same_values(node: ast.expr, scope: Scope, top: bool) -> Iterator[Edit]:
    """What is handed back should be another value at hand: see `other_values`."""
    return iter(())


def other_values(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """A value at hand that is just what a name in the line should be; ``top``: a name that is all of a value."""
    atoms = [(n, np.asarray(v)) for n, v in scope.values.items() if readable(n)]
    for part in [p for p in scope.parts() if p.top or not top]:
        for text in needed.replacements(part, atoms) if isinstance(part.node, (ast.Name, ast.Attribute)) else ():
            new = needed.put(stmt, part.node, placed(parsed(text), part.node))
            yield Mend("name", (new,), f"`{ast.unparse(part.node)}` should be `{text}`")


def from_parts(stmt: ast.stmt, scope: Scope, many: int, top: bool) -> Iterator[Mend]:
    """What explains the gap between a part of a line and what it should be."""
    own = ast.unparse(getattr(stmt, "target", None) or getattr(stmt, "targets", [stmt])[0])
    known = {n: v for n, v in scope.values.items() if readable(n) and not isinstance(v, bool) and n != own}
    atoms = [(n, np.asarray(v)) for n, v in known.items()][: needed.MOST_ATOMS]
    for part in scope.parts():
        if top and not part.top:
            continue
        for operand, text, form in needed.inside(part, scope.values_of(), atoms, scope) if many == 1 else ():
            new = needed.put(stmt, operand, grown(operand, text))
            yield Mend(kind_of(form.atoms, scope), (new,), missing(text, "factor"))
        for find, cause, word in ((needed.factors, "factor", "factor"), (needed.terms, "path", "term")):
            for text, chosen in itertools.islice(find(part, atoms, many, scope), MOST_EXPLAINED):
                new = needed.put(stmt, part.node, grown(part.node, text))
                used = frozenset().union(*(f.atoms for f in chosen))
                kind = cause if cause == "path" else kind_of(used, scope)
                yield Mend(kind, (new,), missing(text, word))


def grown(node: ast.expr, text: str) -> ast.expr:
    """An expression with ``* a / b`` or ``+ c`` behind it."""
    hole = parsed(f"hole {text}")
    made = needed.put(hole, next(n for n in ast.walk(hole) if getattr(n, "id", "") == "hole"), node)
    return placed(made, node)


def missing(text: str, word: str) -> str:
    """``* a`` and ``/ b`` in words.

    >>> missing("* a", "factor"), missing("/ b", "factor"), missing("- c", "term")
    ('the factor `a` is missing', 'the division by `b` is missing', 'the term `- c` is missing')
    """
    if text[0] == "/":
        return f"the division by `{text[2:]}` is missing"
    return f"the {word} `{text.removeprefix('* ').removeprefix('+ ')}` is missing"


MOST_EXPLAINED = 6


def kind_of(used: frozenset[str], scope: Scope) -> str:
    """The cause that a missing factor of these values is."""
    if used and all(isinstance(scope.values.get(name), int) for name in used):
        return "count"
    return "regulariser" if used & scope.regularisers else "factor"


LEVELS: tuple[Callable, ...] = (
    *(same_values, minuses, flips, negations, indices, reductions, matrices, operators, constants),
    *(names, other_names, unused, one_value, several_values, counts, plain_factors, sums),
    *(added, slopes, inner_differences, differences, near_functions, shapes),
)
SMALL = 2 + LEVELS.index(constants)  # turns up to which a change is smaller than a forgotten path
SCALING = (counts, doubled)  # a number that a product's operand lacks, the product lacks
SIZED = (
    doubled,
    negations,
    counts,
    plain_factors,
    sums,
    slopes,
    shapes,
    unused,
    added,
)  # no line that only reads sizes lacks these
