"""What a text says of the inputs of a forward pass: kinds and shapes from annotations, docstrings, names and uses."""

from __future__ import annotations

import ast
import functools
import re

from gradgen.frontend.stated import stated_dims
from gradgen.grade.documented import documented, documented_entries
from gradgen.grade.inputs import Dims, Leaf

ENTRIES = {  # entries of a dictionary of settings, in every mode
    "stride": (1, 2),
    "pad": (1, 0),
    "pool_height": (2,),
    "pool_width": (2,),
    "pool_size": (2,),
    "f": (2,),
    "mode": ("train", "test"),
    "p": (0.6,),
    "keep_prob": (0.6,),
    "dropout_ratio": (0.4,),
    "eps": (1e-5,),
    "momentum": (0.9,),
    "seed": (123,),
}
NUMBERS = {  # parameters that are plain numbers by their names
    **dict.fromkeys(
        ("reg", "lambd", "lambda_", "lamb", "lam", "lmbda", "l2", "weight_decay", "reg_strength"), (0.3, 0.7)
    ),
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
LAYERS = 2  # of a network whose parameters are numbered
MOST_DEEP = 3  # calls that a parameter is followed through
UNWANTED = (*LABELS, "mask", "dropout_mask", "seed")
COUNT = re.compile(
    r"(input|hidden|output|in|out|num|n)_?(size|dim|features|units|channels|classes|hidden|in|out|inputs|outputs)"
)


def leaves_of(
    node: ast.FunctionDef, parameters: list[ast.arg], tree: ast.Module, stated: dict[str, Dims], claims: bool = True
) -> list[Leaf]:
    """The leaves of a function's parameters, as far as can be told without running it; ``claims``: by gradgen's analysis, too."""
    said = {p.arg: d for p in parameters if (d := stated_dims(p.annotation))}
    said |= {name: dims for name, dims in documented(node).items() if name not in NUMBERS or dims} | stated
    claimed = dict(_claimed(node, tree)) if claims else {}
    defaults = _defaults(node)
    found: list[Leaf] = []
    arrays = is_array_code(tree) and not (calls_math(node) and not is_array_code(node))
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    entries = {k: dims for f in (*functions.values(), node) for k, dims in documented_entries(f).items()}
    for p in parameters:
        keys = keys_read(p.arg, node, functions)
        said |= {entry: entries[k] for k in keys if k in entries and (entry := f'{p.arg}["{k}"]') not in said}
        found += _of_parameter(p.arg, node, keys, said, claimed.get(p.arg), defaults, arrays)
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


def _defaults(node: ast.FunctionDef) -> dict[str, object]:
    a, found = node.args, {}
    pairs = [*zip(reversed([*a.posonlyargs, *a.args]), reversed(a.defaults)), *zip(a.kwonlyargs, a.kw_defaults)]
    for arg, default in pairs:
        try:
            found[arg.arg] = ast.literal_eval(default) if default is not None else None
        except (ValueError, TypeError):
            continue
    return found


def _of_parameter(
    name: str, node: ast.FunctionDef, keys: list[str], said: dict, claim: object, defaults: dict, arrays: bool
) -> list[Leaf]:
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
    if node.name == "__init__" and name in defaults and default is None:  # a place for what comes later
        return [Leaf(path, "fixed", choices=(None,))]
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
        kind, bound = label_kind(name, node, claim)
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
    kind, bound = label_kind(name, node, claim)
    return [Leaf(path, kind, unpacked(name, node), bound)]


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


def keys_read(name: str, node: ast.FunctionDef, functions: dict[str, ast.FunctionDef], depth: int = 0) -> list[str]:
    """The keys that a function, or one that it hands the parameter on to, reads of a parameter: constants; of
    ``"W" + str(k)`` those of `LAYERS` layers."""
    found = []
    for n in ast.walk(node):
        key = None
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in functions and depth < MOST_DEEP:
            other = functions[n.func.id]
            names = [*zip((a.arg for a in other.args.args), n.args), *((k.arg, k.value) for k in n.keywords)]
            inner = [p for p, given in names if p and isinstance(given, ast.Name) and given.id == name]
            keys = [k for p in inner for k in keys_read(p, other, functions, depth + 1)]
            found += [(n.lineno, n.col_offset + i, k) for i, k in enumerate(keys)]
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and isinstance(n.ctx, ast.Load):
            key = n.slice if n.value.id == name else None
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "get" and n.args:
            key = n.args[0] if isinstance(n.func.value, ast.Name) and n.func.value.id == name else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.append((n.lineno, n.col_offset, key.value))
        if (stem := numbered(key)) is not None:
            found += [(n.lineno, n.col_offset, f"{stem}{k}") for k in range(1, LAYERS + 1)]
    return list(dict.fromkeys(key for _, _, key in sorted(found)))


def numbered(key: ast.expr | None) -> str | None:
    """The stem of a key that is made of a text and a number.

    >>> [numbered(ast.parse(t, mode="eval").body) for t in ("'W' + str(k + 1)", "f'b{k}'", "k")]
    ['W', 'b', None]
    """
    parts = key.values if isinstance(key, ast.JoinedStr) else [getattr(key, "left", None), getattr(key, "right", None)]
    plain = len(parts) == 2 and isinstance(parts[0], ast.Constant) and isinstance(parts[0].value, str)
    made = plain and (isinstance(parts[1], ast.FormattedValue) or ast.unparse(parts[1]).startswith("str("))
    return parts[0].value if made else None


def _entries(name: str, node: ast.FunctionDef) -> int:
    """How many entries of a parameter are read by constant index."""
    at = [
        n.slice.value
        for n in ast.walk(node)
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name
        and isinstance(n.slice, ast.Constant) and type(n.slice.value) is int
    ]  # fmt: skip
    return max(at, default=-1) + 1


def label_kind(name: str, node: ast.FunctionDef, claim: object) -> tuple[str, str | int | None]:
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


def unpacked(name: str, node: ast.AST, cases: bool = False) -> Dims | None:
    """``N, D = x.shape``; where that is a case of several, ``if x.ndim == 4``, only when asked for ``cases``."""
    tests = [n for n in ast.walk(node) if isinstance(n, ast.If) and ".ndim" in ast.unparse(n.test)]
    inside = {id(n) for test in tests for n in ast.walk(test)}
    for n in (n for n in ast.walk(node) if (id(n) in inside) == cases):
        if isinstance(n, ast.Assign) and ast.unparse(n.value) in (f"{name}.shape", f"np.shape({name})"):
            target = n.targets[0]
            if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
                return tuple(e.id if not e.id.startswith("_") else f"{name}{i}" for i, e in enumerate(target.elts))
    return None
