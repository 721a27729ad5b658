"""One forward and one backward pass of a student, run and taken apart: outputs, and gradients with what they are by.

Each kind of pair (two functions, a class, a loss with its gradients, a script) is run by a function of its own; all give
a `Run`.
"""

from __future__ import annotations

import ast
import functools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from gradgen.grade.inputs import Path
from gradgen.grade.names import meant
from gradgen.grade.pairing import Pair, loss_at, without
from gradgen.grade import script
from gradgen.grade.results import (
    NO_CACHE,
    Gradient,
    Unrunnable,
    bound,
    defaults,
    identified,
    is_real,
    parameters,
    returned_names,
    split_result,
)
from gradgen.grade.running import Runner, copied, plain
from gradgen.grade.watch import Body, Site
from gradgen.interpret import OutOfFuel, Raised, Refused
from gradgen.interpret.instances import Instance

FAILURES = (Raised, Refused, OutOfFuel, Unrunnable)


@dataclass
class Run:
    """Outputs of the forward pass with the gradients that come in, and the gradients that come out."""

    outs: list = field(default_factory=list)
    douts: list = field(default_factory=list)
    gradients: list[Gradient] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    inputs: dict = field(default_factory=dict)
    args: list = field(default_factory=list)  # of the backward pass; ``dout_places`` of them are gradients that come in
    dout_places: list[int] = field(default_factory=list)
    fields: list[Path] = field(default_factory=list)  # of an instance that are asked about
    listed: list[Path | None] = field(default_factory=list)  # the inputs that its `self.params` are
    instance: Instance | None = None
    result: object = None
    named: dict[str, tuple[int, object]] = field(
        default_factory=dict
    )  # last values of the backward pass: (line, value)


def upstream(runner: Runner, out, seed: int, scale: float):
    """A random gradient for an output, of its shape."""
    rng = random.Random(seed * 131 + 7)
    shape = np.shape(out) if isinstance(out, np.ndarray) else ()
    values = [
        scale * round(rng.choice((1, -1)) * rng.uniform(0.2, 1.6), 4)
        for _ in range(int(np.prod(shape)) if shape else 1)
    ]
    return runner.machine.take(np.array(values).reshape(shape) if shape else values[0])


def leaf_values(inputs: dict, paths: list[Path]) -> dict[Path, object]:
    found = {}
    for path in paths:
        value = inputs
        for key in path:
            value = value[key] if isinstance(value, dict) and key in value else None
        found[path] = value
    return found


def lifted(runner: Runner, inputs: dict, paths: list[Path]) -> dict:
    """The inputs in the runner's numbers, on copies; those asked about as leaves of the tape."""

    def lift(value, path: Path):
        if any(p == path for p in paths):
            return runner.leaf(value)
        if isinstance(value, dict):
            return {k: lift(v, (*path, k)) for k, v in value.items()}
        return runner.machine.take(copied(value))

    return {name: lift(value, (name,)) for name, value in inputs.items()}


# the kinds: a forward part that fills outs, douts and args, and a backward part that fills the gradients


def forward_pair(runner: Runner, pair: Pair, run: Run, seed: int, scale: float) -> None:
    """A forward function, and the arguments of its backward function."""
    result = runner.call(pair.forward, *positional(pair, run.inputs), **keywords(pair, run.inputs))
    run.outs, cache = split_result(result, pair)
    structured = len(run.outs) == 1 and isinstance(run.outs[0], tuple)  # then dout is one argument of that structure
    run.outs = [o for o in (run.outs[0] if structured else run.outs) if is_real(o)]
    if not run.outs:
        raise Unrunnable(f"`{pair.forward}` returns nothing that has a gradient")
    made = run.outs
    if pair.cost is not None:
        run.outs = [
            runner.machine.call(pair.cost.name, run.outs[0], *[run.inputs[a.arg] for a in pair.cost.args.args[1:]])
        ]
    run.douts = [upstream(runner, out, seed + i, scale) for i, out in enumerate(run.outs)]
    given = [copied(d) for d in run.douts]
    given = [tuple(given)] if structured else given
    run.args, run.dout_places = bound(pair, run.inputs, made, cache, given if pair.cost is None else [])
    if not run.dout_places:
        if np.size(plain(run.outs[0])) != 1:
            raise Unrunnable(f"no gradient comes in, and what `{pair.forward}` returns is no single number")
        run.douts = [runner.machine.take(1.0)]
    elif not structured and cache is not NO_CACHE:  # an output that the backward pass asks no gradient of has none
        used = [id(run.args[k]) for k in run.dout_places]
        run.douts = [d if id(g) in used else d * 0 for d, g in zip(run.douts, given)]


def backward_pair(runner: Runner, pair: Pair, run: Run, wanted: list[Path]) -> None:
    back = runner.call(pair.backward, *run.args)
    if back is None:
        raise Unrunnable(f"`{pair.backward}` returns None")
    run.gradients = identified(back, returned_names(pair.backward_node), wanted, pair.backward)


def positional(pair: Pair, inputs: dict) -> list:
    a = pair.forward_node.args
    return [inputs[p.arg] for p in (*a.posonlyargs, *a.args) if p.arg in inputs]


def keywords(pair: Pair, inputs: dict) -> dict:
    return {p.arg: inputs[p.arg] for p in pair.forward_node.args.kwonlyargs}


def forward_loss(runner: Runner, pair: Pair, run: Run, seed: int, scale: float) -> None:
    """One function (or method) that returns a loss and its gradients: all of it."""
    if pair.owner is not None:
        construct(runner, pair, run)
        run.result = runner.method(run.instance, pair.forward, *[run.inputs[p.arg] for p in pair.parameters])
    else:
        run.result = runner.call(pair.forward, *positional(pair, run.inputs), **keywords(pair, run.inputs))
    if isinstance(run.result, tuple) and run.result and isinstance(run.result[0], tuple) and run.result[0]:
        run.result = (run.result[0][0], *run.result[1:])  # (loss, state), gradients
    place = loss_place(pair.forward_node)
    if isinstance(run.result, tuple) and place < len(run.result):
        run.result = (run.result[place], *without(run.result, place))
    if not isinstance(run.result, tuple) or len(run.result) < 2 or not is_real(run.result[0]):
        raise Unrunnable(f"`{pair.forward}` does not return `loss, gradients` here")
    if np.size(plain(run.result[0])) != 1:
        raise Unrunnable(f"the loss that `{pair.forward}` returns is no single number")
    run.outs, run.douts = [run.result[0]], [runner.machine.take(1.0)]


def backward_loss(runner: Runner, pair: Pair, run: Run, wanted: list[Path]) -> None:
    rest = run.result[1:]
    items = loss_items(pair.forward_node)
    if len(rest) == 1 and isinstance(rest[0], tuple):
        items = items[0].elts if items and isinstance(items[0], ast.Tuple) else []
        rest = rest[0]
    names = [ast.unparse(i) if isinstance(i, (ast.Name, ast.Attribute, ast.Subscript)) else None for i in items]
    run.gradients = identified(tuple(rest) if len(rest) > 1 else rest[0], names, wanted, pair.name)


@functools.lru_cache(maxsize=512)
def last_result(node: ast.FunctionDef) -> ast.Tuple | None:
    """What the last return of a loss with gradients hands back."""
    returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    return max(returns, key=lambda n: n.lineno).value if returns else None


def loss_place(node: ast.FunctionDef) -> int:
    """At which place the loss is."""
    result = last_result(node)
    return loss_at(result) if result and result.elts else 0


def loss_items(node: ast.FunctionDef) -> list[ast.expr]:
    """What is handed back beside the loss."""
    result = last_result(node)
    return without(result.elts, loss_place(node)) if result else []


def forward_class(runner: Runner, pair: Pair, run: Run, seed: int, scale: float) -> None:
    """A class with forward and backward: the inputs are the constructor's and the forward pass's."""
    construct(runner, pair, run)
    result = runner.method(run.instance, pair.forward, *[run.inputs[p.arg] for p in pair.parameters])
    run.outs = [o for o in (result if isinstance(result, tuple) else (result,)) if is_real(o)]
    if not run.outs:
        raise Unrunnable(f"`{pair.owner.name}.{pair.forward}` returns nothing that has a gradient")
    run.douts = [upstream(runner, out, seed + i, scale) for i, out in enumerate(run.outs)]
    back = parameters(pair.backward_node)
    if not back or back[0] in defaults(pair.backward_node):
        run.douts = [runner.machine.take(1.0)]
    else:
        run.args = [copied(d) for d in run.douts][: len(back)]
        run.dout_places = list(range(len(run.args)))


def construct(runner: Runner, pair: Pair, run: Run) -> None:
    """An instance; what its constructor made and is asked about becomes a leaf, as an input ``self``."""
    runner.machine.globals.known["new!"] = runner.machine.globals.value(pair.owner.name, 0)
    run.instance = runner.call("new!", *[run.inputs[p] for p in constructor(pair.owner) if p in run.inputs])
    own: dict = {}
    for path in run.fields:
        held, kept = run.instance.fields, own
        for key in path[1:-1]:
            held, kept = held[key], kept.setdefault(key, {})
        held[path[-1]] = kept[path[-1]] = runner.leaf(held[path[-1]])
    if own:
        run.inputs["self"] = own
    known = {id(value): (name,) for name, value in run.inputs.items()}
    params = run.instance.fields.get("params")
    run.listed = [known.get(id(p)) for p in params] if isinstance(params, list) else []


def fields_of(instance: Instance, inputs: dict) -> list[Path]:
    """The arrays of real numbers in an instance's fields that are none of the inputs."""
    given, names = {id(v) for v in inputs.values()}, {*inputs, *instance.fields}
    found: list[Path] = []
    for key, value in instance.fields.items():
        for path, item in [
            ((key,), value),
            *(((key, k), v) for k, v in (value.items() if isinstance(value, dict) else ())),
        ]:
            if meant(key, names - {key}) is not None:
                continue  # a place for a gradient
            if isinstance(item, np.ndarray) and item.dtype.kind == "f" and id(item) not in given:
                found.append(("self", *path))
    return found


def backward_class(runner: Runner, pair: Pair, run: Run, wanted: list[Path]) -> None:
    held, created = dict(run.instance.fields), constructor(pair.owner)
    result = runner.method(run.instance, pair.backward, *run.args)
    inside = [p for p in wanted if p[0] in created]
    outside = [p for p in wanted if p[0] not in (*created, "self")]
    if result is not None:
        run.gradients = identified(result, returned_names(pair.backward_node), outside or wanted, pair.name)
    inside += run.fields
    run.gradients += listed(run, pair)
    known = {p[-1]: p for p in inside}
    for key, value in run.instance.fields.items():
        about = meant(key, known) if key not in known else None
        changed = value is not held.get(key) or written_in(pair.backward_node, key)
        if about is None or not changed or not (value is None or is_real(value)):
            continue
        if not any(g.path == known[about] for g in run.gradients):
            run.gradients.append(Gradient(f"self.{key}", known[about], value))


def listed(run: Run, pair: Pair) -> list[Gradient]:
    """The gradients in a list beside one of parameters: `self.grads` beside `self.params`."""
    given = run.instance.fields.get("grads")
    if not isinstance(given, list) or not written_in(pair.backward_node, "grads"):
        return []
    names = [f"self.grads[{k}]" for k in range(len(given))]
    return [Gradient(n, path, v, n) for n, path, v in zip(names, run.listed, given) if path is not None]


def written_in(node: ast.FunctionDef, key: str) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == key for n in ast.walk(node))


def constructor(owner: ast.ClassDef) -> list[str]:
    """The parameters of a class's constructor."""
    for m in owner.body:
        if isinstance(m, ast.FunctionDef) and m.name == "__init__":
            return [p.arg for p in m.args.args[1:]]
    return []


def forward_script(runner: Runner, pair: Pair, run: Run, seed: int, scale: float) -> None:
    """A script with forward and backward lines: all of it.  Its values are those that were seen."""
    runner.call(pair.forward)
    names = {site.key: value for site, value in seen_last(runner, pair)}
    output = script.output_of(pair.forward_node)
    if output not in names or not is_real(runner.leaf(names[output])):
        raise Unrunnable("no result of a forward pass is found among the lines")
    run.outs = [names[output]]
    given = next((value for site, value in seen_last(runner, pair) if meant(site.key, [output]) == output), None)
    if given is None and np.size(plain(run.outs[0])) != 1:
        raise Unrunnable(f"nothing says what the gradient of `{output}` is: `d{output} = ...`")
    run.douts = [runner.machine.take(1.0 if given is None else given)]
    run.inputs = {leaf.name: names.get(leaf.name) for leaf in script.script_leaves(pair.forward_node)}
    run.result = names


def backward_script(runner: Runner, pair: Pair, run: Run, wanted: list[Path]) -> None:
    """The gradients by the script's inputs, as they were last."""
    run.gradients = []
    names = {path[0]: path for path in wanted}
    for site, value in seen_last(runner, pair):
        about = meant(site.key, names) if site.key not in names else None
        if about is not None:
            run.gradients = [g for g in run.gradients if g.path != names[about]]
            run.gradients.append(Gradient(site.key, names[about], value))


def seen_last(runner: Runner, pair: Pair) -> list[tuple[Site, object]]:
    """Each site of a script with the last value it gave, in the order of the lines."""
    sites = Body(pair.forward_node).sites if pair.forward_node not in _SITES else _SITES[pair.forward_node]
    _SITES[pair.forward_node] = sites
    return [(sites[number], value) for number, value in sorted(runner.seen.last.items())]


_SITES: dict[ast.FunctionDef, list[Site]] = {}


KINDS: dict[str, tuple[Callable, Callable]] = {
    "pair": (forward_pair, backward_pair),
    "loss": (forward_loss, backward_loss),
    "class": (forward_class, backward_class),
    "script": (forward_script, backward_script),
}


def nothing(run: Run) -> None:
    """What happens between the passes, as a rule."""


def passed(
    runner: Runner, pair: Pair, inputs: dict, wanted: list[Path], seed: int, scale: float, between: Callable = nothing
) -> Run:
    """Both passes; ``between(run)`` is called when the first is over."""
    forward, backward = KINDS[pair.kind]
    run = Run()
    run.inputs = lifted(runner, inputs, wanted)
    run.fields = [path for path in wanted if path[0] == "self"]
    kept = copied(plain(run.inputs)) if pair.kind == "loss" else None
    for name in pair.shared:
        runner.machine.globals.known[name] = run.inputs[name]
    forward(runner, pair, run, seed, scale)
    between(run)
    kept = kept or copied(plain(run.inputs))
    before = [copied(plain(a)) for a in run.args]
    backward(runner, pair, run, wanted)
    if any(not equal(plain(run.args[k]), before[k]) for k in run.dout_places):
        run.flags.add("modifies dout")
    if any(not equal(plain(v), kept[k]) for k, v in run.inputs.items() if k in kept):
        run.flags.add("modifies inputs")
    return run


def kept(run: Run) -> Run:
    """A run before its backward pass, which may write into what it is given."""
    return replace(run, args=[copied(a) for a in run.args], instance=copied_instance(run.instance))


def copied_instance(instance: Instance | None) -> Instance | None:
    return instance and Instance(instance.kind, {k: copied(v) for k, v in instance.fields.items()})


def replayed(runner: Runner, pair: Pair, run: Run, wanted: list[Path]) -> dict[Path, object]:
    """The gradients of the backward pass alone, after a forward pass that has run; on copies of what it left."""
    again = kept(run)
    KINDS[pair.kind][1](runner, pair, again, wanted)
    return {g.path: g.value for g in again.gradients if g.path is not None}


def equal(a, b) -> bool:
    """Whether two plain values are the same."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return isinstance(a, Instance) or type(a) is type(b) and bool(a == b or a != a)
