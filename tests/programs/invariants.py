"""What must hold of every emission: the scalar part of the ten invariants, checked by running the text.

A `Subject` is a program with what was emitted for it; `check` runs original and emission side by side
and returns a `Failure` per broken invariant.
"""

from __future__ import annotations

import ast
import io
import math
import random
import re
import tokenize
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.programs import oracle
from tests.programs.generator import Program
from tests.programs.oracle import Kink, flatten

IMPORTED = re.compile(r"^\s*(?:import|from) ([\w.]+)", re.MULTILINE)
RELATIVE = 1e-6  # float gradients against the oracle
PRECISE = 1e-10  # the emission in 60-digit numbers against the oracle (its own constants are floats)


@dataclass(frozen=True, slots=True)
class Failure:
    """A broken invariant: which, and what was seen."""

    invariant: str
    message: str


class Broken(Exception):
    """A broken invariant, found while an emission runs."""

    def __init__(self, invariant: str, message: str):
        super().__init__(message)
        self.failure = Failure(invariant, message)


@dataclass(frozen=True, slots=True)
class Emission:
    """One emitted text: its style and functions, which parameters it differentiates, how many outputs."""

    style: str
    text: str
    entries: tuple[str, ...]
    wrt: tuple[str, ...]
    outputs: int = 1
    has_aux: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A program and its emissions."""

    program: Program
    emissions: tuple[Emission, ...]


def subject(program: Program, result) -> Subject:
    """The subject of a `gradgen.generate` result; joint exists where the result is one number."""
    outputs = result.claim("split").outputs
    styles = ("joint", "split") if outputs == 1 else ("split",)
    return Subject(program, tuple(_emission(result, style) for style in styles))


def _emission(result, style: str) -> Emission:
    claim = result.claim(style)
    text = result.text_of(style)
    return Emission(style, text, claim.entries, claim.wrt, claim.outputs, claim.has_aux)


def check(found: Subject, rng: random.Random, points: int = 3) -> list[Failure]:
    """All failures of the invariants that running the texts shows."""
    failures = [f for e in found.emissions for f in static(e)]
    if failures:
        return failures
    return [f for point in found.program.args(rng, points) for f in _at(found, point)]


def static(emission: Emission) -> Iterator[Failure]:
    """The text compiles and imports nothing but math."""
    try:
        tree = ast.parse(emission.text)
        oracle.load(emission.text)
    except SyntaxError as error:
        yield Failure("I9", f"{emission.style} does not compile: {error}")
        return
    modules = set(IMPORTED.findall(emission.text))
    if modules - {"math"}:
        yield Failure("imports", f"{emission.style} imports {sorted(modules)}")
    lone = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    if missing := set(emission.entries) - lone:
        yield Failure("entries", f"{emission.style} does not define {sorted(missing)}")


# ---------------------------------------------------------------- one point


@dataclass(slots=True)
class Ran:
    """What an emission did at a point: the value, gradients at unit dout, and a way to run it back again."""

    value: object
    grads: tuple
    cache: object = None
    backward: object = None


def _at(found: Subject, point: tuple) -> Iterator[Failure]:
    """The failures at one point, over all emissions."""
    program = found.program
    original = oracle.load(program.text)[program.name]
    try:
        value = program.call(original, deepcopy(point))
    except Exception as error:  # the emission must raise the same
        for emission in found.emissions:
            yield from _raises_alike(found, emission, point, error)
        return
    truth, ran = _truth(found, point), []
    for emission in found.emissions:
        try:
            run = _run(found.program, emission, point)
        except Broken as broken:
            yield broken.failure
            continue
        except Exception as error:
            yield Failure("I8", f"{emission.style} raises {error!r} at {point!r}, the original does not")
            continue
        ran.append(run)
        if repr(run.value) != repr(value):
            yield Failure("I1", f"{emission.style} value {run.value!r} is not {value!r} at {point!r}")
        misshapen = list(_structure(found, emission, run, point))
        yield from misshapen or _right(found, emission, run, point, truth)
        yield from _twice_and_linear(emission, run, point)
    if len(ran) == 2 and not _close(flatten(ran[0].grads), flatten(ran[1].grads), 1e-7):
        if truth is None or all(map(math.isfinite, flatten(ran[0].grads))):
            yield Failure("styles", f"joint {ran[0].grads} but split {ran[1].grads} at {point!r}")


def _raises_alike(found: Subject, emission: Emission, point: tuple, error: Exception):
    try:
        _run(found.program, emission, point)
    except Exception as other:
        unset = isinstance(error, NameError) and "NoneType" in str(other)  # what the cache holds may start as None
        if type(other) is not type(error) and not unset:
            yield Failure("same error", f"{emission.style} raises {other!r}, the original {error!r} at {point!r}")
    else:
        yield Failure("same error", f"{emission.style} does not raise {error!r} at {point!r}")


def _unit(emission: Emission):
    """The cotangent under which gradients are compared."""
    return 1.0 if emission.outputs == 1 else tuple(1.0 + 0.5 * i for i in range(emission.outputs))


def _run(program: Program, emission: Emission, point: tuple) -> Ran:
    """Run the emission on copies; raises `Broken`, or what it raises itself."""
    namespace = oracle.load(emission.text)
    return _apply(program, emission, namespace, deepcopy(point), point, _unit(emission))


def _apply(program, emission, namespace, args, untouched, dout) -> Ran:
    first = namespace[emission.entries[0]]
    if emission.style == "joint":
        value, grads = program.call(first, args)
        run = Ran(value, _as_tuple(grads, emission))
    else:
        value, cache = program.call(first, args)
        backward = namespace[emission.entries[1]]
        kept = repr(cache)
        grads = backward(dout, cache)
        run = Ran(value, _as_tuple(grads, emission), cache, backward)
        if repr(cache) != kept:
            raise Broken("I3", "the backward modifies its cache")
    if repr(args) != repr(untouched):
        raise Broken("I3", f"arguments modified: {args!r}")
    _fresh(run, args)
    return run


def _as_tuple(grads, emission: Emission) -> tuple:
    """Gradients in wrt order; one alone is bare."""
    if len(emission.wrt) == 1:
        return (grads,)
    if not isinstance(grads, tuple) or len(grads) != len(emission.wrt):
        raise Broken("I2", f"{len(emission.wrt)} gradients expected, got {grads!r}")
    return grads


def _containers(value) -> Iterator[object]:
    """Every list and dict within."""
    if isinstance(value, (list, dict)):
        yield value
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


def _fresh(run: Ran, args: tuple) -> None:
    """I4: no list that is returned as a gradient is anything else's too."""
    returned = [id(c) for g in run.grads for c in _containers(g)]
    others = {id(c) for c in _containers([*args, run.cache])}
    if len(set(returned)) < len(returned) or others & set(returned):
        raise Broken("I4", "a returned gradient shares memory")


def _truth(found: Subject, point: tuple) -> list | None:
    """The oracle's gradients, or None at a kink."""
    emission = found.emissions[0]
    weights = _unit(emission) if emission.outputs > 1 else (1.0,)
    try:
        namespace = oracle.load_precise(found.program.text)
        return oracle.gradients(found.program, namespace, point, emission.wrt, weights)
    except (Kink, NameError, ArithmeticError, ValueError, AssertionError):
        return None


@lru_cache(maxsize=8)
def _names(text: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def _structure(found: Subject, emission: Emission, run: Ran, point: tuple) -> Iterator[Failure]:
    """I2: a gradient has its parameter's structure, as far as the function reads it, and is made of numbers."""
    values = dict(zip([p.name for p in found.program.params], point, strict=True))
    names = _names(found.program.text)
    for name, grad in zip(emission.wrt, run.grads, strict=True):
        value = values[name]
        if name not in names and grad == 0.0:
            continue  # nothing tells what it is
        if isinstance(value, dict):
            if not isinstance(grad, dict) or set(grad) - set(value):
                yield Failure("I2", f"{emission.style} gradient {grad!r} of {name} = {value!r}")
        elif isinstance(value, (list, tuple)):
            if not isinstance(grad, (list, tuple)) or len(grad) > len(value):
                yield Failure("I2", f"{emission.style} gradient {grad!r} of {name} = {value!r}")
        elif isinstance(grad, bool) or not isinstance(grad, (int, float)):
            yield Failure("I2", f"{emission.style} gradient {grad!r} of {name} is no number")


def _close(left: list, right: list, relative: float, absolute: float = 1e-12) -> bool:
    if len(left) != len(right):
        return False
    return all(_near(a, b, relative, absolute) for a, b in zip(left, right, strict=True))


def _near(a, b, relative: float, absolute: float) -> bool:
    return repr(a) == repr(b) or abs(a - b) <= relative * max(abs(a), abs(b)) + absolute


def _right(found: Subject, emission: Emission, run: Ran, point: tuple, truth) -> Iterator[Failure]:
    """The gradients are the oracle's; where rounding alone parts them, in 60-digit numbers they are."""
    if truth is None:
        return
    exact = [t for whole, grad in zip(truth, run.grads, strict=True) for t in _shown(whole, grad)]
    reference = [float(t) for t in exact]
    if _close(flatten(run.grads), reference, RELATIVE):
        return
    try:
        if _close(_precise_gradients(found, emission, point), exact, PRECISE):
            return
    except Exception as error:
        yield Failure("wrong", f"{emission.style} in precise numbers: {error!r}")
    yield Failure("wrong", f"{emission.style} d{emission.wrt} = {run.grads} should be {reference} at {point!r}")


def _shown(truth, grad) -> list:
    """The oracle's numbers for the entries that a gradient holds; nan if one of the others is not 0."""
    if not isinstance(truth, (dict, list, tuple)):
        return [truth]
    if not isinstance(grad, (dict, list, tuple)):  # 0.0: nothing tells that the parameter is a container
        return [math.nan if any(map(abs, flatten(truth))) else 0.0]
    keys = list(truth) if isinstance(truth, dict) else range(len(truth))
    shown = sorted(grad) if isinstance(truth, dict) else range(len(grad))
    silent = all(truth[k] == 0 for k in keys if k not in shown)
    return [truth[k] if silent else math.nan for k in shown]


def _precise_gradients(found: Subject, emission: Emission, point: tuple) -> list:
    with oracle.mp.workdps(oracle.DIGITS):
        namespace, at = oracle.load_precise(emission.text), oracle.precise(point)
        return flatten(_apply(found.program, emission, namespace, at, at, _unit(emission)).grads)


def _scaled(dout, factor: float):
    return tuple(factor * d for d in dout) if isinstance(dout, tuple) else factor * dout


def _twice_and_linear(emission: Emission, run: Ran, point: tuple) -> Iterator[Failure]:
    """I5 and I6: the same again; twice the cotangent, twice the gradient; none, none."""
    if run.backward is None:
        return
    try:
        again, double, none = (
            flatten(_as_tuple(run.backward(_scaled(_unit(emission), k), run.cache), emission)) for k in (1, 2, 0)
        )
    except Exception as error:
        yield Failure("I8", f"backward raises {error!r} at another dout, point {point!r}")
        return
    once = flatten(run.grads)
    if repr(again) != repr(once):
        yield Failure("I5", f"backward twice: {once} then {again} at {point!r}")
    if not all(map(math.isfinite, once)):
        return
    if not _close(double, [2 * g for g in once], 1e-9):
        yield Failure("I6", f"backward of 2 dout: {double}, of dout: {once} at {point!r}")
    if any(g != 0 for g in none):
        yield Failure("I6", f"backward of 0: {none} at {point!r}")


# ---------------------------------------------------------------- the text as a whole


def black_stable(emission: Emission) -> Iterator[Failure]:
    """I9: black leaves the text as it is."""
    import black

    if black.format_str(emission.text, mode=black.Mode()) != emission.text:
        yield Failure("I9", f"{emission.style} is not stable under black")


def renamed(program: Program) -> Program | None:
    """I10: the program with every parameter and local renamed; None where names are inside an f-string."""
    if 'f"' in program.text:
        return None
    names = _own_names(ast.parse(program.text))
    new = {name: f"q{chr(97 + i % 26)}{i // 26 or ''}k" for i, name in enumerate(sorted(names))}
    if set(new.values()) & names:
        return None
    text = _rename_tokens(program.text, new)
    params = tuple(replace(p, name=new.get(p.name, p.name)) for p in program.params)
    return replace(program, text=text, params=params)


def _own_names(tree: ast.Module) -> set[str]:
    """Parameters and locals of the file's functions (no name that is also a function, constant or import)."""
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    own = {a.arg for f in functions for a in ast.walk(f) if isinstance(a, ast.arg)}
    own |= {n.id for f in functions for n in ast.walk(f) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    shared = {f.name for f in functions}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            shared |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            shared |= {a.asname or a.name for a in node.names}
    return own - shared


def _rename_tokens(text: str, new: dict[str, str]) -> str:
    lines, previous = text.split("\n"), ""
    edits = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in new and previous != ".":
            edits.append((token.start, token.end, new[token.string]))
        previous = token.string
    for (row, start), (_, end), name in reversed(edits):
        lines[row - 1] = lines[row - 1][:start] + name + lines[row - 1][end:]
    return "\n".join(lines)


def shape_of(text: str) -> str:
    """The text's tree with each function's own names numbered by first appearance, docstrings dropped."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            _number_names(function)
    return ast.dump(tree)


def _number_names(function: ast.FunctionDef) -> None:
    """Number parameters and locals in place; the keywords of calls go by position in the call."""
    nodes = list(ast.walk(function))
    own = {n.arg for n in nodes if isinstance(n, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    numbers: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.arg):
            node.arg = numbers.setdefault(node.arg, f"n{len(numbers)}")
        elif isinstance(node, ast.Name) and node.id in own:
            node.id = numbers.setdefault(node.id, f"n{len(numbers)}")
        elif isinstance(node, ast.keyword):
            node.arg = "keyword"


def same_under_renaming(before: Emission, after: Emission) -> Iterator[Failure]:
    """I10: the two texts differ in names only."""
    if shape_of(before.text) != shape_of(after.text):
        yield Failure("I10", f"{before.style} changes with the names:\n{before.text}\n--- renamed\n{after.text}")
