"""All simplifications of a reverse pass, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import partial

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import Names
from gradgen.ir.nodes import ZERO, Call, Expr, For, Gradient, Param, Stmt, Var, variables
from gradgen.ir.walk import all_reads, defined, with_blocks
from gradgen.simplify.alias import unaliased
from gradgen.simplify.arms import into_arms
from gradgen.simplify.entries import with_entries
from gradgen.simplify.finite import multiplied
from gradgen.simplify.gather import gather
from gradgen.simplify.history import read_again, with_histories
from gradgen.simplify.in_place import in_place
from gradgen.simplify.inline import inline
from gradgen.simplify.merge import counted, in_one_line, negated, said_once, spread_once
from gradgen.simplify.nest import nest
from gradgen.simplify.once import worked_out_once
from gradgen.simplify.own import owned
from gradgen.simplify.parts import side_by_side
from gradgen.simplify.passed import passed_in_place
from gradgen.simplify.recall import recalled
from gradgen.simplify.replay import replayed
from gradgen.simplify.signs import outward
from gradgen.simplify.sink import handed_on, sunk
from gradgen.simplify.sizes import of_the_last, only_measured, sizes_of_kept
from gradgen.simplify.sums import summed
from gradgen.simplify.tidy import shared, tidied
from gradgen.simplify.truth import as_numbers, truth_values
from gradgen.simplify.written import as_written, restaged
from gradgen.simplify.zeros import real_numbers, real_zeros, with_lists_of_zeros


def simplify(
    gradient: Gradient,
    upstream: dict[str, Expr],
    shapes: Shapes | None = None,
    whole: bool = False,
    infinite: Set[str] = frozenset(),
) -> Gradient:
    """The reverse pass as it will be printed, for the given upstream gradients (`shapes` in array code).

    With ``whole`` the gradient on every value that the author named has a line of its own; ``infinite`` are the gradients
    from other functions that may be infinite.
    """
    return without_idle_counts(simplified(gradient, upstream, shapes, whole, infinite))


def without_idle_counts(gradient: Gradient) -> Gradient:
    """The gradient with trips counted only where their number is read."""
    function = gradient.function
    read = {*all_reads(gradient.backward), *all_reads(function.body)}

    def block(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(one(with_blocks(s, block)) for s in body)

    def one(s: Stmt) -> Stmt:
        return replace(s, count="") if isinstance(s, For) and s.count not in read else s

    return replace(gradient, function=replace(function, body=block(function.body)))


def simplified(
    gradient: Gradient, upstream: dict[str, Expr], shapes: Shapes | None, whole: bool, infinite: Set[str]
) -> Gradient:
    """The reverse pass, its lines as short as a person's."""
    params = [p for p in gradient.function.params if p.name in gradient.wrt]
    kept = {f"~{name}": None for p in params for name in [n for n, _ in p.slots] or [p.name]}
    inlined = inline(gradient.backward, upstream, {*kept, *(f"~{p.name}" for p in params)})
    if shapes:
        shapes.names |= {
            value.name: shapes.names[name]
            for name, value in upstream.items()
            if isinstance(value, Var) and name in shapes.names
        }
        handed = {v.name for v in upstream.values() if isinstance(v, Var)}
        free = set() if handed else shapes.parameters  # joint: they are there
        finite = partial(multiplied, shapes=shapes, handed=handed, infinite=infinite)
        return as_arrays(replace(gradient, backward=inlined), kept, params, shapes, whole, free, finite)
    numbers = as_numbers(inlined, truth_values(gradient.function.body))
    return with_histories(replace(gradient, backward=gather(params, numbers)))


def as_arrays(
    gradient: Gradient,
    kept: dict[str, None],
    params: list[Param],
    shapes: Shapes,
    whole: bool,
    free: set[str],
    finite: Callable,
) -> Gradient:
    """The reverse pass of array code: lines nested as a person would, every array written into its own."""
    names = dict.fromkeys(kept)
    backward = recalled(gradient.function, gradient.backward, shapes)
    named = {f"~{n}" for n in defined(gradient.function.body) if n not in gradient.function.made_up} if whole else set()
    backward = nest(replayed(gradient.function, backward, shapes), {*names, *named}, shapes)
    if not whole:
        backward = into_arms(backward, names, shapes)
    backward = sizes_of_kept(
        finite(shared(summed(tidied(backward, shapes), {*names, *named}, shapes), shapes)), shapes, free
    )
    if not whole:
        backward = in_one_line(spread_once(backward))
    backward = of_the_last(backward, gradient.function.body)
    function, stages = as_written(gradient.function, set(all_reads(backward)), shapes)
    returned = {
        n for e in (*function.results, *([function.aux] if function.aux is not None else [])) for n in variables(e)
    }
    late = set(all_reads(backward)) - only_measured(backward) | read_again(function, backward, shapes) | returned
    function = unaliased(function, late, shapes)
    backward = said_once(counted(owned(restaged(backward, stages), shapes, list(names)), shapes))
    backward = backward if whole else negated(backward, list(kept))
    backward = gather(params, backward, lambda name: zeros(name, shapes))
    names_taken = Names(set(function.taken))
    backward = worked_out_once(backward, shapes, names_taken)
    function = replace(function, taken=frozenset(names_taken.taken))
    if function.plain:
        backward = with_lists_of_zeros(backward, {p.name for p in function.params if p.listed})
    else:
        backward = real_numbers(real_zeros(backward, shapes), list(names), shapes)
    gradient = with_histories(with_entries(replace(gradient, function=function, backward=backward), shapes), shapes)
    backward = gradient.backward if whole else sunk(gradient.backward, list(kept))
    backward = side_by_side(backward, function, shapes)
    if not whole:
        backward = in_place(backward, {*kept, *handed_on(backward)}, shapes, names_taken)
        backward = passed_in_place(backward, {*kept, *handed_on(backward)})
        gradient = replace(gradient, function=replace(gradient.function, taken=frozenset(names_taken.taken)))
    return replace(gradient, backward=outward(backward, gradient.function))


def zeros(name: str, shapes: Shapes) -> Expr:
    """The gradient on a value at which none arrives: 0.0, or zeros of its shape."""
    return ZERO if shapes.of(Var(name)) == () else Call("np.zeros_like", (Var(name),))
