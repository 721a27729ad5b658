"""A rule's slope worked out by SymPy from what the rule says its value is: for the page that explains it."""

from __future__ import annotations

from functools import lru_cache

from gradgen.ir.nodes import Call, Const, Expr, Var, substitute
from gradgen.ir.read import read
from gradgen.ir.write import write
from gradgen.rules import Rule

KNOWN = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "erf")
PYTHON = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}


@lru_cache(maxsize=256)
def worked_out(out: str, value: str, hole: str, adjoint: str) -> tuple[Expr, bool] | None:
    """The derivative of a value by one operand, and whether the adjoint is that times the gradient that arrives.

    None where SymPy is not asked: a formula that is no plain expression.
    """
    import sympy

    try:
        names = {n: sympy.Symbol(n, positive=True) for n in _letters(read(value)) | _letters(read(adjoint))}
        whole = converted(read(value), names)
        local = converted(read(adjoint), names | {out: whole, f"d{out}": sympy.Integer(1)})
        slope = sympy.diff(whole, names[hole])
        same = sympy.simplify(slope - local) == 0
        return read(sympy.sstr(slope, order="none")), bool(same)
    except (KeyError, TypeError, ValueError, NotImplementedError, SyntaxError):
        return None


def of_rule(row: Rule, hole: str, found: dict[str, Expr]) -> tuple[Expr, bool] | None:
    """As `worked_out`, for an operand of one of gradgen's own scalar rules; ``found`` is what its holes stand for."""
    if row.own or row.shape or hole not in dict(row.adjoints):
        return None
    fixed = {name: value for name, value in found.items() if name.isupper()}
    value, adjoint = substitute(read(row.sympy), fixed), substitute(row.adjoint(hole, dict(found)), fixed)
    return worked_out(row.out, write(value), hole, write(adjoint))


def _letters(expr: Expr) -> set[str]:
    if isinstance(expr, Var):
        return {expr.name}
    return set().union(*map(_letters, expr.args)) if isinstance(expr, Call) else set()


def converted(expr: Expr, names: dict):
    """A formula as SymPy's own.  Raises KeyError for a function that is not in the table; no text is ever evaluated."""
    import sympy

    match expr:
        case Var(name):
            return names[name]
        case Const(text):
            return sympy.Rational(text)
        case Call("+", args):
            return sympy.Add(*(converted(a, names) for a in args))
        case Call("neg", (x,)):
            return -converted(x, names)
        case Call("*", (x, y)):
            return converted(x, names) * converted(y, names)
        case Call("/", (x, y)):
            return converted(x, names) / converted(y, names)
        case Call("**", (x, y)):
            return converted(x, names) ** converted(y, names)
        case Call(fn, (x,)):
            name = fn.split(".")[-1]
            functions = {n: getattr(sympy, n) for n in KNOWN}
            return functions[PYTHON.get(name, name)](converted(x, names))
    raise KeyError(expr)
