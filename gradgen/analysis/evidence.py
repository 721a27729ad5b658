"""What the statements of a function show of its values: which are arrays, masks, of several ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradgen.analysis.flow import BLOCKED
from gradgen.ir.nodes import Call, CallPair, Const, Expr, For, Function, If, Keep, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import canonical, find

SIZES = ("len", ".shape", ".size", "np.size", "np.shape", "np.zeros_like", "np.ones_like", "np.empty_like")

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

NEW = ("np.zeros", "np.ones", "np.empty", "np.full")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a function's text alone shows, whatever its arguments are.

    ``calls`` are its operations, ``made`` is what each name was given (after a branch, by the arm in which labels stay as they are; in a loop, before it), ``parameters`` are its parameters or their entries,
    ``arrays`` the values used as arrays, ``varying`` those that may have several ranks, ``integers`` what sizes are worked out
    from, ``walked`` the parameters that loops read entry by entry and how many axes they have, ``numbers`` what branches compare,
    and functions take, that takes no arrays.
    """

    calls: tuple[Call, ...]
    made: dict[str, Expr]
    parameters: frozenset[str]
    arrays: frozenset[str]
    varying: frozenset[str]
    integers: frozenset[str]
    walked: dict[str, int]
    numbers: tuple[Expr, ...]


def evidence_of(function: Function) -> Evidence:
    """The evidence of a function, collected once for all the calls of it."""
    body = [*statements(function.body)]
    joins = [j for s in body if isinstance(s, If) for j in s.joins]
    carries = [c for s in body if isinstance(s, For) for c in s.carries]
    every = [e for s in body for e in expressions(s)]
    arrays = {v for e in every for v in used_as_arrays(e)}
    return Evidence(
        tuple(node for s in body for node in operations(s)),
        {s.target: s.value for s in body if isinstance(s, Let)}
        | {j.target: Var(j.orelse or j.then) for j in joins}
        | {c.name: Var(c.start) for c in carries},
        frozenset(name for p in function.params for name in [n for n, _ in p.slots] or [p.name]),
        frozenset(made_of(arrays, function)),
        frozenset(v for e in every for v in asked_for_rank(e)),
        frozenset(used_as_integers(function)),
        entry_by_entry(function),
        tuple(numbers_in(body)),
    )


def numbers_in(body: Sequence[Stmt]) -> Iterator[Expr]:
    """Expressions that have no axes: ``z`` of ``if z < 0``, what ``float`` and the functions of ``math`` are given."""
    for s in body:
        tests = [node.args[0] for e in expressions(s) for node in calls(e) if node.fn == "if"]
        for test in [s.test, *tests] if isinstance(s, If) else tests:
            yield from (a for node in calls(test) if node.fn in COMPARISONS for a in node.args)
        yield from (
            a for e in expressions(s) for node in calls(e) if node.fn.startswith(("math.", "float")) for a in node.args
        )


def is_slice(index: Expr) -> bool:
    """Whether an index leaves an axis or adds one."""
    return isinstance(index, Call) and index.fn == "slice" or index in (Const("None"), Const("Ellipsis"), Const("..."))


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement of the forward pass evaluates itself."""
    match s:
        case Let(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (*index, value)
        case CallPair(args=args) | Keep(args=args):
            return args
        case If(test=test):
            return (test,)
        case For(over=over):
            return (over,)
    return ()


def operations(s: Stmt) -> Iterator[Call]:
    """The operations that a statement evaluates; a store's place counts as a read."""
    for expr in expressions(s):
        yield from calls(expr)
    if isinstance(s, Store):
        yield from calls(Call("[]", (Var(s.base), *s.index)))


def used_as_arrays(expr: Expr):
    """The variables of which an expression uses an attribute, a method, entries, or a function that only arrays have."""
    for node in calls(expr):
        row = find(node, is_constant) if not node.fn.startswith(".") and node.fn != "[]" else None
        whole = row is not None and row[0].shape is not None and row[0].shape.__name__ not in ("elementwise", "same")
        if (
            node.args
            and isinstance(node.args[0], Var)
            and (node.fn.startswith(".") and node.fn != ".get" or node.fn == "[]" or whole)
        ):
            yield node.args[0].name


def made_of(arrays: set[str], function: Function) -> set[str]:
    """What arrays are other names for, or were made of entry by entry, in the arms of branches, too."""
    found: set[str] = set(arrays)
    every = list(reversed(list(statements(function.body))))
    joins = [j for s in every if isinstance(s, If) for j in s.joins]
    for _ in range(len(joins) + 1):
        before = len(found)
        found |= {version for j in joins if j.target in found for version in (j.then, j.orelse) if version}
        for s in every:
            if isinstance(s, Let) and s.target in found:
                if isinstance(s.value, Var) or isinstance(s.value, Call) and s.value.fn in ("+", "*", "/", "**", "neg"):
                    found |= set(variables(s.value))
        if len(found) == before:
            break
    return found


def used_as_integers(function: Function) -> set[str]:
    """The variables that bounds of slices, numbers of trips and sizes of new arrays are worked out from: NumPy takes no array there."""
    found: set[str] = set()
    for s in reversed(list(statements(function.body))):
        for node in (node for e in expressions(s) for node in calls(e)):
            if node.fn in ("slice", "range"):
                found |= {name for a in node.args for name in _worked_out_from(a)}
            elif node.fn in NEW and node.args and isinstance(node.args[0], Call) and node.args[0].fn == "tuple":
                found |= {name for a in node.args[0].args for name in _worked_out_from(a)}
        if isinstance(s, Let) and s.target in found:
            found |= set(_worked_out_from(s.value))
    return found


def _worked_out_from(expr: Expr) -> Iterator[str]:
    """The operands of arithmetic: where what comes out has no axes, they have none."""
    if isinstance(expr, Var):
        yield expr.name
    elif isinstance(expr, Call) and expr.fn in ("+", "-", "*", "//", "%", "neg"):
        for a in expr.args:
            yield from _worked_out_from(a)


def asked_for_rank(expr: Expr):
    """The variables whose rank an expression asks for: they may have several."""
    for node in calls(expr):
        if (
            node.fn in (".ndim", "np.ndim")
            and isinstance(node.args[0], Var)
            or node.fn == "len"
            and isinstance(node.args[0], Call)
            and node.args[0].fn == ".shape"
        ):
            yield from variables(node)


def entry_by_entry(function: Function) -> dict[str, int]:
    """The parameters that loops read one entry after another, and how many axes they have: ``s += x[i, j]`` reads numbers,
    ``W @ x[t]`` vectors.

    Nothing else is done with them than to ask for their sizes or make others like them; the entries meet no other function that
    works on whole arrays.  Two numbers by literal indices, ``y[0]`` and ``y[1]``, will do as well.
    """
    body = [*statements(function.body)]
    indices = {s.index for s in body if isinstance(s, For)}
    parameters = {name for p in function.params for name in [n for n, _ in p.slots] or [p.name]}
    counts: dict[str, set[int]] = {}  # by how many indices each is read
    walked: set[str] = set()
    literal: dict[str, set[Expr]] = {}
    vectors: set[str] = set()
    others: set[str] = set()
    rows: dict[str, str] = {}  # names of entries
    made_of: dict[str, frozenset[str]] = {}  # whose entries a value is made of
    for s in [*body, *body]:  # twice: what a trip hands on meets the lines above it
        for expr in (
            expressions(s) if getattr(s, "kind", "") != "unpack" else ()
        ):  # ``x, y = state`` reads each entry below
            for name, index in reads_of(expr, parameters):
                if index is None or any(is_slice(i) for i in index):
                    others.add(name)
                    continue
                counts.setdefault(name, set()).add(len(index))
                literal.setdefault(name, set()).update(index)
                varied = indices & {v for i in index for v in variables(i)} or len(literal[name]) > 1
                walked |= {name} if varied else set()
            for node in calls(expr):
                if node.fn in (*SIZES, *DISPLAYS) or not _is_whole(node):
                    continue
                direct = {_entry(a, parameters, rows) for a in node.args if node.fn in PRODUCTS} - {""}
                vectors |= direct
                met = {p for v in variables(node) for p in made_of.get(v, ())}
                others |= (met | {n for n, index in reads_of(node, parameters) if index is not None}) - direct
        if isinstance(s, Let):
            made = {p for v in variables(s.value) for p in made_of.get(v, ())}
            made |= {name for name, index in reads_of(s.value, parameters) if index is not None}
            product = isinstance(s.value, Call) and s.value.fn in PRODUCTS
            made_of[s.target] = made_of.get(s.target, frozenset()) | (frozenset() if product else made)
            if entry := _entry(s.value, parameters, rows):
                rows[s.target] = entry
        for c in getattr(s, "carries", ()):
            made_of[c.name] = made_of.get(c.step, frozenset()) | made_of.get(c.start, frozenset())
        for j in getattr(s, "joins", ()):
            made_of[j.target] = frozenset().union(*(made_of.get(arm, frozenset()) for arm in (j.then, j.orelse) if arm))
        if isinstance(s, CallPair):
            others |= {p for a in s.args for v in variables(a) for p in made_of.get(v, ())}
    chosen = {n: ranks.pop() for n, ranks in counts.items() if n in walked - others and len(ranks) == 1}
    return {n: rank + (n in vectors) for n, rank in chosen.items()}


DISPLAYS = ("[]", "tuple", "list", "np.array", "np.asarray")
PRODUCTS = ("@", "np.dot", ".dot", "np.matmul")


def _entry(expr: Expr, parameters: set[str], rows: dict[str, str]) -> str:
    """The parameter whose entry an expression is; "" for anything else."""
    match expr:
        case Var(name):
            return rows.get(name, "")
        case Call("[]", (Var(name), *_)) if name in parameters:
            return name
    return ""


def reads_of(
    expr: Expr, parameters: set[str], apart: tuple[str, ...] = SIZES
) -> Iterator[tuple[str, tuple[Expr, ...] | None]]:
    """Each place where an expression reads a parameter, with the index it reads by; None where it reads all of it.

    What functions ``apart`` are given does not count.
    """
    match expr:
        case Var(name) if name in parameters:
            yield name, None
        case Call("[]", (Var(name), *index)) if name in parameters:
            yield name, tuple(index)
            for i in index:
                yield from reads_of(i, parameters, apart)
        case Call(fn, (Var(name),)) if fn in apart and name in parameters:
            return
        case Call(_, args):
            for a in args:
                yield from reads_of(a, parameters, apart)


def _is_whole(node: Call) -> bool:
    """Whether a function works on an array as a whole, and not entry by entry."""
    if node.fn in ("+", "if"):  # of any number of terms; of arms
        return False
    row = find(node, is_constant)
    entrywise = row is not None and (row[0].shape is None or row[0].shape.__name__ in ("elementwise", "same"))
    return not entrywise and node.fn not in BLOCKED


def calls(expr: Expr):
    """Every operation inside an expression."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            yield node
            stack.extend(node.args)


POSITIONS = ("argsort", "argmax", "argmin", "searchsorted", "digitize", "flatnonzero", "bincount", "count_nonzero")


def is_whole(expr: Expr, shapes) -> bool:
    """Whether a value is surely made of whole numbers: counts, sizes, and what is worked out from them."""
    match expr:
        case Const():
            return type(expr.value) is int
        case Var(name):
            return name in shapes.wholes
        case Call("len" | ".size" | ".ndim") | Call("[]", (Call(".shape" | "np.shape"), *_)):
            return True
        case Call(fn) if canonical(fn).rpartition(".")[2] in POSITIONS:
            return True
        case Call("np.arange" | "+" | "-" | "*" | "neg" | "//" | "%", args, ()):
            return all(is_whole(a, shapes) for a in args)
    row = find(expr, is_constant) if isinstance(expr, Call) else None
    moved = row is not None and (row[0].gate == "mover" or expr.fn in ("[]", "np.broadcast_to")) and "x" in row[1]
    return moved and "dtype" not in row[1] and is_whole(row[1]["x"], shapes)


def is_mask(item: Expr, shapes) -> bool:
    """Whether a value holds truth values."""
    if isinstance(item, Var):
        return item.name in shapes.masks
    if not isinstance(item, Call):
        return False
    if item.fn in BLOCKED and item.fn not in ("stop_gradient", "len") or item.fn in ("&", "|", "~"):
        return True
    row = find(item, is_constant)
    if row is None:
        return item.fn == "stop_gradient" and is_mask(item.args[0], shapes)
    if "dtype" in row[1] and row[1]["dtype"] != Const("None"):
        return row[1]["dtype"] in (Var("bool"), Call("np.bool_", ()))
    if row[0].gate == "mover" and "x" in row[1]:  # a view of a mask
        return is_mask(row[1]["x"], shapes)
    return canonical(item.fn).startswith(("np.logical_", "np.is", "np.greater", "np.less", "np.equal", "np.not_equal"))
