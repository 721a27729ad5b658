"""The view: what cached names of one branch start with, what stands behind lines."""

from __future__ import annotations

import pytest

import gradgen
from tests.support import made

UNBOUND = """
def f(x, y):
    if x > 0:
        s = x * y
    return s * y
"""
BOUND_IN_ONE_ARM = """
def f(x, y):
    if x > 0:
        s = x * y
        y = s * s
    return y
"""


def test_a_name_that_is_read_anyway_does_not_start_with_none() -> None:
    """Where the original raises `UnboundLocalError`, so does the forward pass."""
    text = made(UNBOUND).draft("split")
    namespace: dict = {}
    exec(text, namespace)
    assert "None" not in text
    with pytest.raises(UnboundLocalError):
        namespace["f_forward"](-1.0, 2.0)


def test_a_name_of_one_arm_starts_with_none() -> None:
    text = made(BOUND_IN_ONE_ARM).draft("split")
    namespace: dict = {}
    exec(text, namespace)
    value, cache = namespace["f_forward"](-1.0, 2.0)
    assert "s = None" in text and value == 2.0 and namespace["f_backward"](1.0, cache) == (0.0, 1.0)


def test_none_stands_on_paths_that_do_not_read_the_name() -> None:
    """`s` may have no value where it is read, which raises, and goes into the cache on a path that never reads it."""
    text = made(
        "def f(x, y):\n    if y < 0:\n        return x\n    if x > 0:\n        s = x * y\n    return s * s\n"
    ).draft("split")
    namespace: dict = {}
    exec(text, namespace)
    value, cache = namespace["f_forward"](3.0, -1.0)
    assert value == 3.0 and namespace["f_backward"](1.0, cache) == (1.0, 0.0)
    with pytest.raises(UnboundLocalError):
        namespace["f_forward"](-1.0, 2.0)


@pytest.mark.parametrize("first", ["", "        if x > 5:\n            s = x * x\n"])
def test_none_stands_on_paths_that_return_early_in_one_arm(first: str) -> None:
    """The rest behind the branch reads `s`: without a value it raises as the original does, unless no one place will do for None."""
    text = made(
        "def f(x, y):\n    if y < 0:\n        s = x * y\n    else:\n" + first + "        if x > 4:\n"
        "            return x * y\n        y = y + 1\n    return s * y\n"
    ).draft("split")
    namespace: dict = {}
    exec(text, namespace)
    for point, gradient in (((5.0, 1.0), (1.0, 5.0)), ((3.0, -1.0), (1.0, -6.0)), ((6.0, 2.0), (2.0, 6.0))):
        assert namespace["f_backward"](1.0, namespace["f_forward"](*point)[1]) == gradient
    with pytest.raises(TypeError if first else UnboundLocalError):
        namespace["f_forward"](3.0, 2.0)


def test_a_value_gets_its_second_name_on_the_path_that_has_it() -> None:
    """The early return leaves `y` without a value: ``y2 = y`` stands in the other arm."""
    source = (
        "def f(a, h):\n    if a > 2:\n        y = h\n        y *= h * y\n    else:\n        if h > 0:\n"
        "            return a * h\n        y = z = a * a\n    return y * 3\n"
    )
    namespace: dict = {}
    exec(made(source).draft("joint"), namespace)
    both = namespace["f_value_and_grad"]
    assert both(1.0, 2.0) == (2.0, (2.0, 1.0)) and both(1.0, -2.0) == (3.0, (6.0, 0.0))
    assert both(3.0, 2.0) == (24.0, (0.0, 36.0))


def test_a_gradient_that_starts_thinner_has_no_shape_behind_it() -> None:
    """``dh = dload / N`` is (D,) until more is added to it: no ``# (N, D)`` there."""
    source = """\
import numpy as np

def f(x, w):
    h = np.exp(x)
    m = np.einsum("nd,ndk->nk", h, w)
    load = h.mean(axis=0)
    return np.mean(m**2) + np.sum(load**2)
"""
    text = gradgen.generate(source, shape=("x: N D", "w: N D K"), verify=False).text
    assert "dh = 2 * load / x.shape[0]  # (3)\n" in text and "dh = dh + " in text
