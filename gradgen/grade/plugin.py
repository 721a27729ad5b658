"""The pytest plugin: the fixture ``assert_backward``."""

from __future__ import annotations

import pytest


@pytest.fixture(name="assert_backward")
def assert_backward_fixture():
    """`gradgen.grade.assert_backward`, imported when it is asked for."""
    from gradgen.grade import assert_backward

    return assert_backward
