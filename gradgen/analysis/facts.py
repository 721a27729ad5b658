"""What array code takes for granted of its arguments, as asserts: the rest NumPy checks itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.evidence import PRODUCTS, calls, expressions
from gradgen.analysis.broadcasting import Fact
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, For, Function, If, Keep, Let, Stmt, Var, variables
from gradgen.ir.walk import statements, with_blocks, writes


def asserted(function: Function, shapes: Shapes) -> Function:
    """The function with an assert for every fact: stated shapes, ranks, and that a parameter does not widen a result."""
    if function.plain:
        return function
    facts = list(
        dict.fromkeys(f for f in shapes.facts if not _is_of_trips(f, function))
    )  # a loop is gone through twice
    numbers = [Fact(p.name, rank=0) for p in function.params if p.dims == () and not (p.setting or p.opaque)]
    heads = {f.loop: _of_trips(f.loop, function, shapes) for f in shapes.facts if f.loop}
    sized = {f.param for f in facts if f.same is not None and not f.loop}  # at an axis that the parameter must have
    facts += [
        f
        for f in dict.fromkeys(replace(f, loop="") for f in shapes.facts if f.param in sized and f.rank)
        if f not in facts
    ]
    ranks = [*numbers, *(f for f in facts if not f.target)]
    top = [Keep("assert", (test,)) for test in [*_counted(function), *_stated(function), *_ranks(ranks)]]
    sizes = [_size_is(shapes, f, shapes.parameters) for f in facts if f.same is not None and f.param]
    top += [Keep("assert", (test,)) for test in sizes if not _says_nothing(test)]
    behind: dict[str, list[Fact]] = {}
    for f in facts:
        if (
            f.target
            and not f.param
            and (f.same is not None or f.rank is not None or _is_named(f, function))
            or f.into is not None
            and _is_named(f, function)
        ):
            behind.setdefault(f.target, []).append(f)
    for f in facts:
        if f.into is not None and not _is_named(f, function) and isinstance(shapes.resolve(f"@{f.param}"), str):
            if after := _last_needed(shapes, f, function):
                behind.setdefault(after, []).append(f)
            else:
                top.append(Keep("assert", (_fits(shapes, f, shapes.parameters),)))
    lead = next(
        (
            i
            for i, s in enumerate(function.body)
            if not (
                isinstance(s, Keep) and s.kind == "unpack" and (isinstance(s.args[1], Var) or s.args[1].fn == "index")
            )
        ),
        0,
    )
    known = {p.name for p in function.params}
    late = {
        n: s for s in function.body[lead:] if isinstance(s, Keep) and s.kind == "unpack" for n in variables(s.args[0])
    }
    after: dict[int | None, list[Keep]] = {}
    for test in top:
        line = _last_of(test, late, function.body)
        after.setdefault(line and id(line), []).append(test)
    soon = after.pop(None, [])
    rest = [made for s in function.body[lead:] for made in (s, *after.get(id(s), ()))]
    placed = _placed(_in_front(rest, shapes), behind, heads, shapes, known)
    return replace(function, body=_said_once((*function.body[:lead], *soon, *placed)))


def _said_once(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The statements without an assert of ours that stands above in the same words: a value's name is given once."""
    said: set[tuple[Expr, ...]] = set()
    out = []
    for s in body:
        ours = isinstance(s, Keep) and s.kind == "assert" and not s.at.line
        if not (ours and s.args in said):
            out.append(s)
        said |= {s.args} if ours else set()
    return tuple(out)


def _counted(function: Function) -> list[Expr]:
    """How many entries each parameter has that is read as a list, by its places: its gradient has as many, and no more."""
    unpacked = {
        s.args[1].name
        for s in function.body
        if isinstance(s, Keep) and s.kind == "unpack" and isinstance(s.args[1], Var)
    }
    lists = [
        p
        for p in function.params
        if p.slots and p.name not in unpacked and all(type(path[0]) is int for _, path in p.slots)
    ]
    return [
        Call("==", (Call("len", (Var(p.name),)), Const(repr(1 + max(path[0] for _, path in p.slots))))) for p in lists
    ]


def _of_one_shape(loop: For, shapes: Shapes, behind: dict[str, list[Fact]]) -> list[Keep]:
    """Asserts that what a loop hands on keeps its shape from before it, where that is not known and something hangs on it."""
    same = {s.target: s.value.name for s in shapes.function.body if isinstance(s, Let) and isinstance(s.value, Var)}

    def first(name: str) -> str:
        return first(same[name]) if name in same else name

    named = [c for c in loop.carries if "[" not in c.name]  # and no entry of a container
    needed = [c for c in named if shapes.active(c.start) or behind.get(c.name)]
    handed = [c for c in needed if c.step not in shapes.lists]
    pairs = [(first(c.start), c.name) for c in handed]
    vague = [pair for pair in pairs if any(isinstance(shapes.of(Var(n)), str) for n in pair)]
    return [Keep("assert", (Call("==", tuple(Call("np.shape", (Var(n),)) for n in pair)),)) for pair in vague]


def _in_front(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The statements with an assert in front of each that needs operands of some rank for its derivative."""
    out: list[Stmt] = []
    for s in body:
        s = with_blocks(s, lambda block: _in_front(block, shapes))
        if isinstance(s, Let) and shapes.active(s.target):
            needs = [test for test, x in shapes.needs.get(s.target, {}).items() if isinstance(shapes.of(x), str)]
            out += [Keep("assert", (Call("and", tuple(needs)) if len(needs) > 1 else needs[0],))] if needs else []
        out.append(s)
    return tuple(out)


def _is_of_trips(fact: Fact, function: Function) -> bool:
    """Whether only the trips of a loop take a fact about a parameter for granted: without a trip it need not hold."""
    about_parameter = not fact.target or fact.into is not None and not _is_named(fact, function)
    return bool(fact.loop) and (about_parameter or fact.same is not None and bool(fact.param))


def _of_trips(loop: str, function: Function, shapes: Shapes) -> list[Keep]:
    """The asserts that stand at the head of each trip of a loop."""
    facts = list(dict.fromkeys(f for f in shapes.facts if f.loop == loop and _is_of_trips(f, function)))
    tests = _ranks([f for f in facts if not f.target])
    tests += [_size_is(shapes, f, shapes.parameters) for f in facts if f.same is not None and f.param]
    unsettled = [f for f in facts if f.into is not None and isinstance(shapes.resolve(f"@{f.param}"), str)]
    tests += [_fits(shapes, f, shapes.parameters) for f in unsettled]
    return [Keep("assert", (test,)) for test in dict.fromkeys(tests)]


def _last_of(test: Keep, late: dict[str, Stmt], body: Sequence[Stmt]) -> Stmt | None:
    """The last of the lines below that bring entries of parameters which a test reads."""
    mine = [late[n] for n in variables(test.args[0]) if n in late]
    return next((s for s in reversed(body) if any(s is m for m in mine)), None)


def _is_named(fact: Fact, function: Function) -> bool:
    return bool(fact.target) and fact.target not in function.made_up


def _placed(
    body: Sequence[Stmt], behind: dict[str, list[Fact]], heads: dict[str, list[Keep]], shapes: Shapes, known: set[str]
) -> tuple[Stmt, ...]:
    out: list[Stmt] = []

    def said(*names: str) -> list[Keep]:
        """What is taken for granted of values that are there now."""
        known.update(names)
        tests = [_test(shapes, fact, known) for name in names for fact in behind.get(name, ())]
        return [Keep("assert", (test,)) for test in dict.fromkeys(tests)]

    for s in body:
        if isinstance(s, For):
            first = [k for k in heads.get(s.index, ()) if not _says_nothing(k.args[0])]
            inner = _placed(s.body, behind, heads, shapes, known | {s.index})
            numbers = [c for c in s.carries if shapes.resolve(shapes.names.get(c.start, "")) == ()]
            for c in s.carries:  # asserted of its start: it keeps its shape, unless it starts as a number
                if c not in numbers:
                    behind = behind | {c.start: [replace(f, target=c.start) for f in behind.get(c.name, ())]}
            out += [
                *said(*(c.start for c in s.carries)),
                replace(s, body=(*first, *inner)),
                *_of_one_shape(s, shapes, behind),
                *said(*(c.name for c in numbers)),
            ]
        elif isinstance(s, If):
            out += [s, *said(*(join.target for join in s.joins))]
        else:
            out += [s, *said(*writes(s))]
    return tuple(out)


def _says_nothing(test: Expr) -> bool:
    """Whether a test compares a size with itself."""
    return isinstance(test, Call) and test.fn == "==" and test.args[0] == test.args[1]


def _test(shapes: Shapes, fact: Fact, known: set[str]) -> Expr:
    if fact.same is not None:
        return _size_is(shapes, fact, known)
    if fact.into is not None and not _is_named(fact, shapes.function):
        return _fits(shapes, fact, known)
    return _shape_is(shapes, fact, known) if fact.into is not None else _ranks([Fact(fact.target, rank=fact.rank)])[0]


def _size_is(shapes: Shapes, fact: Fact, known: set[str]) -> Expr:
    """``g.shape[1] == H``"""
    axis, dim = fact.same
    mine = Call("[]", (Call(".shape", (Var(fact.target),)), Const(repr(axis))))
    return Call("==", (mine, _read(shapes, dim, known)))


def _read(shapes: Shapes, dim: str | tuple[str, int], known: set[str]) -> Expr:
    """Where a size can be read once the names in ``known`` have their values."""
    if isinstance(dim, tuple):
        return Call("[]", (Call(".shape", (Var(dim[0]),)), Const(repr(dim[1]))))
    found = shapes.size(dim, known.__contains__)
    if found is None or isinstance(found, Call) and found.fn == "[]" and found.args[0].args[0].name not in known:
        name, axis = shapes.origin.get(dim, (None, 0))
        found = Call("[]", (Call(".shape", (Var(name),)), Const(repr(axis)))) if name in known else found
    return found or Const("None")


def _ranks(facts: Sequence[Fact]) -> list[Expr]:
    """``x.ndim == w.ndim == 2``; of a number ``np.ndim(reg) == 0``."""
    found: dict[int, list[Expr]] = {}
    for f in facts:
        if f.rank is not None:
            found.setdefault(f.rank, []).append(Call(".ndim" if f.rank else "np.ndim", (Var(f.param),)))
    tests: list[Expr] = []
    for rank, sides in found.items():
        sides = list(dict.fromkeys(sides))
        if len(sides) == 1:
            tests.append(Call("==", (sides[0], Const(repr(rank)))))
        else:
            tests.append(Call("compare", (*sides, Const(repr(rank))), (("ops", ("==",) * len(sides)),)))
    return tests


def _shape_is(shapes: Shapes, fact: Fact, known: set[str]) -> Expr:
    """``out.shape == (N, M)``: the parameter did not widen it."""
    sizes = tuple(_read(shapes, d, known) for d in shapes.resolve(fact.into))
    return Call("==", (Call(".shape", (Var(fact.target),)), Call("tuple", sizes)))


def _fits(shapes: Shapes, fact: Fact, known: set[str]) -> Expr:
    """The parameter broadcasts into a shape."""
    whole = Call("tuple", tuple(_read(shapes, d, known) for d in shapes.resolve(fact.into)))
    return Call("==", (Call("np.broadcast_shapes", (Call("np.shape", (Var(fact.param),)), whole)), whole))


def _last_needed(shapes: Shapes, fact: Fact, function: Function) -> str:
    """The value after which all sizes of a fact can be read; empty where the parameters tell them."""
    unread = [d for d in shapes.resolve(fact.into) if shapes.size(d, shapes.parameters.__contains__) is None]
    names = {shapes.origin[d][0] if d in shapes.origin else d.removeprefix("$") for d in unread}
    order = [s.target for s in function.body if isinstance(s, Let) and s.target in names]
    return order[-1] if order else ""


def _stated(function: Function) -> list[Expr]:
    """One test for each parameter whose shape is stated."""
    seen: dict[str, Expr] = {}
    unpacked = {
        s.args[1].args[0]
        for s in function.body
        if isinstance(s, Keep) and s.kind == "unpack" and isinstance(s.args[1], Call) and s.args[1].fn == ".shape"
    }
    stated = [
        (name, dims) for p in function.params for name, dims in (*p.slot_dims, *([(p.name, p.dims)] if p.dims else []))
    ]
    factors = {
        a.name
        for s in statements(function.body)
        for e in expressions(s)
        for c in calls(e)
        if c.fn in PRODUCTS
        for a in c.args
        if isinstance(a, Var)
    }
    absent = {p.name for p in function.params if p.default == "None"}
    tests: list[Expr] = []
    ranks: list[Fact] = []
    for name, dims in stated:
        if name in absent:
            if (test := _of_param(name, dims, dict(seen), Var(name) in unpacked)) is not None:
                tests.append(Call("or", (Call("is", (Var(name), Const("None"))), test)))
        elif name in factors:
            note_sizes(name, dims, seen)
            if Var(name) not in unpacked:
                ranks.append(Fact(name, rank=len(dims)))
        elif (test := _of_param(name, dims, seen, Var(name) in unpacked)) is not None:
            tests.append(test)
    return [*_ranks(ranks), *tests]


def note_sizes(name: str, dims: tuple[str, ...], seen: dict[str, Expr]) -> None:
    """Remember where a stated size can be read."""
    for axis, d in enumerate(dims):
        if d.isidentifier() and d != "_":
            seen.setdefault(d, Call("[]", (Call(".shape", (Var(name),)), Const(repr(axis)))))


def _of_param(name: str, dims: tuple[str, ...], seen: dict[str, Expr], rank_checked: bool) -> Expr | None:
    x = Var(name)
    sizes = [Const(d) if d.isdigit() else seen.get(d) for d in dims]
    note_sizes(name, dims, seen)
    if not sizes:
        return Call("==", (Call("np.ndim", (x,)), Const("0")))
    if None not in sizes:
        return Call("==", (Call(".shape", (x,)), Call("tuple", tuple(sizes))))
    tests = [] if rank_checked else [Call("==", (Call(".ndim", (x,)), Const(repr(len(sizes)))))]
    tests += [
        Call("==", (Call("[]", (Call(".shape", (x,)), Const(repr(i)))), s))
        for i, s in enumerate(sizes)
        if s is not None
    ]
    return tests[0] if len(tests) == 1 else Call("and", tuple(tests)) if tests else None
