"""Who owns an array: ``+=`` only into one that is freshly made, full, and seen by nobody else.

Decided last, on what will be printed: folding may have turned a product into a bare name.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from gradgen.analysis.evidence import is_mask
from gradgen.analysis.shapes import Shapes
from gradgen.analysis.slots import never_negative
from gradgen.analysis.thin import like
from gradgen.ir.names import printed
from gradgen.ir.nodes import ZERO, Add, Call, CallBack, Const, Expr, For, If, Let, Stmt, Store, Var, variables
from gradgen.ir.views import RESHAPED, VIEWS
from gradgen.ir.walk import all_reads, blocks, read_as, statements, with_blocks
from gradgen.ir.write import COMPARISONS
from gradgen.rules.site import Shape
from gradgen.simplify.fold import unsigned

SHARING = VIEWS | RESHAPED | {"[]", "if", "stop_gradient", "shaped"}

BOXED = ("np.where", "np.select", "np.array", "np.asarray")  # make arrays even of numbers


def owned(body: Sequence[Stmt], shapes: Shapes, returned: Sequence[str]) -> tuple[Stmt, ...]:
    """The reverse pass with `Add` and `Store` only where the array is its own; elsewhere ``dx = dx + ...`` or a copy first.

    The gradients in ``returned`` end up full, and in memory of their own.
    """
    return tuple(_Owner(shapes, set(returned)).whole([_outward(s, shapes) for s in body], list(returned)))


def _outward(s: Stmt, shapes: Shapes) -> Stmt:
    """The statement with the sign of ``-mask * x`` outside, ``-(mask * x)``: NumPy negates no truth values."""
    if blocks(s):
        return with_blocks(s, lambda block: [_outward(t, shapes) for t in block])
    if isinstance(s, (Let, Add, Store)):
        value = _typed(_sign_out(s.value, shapes), shapes)
        return replace(s, value=_as_number(value, shapes) if isinstance(s, Let) else value)
    return s


def _as_number(value: Expr, shapes: Shapes) -> Expr:
    """The value as real numbers where it would be truth values, or integers made of them: what is left of ``(x > 0) * 1.0``."""
    match value:
        case Call("np.sum" | "parts.unbroadcast" as fn, (of, *rest)) if _is_whole(of, shapes):
            return Call(fn, (_as_number(of, shapes), *rest), value.attrs)
    return Call("*", (Const("1.0"), value)) if _is_whole(value, shapes) else value


def _is_whole(value: Expr, shapes: Shapes) -> bool:
    """Whether a value holds truth values, or integers that are made of them: ``2 * (x > 0)``."""
    match value:
        case Var(name) if name not in shapes.masks:
            return _is_whole(_made(shapes).get(name, ZERO), shapes)
        case Call("*" | "+" | "neg", args):
            whole = [_is_whole(a, shapes) for a in args]
            return any(whole) and all(
                w or isinstance(a, Const) and type(a.value) is int for a, w in zip(args, whole, strict=True)
            )
    return is_mask(value, shapes)


def _made(shapes: Shapes) -> dict[str, Expr]:
    """What each value of the function is made as."""
    return {s.target: s.value for s in statements(shapes.function.body) if isinstance(s, Let)}


def _is_plain(value: Expr, shapes: Shapes) -> bool:
    """Whether a value is made of literals and sizes: plain Python numbers."""
    match value:
        case Const() | Call("[]", (Call(".shape"), *_)) | Call(".size" | "np.size"):
            return True
        case Var(name):
            return (
                name[0] != "~"
                and name in shapes.everywhere
                and shapes.of(value) == ()
                and not shapes.is_total(value)
                and not shapes.active(name)
            )
        case Call("*" | "/" | "neg", args):
            return all(_is_plain(a, shapes) for a in args)
    return False


def _typed(expr: Expr, shapes: Shapes) -> Expr:
    """``np.where(x > 0, 1.0, 0.0)`` with ones of x's own type: of two plain numbers NumPy makes float64."""
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_typed(a, shapes) for a in expr.args), expr.attrs)
    match expr:
        case Call("np.where", (Call(test, (Var(x), _)) as condition, value, other)) if (
            test in COMPARISONS and shapes.of(Var(x)) != ()
        ):
            if other == Const("0.0") and _is_plain(value, shapes):
                return Call("np.where", (condition, like(value, x), other))
    return expr


def _sign_out(expr: Expr, shapes: Shapes) -> Expr:
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_sign_out(a, shapes) for a in expr.args), expr.attrs)
    expr = _masks_behind(expr, shapes)
    if expr.fn in ("*", "/") and _is_truth(_first_factor(expr), shapes) and (positive := unsigned(expr)) is not None:
        return Call("neg", (positive,))
    if expr.fn == "neg" and is_mask(expr.args[0], shapes):
        return Call("*", (Const("-1.0"), expr.args[0]))
    return expr


def _masks_behind(expr: Call, shapes: Shapes) -> Call:
    """``2 * d * (x > 0)`` for ``2 * (x > 0) * d``: of a plain number and truth values NumPy makes float64, or integers."""
    if expr.fn != "*":
        return expr
    factors: list[Expr] = []
    rest: Expr = expr
    while isinstance(rest, Call) and rest.fn == "*":
        rest, last = rest.args
        factors.insert(0, last)
    factors.insert(0, rest)
    masks = [is_mask(f, shapes) for f in factors]
    plain = [_is_plain(f, shapes) for f in factors]
    first = next((n for n, (m, p) in enumerate(zip(masks, plain, strict=True)) if not m and not p), 0)
    if not (any(masks[:first]) and any(plain[:first])):
        return expr
    front = [f for f, m in zip(factors[:first], masks, strict=False) if not m]
    behind = [f for f, m in zip(factors[:first], masks, strict=False) if m]
    product, *others = [*front, factors[first], *behind, *factors[first + 1 :]]
    for factor in others:
        product = Call("*", (product, factor))
    return product


def _first_factor(expr: Expr) -> Expr:
    while isinstance(expr, Call) and expr.fn in ("*", "/", "neg"):
        expr = expr.args[0]
    return expr


def _is_truth(expr: Expr, shapes: Shapes) -> bool:
    """Whether a value may hold truth values: a mask, or an argument that nothing is differentiated by (or that is called a mask)."""
    if not isinstance(expr, Var):
        return is_mask(expr, shapes)
    name = _root(expr, shapes)
    return is_mask(expr, shapes) or name in shapes.parameters and (not shapes.active(name) or "mask" in name)


def _root(expr: Expr, shapes: Shapes) -> str:
    """The name that a view is of."""
    made = _made(shapes)
    while isinstance(expr, Var) and (value := made.get(expr.name)) is not None:
        while isinstance(value, Call) and value.fn in SHARING:
            value = value.args[0]
        if not isinstance(value, Var):
            break
        expr = value
    return expr.name


class _Owner:
    def __init__(self, shapes: Shapes, returned: set[str]):
        self.shapes, self.returned = shapes, returned
        self.own: dict[str, bool] = {}
        self.begun: dict[str, Expr] = {}  # what a gradient's only line so far says
        loops = [s for s in statements(shapes.function.body) if isinstance(s, For)]
        self.counters = {s.index for s in loops if never_negative(s.over)}
        self.made: dict[int, tuple[Shape, bool]] = {}  # by the line that made it: its shape, and whether it is its own

    def whole(self, body: list[Stmt], returned: list[str]) -> list[Stmt]:
        out = self.block(body, [])
        for name in returned:
            out = self.given_back(name, out)
        return out

    def block(self, body: list[Stmt], later: list[Stmt]) -> list[Stmt]:
        out: list[Stmt] = []
        for position, s in enumerate(body):
            rest = [*body[position + 1 :], *later]
            match s:
                case Let(target=target, value=value):
                    part_of = self.part_of(value)
                    if part_of and is_overwritten(s, part_of, rest, self.counters):
                        value = Call(".copy", (value,))
                        s, part_of = replace(s, value=value), ""
                    self.shapes.names[target] = self.shapes.of(value)
                    fresh = not is_read(part_of, rest) if part_of else self.is_fresh(value, rest)
                    self.own[target] = fresh and self.is_full(target)
                    self.made[id(s)] = self.shapes.of(Var(target)), fresh
                    self.begun[target] = value
                    out.append(s)
                case Add(target=target, value=Call("np.zeros_like", (Var(of),))) if (
                    out and isinstance(out[-1], Let) and out[-1].target == target
                ):
                    out[-1] = replace(out[-1], value=self.full(out[-1].value, of))
                    self.shapes.names[target] = self.shapes.of(Var(of))
                    self.own[target] = True
                    self.made[id(out[-1])] = self.shapes.of(Var(of)), True
                case Add(target=target, value=value):
                    self.shapes.names[target] = self.shapes.broadcast(
                        self.shapes.of(Var(target)), self.shapes.of(value)
                    )
                    begun = self.begun.pop(target, None)
                    first, without = self.bare(target, out) if begun and _is_view(begun) else (Var(target), out)
                    handed_over = isinstance(first, Var) and first.name.partition("#")[0] != target.partition("#")[0]
                    if "|" in target or self.own.get(target) and not handed_over:
                        out.append(s)
                    else:
                        positive = unsigned(value)
                        term = value if positive is None else Call("neg", (positive,))
                        out = [*without, Let(target, Call("+", (first, term)), s.at)]
                        self.own[target] = self.is_full(target)
                        self.made[id(out[-1])] = self.shapes.of(Var(target)), True
                case Store(target=target):
                    if not self.own.get(target):
                        out = self.copied(target, out, s)
                    out.append(s)
                case CallBack(targets=targets):
                    self.own.update(dict.fromkeys(targets, True))
                    self.shapes.names.update(
                        {t: self.shapes.of(Var(t[1:].partition("@")[0])) for t in targets if t != "_"}
                    )
                    out.append(s)
                case If():
                    before, shapes = dict(self.own), self.shapes.gradients()
                    then = self.block(list(s.then), rest)
                    first, self.own = self.own, dict(before)
                    shapes_then = self.shapes.gradients()
                    self.shapes.restore(shapes)
                    orelse = self.block(list(s.orelse), rest)
                    self.shapes.rejoin(shapes_then, self.shapes.gradients())
                    self.own = {n: first.get(n, False) and self.own.get(n, False) for n in {*first, *self.own}}
                    out.append(replace(s, then=tuple(then), orelse=tuple(orelse)))
                case For():
                    out = self.loop(s, out, rest)
                case _:
                    out.append(s)
        return out

    def loop(self, s: For, out: list[Stmt], rest: list[Stmt]) -> list[Stmt]:
        """A loop: what its trips write into is its own before the first, what they hand on after each."""
        handed = {c.name for c in s.carries}
        stored = printed(t.target for t in statements(s.body) if isinstance(t, Store))
        for name in sorted({n for o in statements(out) for n in written((o,))} | handed):
            if printed([name]) <= stored and not self.own.get(name) and is_read(name, [s, *rest]):
                out = self.copied(name, out, s)
        while True:
            before, shapes = dict(self.own), self.shapes.gradients()
            again = [read_as(t, dict.fromkeys(handed, ZERO)) for t in s.body]  # the next trip has others of these
            body = self.block(list(s.body), [*again, *rest])
            lost = [n for n in sorted(handed) if before.get(n) and not self.own.get(n)]
            if not lost:
                break
            self.own = before | dict.fromkeys(lost, False)
            self.shapes.restore(shapes)
        self.own = {n: mine and before.get(n, True) for n, mine in self.own.items()}
        return [*out, replace(s, body=tuple(body))]

    def bare(self, target: str, out: list[Stmt]) -> tuple[Expr, list[Stmt]]:
        """What a gradient is so far, and the statements: where it is another's value as yet, that value, and no line for it."""
        place = next((n for n in reversed(range(len(out))) if target in written((out[n],))), None)
        s = out[place] if place is not None else None
        if not isinstance(s, Let) or not _is_view(s.value) or target in all_reads(out[place + 1 :]):
            return Var(target), out
        changed = {t.partition("#")[0] for t in written(out[place + 1 :])}
        if any(name.partition("#")[0] in changed for name in variables(s.value)):
            return Var(target), out
        return s.value, [*out[:place], *out[place + 1 :]]

    def full(self, value: Expr, of: str) -> Expr:
        """A thin value in the full shape of ``of``, to be written into."""
        if self.shapes.of(value) == () and of not in self.shapes.parameters:
            return Call("np.full_like", (Var(of), value))
        return like(value, of)

    def is_fresh(self, value: Expr, rest: list[Stmt]) -> bool:
        """Whether a value is in memory of its own from here on."""
        match value:
            case Call("if", (_, then, orelse)):
                return all([self.is_fresh(then, rest), self.is_fresh(orelse, rest)])
            case Call("np.broadcast_to"):  # its entries share memory with each other
                return False
            case Call("[]") if self.shapes.of(value) == ():  # a number, read off
                return True
            case Call(fn, (source, *_)) if fn in SHARING:
                return self.is_fresh(source, rest)
            case Call(args=args):
                return bool(args)
            case Const():
                return True
            case Var(name) if name.startswith("~"):
                return self.handed_over(name, rest)
        return False

    def is_boxed(self, value: Var) -> bool:
        """Whether a number may be an array without axes, which others may hold."""
        made = _made(self.shapes).get(value.name)
        return isinstance(made, Call) and made.fn in BOXED

    def part_of(self, value: Expr) -> str:
        """The gradient that a value is a part of, where that is in memory of its own; "" for none."""
        match value:
            case Call("[]", (Var(name), *index)) if name.startswith("~") and self.own.get(name):
                basic = all(self.shapes.index_kind(i) in ("int", "slice", "all", "new", "...") for i in index)
                return name if basic and self.shapes.of(value) != () and name not in self.returned else ""
        return ""

    def handed_over(self, name: str, rest: list[Stmt]) -> bool:
        """Whether a gradient's memory may become another's: it is its own, and nothing reads it after this."""
        mine = self.own.get(name, False)
        if is_read(name, rest) or name in self.returned:
            self.own[name] = False
            return False
        return mine

    def is_full(self, target: str) -> bool:
        """Whether a gradient has the shape of its value by now."""
        return self.shapes.of(Var(target)) == self.shapes.of(Var(target[1:]))

    def copied(self, target: str, out: list[Stmt], s: Stmt) -> list[Stmt]:
        """A copy before the first write into somebody else's array."""
        self.own[target] = True
        place = next((n for n in reversed(range(len(out))) if target in written((out[n],))), None)
        if place is not None and isinstance(out[place], Let) and target not in all_reads(out[place + 1 :]):
            made = replace(out[place], value=self.copy(out[place].value, target, written=True))
            return [*out[:place], made, *out[place + 1 :]]
        return [*out, Let(target, self.copy(Var(target), target, written=True), replace(s.at, comments=()))]

    def copy(self, value: Expr, target: str, written: bool = False) -> Expr:
        """The value in memory of its own; where it may be a plain number, as an array if it is to be written into."""
        shape = self.shapes.of(Var(target[1:]))
        if isinstance(shape, tuple) and shape:
            return Call(".copy", (value,))
        return Call("np.array", (value,)) if written else Call("*", (Const("1.0"), value))

    def given_back(self, name: str, out: list[Stmt]) -> list[Stmt]:
        """The last line of a returned gradient made full, and its own, on every path."""
        position = next((i for i in reversed(range(len(out))) if name in written((out[i],))), None)
        if position is None:
            return out
        last = out[position]
        if self.shapes.of(Var(name[1:])) == ():
            if isinstance(last, Let) and isinstance(last.value, Var) and self.is_boxed(last.value):
                out[position] = replace(last, value=self.copy(last.value, name))
            return out
        if isinstance(last, If):
            before = out[:position]
            if not all(name in written(arm) for arm in (last.then, last.orelse)):
                before = self.given_back(name, before)
            then, orelse = (tuple(self.given_back(name, list(arm))) for arm in (last.then, last.orelse))
            return [*before, replace(last, then=then, orelse=orelse), *out[position + 1 :]]
        if isinstance(last, For):
            return out if self.own.get(name) else [*out, Let(name, self.copy(Var(name), name))]
        if not isinstance(last, Let):
            return out
        shape, fresh = self.made[id(last)]
        if shape != self.shapes.of(Var(name[1:])):
            return [*out[:position], replace(last, value=like(last.value, name[1:])), *out[position + 1 :]]
        return (
            out if fresh else [*out[:position], replace(last, value=self.copy(last.value, name)), *out[position + 1 :]]
        )


def is_read(name: str, rest: Sequence[Stmt]) -> bool:
    """Whether the value that a gradient has now is read by the statements to come."""
    for s in rest:
        if name in all_reads((s,)):
            return True
        if isinstance(s, Let) and s.target == name or isinstance(s, CallBack) and name in s.targets:
            return False
    return False


def is_overwritten(part: Let, whole: str, rest: Sequence[Stmt], counters: Set[str]) -> bool:
    """Whether a part of an array, taken as it stands, is read after a write that may have changed it."""
    names, changed = {part.target}, False
    for s in rest:
        inside = list(statements((s,)))
        changes = [
            t
            for t in inside
            if whole in written((t,)) and not (isinstance(t, Store) and _are_apart(part.value, t, counters))
        ]
        read = names & set(all_reads((s,)))
        if read and (changed or changes and len(inside) > 1):
            return True
        changed = changed or bool(changes)
        if isinstance(s, Let) and s.target == part.target:
            return False
        if isinstance(s, Let) and _is_view(s.value) and names & set(variables(s.value)):
            names.add(s.target)
    return False


def _are_apart(part: Call, store: Store, counters: Set[str]) -> bool:
    """Whether a store misses a part of an array: ``h[t]`` and ``h[t + 1]``, where ``t`` is never negative."""
    match sorted((part.args[1], store.index[0]), key=lambda index: isinstance(index, Call)):
        case (Var(name), Call("+", (Var(other), Const("1")))):
            return name == other and name in counters
    return False


def _is_view(value: Expr) -> bool:
    """Whether a value is there already: a name, a literal, a view."""
    while isinstance(value, Call) and (value.fn in VIEWS and value.fn != "np.broadcast_to" or value.fn == "[]"):
        value = value.args[0]
    return not isinstance(value, Call)


def written(body: Sequence[Stmt]) -> set[str]:
    """The gradients that statements write, branches included."""
    return {t for s in statements(body) for t in (getattr(s, "target", None), *getattr(s, "targets", ())) if t}
