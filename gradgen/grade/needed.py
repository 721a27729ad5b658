"""What a part of a line should have been, when the rest of the line is right: found by undoing the rest.

`needed` takes a value's true gradient down through a line: of ``a * b`` that should be t, ``a`` should be ``t / b``.  `mends` then
looks for what explains the gap between a part and what it should be: a factor or a term, made of the values at hand.
Nothing is run for that; so products of several values can be looked through.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

HOLE = "hole!"  # no name of a text is spelled so
TOLERANCE = 1e-8
MOST_ATOMS, MOST_ENTRIES = 16, 9
CONSTANTS = (1, -1, 2, -2, 0.5, -0.5)
STACKS = {"hstack": -1, "vstack": 0, "concatenate": 0}


@dataclass(frozen=True)
class Part:
    """An expression of a line, its value, and what it should be; ``top``: it is all of what the line computes."""

    node: ast.expr
    value: np.ndarray
    needed: np.ndarray
    top: bool = False


@dataclass(frozen=True)
class Form:
    """Something that a value may be multiplied with (divided by, where it is ``over``) or that may be added to it."""

    text: str
    value: np.ndarray
    atoms: frozenset[str]
    over: bool = False


Atoms = Sequence[tuple[str, np.ndarray]]  # values at hand
Table = dict[int, np.ndarray]  # the values of expressions, by the ids of their nodes


# watching the parts of a line


def operands(node: ast.expr) -> list[ast.expr]:
    """The operands of a matrix product; what a sum or a mean runs over."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return [node.left, node.right]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        method = ast.unparse(node.func.value) not in ("np", "numpy")
        if node.func.attr in ("dot", "matmul"):
            return [node.func.value, *node.args] if method else node.args
        if node.func.attr in ("sum", "mean"):
            return [node.func.value] if method else node.args[:1]
    return []


def children(node: ast.expr) -> list[ast.expr]:
    """The parts whose values can be told from the whole and from one another."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "reshape" and ast.unparse(node.func.value) not in ("np", "numpy"):
            return [node.func.value]
        if node.func.attr in STACKS and node.args and isinstance(node.args[0], (ast.Tuple, ast.List)):
            return [e for e in node.args[0].elts if not isinstance(e, ast.Starred)]
    return []


def watched(node: ast.expr, numbers: dict[int, ast.expr]) -> ast.expr:
    """The expression with each of its parts inside ``hole!(number, part)``; ``numbers`` is filled with the parts."""
    made = node
    for child in [*children(node), *operands(node)]:
        made = put(made, child, watched(child, numbers))
    numbers[len(numbers)] = node
    call = ast.Call(ast.Name(HOLE, ast.Load()), [ast.Constant(len(numbers) - 1), made], [])
    for new in (call, call.func, call.args[0]):
        ast.copy_location(new, node)
    return call


def needed(node: ast.expr, wanted: np.ndarray, values: Table, top: bool = True) -> Iterator[Part]:
    """The parts of an expression that should be ``wanted``, itself first, with what each should be if all others are right."""
    value = values.get(id(node))
    if value is None:
        return
    whole, wanted = wanted, fitted(wanted, value.shape)
    if wanted is None:
        try:  # a part that is broadcast, but should not be
            yield Part(node, np.broadcast_to(value, whole.shape), whole, top)
        except ValueError:
            if top:
                yield Part(node, value, whole, top)
        return
    yield Part(node, value, wanted, top)
    with np.errstate(all="ignore"):
        for child, due in dues(node, wanted, values):
            yield from needed(child, due, values, False)


def dues(node: ast.expr, wanted: np.ndarray, values: Table) -> Iterator[tuple[ast.expr, np.ndarray]]:
    """(part, what it should be) for the parts of an expression."""
    parts = children(node)
    known = [values.get(id(c)) for c in parts]
    if not parts or any(k is None for k in known):
        return
    if isinstance(node, ast.BinOp):
        (left, right), (a, b) = parts, known
        undo = {
            ast.Add: (lambda: wanted - b, lambda: wanted - a),
            ast.Sub: (lambda: wanted + b, lambda: a - wanted),
            ast.Mult: (lambda: wanted / b, lambda: wanted / a),
            ast.Div: (lambda: wanted * b, lambda: a / wanted),
        }[type(node.op)]
        yield left, undo[0]()
        yield right, undo[1]()
    elif isinstance(node, ast.UnaryOp):
        yield parts[0], -wanted
    elif isinstance(node, ast.Attribute):
        yield parts[0], wanted.T
    elif node.func.attr == "reshape":
        if wanted.size == known[0].size:
            yield parts[0], wanted.reshape(known[0].shape)
    elif len(parts) == len(node.args[0].elts) and wanted.ndim:
        axis = next((k.value for k in node.keywords if k.arg == "axis"), None)
        axis = axis.value if isinstance(axis, ast.Constant) else STACKS[node.func.attr]
        if isinstance(axis, int) and axis < wanted.ndim and all(k.ndim == wanted.ndim for k in known):
            ends = np.cumsum([k.shape[axis] for k in known])
            if ends[-1] == wanted.shape[axis]:
                yield from zip(parts, np.split(wanted, ends[:-1], axis=axis))


def fitted(wanted: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """What a value of this shape should be to be broadcast to what is wanted; None where none would do."""
    if wanted.shape == shape:
        return wanted
    if wanted.ndim < len(shape):
        return wanted.reshape(shape) if wanted.size == int(np.prod(shape)) else None
    full = (1,) * (wanted.ndim - len(shape)) + tuple(shape)
    axes = tuple(k for k, (s, w) in enumerate(zip(full, wanted.shape)) if s == 1 and w != 1)
    if any(s not in (1, w) for s, w in zip(full, wanted.shape)):
        return None
    with np.errstate(all="ignore"):
        first = wanted[tuple(slice(0, 1) if k in axes else slice(None) for k in range(wanted.ndim))]
        if not near(np.broadcast_to(first, wanted.shape), wanted):
            return None
    return first.reshape(shape)


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are alike where both are finite, somewhere."""
    asked = np.isfinite(a) & np.isfinite(b)
    if not asked.any():
        return False
    size = max(np.max(np.abs(a[asked])), np.max(np.abs(b[asked])))
    return bool(np.max(np.abs(a[asked] - b[asked])) <= TOLERANCE * size)


# what may be missing

SINGLE: tuple[tuple[str, bool, Callable], ...] = (  # text, whether it divides, value
    ("{}", False, lambda v: v),
    ("{}", True, lambda v: 1 / v),
    ("(1 - {})", False, lambda v: 1 - v),
    ("{} ** 2", False, lambda v: v * v),
    ("{} ** 2", True, lambda v: 1 / (v * v)),
    ("(1 - {} ** 2)", False, lambda v: 1 - v * v),
    ("(1 + {})", False, lambda v: 1 + v),
    ("(1 + {})", True, lambda v: 1 / (1 + v)),
    ("(1 - {})", True, lambda v: 1 / (1 - v)),
    ("({} > 0)", False, lambda v: (v > 0) * 1.0),
    ("np.exp({})", False, np.exp),
    ("np.log({})", False, np.log),
    ("np.exp(-{})", False, lambda v: np.exp(-v)),
    ("np.cos({})", False, np.cos),
    ("np.sin({})", False, np.sin),
    ("np.sqrt({})", False, np.sqrt),
    ("np.sqrt({})", True, lambda v: 1 / np.sqrt(v)),
    ("{} ** 3", False, lambda v: v**3),
    ("{} ** 3", True, lambda v: v**-3.0),
)
SUMS = ((0, False), (1, True), (None, False), (0, True), (1, False))


def forms(atoms: Atoms, shape: tuple[int, ...], gradients: frozenset[str]) -> list[Form]:
    """What can be made of one value each, in the shape of the part in question; a gradient is only a factor."""
    found = []
    with np.errstate(all="ignore"):
        for text, value in atoms:
            table = SINGLE[:1] if text in gradients else SINGLE if value.dtype.kind == "f" else SINGLE[:2]
            for text, value in placed(text, value, shape):
                for form, over, function in table:
                    made = np.asarray(function(value * 1.0), dtype=float)
                    if made.shape == shape and np.isfinite(made).any():
                        found.append(Form(form.replace("{}", text), made, frozenset((text,)), over))
    return found


def placed(text: str, value: np.ndarray, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """A value broadcast to a shape, as a column where it has to be one."""
    try:
        yield text, np.broadcast_to(value, shape)
    except ValueError:
        if value.ndim == 1 and len(shape) == 2 and value.shape[0] == shape[0]:
            yield f"{text}[:, None]", np.broadcast_to(value[:, None], shape)


def sums(atoms: Atoms, shape: tuple[int, ...]) -> list[Form]:
    """Sums and means of values and of products of two, in the shape of the part in question."""
    found, arrays = [], [(t, v) for t, v in atoms if v.ndim and v.dtype.kind == "f"]
    products = [(t, v, frozenset((t,))) for t, v in arrays]
    products += [
        (f"{a} * {b}", x * y, frozenset((a, b))) for (a, x), (b, y) in itertools.combinations(arrays, 2) if x.shape == y.shape
    ]  # fmt: skip
    for text, value, of in products:
        for axis, kept in SUMS:
            if axis is not None and axis >= value.ndim:
                continue
            keywords = ("" if axis is None else f", axis={axis}") + (", keepdims=True" if kept else "")
            for name, function in (("sum", np.sum), ("mean", np.mean)):
                made = np.asarray(function(value, axis=axis, keepdims=kept))
                for whole, seen in placed(f"np.{name}({text}{keywords})", made, shape):
                    found.append(Form(whole, seen, of))
    return found


def explained(
    value: np.ndarray, wanted: np.ndarray, made: list[Form], extra: list[Form], many: int
) -> Iterator[tuple[float, list[Form]]]:
    """(constant, forms) whose product with ``value`` is ``wanted``: of ``many`` forms, ``extra`` ones at most once."""
    asked = np.isfinite(value) & np.isfinite(wanted)
    order = np.argsort(-np.abs(np.where(asked, wanted, 0)).ravel())[:MOST_ENTRIES]
    order = order[asked.ravel()[order]]
    if not len(order) or not np.abs(wanted.ravel()[order[0]]) > 0:
        return
    some, due = value.ravel()[order], wanted.ravel()[order]
    table = np.array([f.value.ravel()[order] for f in [*made, *extra]]).reshape(-1, len(order)) * 1.0
    count = len(made)
    with np.errstate(all="ignore"):
        if many == 1:
            groups = [((i,), table[i] * some) for i in range(len(table))]
            tries = [places for places, p in groups if multiple(p, due)]
        else:
            tries = []
            for i in range(count):
                product = table[i:] * (table[i] * some)
                ratio = due[0] / product[:, 0]
                good = np.abs(product * ratio[:, None] - due).max(axis=1) <= TOLERANCE * np.abs(due[0])
                good &= np.isclose(ratio[:, None], CONSTANTS, rtol=1e-7).any(axis=1)
                tries += [(i, i + int(j)) for j in np.flatnonzero(good)]
    for places in tries:
        chosen = [[*made, *extra][k] for k in places]
        whole = value * np.prod([f.value for f in chosen], axis=0)
        at = np.unravel_index(order[0], wanted.shape) if wanted.shape else ()
        ratio = float(wanted[at] / whole[at])
        constant = next((c for c in CONSTANTS if abs(ratio - c) <= 1e-7 * abs(c)), None)
        if constant is not None and near(whole * constant, wanted):
            yield constant, chosen


def is_likely(constant: float, chosen: list[Form], many: int, gradients: frozenset[str]) -> bool:
    """Whether a factor is one that people forget: a sign beside it is another mistake, but for that of a slope or of the
    gradient that comes in."""
    if constant < 0:
        return any(
            f.atoms & gradients or f.over and f.text.endswith("** 2") or f.text.startswith("np.sin") for f in chosen
        )
    return constant == 1 or many > 1


def multiple(product: np.ndarray, due: np.ndarray) -> bool:
    ratio = due[0] / product[0]
    return bool(np.isfinite(ratio) and np.max(np.abs(product * ratio - due)) <= TOLERANCE * abs(due[0]))


def factors(part: Part, atoms: Atoms, many: int, scope) -> Iterator[tuple[str, list[Form]]]:
    """(text of what is missing, with its operator, forms): factors of a part."""
    if not np.any(part.value) or part.value.shape != part.needed.shape:
        return
    shape = part.needed.shape
    made, extra = forms(atoms, shape, scope.gradients), sums(atoms, shape) if many > 1 else []
    if many > 1:
        made += [Form(f"{c!r}", np.full(shape, float(c)), frozenset()) for c in scope.constants if abs(c) not in (0, 1)]
    extra = [] if len(made) * len(extra) > 40_000 else extra
    known: list[Form] = [*extra] if many == 1 else []
    for constant, chosen in explained(part.value, part.needed, made + known, extra, many):
        if is_likely(constant, chosen, many, scope.gradients):
            yield written(constant, chosen, True), chosen


def inside(part: Part, values: Table, atoms: Atoms, scope) -> Iterator[tuple[ast.expr, str, Form]]:
    """(operand, text of the factor that it lacks, form): where a product's operand or a sum's summand lacks a factor."""
    parts = operands(part.node)
    known = [values.get(id(p)) for p in parts]
    if not parts or any(k is None for k in known) or part.value.shape != part.needed.shape:
        return
    for place, (operand, value) in enumerate(zip(parts, known)):
        for form in forms(atoms, value.shape, scope.gradients):
            if form.value.size > 1 and not np.ptp(form.value):
                continue  # a number is a factor of the whole
            with np.errstate(all="ignore"):
                changed = [*known[:place], value * form.value, *known[place + 1 :]]
            if (made := linear(part.node, changed)) is not None and made.shape == part.needed.shape:
                if near(made, part.needed):
                    yield operand, written(1, [form], True), form


def linear(node: ast.expr, known: list[np.ndarray]) -> np.ndarray | None:
    """The value of a product or a sum with these operands."""
    try:
        with np.errstate(all="ignore"):
            if len(known) == 2:
                return np.asarray(np.dot(*known))
            literal = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
            rest = node.args if ast.unparse(node.func.value) not in ("np", "numpy") else node.args[1:]
            literal |= {"axis": ast.literal_eval(a) for a in rest}
            return np.asarray(getattr(np, node.func.attr)(known[0], **literal))
    except (ValueError, TypeError, IndexError, SyntaxError):
        return None


def terms(part: Part, atoms: Atoms, many: int, scope) -> Iterator[tuple[str, list[Form]]]:
    """Terms that a part lacks."""
    if part.value.shape != part.needed.shape:
        return
    with np.errstate(all="ignore"):
        gap = part.needed - part.value
    finite = np.isfinite(gap)
    if not finite.any() or np.max(np.abs(gap[finite])) <= TOLERANCE * np.max(np.abs(part.value)):
        return
    shape = gap.shape
    made, extra = forms(atoms, shape, scope.gradients), sums(atoms, shape)
    if many == 1:
        made, extra = made + extra, []
    for constant, chosen in explained(np.ones(shape), gap, made, extra, many):
        yield written(constant, chosen, False), chosen


def replacements(part: Part, atoms: Atoms) -> Iterator[str]:
    """The values at hand that a part should be."""
    for text, value in atoms:
        if value.shape == part.needed.shape and (value.ndim or part.top) and near(value, part.needed):
            yield text


def written(constant: float, chosen: list[Form], factor: bool) -> str:
    """``* 2 * a / b`` for a factor, ``- a / b`` for a term.

    >>> made = [Form("a", np.ones(1), frozenset("a")), Form("b", np.ones(1), frozenset("b"), True)]
    >>> written(-2, made, True), written(-1, made, False)
    ('* -2 * a / b', '- a / b')
    """
    above, below = [f.text for f in chosen if not f.over], [f.text for f in chosen if f.over]
    size = constant if factor else abs(constant)
    if size != 1:
        above.insert(0, f"{size:g}")
    divided = f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})" if below else ""
    if factor:
        return ("* " + " * ".join(above) if above else "") + (divided if above else divided.strip())
    return ("-" if constant < 0 else "+") + " " + (" * ".join(above) or "1.0") + divided


def put(node, old: ast.AST, new: ast.AST):
    """A node with one of the nodes in it replaced; what does not hold it is shared."""
    if node is old:
        return new
    made = node
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            other = put(value, old, new)
        elif isinstance(value, list) and value and isinstance(value[0], ast.AST):
            other = [put(v, old, new) for v in value]
            other = value if all(a is b for a, b in zip(other, value)) else other
        else:
            continue
        if other is not value:
            made = copy.copy(node) if made is node else made
            setattr(made, name, other)
    return made
