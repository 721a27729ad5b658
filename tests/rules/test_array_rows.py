"""Every array row, in every spelling, through the whole pipeline: values, shapes, dtypes and memory of its gradients."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

import gradgen
from gradgen.rules import ARRAY_RULES, Rule
from gradgen.rules.rule import find, head_of
from gradgen.rules.constants import is_constant
from gradgen.ir.nodes import Call
from tests.rules.array_examples import EXAMPLES, REFUSED, TEXTS, Example
from tests.support import execute, pair

IDS = [f"{e.body} | {e.shapes}" for e in EXAMPLES]
HEADER = "import numpy as np\nfrom scipy import special\n"
NAMES = "xyzw"


# -- running an example ----------------------------------------------------------------------------------------------------


def source_of(example: Example, twist: str) -> str:
    """The example as a function; a twist uses its value in another way."""
    params = [
        *NAMES[: len(example.shapes.split(","))],
        *(f"{n}=None" if v is None else n for n, v in example.more.items()),
    ]
    *lines, last = example.body.split("; ")
    body = [*lines, f"return {twist.format(last)}" if "{}" in twist else f"return {last}"]
    return f"{HEADER}def f({', '.join(params)}):\n    " + "\n    ".join(body) + "\n"


def shapes_of(example: Example) -> list[tuple[int, ...]]:
    return [tuple(map(int, part.split())) for part in example.shapes.split(",")]


def draw(example: Example, dtype=np.float64) -> dict[str, object]:
    """Operands in the example's domain, no two entries close to each other."""
    rng = np.random.default_rng(11)
    point: dict[str, object] = {}
    for name, shape in zip(NAMES, shapes_of(example)):
        size = int(np.prod(shape))
        values = rng.permutation(np.linspace(example.low, example.high, size + 2)[1:-1]) + rng.uniform(
            -0.01, 0.01, size
        )
        point[name] = values.reshape(shape).astype(dtype)
    if example.at is not None:
        point["x"] = np.array(example.at, dtype=dtype)
    return {**point, **example.more}


def dout_for(value: object, dtype) -> object:
    rng = np.random.default_rng(5)
    drawn = rng.uniform(0.5, 1.5, np.shape(value)) * rng.choice([-1, 1], np.shape(value))
    return drawn.astype(dtype) if np.shape(value) else np.dtype(dtype).type(drawn)


def numeric(f: Callable, point: dict[str, object], name: str, dout: object) -> np.ndarray:
    """The gradient of ``sum(dout * f)`` by five-point central differences."""
    x = np.asarray(point[name], dtype=float)
    gradient, h = np.zeros(x.shape), 1e-4
    for index in np.ndindex(x.shape):

        def moved(by: float, index=index) -> float:
            copy = x.copy()
            copy[index] += by
            return float(np.sum(np.asarray(f(**{**point, name: copy})) * dout))

        gradient[index] = (moved(-2 * h) - 8 * moved(-h) + 8 * moved(h) - moved(2 * h)) / (12 * h)
    return gradient


def check(example: Example, twist: str, stated: bool) -> None:
    source = source_of(example, twist)
    told = [f"{n}: {' '.join(map(str, s))}" for n, s in zip(NAMES, shapes_of(example))]
    wrt = [n for n, _ in zip(NAMES, shapes_of(example))]
    result = gradgen.generate(source, verify=False, wrt=wrt, shape=tuple(told) if stated else ())
    forward, backward = pair(result)
    original = execute(source)["f"]
    for dtype in (np.float64, np.float32) if twist == "{}" else (np.float64,):
        point = draw(example, dtype)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value, kept = forward(**point)
            assert np.array_equal(value, original(**point), equal_nan=True), "another value than the original's"
            dout = dout_for(value, np.asarray(value).dtype) if example.gradient is None else np.ones_like(value)
            before = np.copy(dout)
            grads = backward(dout, kept)
            grads = grads if len(wrt) > 1 else (grads,)
            assert np.array_equal(dout, before), "dout was changed"
            for name, grad in zip(wrt, grads, strict=True):
                x = point[name]
                assert np.shape(grad) == np.shape(
                    x
                ), f"d{name} has shape {np.shape(grad)}, not {np.shape(x)}\n{result.text}"
                if np.ndim(x) and not (dtype == np.float32 and np.asarray(value).dtype != dtype):
                    assert grad.dtype == x.dtype, f"d{name} is {grad.dtype}, not {x.dtype}\n{result.text}"
                if np.ndim(x):
                    others = [v for v in (dout, *point.values()) if isinstance(v, np.ndarray)]
                    assert not any(np.shares_memory(grad, o) for o in others), f"d{name} shares memory\n{result.text}"
                wide = {n: np.asarray(v, dtype=float) if n in wrt else v for n, v in point.items()}
                wanted = (
                    example.gradient
                    if example.gradient is not None
                    else numeric(original, wide, name, np.asarray(dout, dtype=float))
                )
                tolerance = 1e-6 if dtype == np.float64 else 2e-3
                assert np.allclose(
                    grad, wanted, tolerance, tolerance
                ), f"d{name} is {grad}, measured {wanted}\n{result.text}"


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_example(example: Example) -> None:
    """Against central differences, once bare and shapes unknown, once forked, thin and with stated shapes."""
    if not example.tell:
        check(example, "{}", stated=False)
    else:
        check(example, "{}", stated=True)
    if example.gradient is None:
        check(example, "np.sum({}) * np.sum(x * x)", stated=True)


@pytest.mark.parametrize("body, shapes, line", TEXTS)
def test_text(body: str, shapes: tuple[str, ...], line: str) -> None:
    """What the gradient's line looks like."""
    source = f"{HEADER}def forward(x, y, p):\n    out = {body}\n    return out\n"
    assert (
        line
        in gradgen.generate(
            source, verify=False, style="split", shape=shapes, wrt=("x", "y") if "y" in body else "x"
        ).text
    )


# -- every row has examples ------------------------------------------------------------------------------------------------


def calls(body: str) -> Iterator[str]:
    """The functions, methods and operators of an example, as rows spell them."""
    for node in ast.walk(ast.parse(body.replace("; ", "\n"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="special"), attr=attr)):
                yield f"scipy.special.{attr}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=attr)):
                yield f"np.{attr}"
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr=module), attr=attr)):
                yield f"np.{module}.{attr}"
            case ast.Call(func=ast.Attribute(attr=attr)) | ast.Attribute(attr="T" as attr):
                yield f".{attr}"
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.BinOp(op=ast.MatMult()):
                yield "@"
            case ast.Subscript():
                yield "[]"
            case ast.List():
                yield "list"


@cache
def spelled_in_examples() -> frozenset[str]:
    return frozenset(name for e in EXAMPLES for name in calls(e.body))


@pytest.mark.parametrize("row", ARRAY_RULES, ids=[r.form for r in ARRAY_RULES])
def test_every_spelling_has_an_example(row: Rule) -> None:
    """A row without an example, in any of its spellings, is not proved."""
    missing = [head for head, _ in row.signatures if head not in spelled_in_examples() and not head.startswith("gate.")]
    assert not missing, f"{row.where}: no example of {', '.join(missing)}"


@pytest.mark.parametrize("row", ARRAY_RULES, ids=[r.form for r in ARRAY_RULES])
def test_every_row_can_be_read(row: Rule) -> None:
    """What `gradgen rules` prints of it: a word on the shape, and on each adjoint that is worked out."""
    assert row.shape.__doc__ and all(row.adjoint_texts.values())


@pytest.mark.parametrize("body", REFUSED)
def test_refused(body: str) -> None:
    """What a row does not take is refused, and never differentiated as something else."""
    with pytest.raises(gradgen.GradgenError) as caught:
        gradgen.generate(f"{HEADER}def f(x, y):\n    return {body}\n", verify=False)
    assert re.match(r"GG10[457]|GG111", caught.value.diagnostics[0].code)


def test_a_row_is_found_by_how_it_is_called() -> None:
    """A list written out is joined, an array is copied."""
    one = Call("np.array", (Call("x", ()),))
    assert head_of(find(one, is_constant)[0].pattern) == "np.copy"
