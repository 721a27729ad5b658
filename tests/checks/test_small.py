"""Stages written out for small arrays: what is shown is right, and what is wrong is not shown."""

from __future__ import annotations

import numpy as np
import pytest

from gradgen.checks.small import Case, written_out
from gradgen.ir.nodes import Var, substitute
from gradgen.ir.read import read
from gradgen.ir.write import write

VALUES = {
    "x": np.ones((5, 3)),
    "y": np.ones((3, 4)),
    "b": np.ones(3),
    "v": np.ones(3),
    "k": np.array([3, 0, 1, 1, 2]),
    "n": 5,
}


def case(value: str, operand: str, back: str) -> Case | None:
    """The case of ``z = value``; in ``back``, dz is the gradient on z."""
    line = substitute(read(back), {"dz": Var("~z")})
    return written_out("z", read(value), operand, line, VALUES, lambda name: name.replace("~", "d"))


SHOWN = {  # stage, operand, line -> an entry of the value, an entry of the gradient, how many entries
    ("np.dot(x, y)", "x", "np.dot(dz, y.T)"): ("x[0,0] * y[0,1] + x[0,1] * y[1,1]", "dx[0,1] = dz[0,0] * y[1,0] + dz[0,1] * y[1,1]", 4),
    ("x @ y", "y", "x.T @ dz"): ("x[0,0] * y[0,1] + x[0,1] * y[1,1]", "dy[0,1] = dz[0,1] * x[0,0] + dz[1,1] * x[1,0]", 4),
    ("x @ v", "v", "x.T @ dz"): ("v[0] * x[0,0] + v[1] * x[0,1]", "dv[0] = dz[0] * x[0,0] + dz[1] * x[1,0]", 2),
    ("x + b", "b", "np.sum(dz, axis=0)"): ("b[1] + x[0,1]", "db[0] = dz[0,0] + dz[1,0]", 2),
    ("np.sum(x, axis=1)", "x", "dz[:, None]"): ("x[0,0] + x[0,1]", "dx[0,1] = dz[0]", 4),
    ("np.mean(x, axis=0)", "x", "dz / 2"): ("x[0,0] / 2 + x[1,0] / 2", "dx[0,1] = dz[1] / 2", 4),
}  # fmt: skip


@pytest.mark.parametrize("value, operand, back", SHOWN)
def test_what_is_shown(value: str, operand: str, back: str) -> None:
    made, entry, entries = SHOWN[value, operand, back]
    found = case(value, operand, back)
    sides = [sorted(part.split(" + ")) for part in (write(found.value[1]), write(found.gradient[1]))]
    name, _, gradient = entry.partition(" = ")
    products = [[" * ".join(sorted(t.split(" * "))) for t in terms] for terms in sides]
    assert products == [
        [" * ".join(sorted(t.split(" * "))) for t in sorted(text.split(" + "))] for text in (made, gradient)
    ]
    assert (write(found.gradient[0]), found.entries) == (name, entries)


WRONG = [
    ("x @ y", "x", "dz @ (2 * y).T"), ("x @ y", "x", "y @ dz"), ("x + b", "b", "np.mean(dz, axis=0)"), ("np.sum(x, axis=1)", "x", "dz[None, :]"),
    ("np.maximum(x, 0)", "x", "dz"), ("mystery(x)", "x", "dz"),
]  # fmt: skip


@pytest.mark.parametrize("value, operand, back", WRONG)
def test_what_is_wrong_or_unknown_is_not_shown(value: str, operand: str, back: str) -> None:
    assert case(value, operand, back) is None


def test_sizes_are_letters_like_others() -> None:
    found = case("np.sum(v) / n", "v", "dz / n")
    assert (write(found.value[1]), write(found.gradient[1])) == ("v[0] / n + v[1] / n", "dz / n")


def test_labels_stay_whole_numbers() -> None:
    found = case("x[k, 1]", "x", "np.zeros_like(x)")
    assert found is None  # the gradient is not 0 where an entry was read
    assert case("x[k, 1] * 0", "x", "np.zeros_like(x)").entries == 4
