"""A seeded few hundred mutants: none that changes a gradient passes, nearly all are refuted at their line."""

from __future__ import annotations

import random

import pytest

from tests.mutants.bench import bench
from tests.mutants.operators import KINDS, mutants

TEXT = '''"""Emitted."""

import math


def f_value_and_grad(x, y):
    """Value and gradient."""
    s = math.sin(x)
    if x > 1.0:
        p = s - y
    else:
        p = y / 2
    q = p if p >= 0 else -p
    f = q + s

    ds = 1.0
    dp = 1.0 if p >= 0 else -1.0
    dx = math.cos(x) * ds
    dx += ds - dp
    return f, (dx, dp)


def g_value_and_grad(x, y, n):
    """Value and gradient."""
    x_hist = []
    y_hist = []
    for i in range(n):
        x_hist.append(x)
        y_hist.append(y)
        x = x * y

    dx = 1.0
    dy = 0.0
    for i in reversed(range(n)):
        dy += x_hist[i] * dx
        dx = y_hist[i] * dx
    return x, (dx, dy)
'''


@pytest.fixture(scope="module")
def score():
    return bench(150, 0, 1, per_kind=1)


def test_every_kind_of_fault_is_made():
    found = mutants(TEXT, random.Random(0))
    assert {m.kind for m in found} == set(KINDS)
    assert all(m.text != TEXT for m in found)


def test_blame_of_a_dropped_first_write_is_where_the_gradient_is_given_or_read():
    dropped = {m.text: m.lines for m in mutants(TEXT, random.Random(0)) if m.kind == "dropped"}
    without = TEXT.replace("    dx = math.cos(x) * ds\n", "")
    assert dropped[without] == {18}


def test_unmutated_texts_are_right(score):
    assert score.misjudged == 0, score.table()


def test_no_mutant_that_changes_a_gradient_passes(score):
    assert not score.of("escaped", "crash"), [s for s in score.stories if s[1] in ("escaped", "crash")]


def test_mutants_are_refuted_at_the_right_line(score):
    assert score.judged >= 100
    assert score.right_line_share >= 0.95, score.table()


def test_no_kind_is_over_a_fifth(score):
    by_kind = [sum(n for (k, o), n in score.counts.items() if k == kind and o != "unchanged") for kind in KINDS]
    assert max(by_kind) <= 0.2 * score.judged + 1
