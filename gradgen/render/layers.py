"""What a template sees of a layer class: the author's forward, and a backward that reads off the object what forward kept there."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import fields, replace

from gradgen.analysis.shapes import Shapes
from gradgen.errors import Diagnostic, refusal
from gradgen.ir.names import Names
from gradgen.ir.nodes import (
    Add, Call, CallBack, Expr, For, Function, Gradient, If, Let, Stmt, Store, Var, variables,
)  # fmt: skip
from gradgen.ir.walk import all_reads, defined
from gradgen.ir.write import write
from gradgen.render.bound import assured
from gradgen.render.cache import Cache, plan
from gradgen.render.packing import Packing
from gradgen.render.lines import Lines
from gradgen.render.naming import Printed, late_reads, slope_of, worked_out_again
from gradgen.render.spelling import Spelling
from gradgen.render.view import (
    VERDICT, FunctionNames, View, cache_names, gradient_texts, is_number, kinds_text, has_rows, shape_tag, signature, together,
    without_gradient,
)  # fmt: skip
from gradgen.simplify.alias import lent, rewritten


def build_class(
    gradient: Gradient,
    names: FunctionNames,
    pairs: dict[str, tuple[str, str]],
    spelling: Spelling,
    others: Sequence[str],
    shapes: Shapes | None = None,
) -> View:
    """The view of a layer class; ``others`` are the texts of its other methods, printed as they stand."""
    function = gradient.function
    gradient = replace(gradient, backward=read_as_kept(gradient.backward, kept_expressions(function)))
    backward, this = gradient.backward, function.this
    inner = Names(
        {*function.taken, names.dout, this, *(n for p in pairs.values() for n in p), *spelling.reserved.values()}
    )
    silent = without_gradient(gradient, shapes)
    again = worked_out_again(backward)
    needed = {*all_reads(backward), *silent} - {*again}
    order = cache_names(function, needed, lambda name: name)
    cache = plan(function, order) if function.arrays else Cache(tuple(order))
    needed |= {n for s in cache.again for n in variables(s.value)}
    late = late_reads(function, needed) | (lent(function, needed) if function.arrays else set())
    printed = Printed(function, late, inner, gradient.apart, again)

    def spell(name: str) -> str:
        return printed[name] if name.startswith("~") or name in printed.table else spelling(name)

    check_attributes(printed, this)
    places: dict[str, str] = {}
    for n in filter(None, cache.flat()):
        places[spell(n)] = places.get(spell(n)) or kept_as(n, function, spell, inner)
    held = {n: places[spell(n)] for n in cache.flat() if n}
    added = [
        f"{attribute} = {text}"
        for text, attribute in places.items()
        if text != attribute and attribute not in defined(function.body)
    ]
    sure = assured(function, spell)
    starts = [f"{spell(n)} = None" for n in held if spell(n) not in sure and not is_attribute(spell(n), this)]
    lines = Lines(
        spell, pairs, "_", lambda name, value: shape_tag(name, value, shapes), lambda name: has_rows(name, shapes)
    )
    forward = [*starts, *lines.forward(function.body), *added]
    lines.spell = lambda name: held.get(name) or spell(name)
    back = [*Lines(lines.spell, pairs, "_").forward(cache.again), *lines.backward(backward)]
    grads = [
        f"{spell('np.zeros_like')}({lines.spell(n)})" if n in silent else text
        for n, text in zip(gradient.wrt, gradient_texts(gradient, spell), strict=True)
    ]
    given = dict(zip(gradient.wrt, grads, strict=True))
    own = {n: text for n, text in given.items() if is_attribute(n, this)}
    back += [f"{slope_of(n)} = {text}" for n, text in own.items() if text != slope_of(n)]
    returned = [text for n, text in given.items() if n not in own]
    value = ", ".join(write(e, spell) for e in (*function.results, *((function.aux,) if function.aux else ())))
    params = [p for p in function.params if not is_attribute(p.name, this)]
    return View(
        names, signature(params), forward, forward, back, value, "", ", ".join(returned), Packing(),
        class_docs(gradient, shapes, own), number=is_number(function, shapes), methods=list(others),
    )  # fmt: skip


def class_docs(gradient: Gradient, shapes: Shapes | None, own: Sequence[str]) -> dict[str, str]:
    """The docstrings of a class and of its backward."""
    function = gradient.function
    params = [p.name for p in function.params if not is_attribute(p.name, function.this)]
    layer = f"A layer: forward({', '.join(params)}), then backward({'dout'}), for {kinds_text(function, shapes)}."
    given = [f"d{n}" for n in gradient.wrt if n not in own]
    kept = [slope_of(n) for n in own]
    backward = (
        f"The gradient {together(given, bare=True)}, from the gradient on the value"
        if given
        else "From the gradient on the value"
    )
    backward += f"; {', '.join(kept)} {'is' if len(kept) == 1 else 'are'} set." if kept else "."
    return {
        "layer": "\n    ".join(textwrap.wrap(layer, 80)) + f"\n\n    {VERDICT}\n    ",
        "layer_backward": "\n        ".join(textwrap.wrap(backward, 76)),
    }


def is_attribute(name: str, this: str) -> bool:
    return name.startswith(f"{this}.")


def kept_expressions(function: Function) -> dict[Expr, Expr]:
    """The shapes that the author keeps on the object, on every path and once: ``x.shape`` as ``self.x_shape``."""
    made = list(defined(function.body))
    once = {n for n in made if sum(m.partition("#")[0] == n.partition("#")[0] for m in made) == 1}
    lets = [s for s in function.body if isinstance(s, Let) and is_attribute(s.target, function.this)]
    return {s.value: Var(s.target) for s in lets if s.target in once and is_shape(s.value)}


def is_shape(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.fn == ".shape" and isinstance(expr.args[0], Var)


def read_as_kept(body: Sequence[Stmt], kept: dict[Expr, Expr]) -> tuple[Stmt, ...]:
    """The statements with what is kept for expressions that they read."""

    def one(part):
        if part in kept:
            return kept[part]
        if isinstance(part, Call):
            return replace(part, args=tuple(map(one, part.args)))
        if isinstance(part, tuple):
            return tuple(map(one, part))
        if isinstance(part, (Let, Add, Store, CallBack, If, For)):
            return replace(part, **{f.name: one(getattr(part, f.name)) for f in fields(part)})
        return part

    return tuple(one(tuple(body))) if kept else tuple(body)


def check_attributes(printed: Printed, this: str) -> None:
    """Refuse a layer of which an attribute's old value is needed after it has got a new one."""
    for name, text in printed.table.items():
        attribute = name.partition("#")[0]
        if is_attribute(name, this) and text != attribute:
            local = f"{attribute.removeprefix(this + '.')}_before"
            raise refusal(
                Diagnostic(
                    "GG130",
                    f"the backward pass needs the value that `{attribute}` had before it got a new one",
                    help=f"keep it under another name, and work with that: {local} = {attribute}",
                )
            )


def kept_as(name: str, function: Function, spell, names: Names) -> str:
    """The attribute that holds a value for the backward pass: the author's, or one of ours."""
    printed = spell(name)
    if is_attribute(printed, function.this):
        return printed
    made = list(defined(function.body))
    for s in function.body:  # on every path, and once
        alias = isinstance(s, Let) and s.value == Var(name) and is_attribute(s.target, function.this)
        if alias and sum(n.partition("#")[0] == s.target for n in made) == 1 and name not in rewritten(function.body):
            return s.target
    return names.fresh(f"{function.this}.{printed}")
