"""Gates along chains of stages: a softmax is one, however many lines its author gave it.

Matched along definitions, not within one expression; other uses of the stages on the way are not touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.normal import Normalizations
from gradgen.analysis.shapes import Shapes
from gradgen.analysis.sigmoid import Sigmoids
from gradgen.analysis.softmax import Softmaxes
from gradgen.ir.nodes import Call, Const, Expr, Function, Let, Stmt, Store, Var, variables
from gradgen.ir import walk
from gradgen.ir.walk import reads, statements
from gradgen.rules.rule import canonical
from gradgen.rules.site import NONE


class Chains(Normalizations, Softmaxes, Sigmoids):
    """What the stages behind a value make up."""


def gates(function: Function, shapes: Shapes) -> dict[str, Expr]:
    """The values of a function that are gates of whole chains: name -> the gate to reverse instead of the stage."""
    finder = Chains(function.body, shapes)
    found = kept_positive(function)
    for s in statements(function.body):
        if isinstance(s, Let) and (
            gate := finder.softmax(s.value)
            or finder.log_softmax(s.value)
            or finder.log_pick(s.value, found)
            or finder.log_entry(s.value, found)
            or finder.log_of_softmax(s.value, found)
            or finder.logsumexp(s.value)
            or finder.normalized(s.value)
            or finder.unit(s.value)
            or finder.sigmoid_of_exp(s.value)
            or finder.silu(s.value)
            or finder.log_sigmoid(s.value)
            or finder.times_exp(s.value)
            or finder.bernoulli(s.value)
            or finder.cross_entropy(s.value)
        ):
            found[s.target] = gate
            if gate.fn == "gate.normalized":
                shapes.centred[s.target] = dict(zip(dict(gate.attrs).get("keywords", ()), gate.args[2:])).get(
                    "axis", NONE
                )
    return found


def kept_positive(function: Function) -> dict[str, Expr]:
    """Where ``np.maximum(0, x)`` lets x pass its own output is positive, also when zeros have been stored into it since.

    The stores are handed through: what is 0 in the end lets nothing pass.
    """
    found: dict[str, Expr] = {}
    order = list(statements(function.body))
    returned = {n for e in (*function.results, function.aux or NONE) for n in variables(e)}
    for body in blocks(function.body):
        for position, s in enumerate(body):
            if not isinstance(s, Let) or (x := _positive_part(s.value)) is None:
                continue
            stores = _zeroed(s.target, body[position + 1 :])
            last = stores[-1] if stores else s.target
            versions = (s.target, *stores)[:-1]
            if any(v in returned or sum(v in reads(o) for o in order) > 1 for v in versions) or _overwritten(
                last, order
            ):
                continue
            if stores or x.name in function.made_up and s.target not in function.made_up:
                found[s.target] = Call("gate.relu", (x, Var(last)))
                found |= {target: Var(base) for base, target in zip((s.target, *stores), stores, strict=False)}
    return found


def blocks(body: Sequence[Stmt]):
    """The statements, and those of every branch and loop."""
    yield body
    for s in body:
        for block in walk.blocks(s):
            yield from blocks(block)


def _positive_part(value: Expr) -> Var | None:
    """x of ``np.maximum(0, x)``."""
    match value:
        case Call(fn, (Const(zero), Var() as x) | (Var() as x, Const(zero)), ()) if canonical(fn) == "np.maximum":
            return x if float(zero) == 0 else None
    return None


def _zeroed(name: str, after: Sequence[Stmt]) -> list[str]:
    """The versions of an array that come of storing zeros into it."""
    found: list[str] = []
    for s in after:
        if (
            isinstance(s, Store)
            and s.base == name
            and s.op == "="
            and isinstance(s.value, Const)
            and s.value.value == 0
        ):
            found.append(name := s.target)
    return found


def _overwritten(name: str, order: Sequence[Stmt]) -> bool:
    """Whether a value is written in place later: then it is not there for the reverse pass."""
    return any(
        isinstance(s, Store) and s.base == name or isinstance(s, Let) and s.at.augmented and name in variables(s.value)
        for s in order
    )
