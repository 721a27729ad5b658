"""Seeded random scalar programs in the accepted language.

``program(seed)`` gives the same `Program` for the same seed, always.  Every expression knows its
interval (`terms`), so programs evaluate without domain errors on the arguments they name.
"""

from __future__ import annotations

import random
from dataclasses import replace

from tests.programs.expressions import BIG
from tests.programs.injections import Injected, inject
from tests.programs.program import KEYS, File, Helper, Param, Program
from tests.programs.statements import Body, return_text

__all__ = ["Injected", "Param", "Program", "inject", "program"]


LOOPS = 1_000_000  # from this seed on, programs have loops


def _parameters(file: File, body: Body, count: int, main: bool) -> tuple[Param, ...]:
    """Random parameters, bound in the body's scope."""
    rng, params = file.rng, []
    for index in range(count):
        name = body.unused()
        lo, hi = rng.choice(((-3.0, 3.0), (-3.0, 3.0), (-2.0, 2.0), (0.2, 3.0), (0.5, 4.0)))
        if not main:
            lo, hi = rng.choice(((-30.0, 30.0), (-5.0, 5.0), (0.1, 40.0)))
        roll = rng.random()
        if main and roll < 0.1:
            kind = rng.choices(("list", "tuple", "dict"), (60, 25, 15))[0]
            param = Param(name, kind, lo, hi, rng.choice((1, 2, 3, 4)))
            if kind != "dict":
                body.vectors[name] = param
            body.entries |= {text: (lo, hi) for text in _entries(rng, param)}
        elif main and roll < 0.12 and index:
            param = Param(name, "flag", 0.0, 1.0, default=rng.choice(("True", "False")))
            body.flags.append(name)
        else:
            param = Param(name, "number", lo, hi)
        if param.kind == "number":
            body.bind(name, lo, hi)
        body.reserved.add(name)
        params.append(param)
    return _with_defaults(rng, params, main)


def _entries(rng: random.Random, param: Param) -> list[str]:
    """How the body writes the entries of a container: by index, from the end at times, or by key."""
    if param.kind == "dict":
        return [f"{param.name}[{key!r}]" for key in KEYS[: param.length]]
    ends = [i if rng.random() < 0.85 else i - param.length for i in range(param.length)]
    return [f"{param.name}[{i}]" for i in ends]


def _with_defaults(rng: random.Random, params: list[Param], main: bool) -> tuple[Param, ...]:
    """Flags and some last numbers get a default; a few parameters are keyword-only."""
    params.sort(key=lambda p: p.kind == "flag")
    if rng.random() < 0.2:
        for i, p in reversed(list(enumerate(params))):
            if p.kind == "number" and rng.random() < 0.6:
                params[i] = replace(p, default=rng.choice(("1.0", "2.0", "1", "3")))
            elif p.kind != "flag":
                break
    if main and len(params) > 1 and rng.random() < 0.06:
        params[-1] = replace(params[-1], keyword_only=True)
    return tuple(params)


def _signature(rng: random.Random, params: tuple[Param, ...], main: bool) -> str:
    annotate, parts = rng.random() < 0.15, []
    for p in params:
        if p.keyword_only:
            parts.append("*")
        kind = ANNOTATIONS[p.kind]
        text = f"{p.name}: {kind}" if annotate else p.name
        equals = " = " if annotate else "="
        parts.append(text + (equals + p.default if p.default else ""))
    if main and rng.random() < 0.03 and len(params) > 1 and not params[-1].keyword_only:
        parts.insert(1, "/")
    return ", ".join(parts)


ANNOTATIONS = {"number": "float", "flag": "bool", "list": "list[float]", "tuple": "tuple", "dict": "dict[str, float]"}
DOCSTRINGS = (
    '"""A small function."""',
    '"""Compute it.\n\n    Over two lines, with {{7*7}} and %s.\n    """',
    "'one line'",
    'r"""Raw \\alpha and \\n."""',
)


def _function_text(file: File, name: str, count: int, size: int, results: int, main: bool):
    """One function: its lines, parameters and the intervals of its results."""
    rng = file.rng
    body = Body(file, list(file.helpers), set(file.taken), results)
    params = _parameters(file, body, count, main)
    shadowing = {p.name for p in params}
    body.helpers = [h for h in body.helpers if h.name not in shadowing]
    lines = body.block(size, 0)
    if size == 0 or rng.random() < 0.9:
        last = [f"    {return_text(body)}"]
    else:  # the result is returned from both arms
        test = body.condition().text
        arms = [return_text(body), return_text(body)]
        last = [f"    if {test}:", f"        {arms[0]}", "    else:", f"        {arms[1]}"]
    doc = [f"    {rng.choice(DOCSTRINGS)}"] if rng.random() < 0.15 else []
    arrow = " -> float" if rng.random() < 0.05 and results == 1 else ""
    head = f"def {name}({_signature(rng, params, main)}){arrow}:"
    ranges = tuple((min(r[i].lo for r in body.results), max(r[i].hi for r in body.results)) for i in range(results))
    return [head, *doc, *lines, *last], params, ranges


def _helper_names(rng: random.Random) -> list[str]:
    names = ["sigmoid", "square", "relu", "g", "blend", "pair", "split_", "helper", "step1", "softplus", "dx_of"]
    return rng.sample(names, rng.choice((0, 0, 0, 1, 1, 2, 3)))


def program(seed: int) -> Program:
    """The program of this seed."""
    rng = random.Random(f"gradgen-program-{seed}")
    spelling = rng.choices(("plain", "alias", "from", "renamed", "mixed"), (60, 12, 12, 4, 12))[0]
    file = File(rng, spelling, rng.choice((0.05, 0.2, 0.7)), seed >= LOOPS)
    name = rng.choices(("f", "loss", "compute", "g2", "model", "energy", "f_1"), (50, 12, 8, 4, 8, 4, 4))[0]
    helper_names = _helper_names(rng)
    if rng.random() < 0.25:
        file.constants = dict(rng.sample((("RATE", "0.5"), ("LAMBDA", "1e-2"), ("N_STEPS", "3"), ("c0", "2.5")), 2))
    file.taken |= {name, *file.constants, *helper_names}
    if rng.random() < 0.1:  # a parameter or a local may carry the function's own name, or a helper's
        file.taken -= {rng.choice((name, *helper_names)) if rng.random() < 0.5 else name}
    chunks = []
    for helper in helper_names:
        results = rng.choices((1, 2, 3), (75, 20, 5))[0]
        size = rng.choice((0, 0, 0, 1, 2, 4))
        lines, params, ranges = _function_text(file, helper, rng.choice((1, 1, 2, 3)), size, results, False)
        if all(hi - lo < 2 * BIG for lo, hi in ranges):
            file.helpers.append(Helper(helper, params, ranges))
        chunks.append(lines)
    size = rng.choice((0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 22, 30))
    results = rng.choices((1, 2), (93, 7))[0]
    lines, params, _ = _function_text(file, name, rng.choice((1, 2, 2, 2, 3, 3, 4, 5)), size, results, True)
    chunks.insert(rng.randint(0, len(chunks)) if rng.random() < 0.2 else len(chunks), lines)
    return Program(seed, _module(file, chunks), name, params, results)


def _module(file: File, chunks: list[list[str]]) -> str:
    """The file's text: imports, constants, functions."""
    parts = [["'''A module.'''"]] if file.rng.random() < 0.1 else []
    parts += [file.imports()] if file.imports() else []
    if file.constants:
        parts.append([f"{name} = {value}" for name, value in file.constants.items()])
    return "\n\n\n".join("\n".join(part) for part in [*parts, *chunks]) + "\n"
