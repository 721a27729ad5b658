"""Inputs for a student's forward pass: kinds and shapes from what annotations, docstrings and code say, else by trial.

A plan lists the leaves of the parameters (``x``, ``params['W1']``), each with its kind and its dimensions; `drawn` makes
values of it.  Sizes are distinct where the code allows that.
"""

from __future__ import annotations

import ast
import functools
import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gradgen.checks.extents import evaluate, symbols
from gradgen.frontend.stated import described_dims, stated_dims

Path = tuple[str, ...]
Dims = tuple[str | int, ...]
POOLS = ((3, 5, 2, 7, 4, 11), (4, 3, 5, 2, 6, 7), (2, 3, 4, 5, 2, 3))
IMAGE = {"N": 2, "C": 3, "F": 2, "H": 4, "W": 6, "HH": 2, "WW": 2, "KH": 2, "KW": 2, "FH": 2, "FW": 2}
ODD_IMAGE = {"N": 3, "C": 1, "F": 3, "H": 5, "W": 6, "HH": 3, "WW": 2, "KH": 3, "KW": 2, "FH": 3, "FW": 2}
ENTRIES = {  # entries of a dictionary of settings, in every mode
    "stride": (1, 2),
    "pad": (1, 0),
    "pool_height": (2,),
    "pool_width": (2,),
    "pool_size": (2,),
    "mode": ("train", "test"),
    "p": (0.6,),
    "keep_prob": (0.6,),
    "dropout_ratio": (0.4,),
    "eps": (1e-5,),
    "momentum": (0.9,),
    "seed": (123,),
}
NUMBERS = {  # parameters that are plain numbers by their names
    **dict.fromkeys(("reg", "lambd", "lambda_", "lamb", "l2", "weight_decay", "reg_strength", "C_reg"), (0.3, 0.7)),
    **dict.fromkeys(("eps", "epsilon"), (1e-5,)),
    **dict.fromkeys(("p", "keep_prob", "ratio", "drop_prob", "rate"), (0.6, 0.4)),
    **dict.fromkeys(("alpha", "slope", "negative_slope", "momentum", "lr", "temperature"), (0.3, 0.8)),
    **dict.fromkeys(("stride", "S"), (1, 2)),
    **dict.fromkeys(("pad", "padding"), (1, 0)),
    **dict.fromkeys(("pool_size", "kernel_size", "pool_h", "pool_w", "pool", "size"), (2,)),
    **dict.fromkeys(("train", "training", "is_training", "train_flg", "train_flag"), (True, False)),
    **dict.fromkeys(("heads", "n_heads", "n_head", "num_heads"), (2, 1)),
    "G": (2,),
    "mode": ("train", "test"),
}
LABELS = ("y", "t", "Y", "labels", "label", "target", "targets", "Y_true", "y_true", "T", "mask", "m")
UNWANTED = (*LABELS, "mask", "dropout_mask", "seed")
COUNT = re.compile(
    r"(input|hidden|output|in|out|num|n)_?(size|dim|features|units|channels|classes|hidden|in|out|inputs|outputs)"
)
FLAT = re.compile(r"(b|bias|beta|gamma|db|bh|by|bx)\d*$|b[a-z]?$")
MOST_TRIALS = 500


@dataclass(frozen=True)
class Leaf:
    """One value to make: ``kind`` is array, ints, onehot, bools, probabilities, number or fixed (``choices`` in turn)."""

    path: Path
    kind: str
    dims: Dims | None = None
    bound: str | int | None = None
    choices: tuple = ()

    @property
    def name(self) -> str:
        return self.path[-1]


def text_of(path: Path) -> str:
    """``params['W1']``; of an instance ``self.params['W1']``."""
    if path[0] == "self" and len(path) > 1:
        return f"self.{text_of(path[1:])}"
    return path[0] + "".join(f"[{key!r}]" for key in path[1:])


def leaves(
    node: ast.FunctionDef, parameters: list[ast.arg], tree: ast.Module, stated: dict[str, Dims], claims: bool = True
) -> list[Leaf]:
    """The leaves of a function's parameters, as far as can be told without running it; ``claims``: by gradgen's analysis, too."""
    said = {p.arg: d for p in parameters if (d := stated_dims(p.annotation))}
    said |= {name: dims for name, dims in _documented(node).items()} | stated
    claimed = dict(_claimed(node, tree)) if claims else {}
    defaults = _defaults(node)
    found: list[Leaf] = []
    arrays = is_array_code(tree) and not (calls_math(node) and not is_array_code(node))
    for p in parameters:
        found += _leaves_of(p.arg, node, said, claimed.get(p.arg), defaults, arrays)
    return found


ARRAYS = ("T", "dot", "shape", "ndim", "sum", "reshape")


def is_array_code(tree: ast.AST) -> bool:
    """Whether a text, or a function, is about arrays."""
    return any(
        isinstance(n, ast.Name) and n.id in ("np", "numpy")
        or isinstance(n, ast.MatMult)
        or isinstance(n, ast.Attribute) and n.attr in ARRAYS
        for n in ast.walk(tree)
    )  # fmt: skip


def calls_math(node: ast.FunctionDef) -> bool:
    """Whether a function calls ``math.exp`` and the like, which take numbers only."""
    return any(isinstance(n, ast.Attribute) and ast.unparse(n.value) == "math" for n in ast.walk(node))


def _claimed(node: ast.FunctionDef, tree: ast.Module) -> tuple[tuple[str, object], ...]:
    """What gradgen's own analysis says of the parameters, where it takes the function."""
    known = {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef)}
    if known.get(node.name) is not node:
        return ()
    wanted, queue = {node.name}, [node]
    while queue:  # the functions that it calls, and no others
        for n in ast.walk(queue.pop()):
            if isinstance(n, ast.Name) and n.id in known and n.id not in wanted:
                wanted.add(n.id)
                queue.append(known[n.id])
    body = [s for s in tree.body if isinstance(s, (ast.Import, ast.ImportFrom)) or getattr(s, "name", None) in wanted]
    return _claim(ast.unparse(ast.Module(body, [])), node.name)


@functools.lru_cache(maxsize=256)
def _claim(text: str, name: str) -> tuple[tuple[str, object], ...]:
    from gradgen.api import generate
    from gradgen.errors import GradgenError

    try:
        return generate(text, name, verify=False).claim("split").inputs
    except (GradgenError, RecursionError, AssertionError, LookupError, TypeError, ValueError, AttributeError):
        return ()


def _documented(node: ast.FunctionDef) -> dict[str, Dims]:
    """The shapes of the docstring; ``(N, d_1, ..., d_k)`` is taken with two dimensions, their product a size."""
    text = ast.get_docstring(node) or ""
    found: dict[str, Dims] = {k: tuple(d) for k, d in described_dims(node).items()}
    for match in re.finditer(
        r"^\s*[-*]?\s*(\w+)\s*(?::|--)[^\n]*?\((\w+)\s*,\s*d_?1\s*,\s*\.\.\.\s*,\s*d_?k\s*\)", text, re.M
    ):
        found[match[1]] = (match[2], "d1", "d2")
    if any("d1" in dims for dims in found.values()):
        found = {k: tuple("d1*d2" if d == "D" and "d1" not in dims else d for d in dims) for k, dims in found.items()}
    names = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
    for match in re.finditer(r"""\b(\w+)\[['"](\w+)['"]\]\s+\(([\w\s,]*)\)""", text):
        found[f'{match[1]}["{match[2]}"]'] = tuple(d.strip() for d in match[3].split(",") if d.strip())
    for match in re.finditer(r"^\s*[-*]?\s*(\w+)\s*(?::|--)\s*\(?(float|scalar|real number)\b", text, re.M):
        if match[1] in names and match[1] not in NUMBERS:
            found.setdefault(match[1], ())
    for match in re.finditer(r"\b(\w+)(?:\s+|:\s*|\s*--\s*)\(((?:[\w*]+\s*,\s*)*[\w*]*)\)", text):
        if match[1] not in names:
            continue
        dims = tuple(d.strip() for d in match[2].split(",") if d.strip())
        dims = tuple(re.sub(r"^(\d+)([A-Za-z]\w*)$", r"\1*\2", d) for d in dims)
        if dims and all(re.fullmatch(r"(\d+\*|[A-Z]\*)?[A-Z]\w{0,2}|\d+|[a-z]+_[a-z_]+", d) for d in dims):
            found.setdefault(match[1], dims)
    return found


def _defaults(node: ast.FunctionDef) -> dict[str, object]:
    a, found = node.args, {}
    pairs = [*zip(reversed([*a.posonlyargs, *a.args]), reversed(a.defaults)), *zip(a.kwonlyargs, a.kw_defaults)]
    for arg, default in pairs:
        try:
            found[arg.arg] = ast.literal_eval(default) if default is not None else None
        except (ValueError, TypeError):
            continue
    return found


def _leaves_of(name: str, node: ast.FunctionDef, said: dict, claim: object, defaults: dict, arrays: bool) -> list[Leaf]:
    keys = _keys(name, node)
    claimed = dict(claim[1]) if isinstance(claim, tuple) and claim[0] == "dict" else {}
    if keys or claimed:
        return [
            leaf
            for key in dict.fromkeys([*keys, *claimed])
            if key not in ("seed", "running_mean", "running_var")
            for leaf in [_entry(name, key, said, claimed.get(key))]
        ]
    path = (name,)
    default = defaults.get(name)
    if COUNT.fullmatch(name) and name not in said:
        return [Leaf(path, "size", (name,))]
    if words := _compared(name, node):
        return [Leaf(path, "fixed", choices=words)]
    if isinstance(claim, tuple) and claim[0] == "either":
        claim = next((c for c in claim[1] if c is not None), None)
    if type(default) in (int, float, str, bool) and name not in said:
        choices = NUMBERS.get(name, (default,)) if type(default) in (str, bool) else (default,)
        if name in ("mode",) or type(default) is bool:
            choices = tuple(dict.fromkeys([default, *choices, *([not default] if type(default) is bool else [])]))
        if type(default) is float and name in NUMBERS and default == 0.0:
            choices = NUMBERS[name]
        return [Leaf(path, "fixed", choices=choices)]
    if name in said:
        kind, bound = _label_kind(name, node, claim)
        return [Leaf(path, kind, said[name], bound)]
    if isinstance(claim, tuple) and claim[0] in ("ints", "onehot", "bools"):
        return [Leaf(path, claim[0], claim[1], claim[2] if claim[0] == "ints" else None)]
    if isinstance(claim, tuple) and claim[0] == "array" and claim[1] is not None:
        return [Leaf(path, "array", claim[1])]
    if name in NUMBERS:
        return [Leaf(path, "fixed", choices=NUMBERS[name])]
    if claim in ("opaque", "count"):
        return [Leaf(path, "fixed", choices=(2, 1))]
    if not arrays:
        entries = _entries(name, node)
        if entries:
            return [Leaf(path, "array", (entries,))]
        return [Leaf(path, "number")]
    kind, bound = _label_kind(name, node, claim)
    unpacked = _unpacked(name, node)
    return [Leaf(path, kind, unpacked, bound)]


def _compared(name: str, node: ast.FunctionDef) -> tuple[str, ...]:
    """The texts that a parameter is compared with: its modes."""
    found = []
    for n in ast.walk(node):
        if isinstance(n, ast.Compare) and isinstance(n.left, ast.Name) and n.left.id == name:
            found += [c.value for c in n.comparators if isinstance(c, ast.Constant) and isinstance(c.value, str)]
    return tuple(dict.fromkeys(found))


def _entry(name: str, key: str, said: dict, claim: object) -> Leaf:
    path, stated = (name, key), said.get(f'{name}["{key}"]')
    if key in ENTRIES:
        return Leaf(path, "fixed", choices=ENTRIES[key])
    if stated:
        return Leaf(path, "array", stated)
    if isinstance(claim, tuple) and claim[0] == "array":
        return Leaf(path, "array", claim[1])
    return Leaf(path, "array")


def _keys(name: str, node: ast.FunctionDef) -> list[str]:
    """The constant keys that a function reads of a parameter."""
    found = []
    for n in ast.walk(node):
        key = None
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and isinstance(n.ctx, ast.Load):
            key = n.slice if n.value.id == name else None
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "get" and n.args:
            key = n.args[0] if isinstance(n.func.value, ast.Name) and n.func.value.id == name else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.append((n.lineno, n.col_offset, key.value))
    return list(dict.fromkeys(key for _, _, key in sorted(found)))


def _entries(name: str, node: ast.FunctionDef) -> int:
    """How many entries of a parameter are read by constant index."""
    at = [
        n.slice.value
        for n in ast.walk(node)
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name
        and isinstance(n.slice, ast.Constant) and type(n.slice.value) is int
    ]  # fmt: skip
    return max(at, default=-1) + 1


def _label_kind(name: str, node: ast.FunctionDef, claim: object) -> tuple[str, str | int | None]:
    """ints for what is used as an index, else array."""
    if isinstance(claim, tuple) and claim[0] in ("ints", "bools", "onehot"):
        return claim[0], claim[2] if claim[0] == "ints" else None
    text = ast.get_docstring(node) or ""
    line = next((x for x in text.splitlines() if re.match(rf"\s*[-*]?\s*{name}\b", x)), "")
    if re.search(r"one.?hot", line, re.I):
        return "onehot", None
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript):
            for inner in ast.walk(n.slice):
                if isinstance(inner, ast.Name) and inner.id == name and not _inside_shape(n.slice, name):
                    return "ints", _bound_said(text)
    return "array", None


def _inside_shape(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name for n in ast.walk(node)
    )


def _bound_said(text: str) -> str | None:
    found = re.search(r"<=?\s*y\[?\w*\]?\s*<\s*([A-Z]\w?)\b", text) or re.search(r"range \[0,\s*([A-Z])\)", text)
    return found[1] if found else None


def _unpacked(name: str, node: ast.FunctionDef) -> Dims | None:
    """``N, D = x.shape``."""
    for n in ast.walk(node):
        if isinstance(n, ast.Assign) and ast.unparse(n.value) in (f"{name}.shape", f"np.shape({name})"):
            target = n.targets[0]
            if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
                return tuple(e.id if not e.id.startswith("_") else f"{name}{i}" for i, e in enumerate(target.elts))
    return None


# choosing what is left open


def plans(found: list[Leaf], given: tuple[int, ...] = ()) -> Iterator[list[Leaf]]:
    """The leaves with every open shape chosen, the likeliest choice first; sizes that may have to be equal, made so.
    ``given``: sizes that the text itself gives."""
    names = symbols(iter([d for leaf in found for d in leaf.dims or () if isinstance(d, str)]))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    pairs.sort(key=lambda p: re.sub(r"_\d+$", "", p[0]) != re.sub(r"_\d+$", "", p[1]))
    merges = [(), *[(p,) for p in pairs], *[(p, q) for p, q in itertools.combinations(pairs, 2)][:40]]
    streams = [
        _opened([replace(leaf, dims=merged(leaf.dims, m), bound=merged((leaf.bound,), m)[0]) for leaf in found], given)
        for m in merges
    ]
    yield from itertools.islice(streams[0], MOST_TRIALS // 4)
    for stream in streams[1:]:
        yield from itertools.islice(stream, 24)
    yield from itertools.islice(streams[0], MOST_TRIALS)


def merged(dims: Dims | None, pairs: tuple[tuple[str, str], ...]) -> Dims | None:
    """Dimensions with the second symbol of each pair as the first."""
    for first, second in pairs:
        dims = dims and tuple(re.sub(rf"\b{second}\b", first, d) if isinstance(d, str) else d for d in dims)
    return dims


def _opened(found: list[Leaf], given: tuple[int, ...]) -> Iterator[list[Leaf]]:
    open_ = [leaf for leaf in found if leaf.dims is None and leaf.kind in ("array", "ints", "onehot", "bools")]
    if not open_:
        yield found
        return
    known = symbols(iter([d for leaf in found if leaf.dims for d in leaf.dims if isinstance(d, str)]))
    layers = sorted({m[1] for leaf in open_ if (m := re.fullmatch(r"[Ww](\d+)", leaf.name))})
    choices = [_candidates(leaf, known, len(open_), layers, given) for leaf in open_]
    yield from itertools.islice(_by_rank(found, open_, choices), MOST_TRIALS)


def narrowed(
    found: list[Leaf], first: Callable[[Leaf], float], probe: Callable[[list[Leaf]], float], given: tuple[int, ...]
) -> Iterator[list[Leaf]]:
    """Like `plans`, for many open leaves: each is chosen in turn, and a choice is dropped when the forward pass fails before
    the line where the next leaf is read ``first``.  ``probe(plan)`` is the line at which it fails, or infinity."""
    open_ = sorted((leaf for leaf in found if leaf.dims is None and leaf.kind in ("array", "ints")), key=first)
    known = symbols(iter([d for leaf in found if leaf.dims for d in leaf.dims if isinstance(d, str)]))
    layers = sorted({m[1] for leaf in open_ if (m := re.fullmatch(r"[Ww](\d+)", leaf.name))})
    choices = [_candidates(leaf, known, len(open_), layers, given) for leaf in open_]
    left = [MOST_TRIALS * 2]

    def go(chosen: tuple[Dims, ...]) -> Iterator[list[Leaf]]:
        dims = [*chosen, *[c[0] for c in choices[len(chosen) :]]]
        table = {leaf.path: d for leaf, d in zip(open_, dims)}
        plan = [replace(leaf, dims=table.get(leaf.path, leaf.dims)) for leaf in found]
        if chosen:
            left[0] -= 1
            line = probe(plan) if left[0] > 0 else -1
            if line < (first(open_[len(chosen)]) if len(chosen) < len(open_) else float("inf")):
                return
        if len(chosen) == len(open_):
            yield plan
            return
        for choice in choices[len(chosen)]:
            yield from go((*chosen, choice))

    if len(open_) > 2:
        yield from itertools.islice(go(()), 60)


def _by_rank(found: list[Leaf], open_: list[Leaf], choices: list[list[Dims]]) -> Iterator[list[Leaf]]:
    """Products of choices, those whose places add up to least first."""
    longest = sum(len(c) - 1 for c in choices)
    for places in (p for total in range(longest + 1) for p in _places(total, [len(c) for c in choices])):
        chosen = {leaf.path: c[k] for leaf, c, k in zip(open_, choices, places)}
        yield [replace(leaf, dims=chosen.get(leaf.path, leaf.dims)) for leaf in found]


def _places(total: int, counts: list[int]) -> Iterator[tuple[int, ...]]:
    """Places in lists of these lengths that add up to a total.

    >>> list(_places(1, [2, 2]))
    [(0, 1), (1, 0)]
    """
    if not counts:
        if total == 0:
            yield ()
        return
    for first in range(min(total, counts[0] - 1) + 1):
        for rest in _places(total - first, counts[1:]):
            yield (first, *rest)


def sizes_given(tree: ast.Module, node: ast.FunctionDef) -> tuple[int, ...]:
    """The sizes that a text gives names which a function reads: ``hidden_size = 5``."""
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    found = []
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Constant) and type(stmt.value.value) is int:
            if 1 < stmt.value.value <= 64 and read & {t.id for t in stmt.targets if isinstance(t, ast.Name)}:
                found.append(stmt.value.value)
    return tuple(dict.fromkeys(found))


def _candidates(leaf: Leaf, known: list[str], many: int, layers: list[str], given: tuple[int, ...] = ()) -> list[Dims]:
    """Shapes that an open leaf may have."""
    plain = [k for k in known if k.isidentifier()]
    base: list[str | int] = [
        *given,
        *plain,
        *[s for s in ("n", "d", "m", "k")[: 3 if many > 1 else 2] if s not in plain],
    ]
    flat, square = [(s,) for s in base], [(s, t) for s in base for t in base if s != t]
    number = re.search(r"(\d+)$", leaf.name)
    if number and leaf.name[0] in "Ww":  # the layers of a network
        k = int(number[1])
        before = plain if plain and k == 1 else [f"n{k - 1}"]
        return [*[(f"n{k}", s) for s in before], *[(s, f"n{k}") for s in before]]
    if number and leaf.name[0] in "bB":
        own = [f"n{number[1]}"]
        flats = [*plain, *own] if plain else own
        return [*[(s,) for s in flats], *[(s, 1) for s in flats], *[(1, s) for s in flats]]
    if layers and leaf.name in LABELS:  # beside the last layer's output
        return [(f"n{layers[-1]}", "m"), ("m", f"n{layers[-1]}"), ("m",), *square]
    if leaf.name in ("X", "x", "A0") and not plain:
        square = [("n0", "m"), ("m", "n0"), *square]
    if leaf.kind == "ints":
        return [*flat, *square, (), (1,)]
    first = [*flat, (), *[(1, s) for s in base], *[(s, 1) for s in base]] if FLAT.match(leaf.name) else []
    columns = [(s, 1) for s in base]
    cubes = [(base[0], base[1], base[-1])] if len(base) > 2 else []
    return [*first, *([] if first else [*square, *flat]), (), *cubes, ("N", "C", "H", "W"), *([] if first else columns)]


def sizes_of(plan: list[Leaf]) -> Iterator[dict[str, int]]:
    """Sizes for the symbols of a plan, distinct ones first."""
    extents = [d for leaf in plan for d in leaf.dims or ()] + [leaf.bound for leaf in plan if leaf.bound]
    names = symbols(iter([e for e in extents if isinstance(e, str)]))
    image = any(leaf.dims and len(leaf.dims) >= 4 for leaf in plan)
    for turn, pool in enumerate(POOLS):
        sizes = {n: pool[i % len(pool)] for i, n in enumerate(names)}
        if image:
            table = (IMAGE, ODD_IMAGE, IMAGE)[turn]
            small = (2, 3, 4, 6, 2, 2, 2)
            sizes = {n: table.get(n, small[i % len(small)]) for i, n in enumerate(names)}
        yield sizes


def shape_of(leaf: Leaf, sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(evaluate(d, sizes) for d in leaf.dims or ())


def drawn(plan: list[Leaf], sizes: dict[str, int], seed: int, style: str = "real", turn: int = 0) -> dict[str, object]:
    """Values for every parameter.  ``style`` is how real numbers are drawn: real, positive, or unit (between 0 and 1)."""
    rng = random.Random(seed * 7919 + 17)
    values: dict[str, object] = {}
    for leaf in plan:
        value = _value(leaf, sizes, rng, style, turn)
        owner = values
        for key in leaf.path[:-1]:
            owner = owner.setdefault(key, {})
        owner[leaf.path[-1]] = value
    return values


def _value(leaf: Leaf, sizes: dict[str, int], rng: random.Random, style: str, turn: int):
    if leaf.kind == "fixed":
        return leaf.choices[turn % len(leaf.choices)]
    shape = shape_of(leaf, sizes)
    if leaf.kind == "size":
        return shape[0]
    count = int(np.prod(shape)) if shape else 1
    if leaf.kind == "ints":
        high = evaluate(leaf.bound, sizes) if leaf.bound else 2
        flat = np.array([rng.randrange(max(1, high)) for _ in range(count)], dtype=int)
    elif leaf.kind == "bools":
        flat = np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool)
    elif leaf.kind == "zeroone":
        flat = np.array([float(rng.random() < 0.5) for _ in range(count)])
    elif leaf.kind in ("onehot", "onehot0"):
        axis = 0 if leaf.kind == "onehot0" and len(shape) > 1 else -1
        width = shape[axis] if shape else 1
        rows = np.eye(width)[[rng.randrange(width) for _ in range(count // max(1, width))]]
        return np.ascontiguousarray(rows.T if axis == 0 else rows.reshape(shape))
    else:
        flat = np.array([_real(rng, style) for _ in range(count)])
    return flat.reshape(shape) if shape else flat[0].item()


def _real(rng: random.Random, style: str) -> float:
    if style == "positive":
        return round(rng.uniform(0.2, 2), 4)
    if style == "unit":
        return round(rng.uniform(0.08, 0.92), 4)
    return round(rng.choice((1, -1)) * rng.uniform(0.08, 1.4), 4)
