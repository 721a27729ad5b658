"""Seeded random array programs in the accepted language.

``program(seed)`` gives the same `Program` for the same seed, always.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from tests.arrays.programs.expressions import Variable
from tests.arrays.programs.injections import Injected, inject
from tests.arrays.programs.program import FORMS, File, Helper, Param, Program
from tests.arrays.programs.statements import Body, Result
from tests.arrays.recipes import shape_text

__all__ = ["Injected", "inject", "program"]

RANGES = {"": (-4.0, 4.0), "positive": (0.5, 2.0), "unit": (0.1, 0.9)}
SHAPES = (
    ("N D", 30), ("D", 14), ("D M", 12), ("N", 6), ("N M", 6), ("N 1", 6), ("1 D", 6), ("M", 6), ("N T D", 6), ("()", 3), ("D D", 3), ("1", 1),
)  # fmt: skip
NAMES = {
    2: ("x", "X", "W", "w", "A", "V", "logits", "inputs", "h0", "W1", "dx", "targets", "out", "x_in"),
    1: ("b", "v", "beta", "gamma", "w", "bias", "c", "d", "dout", "theta", "sum_", "x", "mu"),
    3: ("seq", "x", "batch", "X", "imgs"),
    0: ("s", "lam", "alpha", "reg", "scale", "eps", "den"),
}
LOOPS = 1_000_000  # programs have loops from this seed on
MODES = {"true": "False", "false": "True"}


def program(seed: int) -> Program:
    """The program of this seed."""
    rng = random.Random(f"gradgen-arrays-{seed}")
    file = _file(rng)
    file.loops = seed >= LOOPS
    name = rng.choices(
        ("f", "loss_fn", "model", "layer", "affine_forward", "f_1", "forward_pass"), (50, 10, 10, 10, 8, 6, 6)
    )[0]
    way = rng.choices(("loss", "array", "cache", "two", "aux"), (40, 30, 14, 8, 8))[0]
    if name.endswith("_forward") or name.startswith("forward_"):
        way = "cache"
    file.taken |= {name, "np", "N" if file.module == "N" else "np", *file.bare, "Float", "Int"}
    chunks = [_helper(file, helper) for helper in _helper_names(rng)]
    form = rng.choices(FORMS, (22, 46, 12, 8, 12))[0]
    params = _parameters(file)
    size = rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10))
    lines, result = _function(file, params, size, way)
    stated = _stated(params, form, rng)
    signature = ", ".join(_parameter_text(p, stated, form, file.module) for p in params)
    head = f"def {name}({signature}):"
    doc = _docstring(params) if form == "docstring" else []
    chunks.append([head, *doc, *lines])
    imports = file.imports()
    if any("Float[" in line or "Int[" in line for line in [head]):
        imports.append("from jaxtyping import Float, Int")
    text = "\n\n\n".join("\n".join(part) for part in [imports, *chunks]) + "\n"
    told = tuple(f"{p.name}: {s.removesuffix('()')}" for p in params if form == "tell" and (s := shape_text(p.kind)))
    recipe = {p.name: p.kind for p in params}
    return Program(seed, text, name, recipe, told, form, frozenset(file.unsure), frozenset(file.rigid))


def _file(rng: random.Random) -> File:
    bare = (
        frozenset(rng.sample(("exp", "tanh", "sqrt", "log", "sum", "maximum", "dot"), 2))
        if rng.random() < 0.12
        else frozenset()
    )
    bare -= {"sum"}
    return File(rng, rng.choices(("np", "N", "numpy"), (80, 12, 8))[0], bare, rng.choice((0.05, 0.3, 0.8)))


def _function(file: File, params: Sequence[Param], size: int, way: str) -> tuple[list[str], Result]:
    """The lines of a function and what it returns."""
    body = Body(file, file.taken | {p.name for p in params}, {h.name for h in file.helpers})
    body.cache_wanted = way == "cache"
    lines: list[str] = []
    for param in params:
        lines += _enter(body, param)
    lines += body.block(size)
    last, result = body.result(way)
    return [*lines, *last], result


def _enter(body: Body, param: Param) -> list[str]:
    """A parameter comes into scope; a tuple is unpacked at times."""
    kind = param.kind
    if isinstance(kind, dict):
        for key, inner in kind.items():
            quote = "\"'"[len(param.name) % 2]
            _hold(body, f"{param.name}[{quote}{key}{quote}]", inner)
        if body.rng.random() < 0.4:
            return _local_entries(body, param.name, list(body.scope))
        return []
    if isinstance(kind, tuple):
        names = [body.unused() for _ in kind]
        for name, inner in zip(names, kind, strict=True):
            _hold(body, name, inner)
        return body.line(f"{', '.join(names)} = {param.name}")
    if kind in MODES or kind.startswith("text "):
        tests = (
            (param.name, f"not {param.name}")
            if kind in MODES
            else (f"{param.name} == 'train'", f'{param.name} != "train"')
        )
        body.flags += tests
        return []
    _hold(body, param.name, kind)
    return []


def _local_entries(body: Body, container: str, texts: list[str]) -> list[str]:
    """``W = params["W"]``"""
    lines = []
    for text in texts:
        if text.startswith(f"{container}["):
            name = body.unused()
            body.scope[name] = replace(body.scope.pop(text), name=name)
            lines += body.line(f"{name} = {text}")
    return lines


def _hold(body: Body, name: str, kind: str) -> None:
    """A value of a recipe's kind under a name."""
    words = kind.partition("<")[0].split()
    word = words[0] if words else ""
    if word == "number":
        body.scope[name] = Variable(name, (), 0.5, 1.5, region=body.region(), given=True)
    elif word == "int":
        return
    elif word == "ints":
        of = kind.partition("<")[2].strip()
        body.scope[name] = Variable(name, tuple(words[1:]), 0, 6, "index", of, body.region(), given=True)
    elif word == "bools":
        body.scope[name] = Variable(name, tuple(words[1:]), 0, 1, "mask", region=body.region(), given=True)
    else:
        lo, hi = RANGES[word if word in RANGES else ""]
        shape = tuple(w for w in (words[1:] if word in RANGES else words) if w != "()")
        body.scope[name] = Variable(name, shape, lo, hi, region=body.region(), given=True)


# -- parameters --------------------------------------------------------------------------------------------------------


def _parameters(file: File) -> list[Param]:
    """Random parameters; the first is an array of two axes or so."""
    rng, params = file.rng, []
    names = {rank: list(pool) for rank, pool in NAMES.items()}
    for pool in names.values():
        rng.shuffle(pool)

    def name(rank: int, *wished: str) -> str:
        for candidate in (*wished, *names[rank], *(f"p{i}" for i in range(9))):
            if candidate not in file.taken:
                file.taken.add(candidate)
                return candidate
        raise AssertionError("names enough")

    first = rng.choices(("N D", "N T D", "N", "D"), (70, 8, 10, 12))[0]
    shapes = [first, *rng.choices([s for s, _ in SHAPES], [n for _, n in SHAPES], k=rng.choice((0, 1, 1, 2, 2, 3, 4)))]
    for index, shape in enumerate(shapes):
        rank = 0 if shape == "()" else len(shape.split())
        word = rng.choices(("", "positive ", "unit "), (76, 16, 8))[0]
        params.append(
            Param(
                name(rank, *(("x",) if index == 0 and rng.random() < 0.6 else ())),
                word + shape if shape != "()" else shape,
            )
        )
    if rng.random() < 0.2:
        params.append(Param(name(0), "number"))
    if rng.random() < 0.22:
        params.append(
            Param(name(1, "y", "labels"), rng.choice(("ints N < D", "ints N < M", "ints T < N", "ints N < D")))
        )
    if rng.random() < 0.08:
        params.append(Param(name(2, "keep", "mask"), "bools N D"))
    if rng.random() < 0.12:
        key = rng.choice(("W", "W1"))
        params.append(Param(name(2, "params", "p"), {key: "D M", "b": rng.choice(("M", "D"))}))
    if rng.random() < 0.07:
        params.append(Param(name(2, "weights", "theta"), ("D M", rng.choice(("M", "N D")))))
    rng.shuffle(params)
    return _with_settings(file, params)


def _with_settings(file: File, params: list[Param]) -> list[Param]:
    """Flags, modes and numbers with a default come last; sizes that only an index names must be some array's."""
    rng = file.rng
    dims = {d for p in params if isinstance(p.kind, str) and not p.kind.startswith("ints") for d in p.kind.split()}
    params = [
        p
        for p in params
        if not (isinstance(p.kind, str) and p.kind.startswith("ints"))
        or set(p.kind.replace("<", " ").split()[1:]) <= dims
    ]
    if rng.random() < 0.2 and "train" not in file.taken:
        params.append(Param("train", rng.choice(("true", "false")), rng.choice(("True", "False", None))))
    elif rng.random() < 0.06:
        params.append(Param("mode", rng.choice(("text train", "text test")), "'train'"))
    if rng.random() < 0.12:
        params.append(Param("rate", "number 0.15", "0.15"))
    return sorted(params, key=lambda p: p.default is not None)


def _stated(params: Sequence[Param], form: str, rng: random.Random) -> set[str]:
    """The parameters whose shapes annotations state."""
    names = [p.name for p in params if isinstance(p.kind, str) and shape_text(p.kind)]
    if form == "annotate":
        return set(names)
    return set(rng.sample(names, len(names) // 2)) if form == "partial" else set()


def _parameter_text(param: Param, stated: set[str], form: str, module: str) -> str:
    note = ""
    if param.name in stated:
        word = "Int" if param.kind.startswith("ints") else "Float"
        shape = shape_text(param.kind)
        note = f'{word}[{module}.ndarray, "{"" if shape == "()" else shape}"]'
    elif form == "annotate" and param.kind == "number":
        note = "float"
    elif form == "annotate" and isinstance(param.kind, str) and param.kind in MODES:
        note = "bool"
    if param.default is None:
        return f"{param.name}: {note}" if note else param.name
    return f"{param.name}: {note} = {param.default}" if note else f"{param.name}={param.default}"


def _docstring(params: Sequence[Param]) -> list[str]:
    """Shapes as docstrings state them."""
    lines = ['    """Compute it.', "", "    Inputs:"]
    for p in params:
        shape = shape_text(p.kind) if isinstance(p.kind, str) else None
        if shape and shape != "()":
            dims = shape.split()
            lines.append(f"    - {p.name}: an array of shape ({', '.join(dims)}{',' if len(dims) == 1 else ''})")
        else:
            lines.append(f"    - {p.name}: a setting")
    return [*lines, '    """']


# -- helpers -----------------------------------------------------------------------------------------------------------


def _helper_names(rng: random.Random) -> list[str]:
    return rng.sample(
        ("sigmoid", "relu", "smooth", "blend", "affine", "scale_rows", "helper", "split_", "dx_of"),
        rng.choice((0, 0, 0, 1, 1, 2)),
    )


def _helper(file: File, name: str) -> list[str]:
    """A helper: one that everyone writes, or a random one of stated shapes."""
    file.taken.add(name)
    np = file.np
    anything = ((-40.0, 40.0),)
    if name == "sigmoid":
        file.helpers.append(Helper(name, (None,), ((-30.0, 30.0),), ((None, 0.0, 1.0),)))
        return ["def sigmoid(z):", f"    return 1.0 / (1.0 + {np('exp')}(-z))"]
    if name == "relu":
        file.helpers.append(Helper(name, (None,), anything, ((None, 0.0, 40.0),)))
        return ["def relu(a):", f"    return {np('maximum')}(0, a)"]
    if name == "smooth":
        file.helpers.append(Helper(name, (None,), ((-8.0, 8.0),), ((None, 0.0, 9.0),)))
        return ["def smooth(t):", f"    r = {np('sqrt')}(t * t + 1.0)", "    return r + 0.5 * t"]
    if name == "split_":
        file.helpers.append(
            Helper(name, (("N", "D"),), ((-8.0, 8.0),), ((("N", "D"), -1.0, 1.0), (("N",), -64.0, 500.0)))
        )
        return ["def split_(x):", f"    h = {np('tanh')}(x)", f"    return h, {np('sum')}(x * x * h, axis=1)"]
    shapes = file.rng.sample((("N", "D"), ("D",), ("N", "1")), file.rng.choice((1, 2)))
    params = [Param(n, " ".join(s)) for n, s in zip(("x", "w"), shapes)]
    before, file.taken = set(file.taken), file.taken | {"x", "w"}
    lines, result = _function(file, params, file.rng.choice((0, 1, 2)), "array")
    file.taken = before
    stated = file.rng.random() < 0.5
    notes = {p.name: f"\"Float[np.ndarray, '{p.kind}']\"" for p in params} if stated else {}
    file.helpers.append(Helper(name, tuple(shapes), ((-4.0, 4.0),) * len(params), result.outputs))
    return [f"def {name}({', '.join(f'{p.name}: {notes[p.name]}' if stated else p.name for p in params)}):", *lines]
