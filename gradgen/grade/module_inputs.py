"""Variables of the module that a pass reads, as inputs: their shapes from the lines that make them.

``Wxh = np.random.randn(hidden_size, vocab_size) * 0.01`` is an array of these dimensions, and ``vocab_size`` a size.
"""

from __future__ import annotations

import ast

from gradgen.grade.inputs import Dims, Leaf

MAKERS = {
    "randn": "args",
    "rand": "args",
    "zeros": "first",
    "ones": "first",
    "empty": "first",
    "normal": "size",
    "uniform": "size",
}


def module_inputs(tree: ast.Module, nodes: list[ast.FunctionDef]) -> list[Leaf]:
    """The arrays that functions read and the module makes, and the sizes that these have; none where the module makes no array
    for them."""
    made = made_by(tree.body)
    read = set().union(*(free_names(node) for node in nodes)) & set(made)
    arrays = {name: dims for name in sorted(read, key=list(made).index) if (dims := dims_made(made[name])) is not None}
    sizes = {d for dims in arrays.values() for d in dims if isinstance(d, str)}
    found = [Leaf((name,), "array", dims) for name, dims in arrays.items()]
    return found + [Leaf((name,), "size", (name,)) for name in sorted(sizes & read)]


def shapes_made(tree: ast.Module, names: list[str]) -> dict[str, Dims]:
    """The shapes that a script gives variables which are called like parameters: ``hprev = np.zeros((hidden_size, 1))``."""
    made = made_by([s for s in ast.walk(tree) if isinstance(s, ast.Assign)]) if is_script(tree) else {}
    found = {name: dims_made(made[name]) for name in names if name in made}
    return {name: dims for name, dims in found.items() if dims and all(d == 1 or isinstance(d, str) for d in dims)}


def entries_made(tree: ast.Module, names: list[str]) -> dict[str, Dims]:
    """The shapes of entries of dictionaries, by the functions that make variables or entries of their names:
    ``W1 = np.random.randn(n_h, n_x)``.  Only where all agree, and all that is numbered is known."""
    statements = [
        s for f in tree.body if isinstance(f, ast.FunctionDef) for s in ast.walk(f) if isinstance(s, ast.Assign)
    ]
    found: dict[str, set[Dims | None]] = {}
    for s in statements:
        for key, value in made_by([s], entries=True).items():
            if (dims := dims_made(value)) is not None:
                found.setdefault(key, set()).add(dims)
    return {f'{name}["{key}"]': next(iter(some)) for name in names for key, some in found.items() if len(some) == 1}


def is_script(tree: ast.Module) -> bool:
    """Whether a file has lines of its own that run in a loop."""
    return any(isinstance(s, (ast.While, ast.For)) for s in tree.body)


def made_by(statements: list[ast.stmt], entries: bool = False) -> dict[str, ast.expr]:
    """What names are given by assignments, one by one or in tuples; with ``entries`` those of dictionaries, too, by their keys."""
    found: dict[str, ast.expr] = {}
    for s in statements:
        for target in s.targets if isinstance(s, ast.Assign) else ():
            both = isinstance(target, ast.Tuple) and isinstance(s.value, ast.Tuple)
            pairs = zip(target.elts, s.value.elts) if both else [(target, s.value)]
            found |= {t.id: value for t, value in pairs if isinstance(t, ast.Name)}
            if entries and isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                found[str(target.slice.value)] = s.value
    return found


def free_names(node: ast.FunctionDef) -> set[str]:
    """The names that a function reads and does not give a value."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {
        a.arg for a in ast.walk(node) if isinstance(a, ast.arg)
    }
    return {n.id for n in names if isinstance(n.ctx, ast.Load)} - own


def dims_made(value: ast.expr) -> Dims | None:
    """The dimensions of an array that an expression makes by a call of NumPy; None where it makes none.

    >>> dims_made(ast.parse("np.random.randn(H, V) * 0.01", mode="eval").body), dims_made(ast.parse("np.zeros((H, 1))", mode="eval").body)
    (('H', 'V'), ('H', 1))
    """
    for call in ast.walk(value):
        how = MAKERS.get(getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else None
        if how is None or not ast.unparse(call.func).startswith(("np.", "numpy.")):
            continue
        items = call.args
        if how != "args":
            given = call.args[:1] if how == "first" else [k.value for k in call.keywords if k.arg == "size"]
            items = given[0].elts if given and isinstance(given[0], (ast.Tuple, ast.List)) else given
        dims = [i.value if isinstance(i, ast.Constant) else i.id if isinstance(i, ast.Name) else None for i in items]
        return tuple(dims) if dims and None not in dims else None
    return None
