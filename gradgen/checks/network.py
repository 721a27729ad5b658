"""The identity test of a network: its backward pass, and what its layers keep, against its forward pass at neighbouring points.

The layers, and the network, are made and run by gradgen's own interpreter, in numbers of many digits.
"""

from __future__ import annotations

import ast
import itertools
import math
import random
from collections.abc import Iterator, Sequence

import numpy as np

from gradgen.checks import outcomes
from gradgen.checks.report import Report, unchecked
from gradgen.interpret import MP, Machine, OutOfFuel, Raised, Refused
from gradgen.interpret.instances import Instance

DIGITS, STEP = 80, 25  # of the numbers, and of the step: what is left of a difference has some 50
ENOUGH = 30  # digits in which two gradients have to agree
MOST = 50  # more are not claimed
SIZES = (3, 5, 4, 2, 6, 7)  # what `__init__` is given where it asks for sizes
BATCH = 2
POINTS = 2
MADE, FORWARD, BACKWARD = "gradgen_made", "gradgen_forward", "gradgen_backward"


class _Wrong(Exception):
    """A gradient is wrong: which."""


def check_network(texts: Sequence[str], name: str, entry: str) -> Report:
    """The verdict on the last of several texts, the network; the others hold its layers, what comes later counts."""
    try:
        tree = merged(texts)
        node = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)
        machine = Machine(_driven(tree, node, entry), MP(DIGITS), arrays=True)
        passed, digits, why = 0, MOST, "no input is found that its layers take"
        for sizes, shape, others in _inputs(node, entry):
            try:
                for number in range(POINTS):
                    digits = min(digits, _agreement(machine, sizes, shape, others, random.Random(number)))
                    passed += 1
                break
            except (Raised, OutOfFuel, _Skip) as stop:
                why = str(stop) if isinstance(stop, OutOfFuel) else why
    except _Wrong as wrong:
        return Report("REFUTED", f"REFUTED: {wrong} is not what the forward pass says.")
    except Refused as refused:
        return unchecked(f"the test does not run: {refused}")
    if not passed:
        return unchecked(why)
    return Report("IDENTITY-TESTED", f"IDENTITY-TESTED: {passed} points, {digits} digits, its layers with it.")


class _Skip(Exception):
    """This input says nothing."""


def merged(texts: Sequence[str]) -> ast.Module:
    """Imports, functions, classes and constants of several texts, each name as it is defined last; no decorators."""
    found: dict[str, ast.stmt] = {}
    for text in texts:
        for node in ast.parse(text).body:
            match node:
                case ast.ImportFrom(module="__future__") | ast.ImportFrom(module="gradgen"):
                    continue
                case ast.Import() | ast.ImportFrom():
                    found[ast.unparse(node)] = node
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    node.decorator_list = []
                    found.pop(name, None)
                    found[name] = node
                case ast.Assign(targets=[ast.Name(id=name)]):
                    found[name] = node
    return ast.Module(list(found.values()), [])


def _driven(tree: ast.Module, node: ast.ClassDef, entry: str) -> ast.Module:
    """The text with functions that make a network and call its methods."""
    methods = _methods(node)
    sizes = ", ".join(f"s{i}" for i in range(len(_required(methods.get("__init__")))))
    given = ", ".join(f"x{i}" for i in range(len(_required(methods[entry]))))
    lines = (
        f"def {MADE}({sizes}): return {node.name}({sizes})\n"
        f"def {FORWARD}(net, {given}): return net.{entry}({given})\n"
        f"def {BACKWARD}(net, dout): return net.backward(dout)\n"
    )
    return ast.parse(ast.unparse(tree) + "\n" + lines)


def _inputs(node: ast.ClassDef, entry: str) -> Iterator[tuple[list, tuple[int, ...], tuple]]:
    """(What `__init__` is given, the shape of the entry's input, what else it is given), the likely first."""
    methods = _methods(node)
    asked = _required(methods.get("__init__"))
    sizes = [[SIZES[-1], SIZES[-2]] if _is_several(n) else SIZES[i % len(SIZES)] for i, n in enumerate(asked)]
    rng = np.random.default_rng(0)
    plain = [s for s in sizes if isinstance(s, int)] or [SIZES[0]]
    shapes = [*((BATCH, s) for s in plain), *((s,) for s in plain), (BATCH, 2, 6, 6), ()]
    for shape in shapes:
        others = _required(methods[entry])[1:]
        rows = shape[0] if shape else 1
        classes = plain[-1]
        labels = [
            np.array([i % classes for i in range(rows)]),
            np.eye(classes)[[i % classes for i in range(rows)]],
            rng.uniform(0.2, 0.8, (rows, classes)),
            rng.uniform(0.2, 0.8, shape),
            None,
        ]
        for given in itertools.product(labels, repeat=len(others)):
            yield sizes, shape, given


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}


def _required(node: ast.FunctionDef | None) -> list[str]:
    """The parameters of a method that have no default, but the first."""
    if node is None:
        return []
    names = [a.arg for a in node.args.args[1:]]
    return names[: len(names) - len(node.args.defaults)]


def _is_several(name: str) -> bool:
    return any(word in name.lower() for word in ("list", "sizes", "dims", "layers", "units"))


def _agreement(machine: Machine, sizes: list, shape: tuple[int, ...], others: Sequence, rng: random.Random) -> int:
    """In how many digits all gradients of a network at one input agree with differences.  Raises `_Wrong`."""
    net = machine.call(MADE, *sizes)
    x, others = _random(machine, shape, rng), [machine.take(g) for g in others]
    out = machine.call(FORWARD, net, x, *others)
    if not outcomes.is_finite(out):
        raise _Skip("no finite value")
    dout = _like(machine, out, rng)
    dx = machine.call(BACKWARD, net, dout)
    kept = [(label, array, _copied(gradient)) for label, array, gradient in _parameters(net)]
    step = machine.numbers.make(10.0) ** -STEP
    fewest = MOST

    def value(moved) -> object:
        return _dot(machine.call(FORWARD, net, moved, *others), dout)

    def compare(label: str, slope, gradient, direction) -> None:
        nonlocal fewest
        said = _dot(gradient, direction)
        size = max(abs(float(said)), abs(float(slope)), 1e-3)
        error = abs(said - slope) / machine.numbers.make(size)
        digits = MOST if not error else int(-math.log10(float(error))) if float(error) else MOST
        if digits < ENOUGH:
            raise _Wrong(f"the gradient by {label}")
        fewest = min(fewest, digits)

    if outcomes.shape_of(dx) != outcomes.shape_of(x):
        raise _Wrong("the shape of the gradient by the input")
    v = _like(machine, x, rng)
    slope = (value(x + v * step) - value(x - v * step)) / (2 * step)
    compare("the input", slope, dx, v)
    for label, array, gradient in kept:
        v, before = _like(machine, array, rng), array.copy()
        ends = []
        for sign in (1, -1):
            array[...] = before + v * (step * sign)
            ends.append(value(x))
        array[...] = before
        compare(label, (ends[0] - ends[1]) / (2 * step), gradient, v)
    return fewest


def _parameters(net: Instance) -> list[tuple[str, np.ndarray, object]]:
    """(What it is called, the array, its gradient) for every array W of a layer that keeps a dW of its shape."""
    found: dict[int, tuple[str, np.ndarray, object]] = {}
    waiting: list[tuple[str, object]] = [("self", net)]
    seen: set[int] = set()
    while waiting:
        label, value = waiting.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Instance):
            for key, field in value.fields.items():
                gradient = value.fields.get(f"d{key}")
                if outcomes.is_array(field) and gradient is not None:
                    if outcomes.shape_of(gradient) == outcomes.shape_of(field):
                        found.setdefault(id(field), (f"{label}.{key}", field, gradient))
            waiting += [(f"{label}.{key}", field) for key, field in value.fields.items()]
        elif isinstance(value, dict):
            waiting += [(f"{label}[{key!r}]", field) for key, field in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(f"{label}[{i}]", field) for i, field in enumerate(value)]
    return list(found.values())


def _copied(value):
    return value.copy() if outcomes.is_array(value) else value


def _like(machine: Machine, value, rng: random.Random):
    """Random numbers of a value's shape."""
    return _random(machine, outcomes.shape_of(value), rng)


def _random(machine: Machine, shape: tuple[int, ...], rng: random.Random):
    made = np.array([rng.uniform(0.3, 1.0) * rng.choice((-1, 1)) for _ in range(math.prod(shape))])
    return machine.take(made.reshape(shape) if shape else float(made[0]))


def _dot(a, b):
    """The sum of the products of entries."""
    return sum(x * y for x, y in zip(outcomes.numbers_in(a), outcomes.numbers_in(b), strict=True))
