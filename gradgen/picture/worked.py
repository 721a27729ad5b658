"""Numbers worked out for a card: a stage with its values, one entry of a gradient, an effect that is tried."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gradgen.ir.nodes import Add, Call, Const, Expr, Let, Stmt, substitute, variables
from gradgen.ir.write import write
from gradgen.picture.record import Run
from gradgen.picture.wording import brief, is_array, is_number, line, said, shown, two
from gradgen.rules.gates import THOUSAND, UNEQUAL

PRODUCTS = ("@", ".dot", "np.dot", "np.matmul")


def numbers(s: Stmt, run: Run, value: object) -> str:
    """A stage with its numbers in place of the names, ``q = -2.00 + 5.00 = 3.00``; with shapes, for arrays."""
    if not isinstance(s, Let):
        return ""
    values = {n: run.env.get(n) for n in variables(s.value)}
    if value is None:
        return ""
    if all(is_number(v) for v in values.values()) and is_number(value):
        told = write(substitute(s.value, {n: Const(two(v)) for n, v in values.items()}))
        told = re.sub(r"-(-[\d.]+(?:e[+-]\d+)?)", r"-(\1)", told)
        return f"{shown(s.target)} = {told} = {two(value)}"
    shapes = ", ".join(f"{shown(n)} {np.shape(v)}" for n, v in values.items() if is_array(v))
    return (
        f"{shapes} give {shown(s.target)} {np.shape(value) if is_array(value) else brief(value, two)}" if shapes else ""
    )


def effects(s: Let, handing: Sequence[Let | Add], run: Run) -> Iterator[str]:
    """What products do to gradients, tried with their numbers: to the smaller operand's, and where one is scaled.

    ``handing`` are the lines that hand the stage's gradient on.
    """
    given = {b.target[1:]: b.value for b in handing}
    sized = sorted((abs(run.env[n]), n) for n in given if is_number(run.env.get(n)))
    if len(sized) == len(s.value.args) == 2 and sized[0][0] < sized[1][0] and run.env.get(f"~{s.target}"):
        small, large = (n for _, n in sized)
        yield UNEQUAL.format(
            small=shown(small), less=two(run.env[small]), large=shown(large), more=two(run.env[large]),
            most=two(run.evaluate(given[small])), least=two(run.evaluate(given[large])),
        )  # fmt: skip
    for b in handing:
        for other in sorted({*variables(b.value)} & given.keys() - {b.target[1:]}):
            larger = replace(run, env={**run.env, other: run.env[other] * 1000.0})
            before, after = (largest(r.evaluate(b.value)) for r in (run, larger))
            yield THOUSAND.format(name=shown(other), line=line(b), before=before, after=after)


def largest(value: object) -> str:
    """A number; of an array its largest entry."""
    return f"a largest entry of {two(np.abs(value).max())}" if is_array(value) and value.size else two(value)


def is_product(value: Expr) -> bool:
    """Whether a value is a product of matrices."""
    return isinstance(value, Call) and value.fn in PRODUCTS and len(value.args) == 2


def dimensions(value: Expr, run: Run, name: str) -> str:
    """Why a gradient has the shape of what it is on: ``(2, 7) by (7, 3) is (2, 3), the shape of W1``."""
    whole = np.shape(run.env.get(name))
    made = np.shape(run.evaluate(value))
    if is_product(value):
        left, right = (np.shape(run.evaluate(a)) for a in value.args)
        return f"{said(value.args[0])} {left} by {said(value.args[1])} {right} is {made}, the shape of {shown(name)}"
    if made == whole:
        return f"it has the shape of {shown(name)}, {whole}"
    return f"{made} here, the same all over {shown(name)} {whole}"


def entry(value: Expr, run: Run) -> str:
    """One entry of a product of matrices, worked out: the small explicit example."""
    if not is_product(value):
        return ""
    left, right = (run.evaluate(a) for a in value.args)
    if np.ndim(left) != 2 or np.ndim(right) != 2 or not left.size or not right.size or left.shape[1] > 8:
        return ""
    whole = left @ right
    i, j = (int(k) for k in np.unravel_index(np.argmax(np.abs(whole)), whole.shape))
    terms = " + ".join(f"{factor(a)} · {factor(b)}" for a, b in zip(left[i], right[:, j]))
    return f"its entry [{i}, {j}]: {terms} = {two(whole[i, j])}"


def factor(number: object) -> str:
    """A number as it stands in a product or a sum.

    >>> factor(2), factor(-2)
    ('2.00', '(-2.00)')
    """
    return f"({two(number)})" if number < 0 else two(number)


def one_entry(slope: object, arrived: object, result: object) -> str:
    """One entry of a gradient that is worked out entry by entry: local gradient times what arrived there."""
    if not is_array(result) or not result.size or not all(is_array(v) or is_number(v) for v in (slope, arrived)):
        return ""
    if any(np.ndim(v) and np.shape(v) != result.shape for v in (slope, arrived)):
        return ""
    at = np.unravel_index(np.argmax(np.abs(result)), result.shape)
    a, b, c = (float(v[at]) if is_array(v) else float(v) for v in (slope, arrived, result))
    if not math.isclose(a * b, c, rel_tol=1e-9, abs_tol=1e-300):  # something else than a product
        return ""
    return f"its entry [{', '.join(str(int(i)) for i in at)}]: local gradient {two(a)} × upstream {two(b)} = {two(c)}"
