"""generated_examples/train_spiral.py: a network is trained with the generated gradient, and beside it with a hand-written one."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from tests.examples.examples import FOLDER


@pytest.fixture
def script(monkeypatch):
    """The script as a module; it imports the generated file beside it."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module("train_spiral")
    for name in ("train_spiral", "two_layer_net_grad"):
        sys.modules.pop(name, None)


def by_hand(params, X, y, reg):
    """The loss and the gradients, after the minimal network of the notes (cs231n, "Putting it together: Minimal Neural Network Case Study")."""
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    rows = np.arange(len(y))
    hidden = np.maximum(0, X @ W1 + b1)
    unnormalized = np.exp(hidden @ W2 + b2)
    probs = unnormalized / unnormalized.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, y]).mean() + 0.5 * reg * ((W1**2).sum() + (W2**2).sum())

    # backward pass
    dscores = probs
    dscores[rows, y] -= 1
    dscores /= len(y)
    dhidden = dscores @ W2.T
    dhidden[hidden <= 0] = 0
    return loss, {
        "W1": X.T @ dhidden + reg * W1,
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dscores + reg * W2,
        "b2": dscores.sum(axis=0),
    }


def trained(script, value_and_grad, steps: int):
    """(losses, accuracy) of the script's training with a gradient, always from the same start."""
    rng = np.random.default_rng(0)
    X, y = script.spiral(rng)
    params = script.initial(rng)
    losses = script.train(value_and_grad, X, y, params, steps)
    return losses, script.accuracy(params, X, y)


def test_step_by_step_as_by_hand(script, capsys) -> None:
    """The two descend side by side; they round differently, and the descent lets that grow a little."""
    ours, _ = trained(script, script.two_layer_net_value_and_grad, 300)
    hand, _ = trained(script, by_hand, 300)
    assert ours == pytest.approx(hand, rel=1e-10)
    assert ours[0] == pytest.approx(np.log(script.CLASSES), rel=1e-2)


def test_it_learns_the_spiral(script, capsys) -> None:
    losses, accuracy = trained(script, script.two_layer_net_value_and_grad, 1000)
    assert accuracy > 0.9 and losses[-1] < 0.35
    assert capsys.readouterr().out.count("loss") == 5
