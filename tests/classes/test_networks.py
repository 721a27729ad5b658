"""Network classes: their backward calls the layers' own in the opposite order, or they are refused."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from gradgen.errors import GradgenError
from gradgen.pipeline import Options, generate_file
from gradgen.source import SourceText
from tests.classes import networks

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
    assert networks.InAList.gradgen.report.verdict == "UNCHECKED"


@pytest.mark.parametrize(
    "name, line", [("Forked", "b = self.second"), ("WithPenalty", "return y + 1"), ("MadeOnTheSpot", "Square()")]
)
def test_what_is_no_chain_is_refused(name: str, line: str) -> None:
    found = generate_file(SOURCE, Options(functions=(name,)))
    (error,) = found.refusals
    assert error.diagnostics[0].code == "GG130" and line in error.diagnostics[0].place.text
