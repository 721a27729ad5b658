"""The corpus by itself: every function runs on its recipe, and central differences there can be trusted."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from tests.arrays.functions import Entry, entries
from tests.arrays.measure import case_of, wanted_paths
from tests.arrays.numeric import at, draw_dout, far_apart, leaves, numeric_gradient, same, weighted, widen
from tests.arrays.recipes import draw, kinds, may_flow, must_flow, sizes

every_function = pytest.mark.parametrize("entry", entries(), ids=lambda e: e.id)


@every_function
def test_runs_on_its_recipe_and_is_finite(entry: Entry) -> None:
    case = case_of(entry)
    numbers = [v for _, v in leaves(case.value) if isinstance(v, (float, np.ndarray, np.floating))]
    assert numbers and all(np.all(np.isfinite(v)) for v in numbers)
    assert same(draw(entry.id, entry.recipe), case.point), "the same inputs every time"


@every_function
def test_recipe_names_the_parameters(entry: Entry) -> None:
    code = entry.original.__code__
    assert set(kinds(entry.recipe)) == set(code.co_varnames[: code.co_argcount])


@every_function
def test_only_straight_lines_branches_and_calls(entry: Entry) -> None:
    """Loops have files of their own."""
    if entry.file == "spellings":
        return
    node = next(n for n in ast.parse(entry.text).body if getattr(n, "name", "") == entry.name)
    banned = (
        *((ast.For,) if entry.file != "loops" else ()),
        ast.While,
        ast.ClassDef,
        ast.Lambda,
        ast.ListComp,
        ast.Try,
        ast.With,
    )
    assert not [n for n in ast.walk(node) if isinstance(n, banned)]


@every_function
def test_no_kink_nearby(entry: Entry) -> None:
    """Two step widths give one gradient, and it is not zero throughout."""
    case = case_of(entry)
    wrt = entry.recipe.get("wrt", tuple(kinds(entry.recipe)))
    paths = wanted_paths(entry.recipe, wrt, must_flow)
    found = {path: case.gradient(path) for path in paths}
    scale = np.sqrt(sum(np.sum(g**2) for g in found.values()))
    assert scale > 1e-3
    objective = weighted(entry.original, case.dout, cache=case.cache)
    for path, gradient in found.items():
        assert not far_apart(numeric_gradient(objective, widen(case.point), path, 3e-5), gradient, scale)


def test_sizes_are_distinct_unless_given() -> None:
    for entry in entries():
        free = [n for name, n in sizes(entry.recipe).items() if name not in entry.recipe.get("where", {})]
        assert len(set(free)) == len(free), entry.id


def test_numeric_gradient_of_a_known_function() -> None:
    point = {"p": {"w": np.array([1.0, 2.0])}, "n": [3.0, 4]}
    objective = weighted(lambda p, n: p["w"] * n[0], np.array([1.0, 10.0]), cache=False)
    assert numeric_gradient(objective, point, ("p", "w")) == pytest.approx([3.0, 30.0])
    assert numeric_gradient(objective, point, ("n", 0)) == pytest.approx(21.0)
    assert at(point, ("n", 1)) == 4


def test_dout_has_the_structure_of_the_outputs() -> None:
    rng = np.random.default_rng(0)
    assert isinstance(draw_dout((1.0,), rng), float)
    a, b = draw_dout((np.zeros((2, 3)), np.zeros(4, dtype=np.float32)), rng)
    assert a.shape == (2, 3) and b.dtype == np.float32


def test_hyperparameters_may_flow_and_drawn_floats_must() -> None:
    assert must_flow("N D") and must_flow("number") and must_flow("unit N")
    assert may_flow("number 0.1") and not must_flow("number 0.1")
    assert not may_flow("ints N < C") and not may_flow("text train")
