"""What may be infinite, or no number, somewhere: quotients, roots, logarithms, exponentials, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence, Set

from gradgen.ir.nodes import Call, Const, Expr, Let, Stmt, Var
from gradgen.ir.walk import statements

UNSAFE = ("log", "log2", "log10", "log1p", "sqrt", "exp", "power", "divide", "tan", "reciprocal")


def unsafe_values(body: Sequence[Stmt]) -> set[str]:
    """The values that may be infinite, or no number, somewhere."""
    found: set[str] = set()
    for s in statements(body):
        if isinstance(s, Let) and is_unsafe(s.value, found):
            found.add(s.target)
    return found


def is_unsafe(expr: Expr, unsafe: Set[str]) -> bool:
    """Whether an expression divides by a value, takes a logarithm, a root, an exponential, or reads what may be infinite."""
    match expr:
        case Var(name):
            return name in unsafe
        case Call("/", (above, below)):
            return not _is_size(below) or is_unsafe(above, unsafe)
        case Call("**", (base, exponent)):
            natural = isinstance(exponent, Const) and exponent.value in range(1, 100)
            return not natural or is_unsafe(base, unsafe)
        case Call(fn) if fn.rpartition(".")[2] in UNSAFE:
            return True
        case Call(args=args):
            return any(is_unsafe(a, unsafe) for a in args)
    return False


def _is_size(expr: Expr) -> bool:
    match expr:
        case Const() | Call("[]", (Call(".shape" | "np.shape"), *_)) | Call(".size" | "np.size"):
            return True
        case Call("*" | "-" | "+", args):
            return all(map(_is_size, args))
    return False
