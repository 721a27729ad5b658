"""How many axes parameters have by what is done with them, where nothing states their shapes.

Operands of products are taken for matrices, unless the code speaks of vectors: it multiplies an array with itself
(``u @ u``, ``x @ A @ x``), takes a product for a number (``if x @ w < 0``), or writes as mathematicians do, ``X @ w`` with a
capital letter for the matrix and a small one for the vector.  Scores of which one entry of each row is picked,
``p[np.arange(N), y]``, are a matrix, and so is what has rows or columns that are multiplied.  The generated text asserts
what it takes them for, so that this chooses a text and never an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set

from gradgen.analysis.evidence import PRODUCTS, Evidence, calls, is_slice
from gradgen.ir.nodes import Call, Const, Expr, Var, variables

GREEK = frozenset("alpha beta gamma delta epsilon eta theta kappa lam mu nu xi rho sigma tau phi psi omega".split())
FIRST, LAST = 0, -1
CHAINED = (*PRODUCTS, "np.linalg.solve")  # a solution is a product with an inverse
NEW_AXIS = (Const("None"), Call("np.newaxis", ()))
ENTRYWISE = ("+", "-", "*", "/", "neg", "np.exp", "np.log")


def ranks_by_use(evidence: Evidence) -> dict[str, int]:
    """Parameters and how many axes they have by the products and the picks they stand in."""
    small = all_vectors(evidence)
    matrices = picked(evidence) | of_columns(evidence) | joined(evidence, are_factors(evidence, small))
    weights = small | weights_of_labels(evidence) | joined(evidence, lambda target, _: target in small)
    ranks = spread(evidence) | dict.fromkeys(matrices, 2) | dict.fromkeys(weights, 1)
    return {name: rank for name, rank in ranks.items() if name in evidence.parameters}


def spread(evidence: Evidence) -> dict[str, int]:
    """The parameters that get new axes between all of their own, ``X[:, None, :]``, and how many these are."""
    found: dict[str, int] = {}
    for node in evidence.calls:
        match node:
            case Call("[]", (Var(name), *index)) if name in evidence.parameters:
                own = [i for i in index if i not in NEW_AXIS]
                if 1 < len(own) < len(index) and all(map(is_slice, index)):
                    found[name] = len(own)
    return found


def of_columns(evidence: Evidence) -> set[str]:
    """The parameters whose rows or columns are multiplied: ``A[:, 0] @ A[:, 1]``."""
    factors = (a for p in evidence.calls if p.fn in PRODUCTS for a in p.args)
    found: set[str] = set()
    for factor in factors:
        match evidence.made.get(factor.name) if isinstance(factor, Var) else factor:
            case Call("[]", (Var(name), first, second)) if is_slice(first) != is_slice(second):
                found.add(name)
    return found & evidence.parameters


def joined(evidence: Evidence, chosen: Callable[[str, Call], bool]) -> set[str]:
    """The parts that are put one behind the other, or side by side, into a chosen array: they have as many axes as it has."""
    names = {value: target for target, value in evidence.made.items()}
    wholes = [c for c in evidence.calls if c.fn == "np.concatenate" and chosen(names.get(c, ""), c)]
    return {_root(part, evidence.made) for whole in wholes for part in getattr(whole.args[0], "args", ())}


def are_factors(evidence: Evidence, small: Set[str]) -> Callable[[str, Call], bool]:
    """What tells a matrix among arrays that are put together: the whole is a factor of a product."""
    factors = {a for p in evidence.calls if p.fn in PRODUCTS for a in p.args}
    return lambda target, whole: target not in small and not factors.isdisjoint({whole, Var(target)})


def picked(evidence: Evidence) -> set[str]:
    """The parameters of one of which, or what is made of it entry by entry, an entry of each row is picked."""
    found: set[str] = set()
    for node in evidence.calls:
        match node:
            case Call("[]", (whole, rows, Var())) if is_range(rows):
                found.add(_root(whole, evidence.made))
    return found & evidence.parameters


def weights_of_labels(evidence: Evidence) -> set[str]:
    """The parameters of which the entries at labels meet what is picked at the same labels, and these:
    ``w[y] * np.log(p[np.arange(N), y])``."""
    made = evidence.made
    found: set[str] = set()
    for node in evidence.calls:
        if node.fn == "*" and len(node.args) == 2:
            sides = [list(_within(a, made)) for a in node.args]
            for entries, others in (sides, sides[::-1]):
                for expr in entries[:1]:
                    match expr:
                        case Call("[]", (Var(name), Var() as y)) if any(
                            isinstance(o, Call)
                            and o.fn == "[]"
                            and len(o.args) == 3
                            and o.args[2] == y
                            and is_range(o.args[1])
                            for o in others
                        ):
                            found |= {name, y.name}
    return found & evidence.parameters


def is_range(index: Expr) -> bool:
    """Whether an index counts the rows."""
    return isinstance(index, Call) and index.fn in ("np.arange", "range")


def _within(expr: Expr, made: Mapping[str, Expr]) -> Iterator[Expr]:
    """What an expression is made of entry by entry: itself first, and without signs."""
    seen: set[str] = set()
    waiting = [expr]
    while waiting:
        match waiting.pop():
            case Var(name) if name in made and name not in seen:
                seen.add(name)
                waiting.append(made[name])
            case Call("neg", (inner,)):
                waiting.append(inner)
            case expr:
                yield expr
                if isinstance(expr, Call) and expr.fn in ENTRYWISE:
                    waiting += reversed(expr.args)


def _root(expr: Expr, made: Mapping[str, Expr]) -> str:
    """The parameter that an expression is made of entry by entry, first of all; "" for none."""
    seen: set[str] = set()
    while True:
        match expr:
            case Call(fn, (first, *_)) if fn in ENTRYWISE:
                expr = first
            case Var(name) if name in made and name not in seen:
                seen.add(name)
                expr = made[name]
            case Var(name):
                return name
            case _:
                return ""


def vectors(evidence: Evidence) -> frozenset[str]:
    """The parameters that are vectors by the products they stand in."""
    return all_vectors(evidence) & evidence.parameters


def all_vectors(evidence: Evidence) -> frozenset[str]:
    """The names, of parameters or not, that are vectors by the products they stand in."""
    made, products = evidence.made, [node for node in evidence.calls if node.fn in PRODUCTS]
    operands = {a for p in products for a in (*p.args, *(made.get(v.name) for v in p.args if isinstance(v, Var)))}
    numbers = [p for p in products if p not in operands]  # for all that is known
    found = {name for p in numbers if (name := _squared(p, made))}
    for node in evidence.calls if products else ():
        if node.fn == "+":
            terms = [chain for a in node.args if (chain := _chain(a, made)) is not None]
            if any(_squared(chain, made) in found for chain in terms):  # a number: so are the terms beside it
                found |= {name for chain in terms for end in (FIRST, LAST) if (name := _factor(chain, end, made))}
    found |= {factor for name in found if name in made for factor in _last_factors(made[name], made)}
    found |= {factor for number in evidence.numbers for factor in _factors(number, made)}
    multiplied = _all_within((p.args[0] for p in products), made)
    for target, value in made.items():
        if target not in multiplied:
            found |= {name for p in calls(value) if p.fn in PRODUCTS and (name := _by_letter(p, made))}
    return frozenset(found)


def _chain(expr: Expr, made: Mapping[str, Expr]) -> Call | None:
    """The product that an expression is, by name or scaled; None if it is none."""
    match expr:
        case Call("*", (Const(), x)) | Call("*" | "/", (x, Const())) | Call("neg", (x,)):
            return _chain(x, made)
        case Call(fn, (_, _)) if fn in CHAINED:
            return expr
        case Var(name) if name in made:
            return _chain(made[name], made)
    return None


def _unscaled(expr: Expr, made: Mapping[str, Expr]) -> Expr:
    """What an expression is but for a factor that is a number."""
    match made.get(expr.name, expr) if isinstance(expr, Var) else expr:
        case Call("*", (Const(), x)) | Call("*" | "/", (x, Const())) | Call("neg", (x,)):
            return _unscaled(x, made)
    return expr


def _factor(expr: Expr, end: int, made: Mapping[str, Expr]) -> str:
    """The first or last factor of a chain of products if its name begins with a small letter, else ""."""
    while (chain := _chain(expr, made)) is not None:
        expr = chain.args[end]
    expr = _unscaled(expr, made)
    return expr.name if isinstance(expr, Var) and expr.name[:1].islower() else ""


def _squared(product: Call, made: Mapping[str, Expr]) -> str:
    """The vector of which a product is the square, or a quadratic form: ``u @ u``, ``x @ A @ x``."""
    left, right = (_unscaled(a, made) for a in product.args)
    if left == right and isinstance(left, Var):
        return left.name if left.name[:1].islower() else ""
    first, last = (_factor(product, end, made) for end in (FIRST, LAST))
    inner = (_factor(left, LAST, made), _factor(right, FIRST, made))
    return first if first == last and inner != (first, first) else ""  # ``x @ x @ x`` is a power


def _last_factors(value: Expr, made: Mapping[str, Expr]) -> Iterator[str]:
    """The last factors of the products that a vector is the sum of: ``X @ w - y`` shows what w is."""
    match value:
        case Call(fn, (_, _)) if fn in CHAINED:
            yield _factor(value, LAST, made)
        case Call("+" | "-" | "*" | "/" | "neg", args):
            for a in args:
                yield from _last_factors(a, made)
        case Var(name) if name in made:
            yield from _last_factors(made[name], made)


def _factors(number: Expr, made: Mapping[str, Expr]) -> Iterator[str]:
    """The first and last factors of the products in a number: ``if y * (x @ w) < 0`` shows what w is."""
    match number:
        case Call(fn, (_, _)) if fn in PRODUCTS:
            yield from (_factor(number, end, made) for end in (FIRST, LAST))
        case Call("+" | "-" | "*" | "/" | "neg", args):
            for a in args:
                yield from _factors(a, made)
        case Var(name) if name in made:
            yield from _factors(made[name], made)


def _all_within(exprs: Iterable[Expr], made: Mapping[str, Expr]) -> set[str]:
    """The names that expressions are made of, and those that these are made of."""
    found: set[str] = set()
    waiting = [name for e in exprs for name in variables(e)]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += variables(made[name]) if name in made else ()
    return found


def _by_letter(product: Call, made: Mapping[str, Expr]) -> str:
    """The vector of ``X @ w``, by its letter; "" where the letters say nothing."""
    left, right = product.args
    while isinstance(left, Call) and left.fn in (".T", "*", "neg"):
        left = left.args[-1]
    while isinstance(right, Var) and isinstance(made.get(right.name), Var):  # another name: what a loop hands on, too
        right = made[right.name]
    if isinstance(left, Var) and left.name[:1].isupper() and isinstance(right, Var):
        return right.name if len(right.name) == 1 and right.name.islower() or right.name in GREEK else ""
    return ""
