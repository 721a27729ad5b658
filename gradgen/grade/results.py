"""What goes into a backward pass and what comes out: arguments and gradients, by their names."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gradgen.grade.inputs import Path
from gradgen.grade.names import bare, is_cache, is_upstream, meant
from gradgen.grade.pairing import Pair
from gradgen.grade.running import plain
from gradgen.grade.tape import Taped

NO_CACHE = object()
OUTPUTS = re.compile(r"(out|output|outputs|y|a|A|s|z|h|p|probs?|y_hat|y_pred|result|activations?)\d*")


class Unrunnable(Exception):
    """The pair cannot be run as a pair; the text says why."""


@dataclass
class Gradient:
    """A gradient that the student hands back: what it is called, the input that it is by (None: cannot be told)."""

    name: str
    path: Path | None
    value: object
    label: str = ""  # the variable that is handed back


def is_real(value) -> bool:
    """Whether a value is a number or an array of real numbers."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fO"
    return isinstance(value, (Taped, float, np.floating))


def is_numeric(value) -> bool:
    """Whether a value can be compared as an array of numbers: a number, an array, a list of numbers."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(is_numeric, value)) and len({np.shape(v) for v in value}) == 1
    return is_real(value) or isinstance(value, (int, np.integer, np.bool_, np.ndarray))


def split_result(result, pair: Pair) -> tuple[list, object]:
    """A forward pass's result as its outputs and its cache (`NO_CACHE` when there is none)."""
    if not isinstance(result, tuple):
        return [result], NO_CACHE
    wanted = parameters(pair.backward_node)
    returned = returned_names(pair.forward_node)
    named = bool(returned) and is_cache(returned[-1] or "")
    if len(result) >= 2 and (
        named or any(map(is_cache, wanted)) or not is_real(result[-1]) or len(result) == 2 == len(wanted)
    ):
        return list(result[:-1]), result[-1]
    return list(result), NO_CACHE


@functools.lru_cache(maxsize=512)
def parameters(node: ast.FunctionDef) -> list[str]:
    a = node.args
    return [p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs) if p.arg != "self"]


@functools.lru_cache(maxsize=512)
def returned_names(node: ast.FunctionDef) -> list[str | None]:
    """What the items of the last return are called; None for one that is no plain name."""
    returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
    if not returns:
        return []
    last = max(returns, key=lambda n: (isinstance(n.value, ast.Tuple), n.lineno))
    items = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    return [ast.unparse(i) if isinstance(i, (ast.Name, ast.Attribute)) else None for i in items]


def defaults(node: ast.FunctionDef) -> set[str]:
    a = node.args
    plain_args = [*a.posonlyargs, *a.args]
    return {p.arg for p in plain_args[len(plain_args) - len(a.defaults) :]} | {
        p.arg for p, d in zip(a.kwonlyargs, a.kw_defaults) if d is not None
    }


def bound(pair: Pair, inputs: dict, outs: list, cache, douts: list) -> tuple[list, list[int]]:
    """The arguments of the backward pass by the names of its parameters, and which of them are gradients that come in."""
    wanted, taken = parameters(pair.backward_node), dict(enumerate(douts))
    own, names = defaults(pair.backward_node), returned_names(pair.forward_node)
    args: list = []
    places: list[int] = []
    cached = cache is NO_CACHE
    for place, name in enumerate(wanted):
        comes_in = bool(taken) and (is_upstream(name) or place == 0 and name not in inputs and name not in names)
        if is_cache(name):
            if cache is NO_CACHE:
                raise Unrunnable(f"nothing builds `{name}`: `{pair.forward}` returns no cache")
            args.append(cache)
            cached = True
        elif name in inputs and not (place == 0 and is_upstream(name)):
            args.append(inputs[name])
        elif comes_in and not (name in own and len(outs) == 1 and np.size(plain(outs[0])) == 1):
            places.append(place)
            args.append(taken.pop(output_meant(name, names, taken)))
        elif name in names and names.index(name) < len(outs):
            args.append(outs[names.index(name)])
        elif name in own:
            break
        elif not cached:
            args.append(cache)
            cached = True
        elif len(outs) == 1 and OUTPUTS.fullmatch(name):
            args.append(outs[0])
        else:
            raise Unrunnable(f"nothing gives `{pair.backward}` its parameter `{name}`")
    return args, places


def output_meant(name: str, outputs: list[str | None], open_: Collection[int]) -> int:
    """Which output a gradient that comes in belongs to: by its name, else the first that has none yet."""
    about = meant(name, [n for n in outputs if n])
    place = outputs.index(about) if about else -1
    return place if place in open_ else min(open_)


def identified(value, names: list[str | None], wanted: list[Path], node_name: str) -> list[Gradient]:
    """The gradients in a backward pass's result, each with the input it is by: by name, else by place."""
    by_last = {path[-1]: path for path in wanted}
    items = list(value) if isinstance(value, tuple) else [value]
    found: list[Gradient] = []
    labels = names if len(names) == len(items) else [None] * len(items)
    by_name = [meant(bare(n), by_last) if n else None for n in labels]
    by_name = [n if n not in by_name[:k] else None for k, n in enumerate(by_name)]  # one that comes twice: by its place
    firsts = [p for p in wanted]
    used = {by_last[n] for n in by_name if n is not None}
    rest = [p for p in firsts if p not in used]
    for place, (item, label, name) in enumerate(zip(items, labels, by_name)):
        if isinstance(item, dict):
            for key, part in item.items():
                if not isinstance(key, str):
                    continue
                about = key if key in by_last else meant(key, by_last)
                if about is not None:
                    found.append(Gradient(f"{label or 'grads'}['{key}']", by_last[about], part))
            continue
        if label and "[" in label and name is None and any(by_name):
            continue  # an entry of something, among gradients with names
        path = by_last[name] if name else None
        if path is None and len(items) == len(wanted):
            path = wanted[place] if wanted[place] not in used else None
        if path is None and rest and (item is None or is_real(item)):
            path = rest.pop(0)
        if path is not None and any(g.path == path for g in found):
            continue
        if path is not None:
            found.append(Gradient(label if label and name else f"d{path[-1]}", path, item, label or ""))
    return found
