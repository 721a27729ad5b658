"""Entries of arrays that loops fill: which are written once."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.ir.nodes import Call, Carry, Const, Expr, For, If, Join, Let, Stmt, Store, Var
from gradgen.ir.walk import blocks, statements
from gradgen.rules.constants import value_of

BORN = ("np.zeros", "np.zeros_like", "np.empty", "np.empty_like", "np.ones", "np.ones_like")


def written_once(store: Store, body: Sequence[Stmt]) -> str:
    """What an array is called after the loops in which a store writes every entry once, into constants; "" if it does not.

    So it does if every loop variable since the array was made stands alone in the index and is never negative (-1 and
    the last are one entry), and no other store comes between, but in the other arms of branches.
    """
    loops = _loops_around(store, body)
    before = store.base
    after, stores = _behind_branches(store, loops[-1].body if loops else body)
    for loop in reversed(loops):
        if Carry(before, (start := _start(loop, before)), after) not in loop.carries:
            break
        if any(Var(loop.index) not in s.index for s in stores) or not never_negative(loop.over):
            return ""
        before, after = start, before
    made = next((s.value for s in statements(body) if isinstance(s, Let) and s.target == before), None)
    return after if isinstance(made, Call) and made.fn in BORN else ""


def _behind_branches(store: Store, body: Sequence[Stmt]) -> tuple[str, list[Store]]:
    """What an array is called behind the branches around a store, and the stores of which one is made on the way there."""
    for s in body:
        if isinstance(s, If) and any(inner is store for inner in statements((s,))):
            for join in s.joins:
                stores = _one_of(s, join, store.base)
                if stores and any(inner is store for inner in stores):
                    return join.target, stores
    return store.target, [store]


def _one_of(s: If, join: Join, base: str) -> list[Store] | None:
    """The stores into an array of which a branch makes one, or none; None if it does anything else to it."""
    found: list[Store] = []
    for arm, version in ((s.then, join.then), (s.orelse, join.orelse)):
        made = next((t for t in arm if getattr(t, "target", "") == version), None)
        inner = next(((t, j) for t in arm if isinstance(t, If) for j in t.joins if j.target == version), None)
        if inner:
            if (stores := _one_of(*inner, base)) is None:
                return None
            found += stores
        elif isinstance(made, Store) and made.base == base:
            found.append(made)
        elif version is not None and version != base:
            return None
    return found


def grown(store: Store, body: Sequence[Stmt]) -> str:
    """What a list is called after the loop that appends to it."""
    for loop in reversed(_loops_around(store, body)):
        if carried := next((c.name for c in loop.carries if c.step == store.target), ""):
            return carried
    return store.target


def never_negative(over: Expr) -> bool:
    """Whether a loop's variable is never negative, as far as the text of what it runs over tells.

    >>> never_negative(Call("range", (Var("n"),))), never_negative(Call("range", (Var("k"), Var("n"))))
    (True, False)
    """
    least = lowest(over)
    return least is not None and least >= 0


def step_of(over: Expr) -> int | None:
    """How a loop's variable goes on, up or down; None where the text does not tell.

    >>> step_of(Call("reversed", (Call("range", (Var("n"),)),)))
    -1
    """
    match over:
        case Call("reversed", (inner,)):
            return None if (step := step_of(inner)) is None else -step
        case Call("range", (_, _, step)):
            return value_of(step)
        case Call("range"):
            return 1
    return None


def lowest(over: Expr) -> int | None:
    """What a loop's variable is at least, as far as the text of what it runs over tells.

    >>> lowest(Call("range", (Var("n"),))), lowest(Call("range", (Var("n"), Const("-1"), Call("neg", (Const("1"),)))))
    (0, 0)
    """
    match over:
        case Call("reversed", (inner,)):
            return lowest(inner)
        case Call("range", (_,)):
            return 0
        case Call("range", (first, last, *steps)):
            step = value_of(steps[0]) if steps else 1
            least = None if not step else value_of(first) if step > 0 else value_of(last)
            return least if least is None or step > 0 else least + 1
    values = [value_of(a) for a in over.args]
    return min(values) if values and None not in values else None


def keeps_floats(array: str, body: Sequence[Stmt]) -> bool:
    """Whether the loops' array was made to hold what is stored in it as it is: one of NumPy's own default type."""
    carries = {c.name: c.start for s in statements(body) if isinstance(s, For) for c in s.carries}
    while array in carries:
        array = carries[array]
    made = next((s.value for s in statements(body) if isinstance(s, Let) and s.target == array), None)
    return isinstance(made, Call) and made.fn in ("np.zeros", "np.empty", "np.ones") and len(made.args) == 1


def _start(loop: For, name: str) -> str:
    return next((c.start for c in loop.carries if c.name == name), "")


def _loops_around(store: Store, body: Sequence[Stmt]) -> list[For]:
    """The loops that a statement stands in, outermost first."""
    for s in body:
        if s is store:
            return []
        if any(inner is store for block in blocks(s) for inner in statements(block)):
            below = next(b for b in blocks(s) if any(inner is store for inner in statements(b)))
            return [*([s] if isinstance(s, For) else []), *_loops_around(store, below)]
    return []
