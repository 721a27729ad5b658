"""A sample of the mutation bench: each mutant that changes a gradient is caught, nearly always on its line."""

from __future__ import annotations

from tests.grading.bench import cases, singles


def test_a_sample_of_mistakes_is_caught() -> None:
    small = [
        c
        for c in cases()
        if c.path.stem in ("scalars", "classes") or c.pair.name.startswith(("affine", "mse", "scale"))
    ]
    tally = singles(small, 40, 3, 1.0, False, "")["all"]
    assert tally.mutants == 40
    assert tally.caught == 40
    assert tally.line >= 36 and tally.cause >= 32
