"""A stage in a small case, entry by entry: SymPy differentiates it written out, and what a backward line says is the same.

For the page that explains it: a stage's own line and the line that hands its gradient on are run over arrays of symbols.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gradgen.checks.slope import KNOWN
from gradgen.interpret import FLOAT, Machine, Numbers, OutOfFuel, Raised, Refused
from gradgen.ir.nodes import Expr, Var, substitute, variables
from gradgen.ir.read import read
from gradgen.ir.write import write

SIZE = 2  # of every axis that has more than one entry
MOST = 8  # axes, and factors of one term, at most
TWO = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv, "pow": operator.pow}

Equation = tuple[Expr, Expr]


@dataclass(frozen=True, slots=True)
class Case:
    """The shapes; the stage's value and the gradient on it by name; an entry of the value, written out; an entry of an operand, and the
    gradient on it, written out; of how many entries that was seen."""

    shapes: tuple[tuple[str, tuple[int, ...]], ...]
    names: tuple[str, str]
    value: Equation
    by: Expr
    gradient: Equation
    entries: int


class Entry:
    """A number that is SymPy's expression: what the arrays here hold."""

    __slots__ = ("expr",)
    is_one_number = True

    def __init__(self, value: object = 0):
        import sympy

        self.expr = value.expr if isinstance(value, Entry) else sympy.sympify(value, rational=True, strict=True)

    def __neg__(self) -> Entry:
        return Entry(-self.expr)

    def __pos__(self) -> Entry:
        return self


def _operator(of: Callable, swapped: bool) -> Callable:
    def apply(a: Entry, b: object) -> Entry:
        b = Entry(b.item() if isinstance(b, np.generic) else b)
        return Entry(of(b.expr, a.expr) if swapped else of(a.expr, b.expr))

    return apply


for _name, _of in TWO.items():
    setattr(Entry, f"__{_name}__", _operator(_of, False))
    setattr(Entry, f"__r{_name}__", _operator(_of, True))


@lru_cache(maxsize=1)
def _numbers() -> Numbers:
    import sympy

    functions = {name: (lambda x, f=getattr(sympy, name): Entry(f(Entry(x).expr))) for name in KNOWN}
    return replace(
        FLOAT,
        name="symbols",
        real=Entry,
        make=Entry,
        literal=Entry,
        power=operator.pow,
        math={**FLOAT.math, **functions},
    )


def written_out(
    out: str, value: Expr, operand: str, back: Expr, values: Mapping[str, object], spelled: Callable[[str], str]
) -> Case | None:
    """The case of ``out = value`` with the line that adds ``back`` to the gradient on an operand; ``values`` are those of a run.

    ``spelled`` gives the names as they are shown.  None where it cannot be written out, or where SymPy does not see that the line is right.
    """
    shapes = {
        n: np.shape(values[n]) for n in sorted({*variables(value), *variables(back)} - {f"~{out}"}) if n in values
    }
    if operand not in shapes or max(map(len, shapes.values())) > MOST:
        return None
    whole = {n: _whole(values[n], shape) for n, shape in shapes.items()}
    again = "′" if spelled(out) in map(spelled, shapes) else ""  # x = x.T
    names = (*((n, spelled(n)) for n in (*shapes, f"~{operand}")), *((n, spelled(n) + again) for n in (out, f"~{out}")))
    return _case(out, value, operand, back, tuple(shapes.items()), tuple((n, w) for n, w in whole.items() if w), names)


def _whole(value: object, shape: tuple[int, ...]) -> tuple | None:
    """The integers of an array of labels, as small as the case is; None for what becomes symbols."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or not array.ndim:
        return None
    return tuple((array[tuple(slice(n) for n in small(shape))] % SIZE).ravel().tolist())


def small(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in the small case."""
    return tuple(min(n, SIZE) for n in shape)


@lru_cache(maxsize=512)
def _case(out: str, value: Expr, operand: str, back: Expr, shapes: tuple, whole: tuple, names: tuple) -> Case | None:
    import sympy

    letters: dict[str, str] = {}  # SymPy's names -> what they stand for
    shown, integers = dict(names), dict(whole)
    known = {
        n: np.array(integers[n]).reshape(small(shape)) if n in integers else _symbols(shown[n], small(shape), letters)
        for n, shape in shapes
    }
    try:
        made = _entries(_run(value, known))
        up = _symbols(shown[f"~{out}"], made.shape, letters)
        handed = _run(back, {**known, f"~{out}": up})
        grads = np.broadcast_to(_entries(handed), known[operand].shape)
        total = sum(u.expr * z.expr for u, z in zip(np.ravel(up), np.ravel(made), strict=True))
        for index in np.ndindex(grads.shape):
            slope = sympy.diff(total, known[operand][index].expr)
            if sympy.expand(slope - grads[index].expr) != 0:
                return None
        at, there = _shown(grads.shape), _shown(made.shape)
        return Case(
            tuple((shown[n], small(shape)) for n, shape in shapes if shape),
            (shown[out], shown[f"~{out}"]),
            (Var(_entry(shown[out], there)), _read(made[there].expr, letters)),
            Var(_entry(shown[operand], at)),
            (Var(_entry(shown[f"~{operand}"], at)), _read(grads[at].expr, letters)),
            grads.size,
        )
    except (Raised, Refused, OutOfFuel, AttributeError, TypeError, ValueError, IndexError, SyntaxError):
        return None


def _run(expr: Expr, known: Mapping[str, np.ndarray]) -> object:
    """The value of an expression over arrays of symbols."""
    names = {n: f"v{i}_" for i, n in enumerate(known)}
    text = write(substitute(expr, {n: Var(own) for n, own in names.items()}))
    machine = Machine(f"import math\nimport numpy as np\ndef f({', '.join(names.values())}):\n    return {text}\n", _numbers(), arrays=True)  # fmt: skip
    return machine.call("f", *(v if v.ndim else v[()] for v in known.values()))


def _entries(value: object) -> np.ndarray:
    """The entries of an array, or of a number."""
    array = np.asarray(value, dtype=object)
    return np.array([Entry(v) for v in np.ravel(array)] or [0], dtype=object)[: array.size].reshape(array.shape)


def _symbols(name: str, shape: tuple[int, ...], letters: dict[str, str]) -> np.ndarray:
    import sympy

    made = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        letter = f"e{len(letters):04d}"
        letters[letter] = _entry(name, index)
        made[index] = Entry(sympy.Symbol(letter))
    return made


def _entry(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, index))}]" if index else name


def _shown(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The entry that is written out: one whose places tell the axes apart."""
    return (
        tuple(min(n - 1, i) for i, n in enumerate(shape))
        if len(shape) < 3
        else (0,) * (len(shape) - 1) + (shape[-1] - 1,)
    )


def _read(expr, letters: Mapping[str, str]) -> Expr:
    import sympy

    made = read(sympy.sstr(sympy.expand(expr), order="lex"))
    return substitute(made, {n: Var(letters[n]) for n in variables(made) if n in letters})
