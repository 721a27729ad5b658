"""Which of the things a function returns are outputs (differentiated) and which are aux (handed along)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradgen.frontend.values import Filled, Items, Value
from gradgen.ir.nodes import Const, Var

CACHE_NAMES = ("cache",)


@dataclass(frozen=True, slots=True)
class ResultRule:
    """The user's wishes: ``has_aux`` (the first is the output, the rest aux) and ``outputs`` (names of the outputs);
    ``every`` number is an output in a helper, whose caller takes its results apart."""

    has_aux: bool | None = None
    outputs: tuple[str, ...] = ()
    every: bool = False


def split_results(
    value: Value, rule: ResultRule, is_text: Callable[[Value], bool], cached: bool = False
) -> tuple[list[Value], list[Value], list[str]]:
    """(outputs, aux, notes) of a returned value.

    Of several results numbers are outputs and everything else is aux; after a first result that is a number all later ones are
    aux, with a note.
    """
    if not isinstance(value, Items) or value.kind != "tuple":
        return [value], [], []
    parts = list(value.values)
    if rule.outputs:
        chosen = [p for p in parts if isinstance(p, Var) and p.name.partition("#")[0] in rule.outputs]
        return chosen, [p for p in parts if p not in chosen], []
    numbers = [p for p in parts if _is_number(p) and not is_text(p)]
    if cached and rule.has_aux is not False:
        return parts[:-1], parts[-1:], []
    if rule.has_aux or not rule.every and len(numbers) > 1 and parts and parts[0] is numbers[0]:
        notes = (
            []
            if rule.has_aux
            else [
                "of several results the first is differentiated and the others are handed along (--outputs names others)"
            ]
        )
        return parts[:1], parts[1:], notes
    return numbers, [p for p in parts if not any(p is n for n in numbers)], []


def _is_number(part: Value) -> bool:
    return not isinstance(part, (Items, Filled)) and (not isinstance(part, Const) or type(part.value) in (int, float))
