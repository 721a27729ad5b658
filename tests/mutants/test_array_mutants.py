"""A seeded hundred mutants of array texts: none that changes a gradient passes, all are refuted, most at their line."""

from __future__ import annotations

import random

import pytest

from tests.mutants.arrays import KINDS, bench, corrupted

TEXT = '''"""Emitted."""

import numpy as np


def f_value_and_grad(x, w, y):
    """Value and gradient."""
    assert x.ndim == 2
    s = x @ w
    p = np.where(s > 0, s, 0.0)
    f = np.sum(p[np.arange(3), y])
    ds = np.zeros_like(s)
    ds[np.arange(3), y] += 1.0
    ds = ds.copy()
    dx = np.dot(ds, w.T)
    dw = x.T @ ds
    dw += np.sum(ds, axis=0, keepdims=True)
    return f, (dx, dw)
'''


@pytest.fixture(scope="module")
def score():
    return bench(100)


def test_every_kind_of_fault_is_made():
    found = corrupted(TEXT, ("f_value_and_grad",), random.Random(0), 2)
    assert {m.kind for m in found} == set(KINDS)
    assert all(m.text != TEXT and 8 not in m.lines for m in found)


def test_no_mutant_that_changes_a_gradient_passes(score):
    assert not score.of("escaped"), [s for s in score.stories if s[1] == "escaped"]


def test_mutants_are_refuted_and_most_at_the_right_line(score):
    assert score.judged >= 100
    assert score.of("right line", "elsewhere") >= 0.99 * score.judged, score.table(KINDS)
    assert score.right_line_share >= 0.8, score.table(KINDS)
