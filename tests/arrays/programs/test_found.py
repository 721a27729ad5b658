"""Every small program that once went wrong."""

from __future__ import annotations

import pytest

from tests.arrays.programs.found import found
from tests.arrays.programs.program import Program
from tests.arrays.programs.survey import Depth, Tally, examine_program


@pytest.mark.parametrize("base", found(), ids=lambda p: str(-p.seed))
def test_found(base: Program) -> None:
    tally = Tally()
    examine_program(base, Depth(), tally)
    assert tally.counts["accepted"] == 1
    assert not tally.failures, tally.failures[0][2]
