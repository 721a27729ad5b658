"""The measuring stick: every function of the corpus through gradgen, its gradients held against central differences.

    python -m tests.arrays.measure [--only NAME]... [--style joint|split] [--shapes] [--float32] [--verify] [--show] [--failed]

prints one line for each function: ``ok``, ``refused`` with code and message, or ``WRONG`` with what is wrong, then totals.
The exit code is 1 if anything is WRONG.  ``--only`` takes a function, a file, or file.function; ``--shapes`` hands the shapes of
the recipes to gradgen; ``--float32`` draws float32 and asks for float32 back; ``--show`` prints the emitted text; ``--failed`` leaves out what is ok.

Of each emitted pair or function it is asked that: it imports nothing but numpy, math, scipy.special; the value is the original's to
the bit; each gradient has the right numbers, shape and dtype; arguments, dout and cache are left as the original leaves them;
gradients share no memory with anything, nor entries with each other; backward runs twice with the same outcome and gives zero for a dout of
zero; and that a backward whose forward returns its author's own cache also runs on the cache that the author's forward made.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import collections
import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

import gradgen
from tests.arrays.functions import Entry, entries
from tests.arrays.length import backward_length, joint_length
from tests.arrays.numeric import (
    TOLERANCE,
    arrays,
    at,
    draw_dout,
    far_apart,
    is_thin,
    leaves,
    narrow,
    numeric_gradient,
    outputs,
    overlap_among,
    overlaps,
    same,
    weighted,
    widen,
)
from tests.arrays.recipes import draw, kind_leaves, kinds, may_flow, must_flow, shape_text

IMPORTS = ("math", "numpy", "scipy", "__future__")


@dataclass
class Outcome:
    """What became of one function in one style.  ``wrong`` and ``remarks`` hold one line per finding."""

    entry: Entry
    style: str
    refused: str = ""
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    text: str = ""
    work: int = 0

    @property
    def word(self) -> str:
        return "WRONG" if self.wrong else "refused" if self.refused else "ok"

    def __str__(self) -> str:
        said = "; ".join(self.wrong) or self.refused or ", ".join(self.remarks)
        return f"{self.word:<8}{self.entry.id} [{self.style}]{': ' if said else ''}{said}"


@dataclass
class Case:
    """One function at one point: what is asked of every gradient of it."""

    entry: Entry
    point: dict[str, object]
    after: dict[str, object]  # the arguments as the original leaves them
    value: object
    cache: bool
    dout: object

    @property
    def outs(self) -> tuple:
        return outputs(self.value, cache=self.cache)

    @property
    def is_loss(self) -> bool:
        return len(self.outs) == 1 and np.ndim(self.outs[0]) == 0

    def gradient(self, path: tuple) -> np.ndarray:
        """The vector-Jacobian product by central differences, in float64."""
        objective = weighted(self.entry.original, self.dout, cache=self.cache)
        return numeric_gradient(objective, widen(self.point), path)


# -- a function at its point -------------------------------------------------------------------------------------------


def case_of(entry: Entry, dout: object = None, *, float32: bool = False) -> Case:
    """The function at the point that its recipe draws, with a random dout unless one is given."""
    point = draw(entry.id, entry.recipe)
    if float32:
        point = narrow(point)
    after = copy.deepcopy(point)
    with np.errstate(all="ignore"):
        value = entry.original(**after)
    cache = returns_cache(entry)
    if dout is None:
        dout = draw_dout(outputs(value, cache=cache), np.random.default_rng(7))
    return Case(entry, point, after, value, cache, dout)


def returns_cache(entry: Entry) -> bool:
    """Whether the second of two results is a cache: it is called so, or the function is an ``X_forward``."""
    node = next(n for n in ast.parse(entry.text).body if getattr(n, "name", "") == entry.name)
    last = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)][-1]
    named = isinstance(last, ast.Tuple) and getattr(last.elts[-1], "id", "") == "cache"
    return isinstance(last, ast.Tuple) and len(last.elts) == 2 and (named or entry.name.endswith("_forward"))


def wanted_paths(recipe: dict, wrt: tuple[str, ...], flows: Callable[[str], bool]) -> list[tuple]:
    """Paths (parameter, *keys) of the inputs whose kind satisfies ``flows``, for the parameters in ``wrt``."""
    return [
        (name, *path)
        for name, kind in kinds(recipe).items()
        if name in wrt
        for path, k in kind_leaves(kind)
        if flows(k)
    ]


# -- emitted text ------------------------------------------------------------------------------------------------------


def execute(text: str) -> dict[str, object]:
    """What an emitted text defines.  Raises ImportError if it imports what it should not."""

    def importer(name, *rest):
        if name.partition(".")[0] not in IMPORTS:
            raise ImportError(f"the emitted text imports {name}")
        return __import__(name, *rest)

    namespace = {"__builtins__": {**vars(builtins), "__import__": importer}, "__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), namespace)
    return namespace


def takes_shapes() -> bool:
    """Whether this gradgen can be told shapes."""
    return "shape" in inspect.signature(gradgen.generate).parameters


def generate(entry: Entry, style: str | None, *, shapes: bool, verify: bool):
    """gradgen's result for a function of the corpus."""
    more = {}
    if "wrt" in entry.recipe:
        more["wrt"] = entry.recipe["wrt"]
    if takes_shapes() and (shapes or entry.recipe.get("tell")):
        told = {n: shape_text(k) for n, k in kinds(entry.recipe).items()}
        more["shape"] = tuple(f"{n}: {s}" for n, s in told.items() if s)
    return gradgen.generate(entry.text, entry.name, style=style, verify=verify, filename=f"{entry.file}.py", **more)


def entry_names(name: str, style: str) -> tuple[str, ...]:
    """What the emitted functions are called."""
    if style == "joint":
        return (f"{name}_value_and_grad",)
    if name.startswith("forward_"):
        return name, "backward_" + name.removeprefix("forward_")
    stem = name.removesuffix("_forward")
    return f"{stem}_forward", f"{stem}_backward"


def in_outputs(value: object, count: int) -> tuple:
    """The outputs in what an emitted function returned as its value: bare, in a tuple, or before aux."""
    if not isinstance(value, tuple):
        return (value,)
    if isinstance(value[0], tuple):
        value = value[0]
    return value[:count]


def value_and_cache(returned: tuple) -> tuple[object, object]:
    """(value, cache) of what an emitted forward returned; the author's own flat tuple (h, c, cache) is one as well."""
    return returned if len(returned) == 2 else (returned[:-1], returned[-1])


# -- what is asked -----------------------------------------------------------------------------------------------------


def findings(case: Case, result, style: str, names: dict, outcome: Outcome) -> Iterator[str]:
    """Everything that is wrong with an emitted text, line by line."""
    missing = [n for n in entry_names(case.entry.name, style) if n not in names]
    if missing:
        yield f"the text defines no {missing[0]}"
        return
    functions = [names[n] for n in entry_names(case.entry.name, style)]
    args = copy.deepcopy(case.point)
    if style == "joint":
        value, grads = functions[0](**args)
        yield from about_value(case, value)
        yield from about_gradients(case, result.wrt, grads, {**args, "the value": value}, ())
        yield from about_arguments(case, args)
        return
    forward, backward = functions
    returned = forward(**args)
    value, cache = value_and_cache(returned)
    yield from about_value(case, value)
    yield from about_arguments(case, args)
    yield from about_backward(case, result.wrt, backward, cache, {**args, "the value": value}, "")
    if case.cache or isinstance(case.value, tuple) and isinstance(case.value[-1], (tuple, list, dict)):
        own = case.value[-1]
        if same(cache, own):
            outcome.remarks.append("on the author's cache")
            yield from about_backward(case, result.wrt, backward, own, case.after, "on the author's own cache, ")
        else:
            outcome.remarks.append("with a cache of its own")


def about_value(case: Case, value: object) -> Iterator[str]:
    """The value is the original's to the bit, aux included where it is handed along."""
    found = in_outputs(value, len(case.outs))
    if not same(found, case.outs):
        yield "another value than the original's"
    got, own = [v for _, v in leaves(value)], [v for _, v in leaves(case.value)]
    if len(got) == len(own) and not same(got, own):
        yield "another aux than the original's"


def about_arguments(case: Case, args: dict[str, object]) -> Iterator[str]:
    """Each argument is left as the original leaves it."""
    for name, value in args.items():
        if not same(value, case.after[name]):
            yield f"modifies {name}"


def about_backward(
    case: Case, wrt: tuple[str, ...], backward: Callable, cache: object, args: dict, where: str
) -> Iterator[str]:
    """A backward function on a cache: right, twice the same, nothing modified."""
    dout, kept = copy.deepcopy(case.dout), copy.deepcopy(cache)
    before = copy.deepcopy(args)
    grads = backward(dout, cache)
    for finding in about_gradients(case, wrt, grads, {**args, "dout": dout}, cache):
        yield where + finding
    first = copy.deepcopy(grads)
    if not same(backward(dout, cache), first):
        yield f"{where}backward twice gives two gradients"
    if not same(dout, case.dout):
        yield f"{where}modifies dout"
    if not same(cache, kept):
        yield f"{where}modifies the cache"
    if not same(args, before):
        yield f"{where}backward modifies an argument or the value"
    if any(
        np.any(np.asarray(g) != 0)
        for _, g in leaves(backward(zero(dout), cache))
        if isinstance(g, (float, np.ndarray, np.floating))
    ):
        yield f"{where}a dout of zero gives a gradient that is not"


def zero(dout: object) -> object:
    return tuple(zero(d) for d in dout) if isinstance(dout, tuple) else dout * 0


def about_gradients(case: Case, wrt: tuple[str, ...], grads: object, others: dict, cache: object) -> Iterator[str]:
    """Numbers, shapes, dtypes, memory."""
    recipe = case.entry.recipe
    if len(wrt) > 1 and not (isinstance(grads, tuple) and len(grads) == len(wrt)):
        yield f"{len(wrt)} gradients are wanted ({', '.join(wrt)}), not {type(grads).__name__}"
        return
    by = dict(zip(wrt, grads if len(wrt) > 1 else (grads,)))
    found = {}
    for path in wanted_paths(recipe, wrt, may_flow):
        try:
            found[path] = at(by, path)
        except (LookupError, TypeError):
            if path in wanted_paths(recipe, wrt, must_flow):
                yield f"no gradient by {spelled(path)}"
    wanted = {path: case.gradient(path) for path in found}
    left_out = [n for n in kinds(recipe) if n not in wrt] if "wrt" not in recipe else []
    for path in wanted_paths(recipe, tuple(left_out), must_flow):
        if np.linalg.norm(case.gradient(path)) > TOLERANCE:
            yield f"{spelled(path)} is left out"
    scale = np.sqrt(sum(np.sum(w**2) for w in wanted.values()))
    for path, gradient in found.items():
        yield from about_one(spelled(path), gradient, wanted[path], at(case.point, path), scale)
    mine = arrays(grads)
    for name, other in {**others, "the cache": cache}.items():
        if overlaps(mine, arrays(other)):
            yield f"a gradient shares memory with {name}"
    if overlap_among(mine):
        yield "two gradients share memory"
    if any(map(is_thin, mine)):
        yield "a gradient is a read-only or stretched view"


def about_one(name: str, gradient: object, wanted: np.ndarray, leaf: object, scale: float) -> Iterator[str]:
    """One gradient against the numeric one."""
    if not isinstance(gradient, (int, float, np.ndarray, np.number)):
        yield f"the gradient by {name} is {type(gradient).__name__}"
        return
    if np.shape(gradient) != np.shape(leaf):
        yield f"the gradient by {name} has shape {np.shape(gradient)}, not {np.shape(leaf)}"
        return
    dtype = leaf.dtype if isinstance(leaf, np.ndarray) else None
    if dtype is not None and np.asarray(gradient).dtype != dtype:
        yield f"the gradient by {name} has dtype {np.asarray(gradient).dtype}, not {dtype}"
    single = dtype == np.float32
    if far_apart(gradient, wanted, 100 * scale if single else scale, 1e-3 if single else TOLERANCE):
        error = np.linalg.norm(np.asarray(gradient, dtype=float) - wanted) / max(np.linalg.norm(wanted), 1e-300)
        yield f"the gradient by {name} is off by {error:.1e} of its norm"


def spelled(path: tuple) -> str:
    """``params['W1']``"""
    return path[0] + "".join(f"[{key!r}]" for key in path[1:])


# -- the run -----------------------------------------------------------------------------------------------------------


def measure(entry: Entry, style: str, *, shapes: bool = False, verify: bool = False, float32: bool = False) -> Outcome:
    """One function in one style."""
    outcome = Outcome(entry, style)
    if entry.recipe.get("tell") and not takes_shapes():
        outcome.refused = "(not asked: it has to be told the shapes, and gradgen takes none yet)"
        return outcome
    try:
        result = generate(entry, style, shapes=shapes, verify=verify)
        outcome.text = result.draft(style) if hasattr(result, "draft") and not verify else result.text
    except gradgen.GradgenError as error:
        first = error.diagnostics[0]
        line = f" (line {first.place.line}: {first.place.text.strip()})" if first.place else ""
        outcome.refused = f"{first.code} {first.message}{line}"
        if first.code.startswith("GG9"):
            outcome.wrong.append(f"internal error: {outcome.refused}")
        return outcome
    except Exception as error:  # a traceback is never an answer
        outcome.wrong.append(f"gradgen raises {type(error).__name__}: {error}")
        return outcome
    try:
        case = case_of(entry, 1.0 if style == "joint" else None, float32=float32)
        with np.errstate(all="ignore"):
            outcome.wrong += findings(case, result, style, execute(outcome.text), outcome)
    except Exception as error:
        outcome.wrong.append(f"the emitted text raises {type(error).__name__}: {error}")
    outcome.remarks += remarks(result, style, outcome, verify)
    return outcome


def remarks(result, style: str, outcome: Outcome, verify: bool) -> Iterator[str]:
    """The length, and the verdict where it was asked for."""
    try:
        last = entry_names(outcome.entry.name, style)[-1]
        length = (joint_length if style == "joint" else backward_length)(outcome.text, last)
        outcome.work = length.work
        yield str(length)
    except (StopIteration, SyntaxError):
        pass
    if verify:
        verdict = result.report.verdict
        if verdict == "REFUTED":
            outcome.wrong.append(f"its own verdict is {result.report.summary}")
        yield verdict


def styles_of(entry: Entry, asked: str | None) -> tuple[str, ...]:
    """Both styles for a loss, the split style for everything else."""
    fitting = ("joint", "split") if case_of(entry).is_loss else ("split",)
    return tuple(s for s in fitting if asked in (None, s))


def chosen(only: list[str]) -> list[Entry]:
    """The functions that are named, by themselves or by their file; all where none is."""
    return [e for e in entries() if not only or {e.id, e.name, e.file} & set(only)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.arrays.measure", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a function, a file, or file.function"
    )
    parser.add_argument("--style", choices=("joint", "split"), help="only this style")
    parser.add_argument("--shapes", action="store_true", help="hand the recipes' shapes to gradgen")
    parser.add_argument("--float32", action="store_true", help="draw float32, and ask for float32 back")
    parser.add_argument("--verify", action="store_true", help="let gradgen check its text, and print the verdict")
    parser.add_argument("--show", action="store_true", help="print the emitted text")
    parser.add_argument("--failed", action="store_true", help="leave out what is ok")
    options = parser.parse_args(argv)
    outcomes = []
    for entry in chosen(options.only):
        for style in styles_of(entry, options.style):
            outcome = measure(entry, style, shapes=options.shapes, verify=options.verify, float32=options.float32)
            outcomes.append(outcome)
            if not (options.failed and outcome.word == "ok"):
                print(outcome, flush=True)
                if options.show and outcome.text:
                    print(f"\n{outcome.text}")
    print(totals(outcomes))
    return int(any(o.wrong for o in outcomes))


def totals(outcomes: list[Outcome]) -> str:
    """How many of each, in texts and in functions (a function is as good as its worst style), and why those refused were."""
    rank = {"ok": 0, "refused": 1, "WRONG": 2}
    worst: dict[str, str] = {}
    for o in outcomes:
        worst[o.entry.id] = max(worst.get(o.entry.id, "ok"), o.word, key=rank.get)
    lines = []
    for what, words in (("functions", list(worst.values())), ("texts", [o.word for o in outcomes])):
        counts = collections.Counter(words)
        lines.append(f"{what}: {len(words)}, " + ", ".join(f"{counts[w]} {w}" for w in rank))
    codes = collections.Counter(o.refused.split()[0] for o in outcomes if o.refused.startswith("GG"))
    if codes:
        lines.append("refusals: " + ", ".join(f"{n} {code}" for code, n in codes.most_common()))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
