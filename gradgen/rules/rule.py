"""What a rule is, and how one row of text becomes one.

A row names the forward form and, for each operand, its adjoint in the same names:

    rule("y = np.log1p(x)", dx="dy / (1 + x)", sympy="log(1 + x)", domain="x > -1",
         gate="scaler", why="the slope of log(1 + x) is 1 / (1 + x)")

A name in capitals stands for a constant operand (``x ** N``).  An adjoint may be a function from
the constants' values to formula text.  A row about arrays has a `shape` and a signature:

    rule("y = np.sum(x, axis=None, keepdims=False)", dx=spread, shape=reduced, also=".sum(x, axis=None, keepdims=False)", ...)

its operands and options are bound by name as Python binds them, and its functions are given the call `Site`.  ``.sum`` is a
method, ``.T`` an attribute; ``takes`` refuses calls that the row is not about; ``parts`` says that an operand may be a list of
arrays, whose adjoint is asked part by part.  An adjoint gives the gradient in the operand's own shape, or one that broadcasts to
it (rows whose shape rule is `elementwise` or `same`: in the output's shape, and what was broadcast is summed afterwards).
``scatter(dy, entries[:, i])`` adds dy into these entries; ``shaped(e)`` says that e has the operand's shape, where the shape
rules cannot tell.  `array` gives the adjoint for arrays where that differs.  Everything else is derived: what to cache (the names
that the formula reads), accumulation, the proof, the tests, the line in `gradgen rules`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from gradgen.ir.match import match
from gradgen.ir.nodes import Call, Const, Expr, Var, substitute, variables
from gradgen.ir.read import read
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.gates import GATES
from gradgen.rules.signatures import Signature, bound, form_of, pattern_of, signature_of
from gradgen.rules.site import Site

Adjoint = str | Callable[..., str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: ``out = pattern`` and how a gradient on ``out`` reaches each hole of the pattern."""

    name: str
    form: str
    out: str
    pattern: Expr
    adjoints: tuple[tuple[str, Adjoint], ...]
    gate: str
    why: str
    sympy: str
    domain: str
    stem: str
    also: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    where: str = ""
    size: float = 0
    depth: int = 1
    own: bool = False  # registered by a user
    shape: Callable[[Site], object] | None = None
    array: tuple[tuple[str, Adjoint], ...] = ()
    signatures: tuple[tuple[str, Signature], ...] = ()  # by spelling of the function
    takes: Callable[[dict[str, Expr]], bool] | None = None  # a call that it does not take has no rule
    parts: bool = False  # an operand may be a list of arrays: its adjoint is asked part by part

    @property
    def adjoint_texts(self) -> dict[str, str]:
        """``dx`` -> formula text, as `gradgen rules` shows it (a computed one by its docstring)."""
        return _texts(self.adjoints)

    @property
    def array_texts(self) -> dict[str, str]:
        """The same for arrays, where that differs."""
        return _texts(self.array)

    def adjoint(self, hole: str, found: dict[str, Expr], site: Site | None = None) -> Expr | None:
        """The adjoint formula of an operand at a call site, in the row's own names; None where no gradient flows."""
        formula = dict(self.adjoints).get(hole)
        if formula is None:
            return None
        if site is not None:
            formula = dict(self.array).get(hole, formula)
        if callable(formula):
            formula = formula(site) if self.shape else formula(*(value_of(e) for n, e in found.items() if n.isupper()))
        if isinstance(formula, tuple):  # a formula with names of its own
            text, more = formula
            found.update(more)
            return read(text)
        return read(formula)


def _texts(adjoints: tuple[tuple[str, Adjoint], ...]) -> dict[str, str]:
    return {f"d{hole}": a if isinstance(a, str) else (a.__doc__ or "").strip() for hole, a in adjoints}


RULES: list[Rule] = []
ARRAY_RULES: list[Rule] = []
_BY_HEAD: dict[str, list[Rule]] = {}
FORMS = ("neg", "pos", "not", "and", "or", "if", "list", "starred", "[]", "tuple")  # operations that are no functions
LIBRARIES = ("math", "np", "numpy", "gradgen")
SHARED = ("pi", "e", "inf", "nan")  # constants that math and numpy both have
_CANONICAL: dict[str, str] = {}  # "math.atan" -> "np.arctan"
_SPELLED: dict[tuple[str, str], str] = {}  # ("math", "np.arctan") -> "math.atan"


def rule(
    form: str,
    *,
    gate: str,
    why: str,
    sympy: str,
    domain: str = "",
    stem: str = "",
    also: str | tuple[str, ...] = (),
    blocks: str = "",
    name: str = "",
    shape: Callable[[Site], object] | None = None,
    array: dict[str, Adjoint] | None = None,
    takes: Callable[[dict[str, Expr]], bool] | None = None,
    parts: bool = False,
    **adjoints: Adjoint,
) -> Rule:
    """Register one row.  Raises ValueError, with the row's own file and line, for a row that cannot be right.

    ``form`` is ``"y = <expression of operands>"``; ``dx=...`` gives the adjoint of operand ``x``.  ``sympy`` is the value
    as SymPy knows it, ``domain`` a condition that the tests sample in, ``blocks`` the operands that no gradient flows
    to, ``also`` other spellings of the same function, ``stem`` what a stage made by it is called (``sig`` in ``sigx``).
    ``takes`` decides from what the operands and options stand for whether the row is about a call; ``parts`` says that an
    operand may be a list of arrays.  A user's row may be about a function of theirs (``y = softplus(x)``); a second one of the same form replaces the first.
    """
    frame = sys._getframe(1)
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    own = not frame.f_globals.get("__name__", "").startswith("gradgen.rules.")
    return register(
        form, where, own, gate, why, sympy, domain, stem, also, blocks, name, adjoints, shape, array, takes, parts
    )


def register(form: str, where: str, own: bool, *columns) -> Rule:
    """A row into the tables, from its columns; `where` is its file and line."""
    try:
        row = _checked_row(form, where, own, *columns)
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"{where}: rule {form!r}: {error}") from None
    for spelling in row.also:
        _alias(row, spelling)
    rows, all_rows = _BY_HEAD.setdefault(canonical(head_of(row.pattern)), []), ARRAY_RULES if row.shape else RULES
    for table in (rows, all_rows):
        table[:] = [r for r in table if not (own and r.own and r.pattern == row.pattern)]
    rows.append(row)
    rows.sort(key=lambda r: (-r.size, not r.own))  # the largest form first, then the user's; stable: the first written
    all_rows.append(row)
    return row


def _checked_row(
    form,
    where,
    own,
    gate,
    why,
    sympy,
    domain,
    stem,
    also,
    blocks,
    name,
    adjoints,
    shape=None,
    array=None,
    takes=None,
    parts=False,
) -> Rule:
    out, _, right = form.partition("=")
    out, pattern = out.strip(), pattern_of(right) if shape else read(right)
    also = (also,) if isinstance(also, str) and also else tuple(also)
    signatures = tuple((head_of(pattern_of(s)), signature_of(s)) for s in (right, *also)) if shape else ()
    options = {
        n.lstrip("*") for _, signature in signatures for n, default in signature if default is not None or n[0] == "*"
    }
    holes = tuple(dict.fromkeys([*variables(pattern), *sorted(options)]))
    if not out.isidentifier() or not isinstance(pattern, Call):
        raise ValueError("a form reads `y = expression`")
    if gate not in GATES:
        raise ValueError(f"no gate is called {gate!r}; there are {', '.join(GATES)}")
    if not why or not sympy:
        raise ValueError("`why` and `sympy` say what the row claims")
    given = {_hole_of(key): formula for key, formula in adjoints.items()}
    blocked = (*blocks.split(), *(n for n in options if n not in given))
    missing = [h for h in holes if not h.isupper() and h not in given and h not in blocked]
    if unknown := [h for h in given if h not in holes]:
        raise ValueError(f"d{unknown[0]} is no operand of the form")
    if missing:
        raise ValueError(f"operand {missing[0]} has no adjoint d{missing[0]} (or name it in blocks=)")
    other = {_hole_of(key): formula for key, formula in (array or {}).items()}
    for hole, formula in [*given.items(), *other.items()]:
        if isinstance(formula, str):
            _check_names(formula, {*holes, out, f"d{out}"}, f"d{hole}")
    if strange := [fn for a in pattern.args for fn in functions(a) if own and not has_rule(fn)]:
        raise ValueError(f"{strange[0]} has no rule of its own; a form of two functions needs one for each")
    name = name or head_of(pattern).split(".")[-1]
    return Rule(
        name, form, out, pattern, tuple(given.items()), gate, why, sympy, domain, stem or name, also, blocked, where,
        1 if shape else _size(pattern), 1 if shape else _depth(pattern), own, shape, tuple(other.items()), signatures, takes, parts,
    )  # fmt: skip


def _hole_of(key: str) -> str:
    if not re.fullmatch(r"d\w+", key):
        raise ValueError(f"{key} is not the adjoint of an operand (they are called dx for operand x)")
    return key[1:]


def _check_names(formula: str, allowed: set[str], what: str) -> None:
    names = list(variables(read(formula)))
    if bad := [n for n in names if n not in allowed]:
        raise ValueError(f"{what} reads {bad[0]!r}, which the form does not bind")
    upstream = next(n for n in allowed if n.startswith("d") and n[1:] in allowed)
    if upstream not in names:
        raise ValueError(f"{what} never uses the upstream gradient {upstream!r}")


def _size(pattern: Expr) -> float:
    """How much a form says: its nodes, a constant hole a little more than an open one."""
    if isinstance(pattern, Call):
        return 1 + sum(_size(a) for a in pattern.args)
    return 0.5 if isinstance(pattern, Var) and pattern.name.isupper() else 1 if isinstance(pattern, Const) else 0


def _depth(pattern: Expr) -> int:
    """How many operations a form nests."""
    return 1 + max((_depth(a) for a in pattern.args), default=0) if isinstance(pattern, Call) else 0


def _alias(row: Rule, spelling: str) -> None:
    """Another spelling of the same function: ``math.atan(x)`` for ``np.arctan(x)``, ``.sum(x)`` for ``np.sum(x)``."""
    other, own = head_of(form_of(spelling)), canonical(head_of(row.pattern))
    if other != own:
        _CANONICAL[other] = own
    if other != own and library(other) and library(other) != library(own):
        _SPELLED.setdefault((library(other), own), other)


def head_of(expr: Expr) -> str:
    """The outermost operation of an expression."""
    return expr.fn if isinstance(expr, Call) else ""


def library(fn: str) -> str:
    """``math`` for ``math.exp``; empty for an operator or a builtin."""
    return fn.rpartition(".")[0]


def canonical(fn: str) -> str:
    """The one name under which rules know a function.

    >>> canonical("math.atan")
    'np.arctan'
    """
    return _CANONICAL.get(fn, fn)


def spelled(fn: str, lib: str) -> str:
    """A rule's function as a library spells it: ``np.arctan`` is ``math.atan`` in `math`."""
    if lib == "np" and library(fn) == "math":
        return canonical(fn) if canonical(fn).startswith("np.") else f"np.{fn[5:]}" if fn[5:] in SHARED else fn
    return _SPELLED.get((lib, canonical(fn)), fn) if library(fn) else fn


def has_rule(fn: str) -> bool:
    """Whether some row is about this function."""
    return canonical(fn) in _BY_HEAD


def own_row(fn: str) -> Rule | None:
    """The user's row about a function that only they know, such as their `softplus`."""
    rows = _BY_HEAD.get(fn, ()) if fn.replace(".", "").isidentifier() and library(fn) not in LIBRARIES else ()
    return next((row for row in rows if row.own), None)


def functions(expr: Expr) -> list[str]:
    """The functions that an expression calls by name, outermost first."""
    if not isinstance(expr, Call):
        return []
    inner = [fn for a in expr.args for fn in functions(a)]
    return [expr.fn, *inner] if expr.args and re.match(r"[^\W\d]", expr.fn) and expr.fn not in FORMS else inner


def find(expr: Expr, constant: Callable[[Expr], bool], deepest: int = 99) -> tuple[Rule, dict[str, Expr]] | None:
    """The largest row whose form an expression has, with what its holes stand for.

    ``deepest`` bounds how many operations a form may span (1: no whole-expression gates).
    """
    for row in _BY_HEAD.get(canonical(head_of(expr)), ()):
        if row.depth > deepest:
            continue
        if row.signatures:
            found = bound(row, expr)
        else:
            found = match(row.pattern, expr, constant, same=lambda a, b: canonical(a) == canonical(b))
        if found is not None:
            return row, found
    return None


def contribution(
    row: Rule, hole: str, found: dict[str, Expr], out: Expr, upstream: Expr, lib: str, site: Site | None = None
) -> Expr | None:
    """The gradient that reaches one operand of a call, in the caller's names, spelled for library ``lib``.

    ``site`` tells of the shapes in array code.
    """
    formula = row.adjoint(hole, found, site)
    if formula is None:
        return None
    values = {**found, row.out: out, f"d{row.out}": upstream}
    expr = _spell(substitute(formula, values), "np" if site else lib if lib in LIBRARIES else "math")
    return _shaped(expr, site.sizes.of(found[hole])) if site else expr


def _spell(expr: Expr, lib: str) -> Expr:
    if isinstance(expr, Call):
        if lib == "np" and expr.args and library(expr.fn) == "math" and is_constant(expr):
            return expr  # math.log(2) is a float: np.log(2) would make float32 arrays double
        return Call(spelled(expr.fn, lib), tuple(_spell(a, lib) for a in expr.args), expr.attrs)
    return expr


def _shaped(expr: Expr, shape: object) -> Expr:
    """What a formula calls ``shaped(e)`` has the shape of its operand, where the shape rules of ``e`` cannot tell.

    In ``scatter(dy, entries[:, i])`` only the index counts.
    """
    match expr:
        case Call("shaped", args):
            return Call("shaped", args, (("shape", shape),))
        case Call("scatter", (up, Call("[]", (_, *index)))):
            return Call("scatter", (up, Call("tuple", tuple(index))))
    return expr
