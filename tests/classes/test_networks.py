"""Network classes: their backward calls the layers' own in the opposite order, or they are refused."""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest

from gradgen.checks.network import check_network
from gradgen.errors import GradgenError
from gradgen.pipeline import Options, generate_file
from gradgen.source import SourceText
from gradgen.source.networks import read_network
from tests.classes import inherited, networks

SOURCE = SourceText(inspect.getsource(networks), "networks.py")
X = np.array([0.5, -1.5])


def made(name: str) -> object:
    text = generate_file(SOURCE, Options(functions=(name,))).text
    space = dict(vars(networks))
    exec(compile(text, "<generated>", "exec"), space)
    return space[name]()


@pytest.mark.parametrize("name", ["InAList", "InOrder"])
def test_backward(name: str) -> None:
    net, f = made(name), getattr(networks, name)()
    assert np.array_equal(net.forward(X), f.forward(X))
    slopes = {"InAList": 16 * X**3, "InOrder": 8 * X}
    assert np.allclose(net.backward(np.ones(2)), slopes[name])


def test_a_loss_that_calls_predict() -> None:
    net = made("ByName")
    net.loss(X, None)
    assert np.allclose(net.backward(1.0), 16 * X**3)


def test_the_decorator_on_a_network() -> None:
    net = networks.InAList()
    net.forward(X)
    assert np.allclose(net.backward(1.0), 16 * X**3)
    assert networks.InAList.gradgen.report.verdict == "IDENTITY-TESTED"


@pytest.mark.parametrize("name", ["InAList", "InOrder", "ByName"])
def test_a_network_is_run_with_its_layers(name: str) -> None:
    (result,) = generate_file(SOURCE, Options(functions=(name,))).results
    assert result.report.verdict == "IDENTITY-TESTED"


WRONG = """\
import numpy as np


class Scale:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return self.x * self.w

    def backward(self, dout):
        self.dw = np.sum(self.x * dout, axis=0)
        return dout * self.w


class Net:
    def __init__(self, n):
        self.layers = [Scale(np.ones(n)), Scale(2 * np.ones(n))]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
"""


@pytest.mark.parametrize(
    "right, wrong, what",
    [
        ("return dout * self.w", "return 2 * dout * self.w", "the gradient by the input"),
        ("np.sum(self.x * dout, axis=0)", "np.mean(self.x * dout, axis=0)", "the gradient by self.layers[0].w"),
        ("return dout * self.w", "return np.sum(dout * self.w, axis=0)", "the shape of the gradient"),
    ],
)
def test_a_layer_whose_backward_is_wrong_refutes_its_network(right: str, wrong: str, what: str) -> None:
    good, bad = (
        check_network([text, generated(WRONG)], "Net", "forward") for text in (WRONG, WRONG.replace(right, wrong))
    )
    assert good.verdict == "IDENTITY-TESTED"
    assert bad.verdict == "REFUTED" and what in bad.summary


def generated(text: str) -> str:
    """The network alone, with its backward pass."""
    net = read_network(next(n for n in ast.parse(text).body if getattr(n, "name", "") == "Net"))
    backward = "".join(f"\n        {line}" for line in net.backward)
    return f"{ast.unparse(net.node)}\n\n    def backward(self, dout):{backward}\n"


def test_layers_of_another_file_are_not_run() -> None:
    text = "from layers import Affine\n\n" + WRONG.partition("\n\n\n")[2].replace("Scale", "Affine")
    text = text[text.index("class Net") :]
    source = SourceText("from layers import Affine\nimport numpy as np\n\n\n" + text, "net.py")
    (result,) = generate_file(source, Options(functions=("Net",))).results
    assert result.report.verdict == "UNCHECKED"


@pytest.mark.parametrize(
    "name, line", [("Forked", "b = self.second"), ("WithPenalty", "return y + 1"), ("MadeOnTheSpot", "Square()")]
)
def test_what_is_no_chain_is_refused(name: str, line: str) -> None:
    found = generate_file(SOURCE, Options(functions=(name,)))
    (error,) = found.refusals
    assert error.diagnostics[0].code == "GG130" and line in error.diagnostics[0].place.text


def test_layers_and_a_network_with_a_base_of_the_same_file() -> None:
    source = SourceText(inspect.getsource(inherited), "inherited.py")
    found = generate_file(source, Options())
    assert not found.refusals
    assert {r.name: r.report.verdict in ("PROVED", "IDENTITY-TESTED") for r in found.results} == dict.fromkeys(
        ("Relu", "Affine", "Net"), True
    )
    space: dict = {}
    exec(compile(found.text, "<generated>", "exec"), space)
    net = space["Net"](3, 4)
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert np.array_equal(net(x), net.forward(x))
    dx = net.backward(np.ones((5, 2)))
    first, _, last = net.layers
    hidden = np.ones((5, 2)) @ last.W.T * (x @ first.W + first.b > 0)
    assert np.allclose(dx, hidden @ first.W.T) and np.allclose(first.dW, x.T @ hidden)
