"""Layer classes: forward as it was, backward and the gradients that it leaves on the object against central differences."""

from __future__ import annotations

import ast
import inspect
from copy import deepcopy

import numpy as np
import pytest

import gradgen
from gradgen.errors import GradgenError
from gradgen.pipeline import Options, generate_file
from gradgen.source import SourceText
from tests.classes import layers

RNG = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


CASES = {  # class -> (arguments of __init__, arguments of forward, attributes with a gradient)
    "Relu": ((), (normal(4, 3),), ()),
    "Sigmoid": ((), (normal(4, 3),), ()),
    "Affine": ((normal(6, 2), normal(2)), (normal(4, 2, 3),), ("W", "b")),
    "Dense": ((normal(3, 2), normal(2)), (normal(4, 3),), ("weights", "bias")),
    "SoftmaxWithLoss": ((), (normal(4, 3), np.array([0, 2, 1, 1])), ()),
    "Norm": ((normal(3), normal(3)), (normal(4, 3),), ("gamma", "beta")),
    "Norm in use": ((normal(3), normal(3)), (normal(4, 3), False), ("gamma", "beta")),
    "Cell": ((normal(3, 2), normal(2, 2)), (normal(4, 3),), ("Wx", "Wh")),
    "Multiply": ((), (normal(4, 3), normal(3)), ()),
    "Scale": ((2.0,), (normal(4, 3),), ("w",)),
    "Scale by a row": ((normal(3),), (normal(4, 3),), ("w",)),
}
SOURCE = SourceText(inspect.getsource(layers), "layers.py")
GENERATED = generate_file(SOURCE, Options())


def generated(name: str) -> type:
    space: dict[str, object] = {}
    exec(compile(GENERATED.text, "<generated>", "exec"), space)
    return space[name]


def difference(weigh, at: np.ndarray) -> np.ndarray:
    """Central differences of a number by the entries of an array, changed in place."""
    found = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        old, step = at[i], 1e-6
        ahead, behind = ((at.__setitem__(i, old + s), weigh())[1] for s in (step, -step))
        found[i] = (ahead - behind) / (2 * step)
        at[i] = old
    return found


@pytest.mark.parametrize("case", CASES)
def test_gradients(case: str) -> None:
    name, (start, given, learned) = case.split()[0], CASES[case]
    start, given = deepcopy(start), deepcopy(given)
    made, author = generated(name)(*start), getattr(layers, name)
    out = made.forward(*given)
    assert np.array_equal(out, author(*start).forward(*given))
    dout = RNG.normal(size=np.shape(out))
    inner = [a for a in given if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    returned = made.backward(dout)
    returned = returned if isinstance(returned, tuple) else (returned,)
    kept = deepcopy(vars(made))

    def weigh() -> float:
        return float(np.sum(dout * author(*start).forward(*given)))

    for slope, at in zip(returned, inner, strict=True):
        assert slope.shape == at.shape
        assert np.allclose(slope, difference(weigh, at), rtol=1e-5, atol=1e-7)
    names = dict(zip(inspect.signature(author).parameters, range(len(start)), strict=False))
    for attribute in learned:
        value = start[names[attribute]]
        if isinstance(value, float):
            start = tuple(np.array(v) if v is value else v for v in start)
            value = start[names[attribute]]
        slope = kept[f"d{attribute}"]
        assert np.shape(slope) == value.shape
        assert np.allclose(slope, difference(weigh, value), rtol=1e-5, atol=1e-7)


def test_every_layer_has_a_verdict_of_its_own() -> None:
    assert not GENERATED.refusals
    verdicts = {r.name: r.report.verdict for r in GENERATED.results}
    assert set(verdicts) == {c.split()[0] for c in CASES}
    assert set(verdicts.values()) <= {"PROVED", "IDENTITY-TESTED"}


def test_what_forward_leaves_on_the_object_is_what_the_authors_leaves() -> None:
    """Running means after two calls."""
    made, author = generated("Norm")(np.ones(3), np.zeros(3)), layers.Norm(np.ones(3), np.zeros(3))
    for x in (normal(4, 3), normal(5, 3)):
        made.forward(x), author.forward(x)
    assert np.array_equal(made.running_mean, author.running_mean)
    assert np.array_equal(made.running_var, author.running_var)
    assert not np.allclose(made.running_mean, 0)


def test_settings_and_state_get_no_gradient() -> None:
    layer = generated("Norm")(np.ones(3), np.zeros(3))
    layer.backward(layer.forward(normal(4, 3)))
    assert not {"dmomentum", "drunning_mean", "drunning_var"} & vars(layer).keys()


def test_other_methods_come_along() -> None:
    assert generated("Dense")(np.ones((3, 2)), np.zeros(2)).size == 6


def test_backward_runs_twice_and_leaves_dout_alone() -> None:
    layer, dout = generated("Relu")(), normal(4, 3)
    layer.forward(normal(4, 3))
    before = dout.copy()
    first = layer.backward(dout)
    assert np.array_equal(first, layer.backward(dout)) and np.array_equal(dout, before)
    assert not np.shares_memory(first, dout)


def test_what_backward_reads_is_what_the_author_kept() -> None:
    """No second attribute for what is on the object already: neither the input nor its shape."""
    text = next(r.text for r in GENERATED.results if r.name == "Affine")
    forward = next(n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name == "forward")
    kept = [n.attr for n in ast.walk(forward) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
    assert kept == ["original_x_shape", "x"]
    assert "self.dW = np.dot(self.x.T, dout)" in text and "reshape(self.original_x_shape)" in text


def test_a_wrong_backward_is_refuted() -> None:
    """The checks read the class as it is printed: other signs, another attribute, a missing term are told."""
    result = next(r for r in GENERATED.results if r.name == "Affine")
    right = result.draft("layer")
    for old, new in (
        ("np.dot(self.x.T, dout)", "-np.dot(self.x.T, dout)"),
        ("self.x = x", "self.x = 2 * x"),
        ("np.dot(dout, self.W.T)", "2 * np.dot(dout, self.W.T)"),
    ):
        assert right.count(old) == 1
        result._texts["layer"], result._reports = right.replace(old, new), {}
        assert result.report.verdict == "REFUTED", new
    result._texts["layer"], result._reports = right, {}
    assert result.report.verdict == "PROVED"


def test_a_layer_learns_by_the_attribute_that_wrt_names() -> None:
    text = inspect.getsource(layers.Scale)
    result = gradgen.generate("import numpy as np\n\n\n" + text, wrt="w")
    assert result.wrt == ("self.w",) and "self.dw" in result.text and "return\n" in result.text + "\n"


def test_a_class_is_printed_as_a_class() -> None:
    with pytest.raises(GradgenError, match="GG004"):
        gradgen.generate(inspect.getsource(layers.Scale), style="joint")


def test_the_decorator() -> None:
    from tests.classes import decorated

    layer = decorated.Affine(np.ones((3, 2)), np.zeros(2))
    x = normal(4, 3)
    assert np.array_equal(layer.forward(x), x @ layer.W + layer.b)
    assert np.allclose(layer.backward(np.ones((4, 2))), 2.0)
    assert np.allclose(layer.dW, x.sum(axis=0)[:, None]) and np.array_equal(layer.db, [4, 4])
    assert isinstance(layer, decorated.Affine) and layer.size == 8
    assert decorated.Affine.gradgen.report.verdict == "PROVED"
    assert "def backward(self, dout)" in decorated.Affine.gradgen.text


def test_the_decorator_refuses_what_it_cannot_read() -> None:
    with pytest.raises(GradgenError, match="GG115"):
        gradgen.gradgen(type("Empty", (), {}))

    class Inner:
        def forward(self, x):
            return x * x

    with pytest.raises(GradgenError, match="top level"):
        gradgen.gradgen(Inner)
