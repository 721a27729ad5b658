"""Names for what the user did not name: short, made from the expression as a person would, never taken.

``x + y`` is ``xpy``, its square ``xpysqr``, a numerator ``num``.  The tables hold every such habit.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from gradgen.ir.nodes import Call, Const, Expr, Var

LONGEST = 9  # a made-up name longer than this gives way to the gate's own short name
RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))

INFIX = {"+": "p", "*": "", "/": "over", "//": "div", "%": "mod", "**": "pow", "@": ""}
POWERS = {"2": "sqr", "2.0": "sqr", "3": "cub", "3.0": "cub", "0.5": "root", "-1": "inv", "4": "pow4"}
SHORT = {
    "+": "total", "*": "prod", "/": "ratio", "//": "whole", "%": "rest", "**": "power", "neg": "neg", "if": "pick",
    "<": "cond", "<=": "cond", ">": "cond", ">=": "cond", "==": "cond", "!=": "cond", "and": "cond", "or": "cond",
    "not": "cond", "compare": "cond", "max": "most", "min": "least", "abs": "size", "sum": "total", "float": "real",
    "[]": "part", "@": "prod", ".dot": "prod", "np.dot": "prod", "np.matmul": "prod", ".reshape": "flat", "np.reshape": "flat",
    "np.where": "picked", "round": "rounded", "int": "whole", "bool": "cond",
}  # fmt: skip
PLAIN = ("[]", ".T", ".dot", "np.dot", "np.matmul", "@")  # named after their operands alone
NUMERALS = {"1": "one", "2": "two", "3": "three", "4": "four"}
ROLES = {"numerator": "num", "denominator": "den"}


class Names:
    """Hands out names that are not taken."""

    def __init__(self, taken: set[str]):
        self.taken = taken | RESERVED

    def fresh(self, wanted: str) -> str:
        """``wanted``, or ``wanted2``, ``wanted3`` ... , whichever is free first.

        >>> names = Names({"den"})
        >>> names.fresh("den"), names.fresh("den"), names.fresh("lambda")
        ('den2', 'den3', 'lambda2')
        """
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}{count}"
        self.taken.add(name)
        return name


def suggest(expr: Expr, stem: str = "", role: str = "") -> str:
    """What a person would call the value of a single-stage expression; ``stem`` is its rule's.

    >>> from gradgen.ir.read import read
    >>> [suggest(read(t)) for t in ("x + y", "xpy**2", "a * b", "w - 1", "-t", "math.tanh(h)")]
    ['xpy', 'xpysqr', 'ab', 'wm1', 'negt', 'tanhh']
    """
    if role:
        return ROLES[role]
    name = _compound(expr, stem)
    fits = name and len(name) <= LONGEST and "_" not in name and not _is_like_a_gradient(expr, name)
    return name if fits else _short(expr, stem)


def _is_like_a_gradient(expr: Expr, name: str) -> bool:
    """Whether a name says something else to the reader: ``d * M`` is not ``dM``."""
    first = next(_leaves((expr,)), None)
    return isinstance(first, Var) and first.name == "d" and len(name) > 1 and name.startswith("d")


def base(name: str) -> str:
    """The user's variable behind a version or an entry: ``y#2`` is ``y``, ``w[0]`` is ``w0``.

    >>> base("y#2"), base("w[-1]"), base("params['W1']"), base("self.W")
    ('y', 'wm1', 'paramsW1', 'W')
    """
    name = re.sub(r"^[^\W\d]\w*\.(?=[^\W\d])", "", name.partition("#")[0])
    return re.sub(r"\W", "", name.replace("][", "_").replace("-", "m"))


def printed(names: Iterable[str]) -> set[str]:
    """What versions of a variable, or of its gradient, may share in print.

    >>> printed(["~p#2", "~p"])
    {'~p'}
    """
    return {name.partition("#")[0] for name in names}


def _short(expr: Expr, stem: str) -> str:
    head = expr.fn if isinstance(expr, Call) else ""
    if head == "+" and len(expr.args) == 2 and isinstance(expr.args[1], Call) and expr.args[1].fn == "neg":
        return "diff"
    name = SHORT.get(head) or stem or head.split(".")[-1]
    return name if name.isidentifier() else "t"


def _compound(expr: Expr, stem: str) -> str | None:
    """The operands' names joined as speech would join them; None when there is no such name."""
    if stem and isinstance(expr, Call) and expr.fn not in PLAIN:
        return _of_function(stem, expr.args)
    match expr:
        case Var(name):
            return base(name)
        case Const(text):
            return text if text.isdigit() else None
        case Call("+", terms) if len(terms) == 2:
            return _difference(*terms) or _joined("p", terms)
        case Call("**", (x, Const(n))) if n in POWERS:
            return _unary(POWERS[n], x, after=True)
        case Call("neg", (x,)):
            return _unary("neg", x)
        case Call("/", (Const(), x)):
            return _unary("inv", x)
        case Call(op, (x, y)) if op in INFIX:
            return _joined(INFIX[op], (x, y))
        case Call(".dot" | "np.dot" | "np.matmul", (x, y)):
            return _joined("", (x, y))
        case Call(".T", (x,)):
            return _unary("T", x, after=True)
        case Call("[]", (x, *index)):
            by = [i.name for i in index if isinstance(i, Var)]
            return _joined("", (x, Var(by[0]))) if len(by) == 1 and isinstance(x, Var) else None
        case Call(fn, args) if fn != "if" and fn.split(".")[-1].isidentifier():
            return _of_function(fn.split(".")[-1], args)
    return None


def _of_function(stem: str, args: tuple[Expr, ...]) -> str | None:
    """``sig`` and ``x`` make ``sigx``, ``max`` and ``z``, ``w`` make ``maxzw``."""
    names = dict.fromkeys(base(v.name) for v in _leaves(args) if isinstance(v, Var))
    return stem + "".join(names) if names else None


def _leaves(args: tuple[Expr, ...]):
    for arg in args:
        if isinstance(arg, Call):
            yield from _leaves(arg.args)
        else:
            yield arg


def _difference(x: Expr, y: Expr) -> str | None:
    return _joined("m", (x, y.args[0])) if isinstance(y, Call) and y.fn == "neg" else None


def _unary(word: str, x: Expr, after: bool = False) -> str | None:
    inner = _compound(x, "")
    return inner and (inner + word if after else word + inner)


def _joined(link: str, parts: tuple[Expr, ...]) -> str | None:
    names = [_compound(p, "") for p in parts]
    if (
        not all(names)
        or link in ("p", "m")
        and any(isinstance(p, Call) and len(n) > 3 for p, n in zip(parts, names, strict=True))
    ):
        return None  # ``xtWhprhUh`` is no word
    if names[0][0].isdigit():
        names[0] = NUMERALS.get(names[0], "k" + names[0])
    return link.join(names)
