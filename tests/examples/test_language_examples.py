"""The examples of the language: against hand-written backward passes, and a network of generated layers that is trained."""

from __future__ import annotations

import ast
import inspect
import math

import numpy as np

from tests.examples.examples import FOLDER
from tests.support import execute, numeric_gradient


def generated(name: str) -> dict[str, object]:
    return execute((FOLDER / f"{name}_grad.py").read_text(encoding="utf-8"))


def original(name: str) -> dict[str, object]:
    return execute((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def char_rnn_by_hand(inputs, targets, hprev, Wxh, Whh, Why, bh, by):
    """The backward pass that everybody knows, after the same forward pass."""
    xs, hs, ps = {}, {-1: np.copy(hprev)}, {}
    for t in range(len(inputs)):
        xs[t] = np.zeros((Wxh.shape[1], 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        y = Why @ hs[t] + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += dhraw @ xs[t].T
        dWhh += dhraw @ hs[t - 1].T
        dhnext = Whh.T @ dhraw
    return dhnext, dWxh, dWhh, dWhy, dbh, dby


def test_the_character_rnn_is_the_well_known_one() -> None:
    rng = np.random.default_rng(1)
    V, H = 7, 5
    inputs, targets = rng.integers(0, V, 6), rng.integers(0, V, 6)
    given = [rng.normal(size=s) for s in ((H, 1), (H, V), (H, H), (V, H), (H, 1), (V, 1))]
    (loss, last), grads = generated("char_rnn")["loss_fun_value_and_grad"](inputs, targets, *given)
    assert (loss, last.tolist()) == (lambda v, h: (v, h.tolist()))(
        *original("char_rnn")["loss_fun"](inputs, targets, *given)
    )
    for gradient, by_hand in zip(grads, char_rnn_by_hand(inputs, targets, *given), strict=True):
        np.testing.assert_allclose(gradient, by_hand, rtol=1e-10, atol=1e-12)


def test_the_character_rnn_goes_statement_for_statement() -> None:
    texts = ((FOLDER / "char_rnn_grad.py").read_text(encoding="utf-8"), inspect.getsource(char_rnn_by_hand))
    loops = [
        n
        for text in texts
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.For) and "reversed" in ast.unparse(n.iter)
    ]
    assert sorted(targets_in(loops[0])) == sorted(t.replace("dhraw", "dtotal") for t in targets_in(loops[1]))


def targets_in(loop: ast.For) -> list[str]:
    """What the statements of a loop write."""
    found = [s.targets[0] if isinstance(s, ast.Assign) else s.target for s in loop.body]
    return [ast.unparse(t).replace("[targets[t], 0]", "[targets[t]]") for t in found]


def test_newton() -> None:
    space = generated("newton")
    root, (da, _) = space["square_root_value_and_grad"](2.0, 1.0)
    assert math.isclose(root, math.sqrt(2)) and math.isclose(da, 0.5 / math.sqrt(2), rel_tol=1e-9)
    x, (dtheta, dx) = space["fixed_point_value_and_grad"](0.9, 0.5)
    slope = -x * math.sin(0.9 * x) / (1 + 0.9 * math.sin(0.9 * x))
    assert math.isclose(dtheta, slope, rel_tol=1e-6) and abs(dx) < 1e-6


def test_batchnorm_in_both_modes() -> None:
    """The gradient, and the running averages in the author's dictionary."""
    ours, theirs = generated("modes"), original("modes")
    rng = np.random.default_rng(2)
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    settings = [{"mode": "train", "momentum": 0.8} for _ in range(2)]
    for mode in ("train", "train", "test"):
        x, dout = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        settings[0]["mode"] = settings[1]["mode"] = mode
        before = dict(settings[0])
        out, cache = ours["batchnorm_forward"](x, gamma, beta, settings[0])
        assert np.array_equal(out, theirs["batchnorm_forward"](x, gamma, beta, settings[1])[0])
        assert all(np.array_equal(settings[0][k], settings[1][k]) for k in ("running_mean", "running_var"))
        dx, dgamma, dbeta = ours["batchnorm_backward"](dout, cache)

        def weighed(x, before=before, dout=dout):
            return float(np.sum(dout * theirs["batchnorm_forward"](np.array(x), gamma, beta, dict(before))[0]))

        expected = numeric_gradient(weighed, {"x": x.tolist()}, "x")
        np.testing.assert_allclose(dx.ravel(), list(expected.values()), rtol=1e-6, atol=1e-8)
        assert np.allclose(dbeta, dout.sum(axis=0)) and dgamma.shape == gamma.shape


def test_dropout_draws_once() -> None:
    space = generated("modes")
    x = np.ones((50, 40))
    out, cache = space["dropout_forward"](x, {"mode": "train", "p": 0.5})
    dx = space["dropout_backward"](np.ones_like(x), cache)
    assert np.array_equal(dx, out) and set(np.unique(dx)) == {0.0, 2.0}
    out, cache = space["dropout_forward"](x, {"mode": "test", "p": 0.5})
    assert np.array_equal(space["dropout_backward"](x, cache), x)


def test_a_network_of_generated_layers_learns() -> None:
    """Plain gradient steps with what the layers keep: three clouds of points are told apart."""
    space = generated("layer_classes")
    np.random.seed(0)
    rng = np.random.default_rng(3)
    t = rng.integers(0, 3, 120)
    x = rng.normal(size=(120, 2)) + 4 * np.array([[0, 1], [1, -1], [-1, -1]])[t]
    net = space["TwoLayerNet"](2, 10, 3, 0.1)
    first = net.loss(x, t)
    for _ in range(60):
        net.loss(x, t)
        net.backward()
        for name in ("Affine1", "Affine2"):
            layer = net.layers[name]
            layer.W -= 0.5 * layer.dW
            layer.b -= 0.5 * layer.db
    assert first > 1.0 and net.loss(x, t) < 0.1 and net.accuracy(x, t) > 0.95


def test_the_networks_gradient() -> None:
    space = generated("layer_classes")
    np.random.seed(1)
    rng = np.random.default_rng(4)
    x, t = rng.normal(size=(3, 2)), np.array([0, 2, 1])
    net = space["TwoLayerNet"](2, 4, 3, 1.0)
    net.loss(x, t)
    dx = net.backward()
    expected = numeric_gradient(lambda x: float(net.loss(np.array(x), t)), {"x": x.tolist()}, "x")
    np.testing.assert_allclose(dx.ravel(), list(expected.values()), rtol=1e-6, atol=1e-9)


def test_dropout_as_a_layer() -> None:
    layer = generated("layer_classes")["Dropout"](0.25)
    x = np.ones((30, 30))
    out = layer.forward(x)
    assert np.array_equal(layer.backward(x), out)
    layer.forward(x, train_flg=False)
    assert np.allclose(layer.backward(x), 0.75)
