"""Mistakes as people make them: each operator takes a node and yields ``(kind of mistake, what stands there instead)``.

They know nothing of the templates that gradgen looks for mistakes with.  `CAUSES` says which message codes name each kind.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from tests.grading.facts import Facts

CAUSES: dict[str, set[str]] = {
    "sign": {"GG402"},
    "assign for add": {"GG403"},
    "add for assign": {"GG403"},
    "left out": {"GG404", "GG403"},
    "dropped term": {"GG404", "GG403"},
    "extra term": {"GG404"},
    "dropped factor": {"GG407", "GG404"},
    "dropped count": {"GG408"},
    "extra count": {"GG408"},
    "dropped number": {"GG410", "GG407", "GG409", "GG402"},
    "dropped regulariser": {"GG409", "GG407"},
    "regulariser": {"GG409", "GG410"},
    "extra factor": {"GG407", "GG408", "GG410"},
    "no sum": {"GG405"},
    "extra sum": {"GG405"},
    "axis": {"GG405"},
    "keepdims": {"GG405", "GG416"},
    "mean for sum": {"GG405", "GG408"},
    "transpose": {"GG406"},
    "order of a product": {"GG406"},
    "constant": {"GG410", "GG407", "GG409"},
    "stale": {"GG411"},
    "comparison": {"GG412"},
    "operator": {"GG412", "GG402", "GG407"},
    "function": {"GG412"},
    "index": {"GG413", "GG410", "GG405", "GG411"},
    "unpadding": {"GG413"},
    "shape": {"GG416", "GG405"},
    "swapped": {"GG417"},
}
KIN = {"sin": "cos", "cos": "sin", "exp": "log", "log": "exp", "sqrt": "square", "zeros_like": "ones_like", "maximum": "minimum", "tanh": "cosh", "argmax": "argmin"}  # fmt: skip
FLIPS = {ast.Gt: (ast.Lt,), ast.Lt: (ast.Gt,), ast.GtE: (ast.LtE,), ast.LtE: (ast.GtE,), ast.Eq: (ast.NotEq,)}
SWAPS = {ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.MatMult: (ast.Mult,)}
AXES = (0, 1, None, (0, 1))
FEW = 12  # other names that are tried at one place
Changes = Iterator[tuple[str, ast.AST | list[ast.stmt]]]


def statements(node: ast.AST, facts: Facts) -> Changes:
    """What is added is put, put twice, taken away or left out; a value is added to what was there; results change places."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        if isinstance(node.op, ast.Add):
            yield "assign for add", [assigned(node, [stored(node.target)], node.value)]
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "sign", [ast.copy_location(ast.AugAssign(node.target, other, node.value), node)]
        yield "left out", []
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
        yield "dropped count", []
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(node.value, ast.Constant):
            yield "left out", []
        if isinstance(target, ast.Name) and target.id in facts.before(node):
            yield "add for assign", [ast.copy_location(ast.AugAssign(target, ast.Add(), node.value), node)]
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for i in range(1, len(node.value.elts)):
            items = list(node.value.elts)
            items[i - 1], items[i] = items[i], items[i - 1]
            if all(isinstance(item, ast.Name) for item in items):
                continue  # they are told by their names
            yield "swapped", [ast.copy_location(ast.Return(ast.Tuple(items, ast.Load())), node)]


def assigned(node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> ast.Assign:
    return ast.copy_location(ast.Assign(targets, value), node)


def stored(node: ast.expr) -> ast.expr:
    node = copy.copy(node)
    node.ctx = ast.Store()
    return node


def computed(node: ast.AST) -> ast.expr | None:
    """What an assignment computes, where that is arithmetic."""
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Tuple) and arithmetic(node.value):
        return node.value
    return node.value if isinstance(node, ast.AugAssign) else None


def arithmetic(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "sum", "where", "matmul")
    return isinstance(node, ast.BinOp)


def binary(node: ast.AST, *operators: type) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, operators)


def terms_of(node: ast.AST) -> list[ast.expr]:
    """The terms of a sum of which a node is the whole."""
    if binary(node, ast.Add, ast.Sub):
        return [*terms_of(node.left), node.right]
    return [node]


def signs(node: ast.AST, facts: Facts) -> Changes:
    """A minus too many, one that is missing, minus for plus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not facts.is_index(node):
        yield "sign", node.operand
    if binary(node, ast.Add, ast.Sub) and not facts.is_index(node):
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "sign", ast.BinOp(node.left, other, node.right)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("exp", "where", "dot") and len(node.args) > 0:
        yield "sign", ast.Call(node.func, [*node.args[:-1], ast.UnaryOp(ast.USub(), node.args[-1])], node.keywords)
    if (value := computed(node)) is not None and isinstance(node, ast.Assign):
        yield "sign", [assigned(node, node.targets, ast.UnaryOp(ast.USub(), value))]


def dropped(node: ast.AST, facts: Facts) -> Changes:
    """Terms and factors that are forgotten."""
    if not isinstance(node, ast.BinOp) or facts.is_index(node):
        return
    if isinstance(node.op, (ast.Add, ast.Sub)) and not isinstance(node.left, ast.Constant):
        yield "dropped term", node.left
    if isinstance(node.op, ast.Add):
        yield "dropped term", node.right
    if isinstance(node.op, (ast.Mult, ast.Div)):
        yield left_out(node.right, facts), node.left
    if isinstance(node.op, ast.Mult):
        yield left_out(node.left, facts), node.right
    if isinstance(node.op, ast.Pow):
        yield "constant", node.left


def left_out(gone: ast.expr, facts: Facts) -> str:
    """What it is called when a factor is dropped."""
    names = {n.id for n in ast.walk(gone) if isinstance(n, ast.Name)}
    if names & {"reg", "lam"}:
        return "dropped regulariser"
    if not names:
        return "dropped number"
    plain = not any(isinstance(n, (ast.Call, ast.Pow, ast.Subscript)) for n in ast.walk(gone))
    return "dropped count" if plain and names <= facts.sizes or "size" in names else "dropped factor"


def extra(node: ast.AST, facts: Facts) -> Changes:
    """Factors, terms, sums and divisions by counts that do not belong there."""
    value = computed(node)
    if value is None or facts.is_index(value):
        return
    stmt = node

    def whole(new: ast.expr) -> list[ast.stmt]:
        made = copy.copy(stmt)
        made.value = new
        return [made]

    yield "extra factor", whole(ast.BinOp(ast.Constant(2), ast.Mult(), value))
    yield "extra factor", whole(ast.BinOp(ast.Constant(0.5), ast.Mult(), value))
    for name in facts.before(node):
        read = ast.Name(name, ast.Load())
        if name in facts.sizes:
            yield "extra count", whole(ast.BinOp(value, ast.Div(), read))
            continue
        yield "extra factor", whole(ast.BinOp(value, ast.Mult(), read))
        yield "extra factor", whole(ast.BinOp(value, ast.Div(), read))
        yield "extra term", whole(ast.BinOp(value, ast.Add(), read))
    for axis in (0, 1):
        keywords = [ast.keyword("axis", ast.Constant(axis)), ast.keyword("keepdims", ast.Constant(True))]
        if "np." in ast.unparse(facts.function):
            yield "extra sum", whole(ast.Call(ast.parse("np.sum", mode="eval").body, [value], keywords))
    for term in terms_of(value) if binary(value, ast.Add, ast.Sub) else ():
        names = {n.id for n in ast.walk(term) if isinstance(n, ast.Name)}
        kind = "regulariser" if names & {"reg", "lam"} else "extra factor"
        yield kind, whole(within(value, term, ast.BinOp(ast.Constant(2), ast.Mult(), term)))
        for name in facts.before(node):
            if name not in facts.sizes:
                yield "extra factor", whole(
                    within(value, term, ast.BinOp(term, ast.Mult(), ast.Name(name, ast.Load())))
                )


def within(tree: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """A sum with one of its terms replaced."""
    if tree is old:
        return new
    if binary(tree, ast.Add, ast.Sub):
        right = new if tree.right is old else tree.right
        return ast.BinOp(within(tree.left, old, new), tree.op, right)
    return tree


def sums(node: ast.AST, facts: Facts) -> Changes:
    """A sum that is missing, over another axis, with other keepdims, or a mean."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean")):
        return
    plain = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
    yield "no sum", node.args[0] if plain else node.func.value
    known = {k.arg: k for k in node.keywords}
    rest = [k for k in node.keywords if k.arg != "axis"]
    for axis in AXES if len(node.args) <= plain else ():
        keywords = [] if axis is None else [ast.keyword("axis", ast.parse(repr(axis), mode="eval").body)]
        yield "axis", ast.Call(node.func, node.args, [*keywords, *rest])
    if "keepdims" in known:
        yield "keepdims", ast.Call(node.func, node.args, [k for k in node.keywords if k.arg != "keepdims"])
    elif "axis" in known:
        yield "keepdims", ast.Call(node.func, node.args, [*node.keywords, ast.keyword("keepdims", ast.Constant(True))])
    other = ast.Attribute(node.func.value, "mean" if node.func.attr == "sum" else "sum", ast.Load())
    yield "mean for sum", ast.Call(other, node.args, node.keywords)


def products(node: ast.AST, facts: Facts) -> Changes:
    """A transpose too many or too few, factors in the wrong order."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node.value
    if binary(node, ast.MatMult):
        yield "order of a product", ast.BinOp(node.right, ast.MatMult(), node.left)
        yield "transpose", ast.BinOp(turned(node.left), ast.MatMult(), node.right)
        yield "transpose", ast.BinOp(node.left, ast.MatMult(), turned(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
        if ast.unparse(node.func.value) == "np" and len(node.args) == 2:
            yield "order of a product", ast.Call(node.func, node.args[::-1], [])
            yield "transpose", ast.Call(node.func, [turned(node.args[0]), node.args[1]], [])
            yield "transpose", ast.Call(node.func, [node.args[0], turned(node.args[1])], [])
        elif len(node.args) == 1:
            left, (right,) = node.func.value, node.args
            yield "order of a product", ast.Call(ast.Attribute(right, "dot", ast.Load()), [left], [])
            yield "transpose", ast.Call(ast.Attribute(turned(left), "dot", ast.Load()), [right], [])
            yield "transpose", ast.Call(node.func, [turned(right)], [])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reshape":
        if ast.unparse(node.func.value) != "np":
            yield "shape", node.func.value


def turned(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else ast.Attribute(node, "T", ast.Load())


def constants(node: ast.AST, facts: Facts) -> Changes:
    """Numbers that are off."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        c = node.value
        if facts.is_index(node):
            yield "index", ast.Constant(c + 1)
            return
        for other in (c + 1, c - 1, 2 * c, c / 2, c * 10):
            if other != c:
                yield "constant", ast.Constant(other)
        if c:
            yield "sign", ast.Constant(-c)


def stale(node: ast.AST, facts: Facts) -> Changes:
    """Another variable, near in meaning: a gradient for a gradient, a value for a value."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)) or node.id in ("np", "math"):
        return
    if id(node) in facts.called:
        return
    others = [n for n in facts.before(node) if n != node.id and (n in facts.sizes) == (node.id in facts.sizes)]
    alike = [n for n in others if is_gradient(n) == is_gradient(node.id)]
    for name in alike[:FEW]:
        yield ("index" if facts.is_index(node) else "stale"), ast.Name(name, ast.Load())


def is_gradient(name: str) -> bool:
    return name[:1] == "d" and len(name) > 1 or name.startswith(("grad", "g_"))


def operators(node: ast.AST, facts: Facts) -> Changes:
    """Another comparison, operator or function, or none."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for flip in FLIPS.get(type(node.ops[0]), ()):
            yield "comparison", ast.Compare(node.left, [flip()], node.comparators)
    if isinstance(node, ast.BinOp) and not facts.is_index(node):
        for flip in SWAPS.get(type(node.op), ()):
            yield "operator", ast.BinOp(node.left, flip(), node.right)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "math"):
        other = KIN.get(node.attr)
        if other and not (other == "square" and node.value.id == "math"):
            yield "function", ast.Attribute(node.value, other, node.ctx)
    if (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in KIN
        and len(node.args) == 1
        and not node.keywords
    ):
        yield "function", node.args[0]


def indices(node: ast.AST, facts: Facts) -> Changes:
    """Indices that are forgotten or change places; slices that run on; padding that is cut off from the end."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Constant):
        return
    if isinstance(node.ctx, ast.Load):
        yield "index", node.value
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for place, item in enumerate(items):
        if isinstance(item, ast.Slice) and item.lower is not None and item.upper is not None:
            upper = ast.unparse(item.upper)
            if upper.startswith("pad + "):
                yield "unpadding", with_item(node, place, ast.Slice(item.lower, ast.UnaryOp(ast.USub(), item.lower)))
            yield "index", with_item(node, place, ast.Slice(item.lower, None))
    if len(items) > 1:
        swapped = list(items)
        swapped[:2] = swapped[1::-1]
        yield "index", ast.Subscript(node.value, ast.Tuple(swapped, ast.Load()), node.ctx)


def with_item(node: ast.Subscript, place: int, item: ast.expr) -> ast.Subscript:
    if not isinstance(node.slice, ast.Tuple):
        return ast.Subscript(node.value, item, node.ctx)
    items = list(node.slice.elts)
    items[place] = item
    return ast.Subscript(node.value, ast.Tuple(items, ast.Load()), node.ctx)


OPERATORS: tuple[Callable[[ast.AST, Facts], Changes], ...] = (
    *(statements, signs, dropped, extra, sums, products, constants, stale, operators, indices),
)
