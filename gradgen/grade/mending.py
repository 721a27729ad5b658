"""The forms of a student's statements that a usual mistake explains, the likeliest first.

`in_turn` gives them turn by turn (`TURNS`): each turn tries one template at every place of the statements.  Which form makes the
student's own code right is found out by running it.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gradgen.grade import fillings, needed, templates
from gradgen.grade.edits import (
    PRODUCTS,
    REDUCTIONS,
    Edit,
    Mend,
    Scope,
    Template,
    changed_in,
    is_count,
    is_own_value,
    is_product,
    is_size,
    is_term_of,
    loaded,
    parsed,
    placed,
    readable,
    retargeted,
    stored,
    targets_of,
)
from gradgen.grade.fillings import filled, kind_of, missing

MOST_EXPLAINED = 6
IN_INDEX = ("padding", "comparison")  # causes that are their own in an index


@dataclass(frozen=True)
class Turn:
    """What is tried at once: a template at the places of a statement, and other forms of all of it."""

    template: Template | None = None
    whole: Callable[[ast.stmt, Scope, bool], Iterator[Mend]] | None = None
    computes: bool = False  # not for lines that only read sizes
    scales: bool = False  # what a product's operand lacks, the product lacks
    stores: bool = False  # in the index of what is stored into, too
    in_order: bool = False  # from the first line on: what is computed is soon used


def in_turn(
    suspects: dict[int, tuple[ast.stmt, Scope]], near: list[int], right: set[int], raised: bool = False
) -> Iterator[tuple[int, int, Mend]]:
    """(turn, statement, mend): other forms of statements, each once, equally likely ones in one turn.

    First whether statements add or replace; then those ``near`` the first wrong value, the others, and those that are
    ``right`` by themselves; small changes of any line before larger ones,
    but where a line ``raised``: then it is the nearest.
    """
    seen = {sid: {ast.unparse(stmt)} if not hasattr(stmt, "body") else set() for sid, (stmt, _) in suspects.items()}
    near = [s for s in near if s in suspects]
    right = right - {*near}
    first = [s for s in suspects if s not in right and s not in near]
    late = [s for s in suspects if s in right]
    ends = [
        s for s in first if isinstance(suspects[s][0], ast.Return)
    ]  # which could hand back another value for any mistake
    others = [s for s in first if s not in ends]
    turns = [(turn, [*near, *first, *late]) for turn in FIRST]
    small, large = TURNS[: SMALL - 1], TURNS[SMALL - 1 :]
    order = ((near, small), (others, small), (near, large), (ends, small), (first, large), (late, TURNS))
    if raised:
        order = ((near[:1], TURNS), order[0], order[2], order[1], *order[3:])
    turns += [(turn, group) for group, some in order for turn in some]
    for number, (turn, sids) in enumerate(turns):
        sids = sorted(sids) if turn.in_order else sids
        for top in (True, False):  # what concerns all of a line first
            for sid in sids:
                stmt, scope = suspects[sid]
                for mend in forms(stmt, scope, turn, top):
                    text = "\n".join(ast.unparse(s) for s in map(header, mend.statements))
                    if text not in seen[sid] and not counts_nothing(mend.statements[0], scope):
                        seen[sid].add(text)
                        yield number, sid, Mend(mend.cause, mend.statements, mend.detail, text)


def counts_nothing(stmt: ast.stmt, scope: Scope) -> bool:
    """Whether ``N = x.shape[0]`` is 1: that counts no examples."""
    read = getattr(stmt, "value", None)
    counted = isinstance(read, ast.Subscript) and isinstance(read.slice, ast.Constant)
    if not (counted and getattr(read.value, "attr", "") == "shape" and isinstance(read.slice.value, int)):
        return False
    shape, axis = np.shape(scope.values.get(ast.unparse(read.value.value))), read.slice.value
    return -len(shape) <= axis < len(shape) and shape[axis] == 1


def header(stmt: ast.stmt) -> ast.stmt:
    """A statement without the statements in it."""
    return changed_in(stmt, "body", [ast.Pass()]) if hasattr(stmt, "body") else stmt


def forms(stmt: ast.stmt, scope: Scope, turn: Turn, top: bool) -> Iterator[Mend]:
    """A statement with one place changed by a turn; ``top``: only where the place is all of its value."""
    if turn.whole is not None:
        yield from turn.whole(stmt, scope, top)
    if turn.template is None or turn.computes and is_size(stmt):
        return
    if top:
        value = getattr(stmt, "value", None)
        for new, cause, detail in turn.template(value, scope, True) if isinstance(value, ast.expr) else ():
            yield Mend(cause, (changed_in(stmt, "value", placed(new, value)),), detail)
        return
    for part in ("value", "test", "iter"):
        if isinstance(getattr(stmt, part, None), ast.expr):
            for new, cause, detail in everywhere(getattr(stmt, part), scope, turn, top=part == "value"):
                yield Mend(cause, (changed_in(stmt, part, new),), detail)
    for target in targets_of(stmt) if turn.stores else ():
        for new, cause, detail in everywhere(target.slice, scope, turn, top=False):
            yield Mend(
                cause if cause in IN_INDEX else "index",
                (retargeted(stmt, target, changed_in(target, "slice", new)),),
                detail,
            )


def everywhere(node: ast.AST, scope: Scope, turn: Turn, top: bool = True) -> Iterator[Edit]:
    """The expression with one of its places changed by a turn's template; ``top`` places are whole values, terms and arguments."""
    if isinstance(node, ast.expr) and not isinstance(node, ast.Starred):
        for new, cause, detail in turn.template(node, scope, top):
            yield placed(new, node), cause, detail
    for name, child in ast.iter_fields(node):
        if isinstance(node, ast.Call) and name == "func" and isinstance(child, ast.Attribute):
            if isinstance(child.value, ast.Name) and child.value.id in ("np", "numpy", "math"):
                continue
            for new, cause, detail in everywhere(
                child.value, scope, turn, child.attr in (*REDUCTIONS, *PRODUCTS) and not turn.scales
            ):
                yield changed_in(node, "func", changed_in(child, "value", new)), cause, detail
        elif isinstance(child, ast.expr):
            inside = is_term_of(node, top) and not (turn.scales and is_product(node))
            for new, cause, detail in everywhere(child, scope, turn, inside):
                picked = isinstance(node, ast.Subscript) and name == "slice" and cause not in IN_INDEX
                yield changed_in(node, name, new), "index" if picked else cause, detail
        elif isinstance(child, list) and child and isinstance(child[0], (ast.expr, ast.keyword)):
            for place, item in enumerate(child):
                if isinstance(item, ast.keyword):
                    if item.arg in ("axis", "keepdims", "dtype"):
                        continue
                    found = (
                        (changed_in(item, "value", new), c, d)
                        for new, c, d in everywhere(item.value, scope, turn, False)
                    )
                else:
                    found = everywhere(item, scope, turn, is_own_value(node, top, turn.scales))
                for new, cause, detail in found:
                    yield changed_in(node, name, [*child[:place], new, *child[place + 1 :]]), cause, detail


# forms of whole statements: (statement, scope, whether only all of its value is asked about) -> mends


def whole(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """`+=` for `=` and the other way round, zeros for ones to start from, a line too many."""
    if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and not isinstance(stmt.targets[0], ast.Tuple):
        target, value = stmt.targets[0], stmt.value
        key = ast.unparse(target)
        if {key, key.partition("[")[0]} & scope.begun:
            yield Mend("accumulate", (ast.copy_location(ast.AugAssign(stored(target), ast.Add(), value), stmt),))
            added = placed(ast.BinOp(loaded(target), ast.Add(), value), stmt)
            yield Mend("accumulate", (changed_in(stmt, "value", added),))
        if isinstance(value, ast.Name) and isinstance(scope.values.get(value.id), np.ndarray):
            zeros = placed(parsed(f"np.zeros_like({value.id})"), value)
            yield Mend("function", (changed_in(stmt, "value", zeros),), f"`{key}` should start from zeros")
        if isinstance(value, ast.Call) and getattr(value.func, "attr", "") in ("ones_like", "ones"):
            for new, cause, detail in templates.kindred(value, templates.KIN):
                yield Mend(cause, (changed_in(stmt, "value", placed(new, value)),), detail)
    if isinstance(stmt, ast.AugAssign) and isinstance(stmt.op, ast.Add):
        yield Mend("overwrite", (ast.copy_location(ast.Assign([stored(stmt.target)], stmt.value), stmt),))
        if isinstance(stmt.target, ast.Subscript) and any(
            is_labels(scope.values.get(n)) for n in names_in(stmt.target.slice)
        ):
            put = ast.Call(
                parsed("np.add.at"), [loaded(stmt.target.value), as_value(stmt.target.slice), stmt.value], []
            )
            at = placed(ast.Expr(put), stmt)
            yield Mend("index", (at,), "an entry that the index names twice is added to once only")
    if isinstance(stmt, ast.AugAssign) and isinstance(stmt.op, (ast.Div, ast.Mult)):
        yield Mend("extra factor", (ast.copy_location(ast.Pass(), stmt),), f"`{ast.unparse(stmt)}` is one too many")


def names_in(node: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]


def is_labels(value) -> bool:
    """Whether a value is an array of whole numbers."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.size > 1


def as_value(index: ast.expr) -> ast.expr:
    """An index as an argument."""
    return loaded(index) if isinstance(index, (ast.Name, ast.Tuple)) else index


AUGMENTED = {  # what is taken for what, and the cause
    ast.Add: (ast.Sub, "sign"),
    ast.Sub: (ast.Add, "sign"),
    ast.Mult: (ast.Div, "operator"),
    ast.Div: (ast.Mult, "operator"),
}


def other_sign(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """``-=`` for ``+=``, and the like."""
    if isinstance(stmt, ast.AugAssign) and type(stmt.op) in AUGMENTED:
        other, cause = AUGMENTED[type(stmt.op)]
        yield Mend(cause, (changed_in(stmt, "op", other()),))


def same_values(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """What is handed back should be another value at hand."""
    if top:
        yield from other_values(stmt, scope, isinstance(stmt, ast.Return))


def other_names(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """What a line reads should be another value at hand; the same store into another array."""
    if top:
        yield from other_values(stmt, scope, isinstance(stmt, ast.Return))
        return
    for target in targets_of(stmt)[:1]:
        if isinstance(target.value, ast.Name):
            for other, value in scope.values.items():
                if other != target.value.id and other.isidentifier() and isinstance(value, np.ndarray):
                    new = changed_in(target, "value", ast.copy_location(ast.Name(other, ast.Load()), target))
                    detail = f"`{target.value.id}` should be `{other}`"
                    yield Mend("name", (retargeted(stmt, target, new),), detail)


def other_values(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """A value at hand that is just what a name in the line should be; ``top``: a name that is all of a value."""
    atoms = [(n, np.asarray(v)) for n, v in scope.values.items() if readable(n)]
    for part in [p for p in scope.parts() if p.top or not top]:
        for text in needed.replacements(part, atoms) if isinstance(part.node, (ast.Name, ast.Attribute)) else ():
            new = needed.put(stmt, part.node, placed(parsed(text), part.node))
            yield Mend("name", (new,), f"`{ast.unparse(part.node)}` should be `{text}`")


def one_value(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """A factor or a term made of one value, in front of a part of a line or of an operand in it."""
    atoms = atoms_of(stmt, scope)
    for part in [p for p in scope.parts() if p.top or not top]:
        for operand, text, form in needed.inside(part, scope.values_of(), atoms, scope):
            new = needed.put(stmt, operand, filled(operand, f"@ {text}"))
            yield Mend(kind_of(form.atoms, scope), (new,), missing(text))
        yield from explained(stmt, part, atoms, 1, scope)


def several_values(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """A factor or a term made of two values."""
    atoms = atoms_of(stmt, scope)
    for part in [p for p in scope.parts() if p.top or not top]:
        yield from explained(stmt, part, atoms, 2, scope)


def explained(stmt: ast.stmt, part: needed.Part, atoms: needed.Atoms, many: int, scope: Scope) -> Iterator[Mend]:
    """What explains the gap between a part of a line and what it should be."""
    for find in (needed.factors, needed.terms):
        for text, chosen in itertools.islice(find(part, atoms, many, scope), MOST_EXPLAINED):
            used = frozenset().union(*(f.atoms for f in chosen))
            cause = "path" if find is needed.terms else kind_of(used, scope)
            new = needed.put(stmt, part.node, filled(part.node, f"@ {text}"))
            yield Mend(cause, (new,), missing(text))


def atoms_of(stmt: ast.stmt, scope: Scope) -> needed.Atoms:
    """The values at hand but for the one that the statement itself gives."""
    own = ast.unparse(getattr(stmt, "target", None) or getattr(stmt, "targets", [stmt])[0])
    known = {n: v for n, v in scope.values.items() if readable(n) and not isinstance(v, bool) and n != own}
    return [(n, np.asarray(v)) for n, v in known.items()][: needed.MOST_ATOMS]


def companions(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """Beside ``dW[:, j] += X[i]`` the line ``dW[:, y[i]] -= X[i]`` for the entries that labels name."""
    if not isinstance(stmt, ast.AugAssign) or type(stmt.op) not in (ast.Add, ast.Sub) or not targets_of(stmt):
        return
    labels = [n for n, v in scope.values.items() if n.endswith("]") and isinstance(v, (np.integer, int))]
    places = [n for n in ast.walk(stmt.target.slice) if isinstance(n, ast.Name)]
    for place, label in itertools.product(places, labels):
        target = placed(needed.put(stmt.target, place, parsed(label)), stmt)
        op = ast.Sub() if isinstance(stmt.op, ast.Add) else ast.Add()
        other = ast.copy_location(ast.AugAssign(target, op, stmt.value), stmt)
        yield Mend("path", (stmt, other), f"a line is missing beside it, `{ast.unparse(other)}`")


def orders(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """Two items of an argument that should change places: ``np.hstack((df, di))``."""
    value = None if top or isinstance(stmt, ast.Return) else getattr(stmt, "value", None)
    for node in ast.walk(value) if isinstance(value, ast.Call) else ():
        if isinstance(node, (ast.Tuple, ast.List)):
            for i, j in itertools.combinations(range(len(node.elts)), 2):
                items = [*node.elts]
                items[i], items[j] = items[j], items[i]
                said = " and ".join(f"`{ast.unparse(items[k])}`" for k in (j, i))
                new = needed.put(stmt, node, changed_in(node, "elts", items))
                yield Mend("name", (new,), f"{said} should change places")


def labels(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """Behind ``dx = probs.copy()`` the line ``dx[np.arange(N), y] -= 1``: the entries of the right classes."""
    if not (isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Name) and not top):
        return
    known = [(n, v) for n, v in scope.values.items() if n.isidentifier() and isinstance(v, np.ndarray)]
    for name, value in [(n, v) for n, v in known if v.dtype.kind in "iu" and v.ndim == 1]:
        counts = [n for n in templates.named_counts(scope) if scope.values[n] == len(value)]
        count = counts[0] if counts else f"len({name})"
        (line,) = ast.parse(f"{stmt.targets[0].id}[np.arange({count}), {name}] -= 1").body
        detail = f"the line for the right classes is missing, `{ast.unparse(line)}`"
        yield Mend("path", (stmt, ast.copy_location(placed(line, stmt), stmt)), detail)


def divisions(stmt: ast.stmt, scope: Scope, top: bool) -> Iterator[Mend]:
    """``dW = dW / N + reg * W`` for ``dW += reg * W``: what a loop has added up is divided before more is added."""
    if not (isinstance(stmt, ast.AugAssign) and isinstance(stmt.target, ast.Name) and stmt.target.id in scope.begun):
        return
    if type(stmt.op) in (ast.Add, ast.Sub):
        for count in [n for n, v in scope.values.items() if is_count(parsed(n)) and type(v) is int and v > 1]:
            divided = ast.BinOp(loaded(stmt.target), ast.Div(), parsed(count))
            new = ast.Assign([stored(stmt.target)], placed(ast.BinOp(divided, stmt.op, stmt.value), stmt))
            yield Mend("count", (ast.copy_location(new, stmt),), f"the division by `{count}` is missing")


FIRST = (Turn(whole=whole), Turn(templates.doubled, computes=True, scales=True))
TURNS = (
    Turn(whole=same_values),
    Turn(templates.minuses),
    Turn(templates.flips, whole=other_sign, stores=True),
    Turn(templates.negations, computes=True),
    Turn(templates.indices, stores=True),
    Turn(templates.reductions),
    Turn(templates.sums, computes=True),
    Turn(templates.matrices),
    Turn(templates.operators, stores=True),
    Turn(whole=orders),
    Turn(templates.squares),
    Turn(templates.constants, stores=True),
    Turn(fillings.names, whole=other_names, stores=True),
    Turn(fillings.other_names, stores=True),
    Turn(fillings.unused, computes=True, in_order=True),
    Turn(whole=one_value),
    Turn(whole=several_values),
    Turn(fillings.counts, computes=True, scales=True),
    Turn(whole=divisions),
    Turn(fillings.plain_factors, computes=True),
    Turn(whole=companions),
    Turn(whole=labels),
    Turn(templates.inner_sums, computes=True),
    Turn(fillings.added, computes=True),
    Turn(fillings.slopes, computes=True),
    Turn(fillings.inner_differences),
    Turn(fillings.differences),
    Turn(templates.forgotten_functions),
    Turn(templates.near_functions),
    Turn(fillings.shapes, computes=True),
)
SMALL = len(FIRST) + [turn.template for turn in TURNS].index(templates.constants)  # turns up to which a change is small
