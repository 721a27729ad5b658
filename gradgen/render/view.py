"""What a template sees: plain texts and lists of lines, no mathematics.

The names that a style's template may use are the fields of `View`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import Names
from gradgen.ir.nodes import Const, Expr, Function, Gradient, Let, Param, Var, variables
from gradgen.ir.walk import all_reads, defined, statements
from gradgen.ir.write import write
from gradgen.render.bound import started
from gradgen.render.cache import Cache, plan
from gradgen.render.packing import Packing, packing, together
from gradgen.render.lines import Lines
from gradgen.render.naming import Printed, late_reads, worked_out_again
from gradgen.render.spelling import Spelling
from gradgen.simplify.alias import lent

VERDICT = "@verdict@"  # stands in the docstring until the text has been checked


@dataclass(frozen=True, slots=True)
class FunctionNames:
    """What the generated functions are called, and the names of their own that they use."""

    joint: str
    forward: str
    backward: str
    dout: str = "dout"
    cache: str = "cache"
    layer: str = "Layer"
    this: str = "self"


@dataclass(frozen=True, slots=True)
class View:
    """One function, ready for a template.

    ``signature`` is the parameter list; ``forward`` and ``backward`` are lines of code; ``forward_with_cache`` has the
    None that cached names of one branch start with; ``value`` and ``gradients`` are what to return (``gradient_list`` without
    parentheses); ``cache`` is how the cache is put together and taken apart; ``doc`` the docstrings; ``extended`` says
    that values were added to the author's own cache; ``number`` that the result is one number, and ``kept`` holds
    (``dw``, its text) for the gradients by all parameters but the first, which a layer keeps; ``methods`` the lines of a
    class's other methods.
    """

    names: FunctionNames
    signature: str
    forward: list[str]
    forward_with_cache: list[str]
    backward: list[str]
    value: str
    gradients: str
    gradient_list: str
    cache: Packing
    doc: dict[str, str]
    extended: bool = False
    number: bool = False
    kept: list[tuple[str, str]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


def entry_names(name: str) -> tuple[str, str, str]:
    """(joint, forward, backward) names: ``f_forward`` gives ``f_backward``, never ``f_forward_backward``."""
    if name.endswith("_forward"):
        return f"{name}_value_and_grad", name, name.removesuffix("forward") + "backward"
    if name.startswith("forward_"):
        return f"{name}_value_and_grad", name, "backward_" + name.removeprefix("forward_")
    return f"{name}_value_and_grad", f"{name}_forward", f"{name}_backward"


def layer_name(name: str) -> str:
    """What a class that stands for a function is called.

    >>> layer_name("softmax_with_loss"), layer_name("relu_forward"), layer_name("f")
    ('SoftmaxWithLoss', 'Relu', 'F')
    """
    stem = name.removesuffix("_forward").removeprefix("forward_")
    return "".join(part[:1].upper() + part[1:] for part in stem.split("_"))


def build(
    gradient: Gradient,
    names: FunctionNames,
    pairs: dict[str, tuple[str, str]],
    spelling: Spelling,
    *,
    joint: bool,
    shapes: Shapes | None = None,
) -> View:
    """The view of one gradient.  ``joint`` is for the value with its gradient, else a forward and a backward."""
    function = gradient.function
    backward = gradient.backward
    own = (
        ()
        if joint
        else (names.dout, names.cache, names.this, *(v.name for v in upstream(function, names, False).values()))
    )
    inner = Names({*function.taken, *own, *(n for pair in pairs.values() for n in pair), *spelling.reserved.values()})
    silent = without_gradient(gradient, shapes)
    again = worked_out_again(backward)
    needed = {*all_reads(backward), *silent} - {*again}
    order = cache_names(function, needed, lambda name: name)
    cache = plan(function, order, shapes, names.dout) if function.arrays and not joint else Cache(tuple(order))
    needed |= {n for s in cache.again if isinstance(s, Let) for n in variables(s.value)}
    kept = lent(function, needed) if function.arrays else set()
    printed = Printed(function, late_reads(function, needed) | kept, inner, gradient.apart, again)

    def spell(name: str) -> str:
        return printed[name] if name.startswith("~") or name in printed.table else spelling(name)

    own_names = {n.partition("#")[0] for n in (*defined(function.body), *(p.name for p in function.params))}
    unused = "_" if "_" not in own_names else inner.fresh("unused")
    lines = Lines(
        spell, pairs, unused, lambda name, value: shape_tag(name, value, shapes), lambda name: has_rows(name, shapes)
    )
    forward = lines.forward(function.body)
    held = packing(cache, function.aux, spell, unused)
    back = [*Lines(spell, pairs, unused).forward(cache.again), *lines.backward(backward)]
    if not joint and len(function.results) > 1:
        back = [f"{', '.join(write(u) for u in upstream(function, names, False).values())} = {names.dout}", *back]
    lists = {p.name for p in function.params if p.listed}
    zeros = {n: f"[0.0] * len({spell(n)})" if n in lists else f"{spell('np.zeros_like')}({spell(n)})" for n in silent}
    grads = [zeros.get(n, text) for n, text in zip(gradient.wrt, gradient_texts(gradient, spell), strict=True)]
    starts, body = ([], function.body) if joint else started(function, held.names, spell)
    value = ", ".join(write(r, spell) for r in function.results) if cache.adopted else returned(function, spell)
    return View(
        names, signature(function.params), forward, [*starts, *(forward if body is function.body else lines.forward(body))], back, value, together(grads, bare=True), ", ".join(grads),
        held, docs(gradient, shapes, names.backward), bool(cache.added), number=is_number(function, shapes), kept=[(f"d{n}", text) for n, text in zip(gradient.wrt, grads, strict=True) if n != function.params[0].name],
    )  # fmt: skip


def is_number(function: Function, shapes: Shapes | None) -> bool:
    """Whether the result is one number for certain."""
    return len(function.results) == 1 and (shapes is None or shapes.of(function.results[0]) == ())


def upstream(function: Function, names: FunctionNames, joint: bool) -> dict[str, Expr]:
    """What stands for the upstream gradient on each result: 1.0, ``dout``, or the entries of ``dout``."""
    count = len(function.results)
    if joint or count == 1:
        return {f"^{i}": Const("1.0") if joint else Var(names.dout) for i in range(count)}
    return {f"^{i}": Var(f"{names.dout}{i + 1}") for i in range(count)}


def signature(params: Sequence[Param]) -> str:
    """The parameter list as the user wrote it."""
    parts, last = [], "positional" if any(p.kind == "positional" for p in params) else "either"
    for p in params:
        if last == "positional" and p.kind != "positional":
            parts.append("/")
        if last != "keyword" and p.kind == "keyword":
            parts.append("*")
        last = p.kind
        note = f": {p.annotation}" if p.annotation else ""
        default = f"{' = ' if note else '='}{p.default}" if p.default is not None else ""
        parts.append(f"{p.name}{note}{default}")
    return ", ".join([*parts, *(["/"] if last == "positional" else [])])


def returned(function: Function, spell) -> str:
    """The value as the original returns it; with aux, ``(value, aux)``."""
    value = together([write(r, spell) for r in function.results], bare=True)
    return value if function.aux is None else f"({value}, {write(function.aux, spell)})"


def cache_names(function: Function, needed: set[str], spell) -> list[str]:
    """What backward reads of the forward pass, in order of first definition: the cache is read off the backward."""
    unpacked = dict(function.unpacked)
    order: dict[str, None] = {}
    for param in function.params:
        if param.name in needed or any(n in needed and n not in unpacked for n, _ in param.slots):
            order[param.name] = None
        order.update({spell(n): None for n, _ in param.slots if n in needed and n in unpacked})
    inside = {name.partition("[")[0] for name in needed}  # what stands in a dict comes with the dict
    made = [n for n in defined(function.body) if "[" not in n and (n in needed or n in inside)]
    order.update({spell(name): None for name in made})
    return list(order)


def without_gradient(gradient: Gradient, shapes: Shapes | None) -> set[str]:
    """The parameters at which no derivative arrives and whose zeros take their shape, so that backward reads them."""
    if not gradient.function.arrays:
        return set()
    return {n for n in gradient.wrt if f"~{n}" not in written(gradient) and not (shapes and shapes.of(Var(n)) == ())}


def gradient_texts(gradient: Gradient, spell) -> list[str]:
    """The gradients to return; 0.0 where no derivative arrives."""
    return [spell(f"~{n}") if f"~{n}" in written(gradient) else "0.0" for n in gradient.wrt]


def written(gradient: Gradient) -> set[str]:
    """What the reverse pass writes."""
    return {t for s in statements(gradient.backward) for t in (getattr(s, "target", None), *getattr(s, "targets", ()))}


def docs(gradient: Gradient, shapes: Shapes | None, backward_name: str) -> dict[str, str]:
    """The docstrings: what is returned, the kinds it is for, and the verdict."""
    f = gradient.function
    call = f"{f.name}({', '.join(p.name for p in f.params)})"
    by = together([f"d{n}" for n in gradient.wrt], bare=True)
    kinds = kinds_text(f, shapes)
    result = "gradients on its results" if len(f.results) > 1 else "gradient on its result"
    texts = {
        "joint": f"{call} and its gradient {by}, for {kinds}.",
        "forward": f"{call} and the cache that {backward_name} needs, for {kinds}.",
        "backward": f"The gradient {by} of {f.name}, from the {result} and the cache.",
        "layer": f"{call} as a layer, for {kinds}.",
    }
    made = {k: "\n    ".join([*textwrap.wrap(t, 80)]) + f"\n\n    {VERDICT}\n    " for k, t in texts.items()}
    return made | {
        "layer_backward": "\n        ".join(textwrap.wrap(f"The gradient {by}, from the gradient on the value.", 76))
    }


def shape_tag(name: str, value: Expr, shapes: Shapes | None) -> str | None:
    """The shape of the value that a gradient is of, if it is an array of known rank; None where what it starts as is thinner."""
    known = shapes and not shapes.function.plain and name[1:] in shapes.names
    shape = shapes.of(Var(name[1:])) if known else ()
    if not shape or shapes.of(Var(name)) != shape or isinstance(made := shapes.of(value), tuple) and made != shape:
        return None
    return shapes.labels(shape)


def has_rows(name: str, shapes: Shapes | None) -> bool:
    """Whether a value is an array of several axes, for all that is known."""
    shape = shapes.of(Var(name)) if shapes and not shapes.function.plain else ()
    return isinstance(shape, str) or len(shape) > 1


def shapes_text(function: Function, shapes: Shapes) -> str:
    """``x (N, D), w (D, M)``: the shapes of the array parameters, as far as they are known."""
    known = [
        (n, shapes.of(Var(n))) for p in function.params if not p.opaque for n in [s for s, _ in p.slots] or [p.name]
    ]
    texts = [f"{n} {shapes.labels(s)}" for n, s in known if s != () and shapes.labels(s)]
    return f"arrays {', '.join(texts)}" if texts else "numbers or NumPy arrays"


def kinds_text(function: Function, shapes: Shapes | None) -> str:
    """``real numbers``, and what the list parameters hold; the shapes of arrays."""
    if shapes is not None and not function.plain:
        return shapes_text(function, shapes)
    lists = [f"{p.name} holds {_holding(p)}" for p in function.params if p.slots]
    long = [p.name for p in function.params if p.listed]
    lists += [f"{' and '.join(long)} {'are lists' if long[1:] else 'is a list'} of them"] if long else []
    return "; ".join(["real numbers", *([", ".join(lists)] if lists else [])])


def _holding(param: Param) -> str:
    keys = [path[0] for _, path in param.slots]
    if all(isinstance(k, str) for k in keys):
        return "the keys " + ", ".join(dict.fromkeys(keys))
    return (
        f"{len(set(keys))} numbers"
        if sorted(keys) == list(range(len(keys))) and all(len(path) == 1 for _, path in param.slots)
        else "numbers"
    )
