"""Expression -> text, with no more parentheses than Python needs (and those an expert adds)."""

from __future__ import annotations

from collections.abc import Callable

from gradgen.ir.nodes import Call, Const, Expr, Var, variables

ATOM, POWER, SIGN, TIMES, PLUS, COMPARISON, NOT, AND, OR, TERNARY = 16, 14, 13, 12, 11, 5, 4, 3, 2, 1
BITWISE = {"&": 8, "^": 7, "|": 6}
ATTRIBUTES = frozenset({".T", ".shape", ".size", ".ndim", ".dtype"})
BINARY_LEVEL = {"*": TIMES, "/": TIMES, "//": TIMES, "%": TIMES, "@": TIMES, "**": POWER}
SIGNS = {"neg": "-", "pos": "+", "~": "~"}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "is", "is not", "in", "not in")
TYPES = frozenset(
    f"np.{n}"
    for n in (
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "bool_",
        "double",
        "single",
        "intp",
    )
)
CONSTANTS = frozenset(f"{lib}.{name}" for lib in ("math", "np") for name in ("pi", "e", "inf", "nan", "tau"))

Spell = Callable[[str], str]


def write(expr: Expr, spell: Spell = str) -> str:
    """The text of an expression; ``spell`` gives the printed name of variables and functions.

    >>> from gradgen.ir.read import read
    >>> write(read("-1.0/(x**2)*(a - (b+c))"))
    '-1.0 / x**2 * (a - (b + c))'
    """
    return _write(expr, spell)[0]


def write_contribution(expr: Expr, spell: Spell = str) -> str:
    """The text of a gradient's right side: ``(local gradient) * upstream``, as the notes write it.

    >>> from gradgen.ir.read import read
    >>> write_contribution(read("-1.0 / x ** 2 * dy"))
    '(-1.0 / (x**2)) * dy'
    """
    match expr:
        case Call("*", (Call("*" | "/", _) as local, upstream)):
            return f"({_denominators(local, spell)}) * {_at(upstream, SIGN, spell)}"
        case Call("neg", (operand,)):
            return f"-{_at(operand, SIGN, spell)}"
    return _denominators(expr, spell)


def _denominators(expr: Expr, spell: Spell) -> str:
    """A quotient with a power below it gets the parentheses that a reader wants to see."""
    match expr:
        case Call("/", (top, Call("**", _) as power)):
            return f"{_at(top, TIMES, spell)} / ({write(power, spell)})"
    return write(expr, spell)


def _at(expr: Expr, level: int, spell: Spell) -> str:
    """The text, in parentheses if it binds more loosely than ``level``."""
    text, own = _write(expr, spell)
    return text if own >= level else f"({text})"


def _write(expr: Expr, spell: Spell) -> tuple[str, int]:
    match expr:
        case Var(name):
            return spell(name), ATOM
        case Const(text):
            return text, SIGN if text.startswith("-") else ATOM
    return _call(expr, spell)


def _call(expr: Call, spell: Spell) -> tuple[str, int]:
    fn, args = expr.fn, expr.args
    if fn == "+":
        return _sum(args, spell), PLUS
    if fn == "**":
        power = "**" if all(_is_simple(a, spell) for a in args) else " ** "  # as black spaces it
        return f"{_at(args[0], POWER + 1, spell)}{power}{_at(args[1], SIGN, spell)}", POWER
    if fn in BINARY_LEVEL:
        return f"{_at(args[0], TIMES, spell)} {fn} {_at(args[1], SIGN, spell)}", TIMES
    if fn in BITWISE:
        level = BITWISE[fn]
        return f"{_at(args[0], level, spell)} {fn} {_at(args[1], level + 1, spell)}", level
    if fn in SIGNS:
        return f"{SIGNS[fn]}{_at(args[0], SIGN, spell)}", SIGN
    if fn in COMPARISONS:
        return f"{_at(args[0], COMPARISON + 1, spell)} {fn} {_at(args[1], COMPARISON + 1, spell)}", COMPARISON
    if fn in _FORMS:
        return _FORMS[fn](expr, spell)
    if fn.startswith("."):
        text = _at(args[0], ATOM, spell) + fn
        return (text if fn in ATTRIBUTES else f"{text}({', '.join(_arguments(expr, spell, 1))})"), ATOM
    if not args and (fn in CONSTANTS or fn in TYPES):
        return spell(fn), ATOM
    return f"{spell(fn)}({', '.join(_arguments(expr, spell))})", ATOM


def _is_simple(expr: Expr, spell: Spell) -> bool:
    if isinstance(expr, Call) and expr.fn == "neg":
        expr = expr.args[0]
    if isinstance(expr, Call) and expr.fn in ATTRIBUTES:
        return _is_simple(expr.args[0], spell)
    return isinstance(expr, Const) or isinstance(expr, Var) and "[" not in spell(expr.name)


def _sum(terms: tuple[Expr, ...], spell: Spell) -> str:
    parts = [_at(terms[0], PLUS, spell)]
    for term in terms[1:]:
        sign, term = (" - ", term.args[0]) if isinstance(term, Call) and term.fn == "neg" else (" + ", term)
        parts.append(sign + _at(term, TIMES, spell))
    return "".join(parts)


def _arguments(expr: Call, spell: Spell, first: int = 0):
    """Positional arguments, then the keyword ones whose names stand in ``attrs``."""
    names = dict(expr.attrs).get("keywords", ())
    split = len(expr.args) - len(names)
    yield from (write(a, spell) for a in expr.args[first:split])
    yield from (f"{name}={write(a, spell)}" for name, a in zip(names, expr.args[split:], strict=True))


def _chain(expr: Call, spell: Spell) -> tuple[str, int]:
    ops = dict(expr.attrs)["ops"]
    texts = [_at(a, PLUS, spell) for a in expr.args]
    return texts[0] + "".join(f" {op} {text}" for op, text in zip(ops, texts[1:], strict=True)), COMPARISON


def _junction(expr: Call, spell: Spell) -> tuple[str, int]:
    level = AND if expr.fn == "and" else OR
    return f" {expr.fn} ".join(_at(a, level + 1, spell) for a in expr.args), level


def _ternary(expr: Call, spell: Spell) -> tuple[str, int]:
    test, then, orelse = expr.args
    return f"{_at(then, OR, spell)} if {_at(test, OR, spell)} else {_at(orelse, TERNARY, spell)}", TERNARY


def _tuple(expr: Call, spell: Spell) -> tuple[str, int]:
    inner = ", ".join(write(a, spell) for a in expr.args)
    return f"({inner}{',' if len(expr.args) == 1 else ''})", ATOM


def _each(expr: Call, spell: Spell) -> tuple[str, int]:
    """A list with a number added to each of its entries."""
    entries, number = (write(a, spell) for a in expr.args)
    taken = {spell(n) for n in variables(expr)}
    one = next(n for n in ("g", "grad", "entry", "each_one") if n not in taken)
    return f"[{one} + {number} for {one} in {entries}]", ATOM


def _pairwise(expr: Call, spell: Spell) -> tuple[str, int]:
    """A list with the entries of another one added to its own."""
    taken = {spell(n) for n in variables(expr)}
    a, b = (next(n for n in names if n not in taken) for names in (("a", "g", "first"), ("b", "h", "second")))
    return f"[{a} + {b} for {a}, {b} in zip({', '.join(write(x, spell) for x in expr.args)})]", ATOM


def _dict(expr: Call, spell: Spell) -> tuple[str, int]:
    pairs = zip(expr.args[::2], expr.args[1::2], strict=True)
    return "{" + ", ".join(f"{write(k, spell)}: {write(v, spell)}" for k, v in pairs) + "}", ATOM


def _fstring(expr: Call, spell: Spell) -> tuple[str, int]:
    """An f-string from its parts, always with double quotes, so that every Python prints the same."""
    return f'f"{"".join(_fstring_part(a, spell) for a in expr.args)}"', ATOM


def _subscript(expr: Call, spell: Spell) -> tuple[str, int]:
    return f"{_at(expr.args[0], ATOM, spell)}[{write_index(expr.args[1:], spell)}]", ATOM


def write_index(index: tuple[Expr, ...], spell: Spell = str) -> str:
    """The text between the brackets of a subscript."""
    return ", ".join(_item(i, spell) for i in index)


def _item(expr: Expr, spell: Spell) -> str:
    if not isinstance(expr, Call) or expr.fn != "slice":
        return write(expr, spell)
    start, stop, step = ("" if a == Call("omitted", ()) else write(a, spell) for a in expr.args)
    gap = "" if all(_is_simple(a, spell) or a == Call("omitted", ()) for a in expr.args) else " "  # as black spaces it
    text = f"{start}{gap if start else ''}:{gap if stop else ''}{stop}"
    return f"{text}{gap}:{gap}{step}" if step else text


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "{{", "}": "}}"})


def _fstring_part(part: Expr, spell: Spell) -> str:
    if isinstance(part, Const):
        return part.value.translate(_ESCAPES)
    attrs = dict(part.attrs)
    inner = write(part.args[0], spell)
    return "{" + inner + attrs["conversion"] + (":" + attrs["spec"] if attrs["spec"] else "") + "}"


_FORMS: dict[str, Callable[[Call, Spell], tuple[str, int]]] = {
    "compare": _chain,
    "and": _junction,
    "or": _junction,
    "not": lambda e, spell: (f"not {_at(e.args[0], NOT, spell)}", NOT),
    "if": _ternary,
    "tuple": _tuple,
    "list": lambda e, spell: ("[" + ", ".join(write(a, spell) for a in e.args) + "]", ATOM),
    "dict": _dict,
    "each": _each,
    "pairwise": _pairwise,
    "[]": _subscript,
    "index": lambda e, spell: (f"{_at(e.args[0], ATOM, spell)}[{write(e.args[1], spell)}]", ATOM),
    "starred": lambda e, spell: (f"*{_at(e.args[0], PLUS, spell)}", ATOM),
    "fstring": _fstring,
    "shaped": lambda e, spell: _write(e.args[0], spell),  # the same, with its shape
    "stop_gradient": lambda e, spell: _write(e.args[0], spell),  # a word to gradgen only; the text holds the value
    "method": lambda e, spell: (
        f"{_at(e.args[0], ATOM, spell)}.{dict(e.attrs)['name']}({', '.join(write(a, spell) for a in e.args[1:])})", ATOM,
    ),
}  # fmt: skip
