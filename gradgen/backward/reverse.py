"""The reverse pass over statements: deliver each gradient to the operands, first write ``=``, later ones ``+=``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from gradgen.analysis.activity import active_values
from gradgen.analysis.distinct import distinct
from gradgen.analysis.evidence import expressions
from gradgen.analysis.paths import Paths
from gradgen.analysis.infinite import unsafe_values
from gradgen.analysis.shapes import Shapes
from gradgen.analysis.slots import written_once
from gradgen.analysis.thin import like
from gradgen.errors import Diagnostic, refusal
from gradgen.backward.adjoints import Rules, contributions, is_entrywise
from gradgen.backward.broadcast import fitted, full
from gradgen.backward.masks import Mask, is_chosen, joined, mask_of, masked
from gradgen.backward.stores import scaled
from gradgen.ir.nodes import (
    ZERO,
    Add,
    Call,
    CallBack,
    CallPair,
    Carry,
    Const,
    Expr,
    For,
    Function,
    If,
    Keep,
    Let,
    Origin,
    Stmt,
    Store,
    Var,
    variables,
)
from gradgen.ir.read import OMITTED
from gradgen.ir.slots import slot
from gradgen.ir.walk import all_writes, blocks, defined, read_as, statements, writes
from gradgen.rules.constants import value_of
from gradgen.simplify.fold import fold

Wants = dict[str, tuple[int, ...]]  # helper -> positions of the arguments that its backward gives a gradient for


def adjoint(name: str) -> str:
    """The IR's name for the gradient on a value."""
    return "~" + name


class Reverser:
    """Reverses one function for the parameters ``wrt``; ``seed`` gives the gradient on each result."""

    def __init__(
        self,
        function: Function,
        wrt: Sequence[str],
        wants: Wants,
        deepest: int = 99,
        shapes: Shapes | None = None,
        gates: dict[str, Expr] | None = None,
    ):
        self.function, self.wants, self.shapes = function, wants, shapes
        self.active = active_values(function, wrt)
        self.gates = gates or {}
        self.rules = Rules(self.active.__contains__, deepest, shapes, lambda name: self.values.get(name))
        self.paths = Paths(function, self.active)
        self.unpacked = dict(function.unpacked)
        self.apart: set[tuple[str, str]] = set()  # versions of one variable whose gradients are alive at once
        self.reversed: set[str] = set()  # the values whose lines have been reversed, or are being
        self.indices: list[str] = []  # the variables of the loops around this point
        self.parts_made: set[str] = set()
        self.masks: dict[str, Mask | None] = {}  # where gradients that np.where made arrive
        self.unsafe = unsafe_values(function.body) if shapes else set()
        self.lists = {p.name for p in function.params if p.listed}
        self.given: dict[str, dict[str, None]] = {}  # by variable: the versions that were given a gradient somewhere
        self.known: set[str] = set()  # gradients that have a value at this point of the reverse pass
        self.values: dict[str, Expr] = {}  # and what it is, of those that have one contribution so far

    def seed(self, upstreams: Sequence[Expr]) -> list[Stmt]:
        """The gradients on the results, from the function's own upstream gradient."""
        out: list[Stmt] = []
        for result, up in zip(self.function.results, upstreams, strict=True):
            if self.shapes:
                self.shapes.names[up.name] = self.shapes.of(result)
            if isinstance(result, Var) and result.name in self.active:
                out.append(self.give(result.name, up, Origin()))
        return out

    def give(self, name: str, value: Expr, at: Origin, mask: Mask | None = None) -> Stmt:
        """One contribution to the gradient on a value; ``mask`` tells where it arrives, if not everywhere."""
        target = adjoint(name)
        again = target in self.known
        if not again:
            self.begin(name)
        self.masks[target] = joined(self.masks.get(target), mask, self.shapes) if again else mask
        if self.shapes:
            if not again and isinstance(self.shapes.of(Var(name)), str) and self.shapes.of(value) == ():
                value = like(value, name)  # where not even ranks are known, nothing stays thin
            shape = self.shapes.of(value)
            vague = self.shapes.either.intersection(variables(value)) or again and target in self.shapes.either
            (self.shapes.either.add if vague else self.shapes.either.discard)(target)
            self.shapes.names[target] = self.shapes.broadcast(self.shapes.of(Var(target)), shape) if again else shape
        self.values.pop(target, None)
        if not again:
            self.values[target] = value
        return Add(target, value, at) if again else Let(target, value, at)

    def begin(self, name: str) -> None:
        """From here on a gradient has a value; an earlier version of the variable that has one too is still to come, and a later one
        is unless its line has been reversed."""
        others = self.given.setdefault(self.variable(name), {})
        for other in others:
            if adjoint(other) in self.known and version_of(other) < version_of(name):
                self.apart.add((name, other))
            elif version_of(other) > version_of(name) and adjoint(other) in self.known and other not in self.reversed:
                self.apart.add((other, name))
        others[name] = None
        self.known.add(adjoint(name))

    def block(self, body: Sequence[Stmt]) -> list[Stmt]:
        out: list[Stmt] = []
        for position, s in reversed(list(enumerate(body))):
            self.reversed |= {
                *writes(s),
                *(j.target for j in getattr(s, "joins", ())),
                *(c.name for c in getattr(s, "carries", ())),
            }
            match s:
                case Let(value=Call("gate.part")):
                    out += self.parts(s, body[position + 1 :], body[:position])
                case Let():
                    out += self.stage(s)
                case Store():
                    out += self.store(s)
                case CallPair():
                    out += self.call(s)
                case If():
                    out += self.branch(s)
                case For():
                    out += self.loop(s)
        return out

    def stage(self, s: Let) -> list[Stmt]:
        if adjoint(s.target) not in self.known:
            return []
        if self.shapes and s.target in self.shapes.lists:  # its first entries: the list is longer by now
            up, thin = Var(adjoint(s.target)), self.is_one_number(adjoint(s.target))
            whole = self.buffer(s.target, s.at) if not thin else []
            entry = lambda k: up if thin else Call("[]", (up, Const(repr(k))))  # noqa: E731
            firsts = [(a.name, k) for k, a in enumerate(s.value.args) if isinstance(a, Var) and a.name in self.active]
            return whole + [self.give(name, entry(k), s.at) for name, k in firsts]
        gate, up = self.gates.get(s.target, s.value), Var(adjoint(s.target))
        if self.shapes:
            gate, up = self.scaled(gate, up)
        guard = partial(masked, mask=self.masks.get(up.name), unsafe=self.unsafe)
        found = contributions(gate, Var(s.target), up, self.rules, guard)
        out: list[Stmt] = []
        for name, value in self.own_last(s.target, found):
            if isinstance(value, Call) and value.fn == "spread":  # everywhere, and more at some entries
                base, *entries = value.args
                out.append(self.give(name, base, s.at))
                value = Call("scatter", tuple(entries))
            if _is_scatter(value):
                out += self.scatter(name, value, s.at)
            elif self.shapes and name in self.lists and self.shapes.of(value) == ():
                out.append(self.to_each(name, value, s.at))
            else:
                out.append(self.give(name, value, s.at, self.mask_on(name, value, s, gate)))
        return out

    def mask_on(self, name: str, value: Expr, s: Let, gate: Expr) -> Mask | None:
        """Where a contribution arrives: inside an arm of an ``np.where``, and so at what its value is made of entry by entry."""
        if self.shapes is None or not is_entrywise(gate, self.rules):
            return None
        mask = mask_of(value) if is_chosen(gate) else None
        mask = mask or self.masks.get(adjoint(s.target))
        mine = self.shapes.of(Var(name))
        alike = mask and mine in (self.shapes.of(Var(s.target)), self.shapes.of(mask[0]))
        return mask if alike else None

    def scaled(self, gate: Expr, up: Var) -> tuple[Expr, Var]:
        """A normalization, and the gradient on it less a factor that is constant along its axis: the gate takes the factor in."""
        match gate, self.values.get(up.name):
            case Call("gate.normalized", (x, std, axis, *_)), Call("*", (Var() as scale, Var() as rest)):
                shapes = [self.shapes.of(e) for e in (x, rest, std, scale)]
                if shapes[0] == shapes[1] and value_of(axis) == 0 and shapes[3] in (shapes[2], shapes[2][1:], ()):
                    names = (*dict(gate.attrs)["keywords"], "scale")
                    return Call(gate.fn, (*gate.args, scale), (("keywords", names),)), rest
        return gate, up

    # -- storage ------------------------------------------------------------------------------------------------------

    def scatter(self, name: str, value: Call, at: Origin) -> list[Stmt]:
        """The gradient of entries that were read goes to these entries: ``dx[i] += dy``."""
        up, index = value.args
        whole = self.buffer(name, at)
        self.masks[adjoint(name)] = None
        self.values.pop(adjoint(name), None)
        op = "+=" if distinct(index.args, self.shapes, self.function) else "at"
        return [*whole, Store(adjoint(name), adjoint(name), index.args, op, up, at)]

    def to_each(self, name: str, value: Expr, at: Origin) -> Stmt:
        """A number that the gradient of every entry of a list gains: it is made a list when lines stand where they will be."""
        spread = (("shape", self.shapes.of(Var(name))), ("list", name))
        return self.give(name, Call("shaped", (value,), spread), at)

    def buffer(self, name: str, at: Origin, like: str = "") -> list[Stmt]:
        """What makes the gradient on a value a full array to write into."""
        target = adjoint(name)
        zeros = Call("np.zeros_like", (Var(like or name),))
        if target in self.known and self.shapes.of(Var(target)) == self.shapes.of(Var(name)):
            return []
        return [self.give(name, zeros, at)]

    def store(self, s: Store) -> list[Stmt]:
        """``a[i] = v``: the slot's gradient goes to ``v``, and what was there before gets none."""
        target = adjoint(s.target)
        if target not in self.known:
            return []
        if s.target in self.gates:  # the gate in front of it knows what was stored
            return [self.give(s.base, Var(target), Origin())] if s.base in self.active else []
        thin = s.op == "append" and self.is_one_number(target)
        out = self.buffer(s.target, s.at) if not thin else []
        slot = Call("[]", (Var(target), *s.index)) if not thin else Var(target)
        old = Call("[]", (Var(s.base), *s.index))
        value, keep = (slot, None) if s.op == "append" else scaled(s.op, slot, old, s.value)
        zeroed = s.base in self.active and keep is not None and not self.is_fresh_slot(s)
        if self.indices and zeroed and value == slot and self.shapes.of(old) != ():
            value = Call(".copy", (slot,))  # else each trip would copy the whole array
        if isinstance(s.value, Var) and s.value.name in self.active:
            value = value if s.op == "append" else fitted(self.shapes, s.value.name, value, old)
            if self.variable(s.value.name) == self.variable(
                s.target
            ):  # stored into itself: both gradients are read yet
                self.apart.add((s.target, s.value.name))
            out.append(self.give(s.value.name, value, s.at))
        if s.base in self.active:
            if zeroed:
                out.append(Store(target, target, s.index, keep[0], keep[1], s.at))
                self.values.pop(target, None)
            out.append(self.give(s.base, Var(target), Origin()))
        return out

    def is_fresh_slot(self, s: Store) -> bool:
        """Whether a store writes what nothing wrote before: an array of constants, each entry once."""
        return s.op == "=" and bool(written_once(s, self.function.body))

    def parts(self, s: Let, after: Sequence[Stmt], before: Sequence[Stmt]) -> list[Stmt]:
        """The parts of a split turned round together, at the last of them: their gradients lie one behind the other."""
        x, sections, axis, _ = s.value.args
        group = [
            p
            for p in (*before, s, *after)
            if isinstance(p, Let)
            and isinstance(p.value, Call)
            and p.value.fn == "gate.part"
            and p.value.args[:3] == s.value.args[:3]
        ]
        known = [adjoint(p.target) in self.known for p in group]
        if s is not group[-1] or not any(known) or x.name not in self.active:
            return []
        grads = tuple(
            Var(adjoint(p.target)) if k else Call("np.zeros_like", (Var(p.target),))
            for p, k in zip(group, known, strict=True)
        )
        at = next((k.at for k in reversed(before) if isinstance(k, Keep)), s.at)
        whole = Call(
            "np.concatenate",
            (Call("tuple", tuple(self.whole(g, p.target) for g, p in zip(grads, group, strict=True))), axis),
            (("keywords", ("axis",)),),
        )
        return [self.give(x.name, Call("shaped", (whole,), (("shape", self.shapes.of(x)),)), at)]

    def whole(self, value: Expr, name: str) -> Expr:
        """A part's gradient in the full shape of the part."""
        return full(self.shapes, value, self.shapes.of(Var(name)), Var(name))

    def variable(self, name: str) -> str:
        """The user's variable that a version belongs to: of ``hs[t]`` and ``hs[t - 1]`` the dict, for one becomes the other."""
        place = slot(name)
        return place[0] if place else self.unpacked.get(name, name.partition("#")[0])

    def own_last(self, target: str, found: list[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
        """The gradient of an earlier version of the same variable comes last and in one piece: in print they may share
        a name (``h = h * g``: first ``dg``, then ``dh``)."""
        own = [(n, e) for n, e in found if self.variable(n) == self.variable(target)]
        others = [(n, e) for n, e in found if self.variable(n) != self.variable(target)]
        sums: dict[str, list[Expr]] = {}
        for name, value in own:
            sums.setdefault(name, []).append(value)
        return others + [(n, vs[0] if len(vs) == 1 else fold(Call("+", tuple(vs)))) for n, vs in sums.items()]

    def call(self, s: CallPair) -> list[Stmt]:
        """``dx, dy = g_backward(dz, z_cache)``; an argument that has a gradient already takes its part after that."""
        if not any(adjoint(t) in self.known for t in s.targets):
            return []
        douts = tuple(self.upstream(t) for t in s.targets)
        targets, after, seen = [], [], set()
        for arg in (s.args[i] for i in self.wants[s.fn]):
            name = arg.name if isinstance(arg, Var) else ""
            if name not in self.active:
                targets.append("_")
            elif name in seen or adjoint(name) in self.known:
                part = self.part_name(name, s, targets)
                targets.append(part)
                after.append((name, part))
            else:
                seen.add(name)
                self.begin(name)
                targets.append(adjoint(name))
        if all(t == "_" for t in targets):
            return []
        if self.shapes:
            self.shapes.names.update({t: self.shapes.of(Var(t[1:].partition("@")[0])) for t in targets if t != "_"})
        return [
            CallBack(tuple(targets), s.fn, douts, Var(s.cache), s.at),
            *(self.give(n, Var(p), s.at) for n, p in after),
        ]

    def part_name(self, name: str, s: CallPair, others: Sequence[str]) -> str:
        """What a call's part of a gradient is called: after the loop variable in a loop (``dW_t``), else after the result."""
        sources = [f"{adjoint(name)}@{source}" for source in (*self.indices[-1:], s.targets[0])]
        part = next((p for p in sources if p not in self.parts_made and p not in others), "")
        part = part or f"{sources[-1]}.{sum(p.startswith(sources[-1]) for p in others) + 1}"  # no value is called so
        self.parts_made.add(part)
        return part

    def upstream(self, name: str) -> Expr:
        """The gradient on a call's result, as full as its backward takes it; zeros where none arrives."""
        known, value = adjoint(name) in self.known, Var(name)
        if self.shapes is None or self.shapes.of(value) == ():
            return Var(adjoint(name)) if known else ZERO
        if not known:
            return Call("np.zeros_like", (value,))
        return full(self.shapes, Var(adjoint(name)), self.shapes.of(value), value)

    def branch(self, s: If) -> list[Stmt]:
        """Replay the branch that was taken: each arm reversed, then both brought to the same gradients."""
        dead = [self.paths.is_dead(s, side) for side in ("then", "orelse")]
        if dead == [True, False]:
            return self.arm(s, [(j.target, j.orelse) for j in s.joins], s.orelse)
        if dead == [False, True]:
            return self.arm(s, [(j.target, j.then) for j in s.joins], s.then)
        before, shapes = set(self.known), self.shapes.gradients() if self.shapes else {}
        masks, values = dict(self.masks), dict(self.values)
        then = self.arm(s, [(j.target, j.then) for j in s.joins], s.then)
        known_then, self.known = self.known, set(before)
        masks_then, self.masks = self.masks, dict(masks)
        values_then, self.values = self.values, dict(values)
        shapes_then = self.shapes.gradients() if self.shapes else {}
        if self.shapes:
            self.shapes.restore(shapes)
        orelse = self.arm(s, [(j.target, j.orelse) for j in s.joins], s.orelse)
        if self.shapes:
            self.shapes.rejoin(shapes_then, self.shapes.gradients())
        self.masks = {n: m for n, m in masks.items() if m == masks_then.get(n) == self.masks.get(n)}
        inside = defined((s,))
        outer = [n for n in ordered_lets(then, orelse) if n not in before and n[1:].partition("@")[0] not in inside]
        then, orelse, behind = handed_through(then, orelse, [adjoint(j.target) for j in s.joins], outer, self.variable)
        start: list[Stmt] = []
        related = {self.variable(name) for name in inside}  # versions that may share a printed name with these
        for name in (n for n in outer if n not in {b.target for b in behind}):
            missing = [arm for arm, known in ((then, known_then), (orelse, self.known)) if name not in known]
            if missing and self.variable(name[1:]) in related:
                missing[0].append(Let(name, ZERO, Origin(s.at.stage)))
            elif missing:
                begun = next((t.value for t in (*then, *orelse) if is_zero(t, name)), ZERO)
                start.append(Let(name, begun, s.at))
                then, orelse = ([t for t in arm if not is_zero(t, name)] for arm in (then, orelse))
        self.known = before | set(outer)
        self.values = {n: v for n, v in values.items() if values_then.get(n) == v == self.values.get(n)}
        if not then and not orelse:
            return [*start, *behind]
        if not then:
            return [*start, If(negated(s.test), tuple(orelse), (), (), s.at), *behind]
        return [*start, If(s.test, tuple(then), tuple(orelse), (), s.at), *behind]

    def loop(self, s: For) -> list[Stmt]:
        """The trips the other way round, the carried gradients handed from each to the one before it.

        Trips that hand on no gradient keep their order: what they add to may be added to in any order.
        """
        self.masks, self.values = {}, {}  # another trip's gradients are others, and may arrive elsewhere
        carried = [c for c in s.carries if adjoint(c.name) in self.known]
        while True:
            touched = self.touched(s, carried)
            more = [c for c in s.carries if c not in carried and adjoint(c.name) in touched]
            if not more:
                break
            carried = [c for c in s.carries if c in carried or c in more]
        inside = {s.index, *defined(s.body), *(c.name for c in s.carries)}
        outer = [n[1:] for n in touched if n[1:].partition("@")[0] not in inside]
        if not outer and not carried:
            return []
        out = [t for name in outer for t in self.whole_buffer(name, name)]
        out += [
            t
            for c in carried
            if not self.is_only_grown(c, s)
            for t in self.whole_buffer(c.name, self.first_name(c.start))
        ]
        before = set(self.known)
        body = self.trip(s, carried)
        self.known, self.masks, self.values = before, {}, {}
        changed = []
        for c in carried:
            passed = passed_on(body, adjoint(c.step), adjoint(c.name))
            body, changed = (body, [*changed, c]) if passed is None else (passed, changed)
        handed = tuple(Carry(n, n, n) for n in (adjoint(c.name) for c in changed))
        if body:
            over = trips_made(s)
            out.append(For(s.index, backwards(over) if handed else over, tuple(body), handed, s.at))
        for c in carried:
            self.check_start(c)
        return out + [self.give(c.start, Var(adjoint(c.name)), Origin()) for c in carried if c.start in self.active]

    def check_start(self, c: Carry) -> None:
        """Refuse a loop whose first trip starts with another shape than the others: its gradient would be of two shapes."""
        if self.shapes is None or c.start not in self.active or c.step in self.shapes.lists:
            return
        start, later = self.shapes.of(Var(c.start)), self.shapes.of(Var(c.name))
        if isinstance(start, tuple) and isinstance(later, tuple) and start != later:
            name = c.name.partition("#")[0]
            what = f"`{name}` has another shape after the first trip of the loop: {start} becomes {later}".replace(
                "'", ""
            )
            raise refusal(
                Diagnostic(
                    "GG121", what, help=f"give it its full shape before the loop: {name} = {name} + np.zeros(...)"
                )
            )

    def touched(self, s: For, carried: Sequence[Carry]) -> list[str]:
        """The gradients that reversing a trip would write, in order."""
        known, shapes = set(self.known), self.shapes.gradients() if self.shapes else {}
        parts, apart = set(self.parts_made), set(self.apart)
        made = self.trip(s, carried)
        self.known, self.parts_made, self.masks, self.values = known, parts, {}, {}
        self.apart = apart
        if self.shapes:
            self.shapes.restore(shapes)
        targets = all_writes(made)
        return [t for t in dict.fromkeys(targets) if t.startswith("~") and "@" not in t]

    def trip(self, s: For, carried: Sequence[Carry]) -> list[Stmt]:
        """One trip reversed: what is handed to it is the gradient on its last versions, what it hands on that on its first."""
        heads = {adjoint(c.name): c for c in carried}
        self.known -= {name for name, c in heads.items() if c.step != c.name}
        out = [
            self.give(c.step, Var(name), Origin())
            for name, c in heads.items()
            if c.step != c.name and c.step in self.active
        ]
        self.values = {}  # of what is handed on from trip to trip nothing is known
        self.indices.append(s.index)
        out += self.block(s.body)
        self.indices.pop()
        return out + [
            t for c in carried if not self.is_only_grown(c, s) for t in self.whole_buffer(c.name, self.alike(c))
        ]

    def alike(self, c: Carry) -> str:
        """What has the shape of a carried value at the end of a reversed trip: the gradient that was handed to the trip, if it can be."""
        handed = adjoint(c.step)
        full = self.shapes and handed in self.known and self.shapes.of(Var(handed)) == self.shapes.of(Var(c.name)) != ()
        return handed if full else c.name

    def is_only_grown(self, c: Carry, s: For) -> bool:
        """Whether a loop only appends to a list: all entries may have one gradient, as those of a sum have."""
        if self.shapes is None or c.step not in self.shapes.lists or not self.is_one_number(adjoint(c.name)):
            return False
        versions = {c.name, c.step}
        return not any(versions & set(variables(e)) for t in statements(s.body) for e in expressions(t))

    def is_one_number(self, gradient: str) -> bool:
        """Whether a gradient is one number for all entries, on every path."""
        return self.shapes.of(Var(gradient)) == () and gradient not in self.shapes.either

    def first_name(self, name: str) -> str:
        """What a value that is another name for one was called first."""
        names = {s.target: s.value.name for s in self.function.body if isinstance(s, Let) and isinstance(s.value, Var)}
        while name in names:
            name = names[name]
        return name

    def whole_buffer(self, name: str, like: str) -> list[Stmt]:
        """What makes the gradient on a value one that every trip may add to; ``like`` has the value's shape, if not another."""
        if self.shapes and (shape := self.shapes.of(Var(name))) != ():
            params = [n for p in self.function.params for n in [n for n, _ in p.slots] or [p.name]]
            params = [n for n in params if n in self.active]  # real numbers: another may hold labels or a mask
            order = sorted((like, *params), key=lambda n: (n not in params, n != like))
            alike = (n for n in order if isinstance(shape, tuple) and self.shapes.of(Var(n)) == shape)
            return self.buffer(name, Origin(), name if adjoint(name) in self.known else next(alike, like))
        return [] if adjoint(name) in self.known else [self.give(name, ZERO, Origin())]

    def arm(self, s: If, joins: list[tuple[str, str | None]], body: Sequence[Stmt]) -> list[Stmt]:
        """One arm's reverse: the joined values' gradients go to this arm's versions first."""
        out = [
            self.give(version, self.handed(target, version), Origin())
            for target, version in joins
            if version is not None and version in self.active and adjoint(target) in self.known
        ]
        return out + self.block(body)

    def handed(self, target: str, version: str) -> Expr:
        """The gradient on a joined value for one arm's version of it, in whose shape it is full there."""
        value = Var(adjoint(target))
        if self.shapes is None or self.shapes.of(Var(target)) == self.shapes.of(Var(version)):
            return value
        if self.shapes.of(value) != self.shapes.of(Var(target)):
            return value
        return Call("shaped", (value,), (("shape", self.shapes.of(Var(version))),))


def backwards(over: Expr) -> Expr:
    """What a loop runs over, the other way round."""
    return over.args[0] if isinstance(over, Call) and over.fn == "reversed" else Call("reversed", (over,))


def trips_made(s: For) -> Expr:
    """What a loop ran over: as many trips as it made."""
    if not s.count:
        return s.over
    if s.over.fn == "while" or s.over.fn == "range" and len(s.over.args) == 1:
        return Call("range", (Var(s.count),))
    over = s.over
    if over.fn == "reversed":
        over = Call("[]", (over.args[0], Call("slice", (OMITTED, OMITTED, Call("neg", (Const("1"),))))))
    return Call("[]", (over, Call("slice", (OMITTED, Var(s.count), OMITTED))))


def passed_on(body: Sequence[Stmt], step: str, head: str) -> list[Stmt] | None:
    """A trip that only reads the gradient handed to it, without the lines that hand it on; None if it changes it."""
    into, onward = Let(step, Var(head)), Let(head, Var(step))
    handing = [s for s in statements(body) if {step, head} & {*writes(s)}]
    if step == head or len(handing) != 2 or [replace(w, at=Origin()) for w in handing] != [into, onward]:
        return None
    if any(w not in body for w in handing):
        return None
    return [read_as(s, {step: Var(head)}) for s in body if s not in handing]


def handed_through(
    then: list[Stmt], orelse: list[Stmt], ups: Sequence[str], outer: Sequence[str], variable: Callable[[str], str]
) -> tuple[list[Stmt], list[Stmt], list[Stmt]]:
    """Both arms of a branch without the lines that hand a gradient on as it is, where both do, and these lines behind the branch.

    An arm that gives a gradient to another version of the same ``variable`` may write over what is handed on: in print they share a name.
    """
    behind: list[Stmt] = []
    for up in ups:
        for name in outer:
            chains = [_chain(arm, name, up) for arm in (then, orelse)]
            others = {t for arm in (then, orelse) for t in all_writes(arm)} - {t for chain in chains for t in chain}
            if any(variable(t[1:]) == variable(up[1:]) for t in others if t.startswith("~")):
                continue
            if all(chain and not {*chain[:-1]} & {*outer} for chain in chains):
                then, orelse = (_without(arm, chain, up) for arm, chain in zip((then, orelse), chains, strict=True))
                behind.append(Let(name, Var(up)))
                break
    return then, orelse, behind


def _chain(arm: Sequence[Stmt], name: str, up: str) -> list[str]:
    """The gradients of an arm that are ``up`` by other names, from the first to ``name``; none if one of them is changed."""
    lets = {s.target: s.value.name for s in arm if isinstance(s, Let) and isinstance(s.value, Var)}
    chain = [name]
    while (source := lets.get(chain[0])) and source != up:
        chain.insert(0, source)
    written = all_writes(arm)
    sound = source == up and up not in written and all(written.count(n) == 1 for n in chain)
    return chain if sound else []


def _without(arm: Sequence[Stmt], chain: Sequence[str], up: str) -> list[Stmt]:
    """An arm that reads ``up`` itself instead of its other names."""
    names = dict.fromkeys(chain, Var(up))
    return [read_as(s, names) for s in arm if getattr(s, "target", "") not in chain]


def version_of(name: str) -> int:
    """Which version of its variable a value is.

    >>> version_of("y"), version_of("y#3")
    (1, 3)
    """
    return int(name.partition("#")[2] or 1)


def _is_scatter(value: Expr) -> bool:
    return isinstance(value, Call) and value.fn == "scatter"


OPPOSITE = {"==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in", "not in": "in"}


def negated(test: Expr) -> Expr:
    """The opposite condition.  (Not ``<`` for ``>=``: they differ when a nan is compared.)"""
    if not isinstance(test, Call):
        return Call("not", (test,))
    return (
        test.args[0]
        if test.fn == "not"
        else Call(OPPOSITE.get(test.fn, "not"), test.args if test.fn in OPPOSITE else (test,))
    )


def ordered_lets(*arms: Sequence[Stmt]) -> list[str]:
    """The gradients that statements start, in order of first appearance."""
    found: dict[str, None] = {}
    for arm in arms:
        for s in arm:
            if isinstance(s, Let):
                found[s.target] = None
            elif isinstance(s, CallBack):
                found.update(dict.fromkeys(t for t in s.targets if t != "_" and "@" not in t))
            for block in blocks(s):
                found.update(dict.fromkeys(ordered_lets(block)))
    return list(found)


def is_zero(s: Stmt, name: str) -> bool:
    """Whether a statement starts a gradient at zero, or as zeros in the shape of its value."""
    return isinstance(s, Let) and s.target == name and s.value in (ZERO, Call("np.zeros_like", (Var(name[1:]),)))
