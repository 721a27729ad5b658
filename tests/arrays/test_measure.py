"""The measuring stick itself: a right pair passes, and each fault that it is there for is named."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from tests.arrays import measure as stick
from tests.arrays.functions import Entry, entries
from tests.arrays.hands import Stands
from tests.arrays.length import Length, backward_length, joint_length
from tests.arrays.measure import Outcome, case_of, execute, findings
from tests.arrays.numeric import at, numeric_gradient, put, weighted, widen
from tests.arrays.recipes import kind_leaves, kinds, may_flow, must_flow

AFFINE = """import numpy as np
def affine_multiply_forward(X, W, b):
    out = np.matmul(X, W)
    out = np.add(out, b)
    return out, (X, W)
def affine_multiply_backward(dout, cache):
    X, W = cache
    dX = dout.dot(W.T)
    dW = X.T.dot(dout)
    db = dout.sum(axis=0)
    return dX, dW, db
"""
ALL = ("X", "W", "b")
FAULTS = [
    ("dX = dout.dot(W.T)", "dX = dout.dot(W.T) * (1 + 1e-5)", "the gradient by X is off by 1.0e-05"),
    ("axis=0", "axis=0, keepdims=True", "the gradient by b has shape (1, 2), not (2,)"),
    ("db = dout.sum(axis=0)", "db = dout.sum(axis=0).astype(np.float32)", "the gradient by b has dtype float32"),
    ("db = dout.sum(axis=0)", "db = list(dout.sum(axis=0))", "the gradient by b is list"),
    ("X, W = cache", "X, W = cache; dout *= 1.0; dout[0] += 0.1", "modifies dout"),
    ("X, W = cache", "X, W = cache; W += 1; W -= 1 + 1e-9", "modifies the cache"),
    ("    out = np.matmul(X, W)", "    out = np.matmul(X, W); X += 0.1", "modifies X"),
    ("return dX, dW, db", "return dX, dW, dX[0, :2]", "two gradients share memory"),
    ("return dX, dW, db", "return dX, dW, dout[0]", "a gradient shares memory with dout"),
    ("return dX, dW, db", "W[0, 0] = 0; return W, dW, db", "a gradient shares memory with W"),
    ("return dX, dW, db", "return [dX, dW, db]", "3 gradients are wanted"),
    ("return dX, dW, db", "return dX, dW, np.broadcast_to(0.5, 2)", "read-only or stretched"),
    ("return out, (X, W)", "return out + 1e-14, (X, W)", "another value than the original's"),
    ("return dX, dW, db", "return dX, dW, db + 1", "a dout of zero gives a gradient that is not"),
    ("X, W = cache", "X, W = cache; dout = dout * len(seen); seen.append(1)", "backward twice gives two gradients"),
    ("def affine_multiply_backward", "def affine_backward", "the text defines no affine_multiply_backward"),
]  # fmt: skip


def found(text: str, entry: Entry, wrt: tuple[str, ...], style: str = "split") -> str:
    """The findings about a text, as one."""
    names = execute(text)
    names["seen"] = [1]
    outcome = Outcome(entry, style)
    case = case_of(entry, 1.0 if style == "joint" else None)
    return "; ".join([*findings(case, Stands(wrt), style, names, outcome), *outcome.remarks])


def test_a_right_pair_passes() -> None:
    assert found(AFFINE, Entry("affine", "affine_multiply"), ALL) == ""


@pytest.mark.parametrize(("right", "fault", "said"), FAULTS, ids=[f[2] for f in FAULTS])
def test_each_fault_is_named(right: str, fault: str, said: str) -> None:
    assert AFFINE.count(right) == 1
    assert said in found(AFFINE.replace(right, fault), Entry("affine", "affine_multiply"), ALL)


def test_a_parameter_left_out_is_named() -> None:
    text = AFFINE.replace("return dX, dW, db", "return dX, dW")
    assert found(text, Entry("affine", "affine_multiply"), ("X", "W")) == "b is left out"


@pytest.mark.parametrize("forward", ["return out, x", "return out, (x,)"])
def test_the_authors_own_cache(forward: str) -> None:
    """A backward whose forward returns the author's cache is run on that; one with another cache is let be, and said."""
    own = forward == "return out, x"
    text = f"""import numpy as np
def relu_forward(x):
    out = np.maximum(0, x)
    {forward}
def relu_backward(dout, cache):
    x = cache{"" if own else "[0]"}
    return dout * (x > 0)
"""
    said = found(text, Entry("activations", "relu_forward"), ("x",))
    assert said == ("on the author's cache" if own else "with a cache of its own")


def test_several_outputs_in_the_authors_own_tuple() -> None:
    text = """import numpy as np
def two_results_forward(x, w):
    h = x @ w
    s = np.sin(h)
    return h * 2, s, (x, w, h)
def two_results_backward(dout, cache):
    (dout_h, dout_s), (x, w, h) = dout, cache
    dh = 2 * dout_h + np.cos(h) * dout_s
    return dh @ w.T, x.T @ dh
"""
    entry = Entry("inplace", "two_results")
    assert found(text, entry, ("x", "w")) == ""
    nested = text.replace("h * 2, s, (x", "(h * 2, s), (x")
    assert found(nested, entry, ("x", "w")) == ""
    assert "off by" in found(text.replace("np.cos", "np.sin"), entry, ("x", "w"))


def test_float32_is_asked_back() -> None:
    """Right in float32; a gradient of float64 is named."""
    entry = Entry("affine", "affine_multiply")
    case = case_of(entry, float32=True)
    widened = AFFINE.replace("db = dout.sum(axis=0)", "db = dout.sum(axis=0, dtype=float)")
    for text, said in ((AFFINE, []), (widened, ["the gradient by b has dtype float64, not float32"])):
        assert list(findings(case, Stands(ALL), "split", execute(text), Outcome(entry, "split"))) == said


def test_joint_with_and_without_aux() -> None:
    text = """import numpy as np
def probs_then_gradient_value_and_grad(x, c):
    p = np.exp(x) / np.sum(np.exp(x))
    loss = -np.log(p[c])
    dx = p.copy()
    dx[c] -= 1
    return (loss, dx), dx.copy()
"""
    entry = Entry("inplace", "probs_then_gradient")
    assert found(text, entry, ("x",), "joint") == ""
    assert found(text.replace("(loss, dx), dx", "loss, dx"), entry, ("x",), "joint") == ""
    assert "shares memory with the value" in found(text.replace("dx.copy()", "dx"), entry, ("x",), "joint")
    assert "another aux" in found(text.replace("(loss, dx)", "(loss, dx + 1)"), entry, ("x",), "joint")


def test_imports_are_fenced() -> None:
    with pytest.raises(ImportError):
        execute("import gradgen")
    assert execute("import numpy as np\nfrom numpy import exp\nimport math")["np"] is np


def test_a_traceback_of_gradgen_is_wrong(monkeypatch) -> None:
    def broken(*args, **kwargs):
        raise KeyError("x")

    monkeypatch.setattr(stick.gradgen, "generate", broken)
    outcome = stick.measure(Entry("activations", "sigmoid"), "split")
    assert outcome.word == "WRONG" and "gradgen raises KeyError" in str(outcome)


def test_totals_count_a_function_by_its_worst_style() -> None:
    entry = Entry("losses", "mse")
    outcomes = [Outcome(entry, "joint"), Outcome(entry, "split", refused="GG107 cannot")]
    assert stick.totals(outcomes).splitlines()[0] == "functions: 1, 0 ok, 1 refused, 0 WRONG"
    assert "refusals: 1 GG107" in stick.totals(outcomes)


def test_length() -> None:
    text = """
def f_backward(dout, cache):
    dh, dc = dout
    x, w = cache
    N, D = x.shape
    dx, dw = None, None
    dx = dh @ w.T
    dx[0], dx[1] = 0, 1
    for i in range(N):
        if i:
            dx[i] += 1
    np.add.at(dx, i, 1)
    return dx, x.T @ dh
"""
    assert backward_length(text, "f_backward") == Length(8, 4)
    joint = "def f(x):\n    y = x * x\n\n    # backprop y = x * x\n    dx = 2 * x\n    return y, dx\n"
    assert joint_length(joint, "f") == Length(1, 0)


@pytest.mark.parametrize("more", [(), ("--float32",), ("--shapes",), ("--style", "split"), ("--failed",), ("--show",)])
def test_the_command(more: tuple[str, ...], capsys) -> None:
    """Every option is understood, and the exit code says whether anything is wrong."""
    code = stick.main(["--only", "activations.softplus", *more])
    said = capsys.readouterr().out
    assert "functions: 1, " in said and code == ("1 WRONG" in said)


# -- no false alarms ---------------------------------------------------------------------------------------------------


def perfect(entry: Entry, style: str) -> tuple[tuple[str, ...], dict[str, object]]:
    """(wrt, functions) that a faultless generator would emit: its gradients are central differences."""
    recipe = entry.recipe
    flowing = [n for n, k in kinds(recipe).items() if any(must_flow(l) for _, l in kind_leaves(k))]
    wrt = tuple(recipe.get("wrt", flowing))

    def gradient(point: dict, name: str, dout: object) -> object:
        objective = weighted(entry.original, dout, cache=stick.returns_cache(entry))
        found = copy.deepcopy(point[name])
        for path, kind in kind_leaves(kinds(recipe)[name]):
            if may_flow(kind):
                leaf = np.asarray(at(point, (name, *path)))
                slopes = numeric_gradient(objective, widen(point), (name, *path))
                found = put(found, path, slopes.astype(leaf.dtype) if leaf.ndim else float(slopes))
        return found

    def backward(dout, cache):
        grads = tuple(gradient(cache["point"], name, dout) for name in wrt)
        return grads if len(grads) > 1 else grads[0]

    def forward(**args):
        point = copy.deepcopy(args)
        value = entry.original(**args)
        return (value[0] if stick.returns_cache(entry) else value), {"point": point}

    def joint(**args):
        value, cache = forward(**args)
        return copy.deepcopy(value), backward(1.0, cache)

    names = stick.entry_names(entry.name, style)
    return wrt, dict(zip(names, (joint,) if style == "joint" else (forward, backward), strict=True))


@pytest.mark.parametrize("entry", entries(), ids=lambda e: e.id)
def test_nothing_is_said_of_perfect_gradients(entry: Entry) -> None:
    for style in stick.styles_of(entry, None):
        wrt, names = perfect(entry, style)
        case = case_of(entry, 1.0 if style == "joint" else None)
        with np.errstate(all="ignore"):
            assert not list(findings(case, Stands(wrt), style, names, Outcome(entry, style)))
