"""Which values a derivative can reach, and which parameters it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradgen.analysis.flow import flowing, operands
from gradgen.ir.nodes import Call, CallPair, Expr, For, Function, If, Let, Stmt, Store, Var
from gradgen.ir.walk import all_reads


def active_values(function: Function, wrt: Iterable[str]) -> frozenset[str]:
    """The names whose value changes smoothly with the parameters ``wrt``."""
    active = {name for p in function.params if p.name in set(wrt) for name in entries(p)}

    def walk(body: Sequence[Stmt]) -> None:
        for s in body:
            if isinstance(s, Let) and flowing(s.value, active.__contains__):
                active.add(s.target)
            elif isinstance(s, Store) and (s.base in active or flowing(s.value, active.__contains__)):
                active.add(s.target)
            elif isinstance(s, CallPair) and any(flowing(a, active.__contains__) for a in s.args):
                active.update(s.targets)
            elif isinstance(s, If):
                walk(s.then)
                walk(s.orelse)
                active.update(j.target for j in s.joins if {j.then, j.orelse} & active)
            elif isinstance(s, For):
                before = -1
                while before < len(active):
                    before = len(active)
                    active.update(c.name for c in s.carries if {c.start, c.step} & active)
                    walk(s.body)

    walk(function.body)
    return frozenset(active)


def entries(param) -> list[str]:
    """The variables that a parameter brings: itself, or the entries of a list that are read."""
    return [name for name, _ in param.slots] or [param.name]


def smoothly_used(function: Function, through: dict[str, set[int]]) -> set[str]:
    """The names that the results depend on smoothly; ``through`` gives the argument positions of helpers that count."""
    return useful(function, lambda e: [(p, True) for p, ok in operands(e) if ok], through)


def default_wrt(
    function: Function, through: dict[str, set[int]] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(parameters that a derivative flows through, those of them whose gradient is 0 everywhere).

    A number that enters the result only by way of ``floor`` or a comparison has gradient 0 everywhere, and
    is said to; so has every number of a function that uses none.
    """
    smooth = smoothly_used(function, (through or {}) if function.arrays else {})
    any_use = useful(function, lambda e: [] if e.fn in ("len",) else operands(e))
    numeric = [p for p in function.params if not p.count and (not p.opaque or any(n in smooth for n in entries(p)))]
    if function.arrays:  # eps, momentum: settings, differentiated only when asked for
        numeric = [p for p in numeric if not p.setting and any(n in smooth for n in entries(p))] or numeric
    chosen = [p.name for p in numeric if any(n in any_use for n in entries(p))]
    if not chosen:
        read = set(all_reads(function.body))
        chosen = [
            p.name
            for p in numeric
            if not p.slots
            and p.annotation not in ("bool", "str")
            and (not function.arrays or p.name in read or p.dims is not None)  # else it may be a dict as well
        ]
    return tuple(chosen), tuple(
        p.name for p in numeric if p.name in chosen and not any(n in smooth for n in entries(p))
    )


def useful(function: Function, parts, through: dict[str, set[int]] | None = None) -> set[str]:
    """The names that reach the results through the operands that ``parts`` gives for each operation."""
    found: set[str] = set()

    def use(expr: Expr) -> None:
        stack = [expr]
        while stack:
            node = stack.pop()
            if isinstance(node, Var):
                found.add(node.name)
            elif isinstance(node, Call):
                stack.extend(part for part, *_ in parts(node))

    def walk(body: Sequence[Stmt]) -> None:
        for s in reversed(body):
            if isinstance(s, Let) and s.target in found:
                use(s.value)
            elif isinstance(s, Store) and s.target in found:
                found.add(s.base)
                use(s.value)
            elif isinstance(s, CallPair) and found & set(s.targets):
                for position, a in enumerate(s.args):
                    if position in (through or {}).get(s.fn, {position}):
                        use(a)
            elif isinstance(s, If):
                for j in s.joins:
                    if j.target in found:
                        found.update(n for n in (j.then, j.orelse) if n)
                walk(s.then)
                walk(s.orelse)
            elif isinstance(s, For):
                before = -1
                while before < len(found):
                    before = len(found)
                    found.update(n for c in s.carries if c.name in found for n in (c.start, c.step))
                    walk(s.body)

    for result in function.results:
        use(result)
    walk(function.body)
    return found
