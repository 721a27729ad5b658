"""How names, numbers and arrays are written beside a picture, in a table, on the page."""

from __future__ import annotations

import math

import numpy as np

from gradgen.checks.small import Case
from gradgen.ir.names import base
from gradgen.ir.nodes import Add, Call, CallBack, CallPair, Const, Expr, For, If, Keep, Let, Stmt, Store
from gradgen.ir.write import write, write_contribution, write_index
from gradgen.render.naming import KEYED


def shown(name: str) -> str:
    """An IR name as a reader knows it.

    >>> shown("y#2"), shown("~y#2"), shown('~params["W1"]'), shown("~w[0]"), shown("~W@t")
    ('y', 'dy', 'dW1', 'dw0', 'dW_t')
    """
    if name.startswith("^"):
        return "dout"
    if not name.startswith("~"):
        return name.partition("#")[0].removeprefix("parts.")  # what the emitted text defines itself
    value, _, source = name[1:].partition("@")
    key = KEYED.fullmatch(value.partition("#")[0])
    made = f"d{key[1] if key else base(value)}"
    return f"{made}_{base(source.lstrip('~'))}" if source else made


def said(expr: Expr) -> str:
    """An expression in the names that a reader knows."""
    return write(expr, shown)


def line(s: Stmt) -> str:
    """A stage, or one line of its reverse, as a line of text."""
    match s:
        case Let(target, Call("gate.part", (x, _, _, Const() as number))):
            return f"{shown(target)} = {said(x)}, part {number.value + 1}"
        case Let(target, value):
            return f"{shown(target)} = {(write_contribution if target.startswith('~') else write)(value, shown)}"
        case Add(target, value):
            return f"{shown(target)} += {write_contribution(value, shown)}"
        case Store(target, _, index, op, value):
            return f"{shown(target)}[{write_index(index, shown)}] {'+=' if op == 'at' else op} {said(value)}"
        case CallPair(targets, fn, args):
            return f"{', '.join(map(shown, targets))} = {fn}({', '.join(map(said, args))})"
        case CallBack(targets, fn, douts):
            made = ", ".join(t if t == "_" else shown(t) for t in targets)
            return f"{made} = {fn}_backward({', '.join(map(said, douts))})"
        case If(test=test):
            return f"if {said(test)}"
        case For(over=Call("while"), body=body):
            test = next(t.args[0] for t in body if isinstance(t, Keep) and t.kind == "while")
            return f"while {said(test)}"
        case For(index=index, over=over):
            return f"for {shown(index)} in {said(over)}"
    return ""


def is_array(value: object) -> bool:
    """Whether a value has axes."""
    return isinstance(value, np.ndarray) and value.ndim > 0


def is_number(value: object) -> bool:
    """Whether a value is one real number."""
    return isinstance(value, (int, float, np.number)) or isinstance(value, np.ndarray) and value.ndim == 0


def two(value: object) -> str:
    """A number as the notes write it, with two decimals; very large and very small ones with two digits.

    >>> two(-2), two(0.196611), two(-0.0), two(12345678.0), two(0.0012), two(float("inf"))
    ('-2.00', '0.20', '0.00', '1.2e+07', '1.2e-03', 'inf')
    """
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if number and not 0.005 <= abs(number) < 1e6:
        return f"{number:.1e}"
    return f"{number + 0.0:.2f}"


def six(value: object) -> str:
    """A number to six digits.

    >>> six(10_000_000), six(0.1966119332), six(-1e-9)
    ('10000000', '0.196612', '-1e-09')
    """
    if isinstance(value, (int, np.integer)) and abs(value) < 10**12:
        return str(value)
    return f"{float(value):.6g}"


def shape_text(value: object) -> str:
    """``(3, 4)``"""
    return str(np.shape(value))


def brief(value: object, number=six) -> str:
    """A value in few words: a number, an array's shape and range, else its kind.

    >>> brief(0.5), brief(np.array([1.0, -2.0])), brief("sum"), brief(np.array([1.0, np.nan]))
    ('0.5', '(2,) -2 to 1', "'sum'", '(2,) all 1, 1 not finite')
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if is_number(value):
        return number(value)
    if is_array(value):
        if value.dtype.kind not in "fiu" or not value.size:
            return f"{shape_text(value)} of {value.dtype.name}"
        good = value[np.isfinite(value)]
        low, high = (number(good.min()), number(good.max())) if good.size else ("", "")
        span = f" all {low}" if low and low == high else f" {low} to {high}" if low else ""
        bad = value.size - good.size
        return f"{shape_text(value)}{span}{f', {bad} not finite' if bad else ''}"
    return f"a {type(value).__name__}"


def is_finite(value: object) -> bool:
    """Whether every number in a value is finite."""
    if isinstance(value, (list, tuple)):
        return all(map(is_finite, value))
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    if not is_number(value) and not is_array(value):
        return True
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def case_parts(case: Case) -> list[str | Expr | tuple[Expr, Expr]]:
    """A small case in words, between them its formulas and equations."""
    shapes = ", ".join(f"{name} {shape}" for name, shape in case.shapes)
    value, up = case.names
    total = f"{up} · {value}" if "[" not in case.value[0].name else f"the sum of all {up} · {value}"
    entries = f"for all {case.entries} entries" if case.entries > 1 else "too"
    return [
        f"written out for {shapes}: ", case.value, f"; the derivative of {total} by ", case.by, " is ", case.gradient,
        f", and so says the line, {entries} (SymPy)",
    ]  # fmt: skip


def case_text(case: Case) -> str:
    """A small case as text."""
    return "".join(
        part if isinstance(part, str) else " = ".join(map(write, part if isinstance(part, tuple) else (part,)))
        for part in case_parts(case)
    )
