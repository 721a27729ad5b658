"""Random nested expressions of arrays: bit for bit NumPy's over floats, near it over many digits."""

import random
import warnings

import numpy as np
import pytest

from gradgen.interpret import FLOAT, MP, Machine, Raised
from tests.interpret.test_arrays import bits, close, floats

UNARY = (
    "np.exp({}) np.tanh({}) np.abs({}) -{} {}.T np.sum({}) np.sum({},axis=0) {}.mean(axis=-1,keepdims=True) np.max({},axis=0) "
    "{}.reshape(-1) {}[0] {}[...,::-1] {}[...,None] np.maximum({},0) {}**2 np.cumsum({},axis=0) np.prod({}) np.var({}) "
    "np.argmax({},axis=-1) np.sort({}) np.where({}>0,1.5,0) np.sign({}) np.floor({}) np.squeeze({}) np.array({}) np.zeros_like({}) "
    "np.stack([{0},{0}]) np.atleast_2d({}) np.linalg.norm({}) np.sqrt({}) np.log({}) np.expand_dims({},0) np.clip({},-0.5,0.5) "
    "1/{} {}.sum(axis=0) {}.max() {}.std(axis=0) np.flip({}) np.diff({}) np.median({}) np.full_like({},2) np.tile({},2) "
    "np.repeat({},2) np.argsort({}) np.average({},axis=0) np.ravel({}) np.roll({},1) np.tril({}) np.pad({},1) np.square({})"
).split()
BINARY = (
    "{}+{} {}-{} {}*{} {}/{} {}@{} np.dot({},{}) np.maximum({},{}) np.outer({},{}) np.power({},{}) {}%{} {}//{} "
    "np.concatenate([{},{}]) np.where({}>0,{},0) np.minimum({},{}) np.tensordot({},{},1) np.logaddexp({},{}) np.inner({},{}) "
    "np.append({},{}) np.hypot({},{}) np.kron({},{}) np.vstack([{},{}]) np.einsum('...i,...i->...',{},{})"
).split()
NAMES = ("a", "b", "c", "t", "e")


def arguments():
    rng = np.random.default_rng(3)
    return [rng.normal(size=s) for s in ((2, 3), (3,), (2, 1), (2, 2, 3), (1, 3))]


def tree(depth: int, rng: random.Random) -> str:
    if depth == 0:
        return rng.choice(NAMES)
    if rng.random() < 0.55:
        return rng.choice(UNARY).format(f"({tree(depth - 1, rng)})")
    return rng.choice(BINARY).format(*(f"({tree(depth - 1, rng)})" for _ in range(2)))


def outcome(run, *args):
    """(Value, None), or (None, the kind of error)."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run(*args), None
    except Raised as raised:
        return None, type(raised.exception)
    except Exception as error:
        return None, type(error)


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions(seed):
    rng = random.Random(seed)
    for _ in range(150):
        expression = tree(rng.choice((1, 2, 2, 3)), rng)
        text = f"import numpy as np\ndef f({', '.join(NAMES)}): return {expression}"
        names = {}
        exec(text, names)
        theirs, error = outcome(names["f"], *arguments())
        ours, failure = outcome(Machine(text, FLOAT).call, "f", *arguments())
        assert (failure is None) is (error is None), (expression, error, failure)
        assert error or bits(ours) == bits(theirs), expression
        many, failure = outcome(Machine(text, MP(40)).call, "f", *arguments())
        if error is None and failure is None and np.all(np.isfinite(theirs)):
            assert close(floats(np.asarray(many)), floats(np.asarray(theirs))), expression
        assert failure is None or error is not None, (expression, failure)
