"""A sample of the mutation bench: each mutant that changes a gradient is caught, nearly always on its line."""

from __future__ import annotations

from tests.benchmarks.bench_grading import cases, pool_of, singles


def test_a_sample_of_mistakes_is_caught() -> None:
    small = [
        c
        for c in cases()
        if c.path.stem in ("scalars", "classes") or c.pair.name.startswith(("affine", "mse", "scale"))
    ]
    tally = singles(pool_of(small, 3), 20)["all"]
    assert tally.mutants == 20
    assert tally.caught == 20
    assert tally.line >= 18 and tally.cause >= 16
