"""Loops over the layers of a network: written out where the text says how many there are, else refused."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

SPELLINGS = {
    "pairs": "        W, b = params[l]\n        h = np.tanh(h @ W + b)\n",
    "places": "        h = np.tanh(np.dot(h, params[l][0]) + params[l][1])\n",
    "a layer": "        layer = params[l]\n        h = np.tanh(h.dot(layer[0]) + layer[1])\n",
}
OPEN = (
    "for W, b in params:\n        h = np.tanh(h @ W + b)\n",
    "for layer in params:\n        W, b = layer\n        h = np.tanh(h @ W + b)\n",
    "for l in range(len(params)):\n        h = np.tanh(h @ params[l][0] + params[l][1])\n",
    "for l, (W, b) in enumerate(params):\n        h = np.tanh(b + h @ W)\n",
    "for W, b in params[:-1]:\n        h = np.tanh(h @ W + b)\n",
)
HEAD = "import numpy as np\n\n\ndef f(x, params):\n    h = x\n    "
END = "    return np.sum(h**2)\n"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_layers_of_several_shapes(spelling: str) -> None:
    text = f"{HEAD}for l in range(2):\n{SPELLINGS[spelling]}{END}"
    rng = np.random.default_rng(3)
    x, params = rng.normal(size=(4, 3)), [(rng.normal(size=s), rng.normal(size=s[1])) for s in ((3, 5), (5, 2))]
    value, (dx, dparams) = execute(gradgen.generate(text, verify=False).text)["f_value_and_grad"](x, params)
    original = execute(text)["f"]
    assert value == original(x, params)
    for l, (layer, grads) in enumerate(zip(params, dparams, strict=True)):
        for i, (p, dp) in enumerate(zip(layer, grads, strict=True)):
            step = rng.normal(size=p.shape)
            ahead, behind = ([list(q) for q in params] for _ in range(2))
            ahead[l][i], behind[l][i] = p + 1e-6 * step, p - 1e-6 * step
            assert np.sum(dp * step) == pytest.approx((original(x, ahead) - original(x, behind)) / 2e-6, rel=1e-6)


@pytest.mark.parametrize("loop", OPEN)
def test_as_many_layers_as_there_are(loop: str) -> None:
    with pytest.raises(gradgen.GradgenError, match="every layer in `params` has a shape of its own"):
        gradgen.generate(HEAD + loop + END)


def test_layers_that_are_stated_to_be_one_array_stay_a_loop() -> None:
    text = f"{HEAD.replace('params', 'Ws, bs')}for l in range(2):\n        h = np.tanh(h @ Ws[l] + bs[l])\n{END}"
    made = gradgen.generate(text, verify=False, shape=["x: N D", "Ws: L D D", "bs: L D"])
    assert "for l in reversed(range(2)):" in made.text
