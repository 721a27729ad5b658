"""Proof through loops by an invariant: one trip, read with symbols for what its variables are at its head, stands for all.

Forward, a loop is one operation: a variable behind it hangs on those before it and on what the body reads.  Backward, the
reverse loop brings the product with that operation's Jacobian, if one reverse trip brings that of one forward trip: gradients on
the variables at the end of the trip become those at its head, and what is added to any other gradient is that gradient's part.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradgen.checks.linear import total
from gradgen.checks.loops import MUTATED, STOP, Header, header, is_counted, mutated, stored, without_jumps
from gradgen.checks.values import Box, Group, Kept, Lost, State, Unreadable, Value

if TYPE_CHECKING:
    from gradgen.checks.staged import Staged

UNDONE = "the reverse loop undoes no loop"


@dataclass(frozen=True)
class Record:
    """What a trip puts into a container: under these indices, or at its end."""

    name: str
    indices: tuple[int, ...] | None
    value: Value
    path: tuple


@dataclass(frozen=True)
class Carry:
    """A variable that a body binds: its symbols at the head of a trip and behind the loop, its value at the end of a trip, and the
    loop's operation with what that hangs on: carried variables, as they are before the loop, and others."""

    head: int
    end: int
    out: int
    operation: str
    carried: dict[str, int]
    free: tuple[int, ...]
    is_sum: bool  # whether a trip only adds something to it: its gradient is the same for all trips

    @property
    def operands(self) -> tuple[int, ...]:
        return (*self.carried.values(), *self.free)


@dataclass
class Loop:
    """A loop of the forward pass, as it was read."""

    label: str
    header: Header | None
    index: int  # the loop variable
    trip: int  # the number of the trip
    body: Staged
    carries: dict[str, Carry]
    counts: set[int]  # values that are the number of trips
    is_undone: bool = False


# -- forward ---------------------------------------------------------------------------------------------------------------


def read_loop(reader: Staged, node: ast.For | ast.While, state: State) -> State:
    """The state behind a loop of the forward pass."""
    counters = {n for n in stored(node.body) if state.env.get(n) == reader.graph.zero and is_counted(n, node.body)}
    reading = _Reading(reader, node, state, counters)
    if not reading.counts_trips():
        reading = _Reading(reader, node, state, set())
    return reading.behind()


class _Reading:
    """One trip of a loop, read with symbols for its variables at the head; ``counters`` are taken to be the trip's number."""

    def __init__(self, reader: Staged, node: ast.For | ast.While, state: State, counters: set[str]):
        self.reader, self.graph, self.node, self.before, self.counters = reader, reader.graph, node, state, counters
        self.label = f"{next(reader.numbering.loops)} at line {node.lineno}"
        self.trip = self.symbol_for_index("trip")
        self.header, self.target, self.index = self.runs_over()
        self.changed = mutated(node.body)
        names = [n for n in stored(node.body) if n not in self.changed]
        self.heads = {n: self.trip if n in counters else self.leaf(n) for n in names}
        is_distinct = self.header is not None and self.header.kind == "range"
        self.body = reader.inner(self.heads, state.env, {self.trip, self.index} if is_distinct else {self.trip})
        inside = state.env | {n: Lost(MUTATED) for n in self.changed} | self.heads | {STOP: self.graph.const(False)}
        if self.target:
            inside[self.target] = self.index
        end, returned = self.body.block(without_jumps(node.body), State(inside))
        if end is None or returned not in (None, self.graph.hole) or node.orelse:
            raise Unreadable(node.lineno, "a loop that ends otherwise than by its test")
        self.end = end.env
        self.ends = {n: v for n in names if (v := self.number(self.end[n])) is not None}
        self.befores = {n: v for n in self.ends if (v := self.number(state.env.get(n))) is not None}

    def leaf(self, what: str) -> int:
        return self.graph.make("leaf", payload=f"{what} in loop {self.label}")

    def symbol_for_index(self, what: str) -> int:
        return self.graph.make("index", payload=f"{what} of loop {self.label}")

    def number(self, value: Value | None) -> int | None:
        """A value as a node; of a container, and of None, none."""
        node = self.reader.leaf(value) if isinstance(value, Box) else value
        return node if isinstance(node, int) and node != self.graph.const(None) else None

    def runs_over(self) -> tuple[Header | None, str | None, int]:
        """The header of a ``for``, its variable's name and symbol (that of the trip's number, where it is that)."""
        if isinstance(self.node, ast.While):
            return None, None, self.trip
        found = read_header(self.reader, self.node, self.before)
        target = self.node.target.id if isinstance(self.node.target, ast.Name) else None
        if found is None or target is None or target in stored(self.node.body):
            raise Unreadable(self.node.lineno, "what the loop runs over")
        counted = Header("range", (self.graph.zero, *found.over[1:2], self.graph.one))
        return found, target, self.trip if found == counted else self.symbol_for_index("index")

    def counts_trips(self) -> bool:
        after = self.graph.call("+", self.trip, self.graph.one)
        return all(self.end[n] == after for n in self.counters)

    def behind(self) -> State:
        """The state behind the loop, which the reader takes note of."""
        carries = {n: self.carry(n) for n in self.ends}
        for leaf in dict.fromkeys(leaf for carry in carries.values() for leaf in carry.free):
            self.reader.note_leaf(leaf)
        counts = {carries[n].out for n in self.counters}
        self.reader.loops.append(Loop(self.label, self.header, self.index, self.trip, self.body, carries, counts))
        env = self.before.env | {n: Lost("a container in a loop") for n in self.heads}
        env |= {n: carry.out for n, carry in carries.items()}
        if self.target:
            env[self.target] = self.symbol_for_index("last index")
        return State(env | {n: self.kept(n) for n in self.changed}, self.before.path)

    def carry(self, name: str) -> Carry:
        """A variable behind the loop, as a stage."""
        head, end = self.heads[name], self.ends[name]
        is_sum = name in self.befores and self.is_sum(name)
        names, free = [] if is_sum else [name], {}
        if is_sum:
            self.spread(name, names, free)
            names.remove(name)
        for other in names:  # grows
            self.spread(other, names, free)
        carried = {n: self.befores[n] for n in names if n in self.befores}
        operation = f"{name} in loop {self.label}"
        value = self.graph.make("pair", *carried.values(), *free, payload=(operation, 0))
        if is_sum:
            added = self.reader.stage(f"what is added to {name}", value, self.before, 0)
            value = self.graph.call("+", self.befores[name], added)
        out = self.reader.stage(name, value, self.before, 0)
        return Carry(head, end, out, operation, carried, tuple(free), is_sum)

    def spread(self, name: str, names: list[str], free: dict[int, None]) -> None:
        """Note what the end of a variable hangs on: carried variables (by name), and others."""
        for leaf in self.body.hangs_on(self.ends[name]) if name in self.ends else ():
            found = [n for n, head in self.heads.items() if head == leaf]
            names += [n for n in found if n not in names]
            if not found:
                free[leaf] = None

    def is_sum(self, name: str) -> bool:
        """Whether a trip only adds something to a variable, on every path, and no other variable hangs on it."""
        head = self.heads[name]
        others = (v for n, v in self.ends.items() if n != name)
        return not any(head in self.body.hangs_on(v) for v in others) and self.is_head_and_more(self.ends[name], head)

    def is_head_and_more(self, value: int, head: int) -> bool:
        if value == head:
            return True
        definition = self.body.stages[value].definition if value in self.body.stages else value
        op, args, payload = self.graph.nodes[definition]
        if op == "ite":
            return all(self.is_head_and_more(a, head) for a in args[1:])
        if op == "call" and payload == "+":
            inside = [a for a in args if head in self.body.hangs_on(a)]
            return len(inside) == 1 and self.is_head_and_more(inside[0], head)
        return op == "sym" and definition != value and self.is_head_and_more(definition, head)

    def kept(self, name: str) -> Value:
        """What a container holds behind the loop, if that can be told: an entry for each trip, none written over."""
        whole, records = self.before.env.get(name), [r for r in self.body.records if r.name == name]
        is_inside = self.reader.is_from_outside(name)
        if not records or len({r.indices for r in records}) < len(records):
            return Lost(MUTATED)
        if records[0].indices is None:
            (one,) = records
            if is_inside or not isinstance(whole, Group) or whole.kind != "list" or one.path:
                return Lost(MUTATED)
            return self.listed(whole, one.value)
        if any(r.indices is None or self.body.distinct.isdisjoint(r.indices) for r in records):
            return Lost(MUTATED)
        if is_inside:  # a dict that is made before a loop around this one
            self.reader.records += records
            return Lost(MUTATED)
        if whole != Group("dict", (), ()):
            return Lost(MUTATED)
        return Kept(tuple((r.indices, r.value, r.path) for r in records))

    def listed(self, whole: Group, value: Value) -> Value:
        """A list that each trip puts a value at the end of: by the trip's number; or one that starts with the value of a
        variable before the loop, and goes on with it at the end of each trip."""
        if not whole.items:
            return Kept((((self.trip,), value, ()),))
        first = self.number(whole.items[0]) if len(whole.items) == 1 else None
        same = [n for n, end in self.ends.items() if end == value and self.befores.get(n) == first]
        if first is None or not same:
            return Lost(MUTATED)
        after = self.graph.call("+", self.trip, self.graph.one)
        return Kept((((self.trip,), self.heads[same[0]], ()), ((after,), value, ())))


def read_header(reader: Staged, node: ast.For, state: State) -> Header | None:
    return header(node.iter, lambda n: reader.number(n, state), reader.graph.zero, reader.graph.one)


# -- backward --------------------------------------------------------------------------------------------------------------


def undo_loop(reader: Staged, node: ast.For | ast.While, state: State) -> State:
    """The state behind a reverse loop.  Raises `Unreadable` where it is not shown to undo a loop of the forward pass."""
    if isinstance(node, ast.While) or not isinstance(node.target, ast.Name) or node.orelse:
        raise Unreadable(node.lineno, UNDONE)
    found = read_header(reader, node, state)
    for loop in reversed(reader.loops):
        if found is None or loop.is_undone:
            continue
        counted = found.over[:1] + found.over[2:] == (reader.graph.zero, reader.graph.one)
        by_count = found.kind == "range" and counted and found.over[1] in loop.counts
        same = loop.header is not None and (loop.header.kind, loop.header.over) == (found.kind, found.over)
        if by_count or same:
            is_backwards = found.is_reversed if by_count else found.is_reversed != loop.header.is_reversed
            return _Undoing(reader, node, state, loop, loop.trip if by_count else loop.index, is_backwards).behind()
    raise Unreadable(node.lineno, UNDONE)


class _Undoing:
    """A reverse loop, one trip of it read with symbols for the gradients that arrive and for the sums that are added to."""

    def __init__(self, reader: Staged, node: ast.For, state: State, loop: Loop, index: int, is_backwards: bool):
        self.reader, self.graph, self.node, self.before, self.loop = reader, reader.graph, node, state, loop
        self.body, self.index = loop.body, index
        loop.is_undone = True
        self.bound = set(stored(node.body))
        self.lively = self.live()
        self.gradients = {n: d for n in loop.carries if (d := self.gradient_name(n)) is not None}  # by variable
        if not is_backwards and any(d in self.bound for d in self.gradients.values()):
            raise Unreadable(node.lineno, "the reverse loop runs forwards")
        self.arriving = self.seeds()
        self.sums = self.summed()

    def gradient_name(self, name: str) -> str | None:
        """The name of the gradient on a carried variable, if it has one before the reverse loop and is no local of the body."""
        names = [d for d, v in self.before.env.items() if isinstance(v, (int, Box)) and d.startswith("d")]
        found = [d for d in names if d[1:] == name] or [d for d in names if d[1:].rstrip("0123456789_") == name]
        found = [d for d in found if d in self.bound or not self.is_told(name)]
        likely = [d for d in found if not self.reader.told_apart(self.plain_number(d), self.loop.carries[name].out, ())]
        return next(iter(likely or found), None) if name in self.lively else None

    def plain_number(self, d: str) -> int:
        return self.reader.as_number(self.before.env[d], self.node)

    def is_told(self, name: str) -> bool:
        """Whether the gradient on a variable is the same for all trips and some multiple of the upstream gradient."""
        carry = self.loop.carries[name]
        return carry.is_sum and set(self.reader.step(carry.out, ())) <= self.reader.upstream

    def live(self) -> set[str]:
        """The variables whose value at the end of a trip bears on something: behind the loop, or in a later trip."""
        carries = self.loop.carries
        found = [n for n, carry in carries.items() if self.reader.step(carry.out, ())]
        for name in found:  # grows
            below = self.body.hangs_on(carries[name].end)
            found += [n for n, carry in carries.items() if carry.head in below and n not in found]
        return set(found)

    def seeds(self) -> dict[str, int]:
        """The gradients that arrive at the end of a trip, as symbols, given to the body; where the gradient has no name and is
        the same for all trips, as what it is."""
        carries, arriving = self.loop.carries, {}
        ends, upstream = [], []
        for name, carry in carries.items():
            arriving[name] = self.leaf(f"gradient on {name}")
            if self.body.hangs_on(carry.end) and (name in self.gradients or name in self.lively):
                ends.append(carry.end)
                upstream.append(arriving[name])
        self.body.seed(ends, upstream)
        for name, carry in carries.items():
            form = self.reader.step(carry.out, ())
            if name not in self.gradients and form and self.is_told(name):
                key = self.body.seeds[carry.end]
                key.pop(arriving[name], None)
                key.update(total(self.graph, key, form))
                self.body.upstream |= set(form)
        return arriving

    def leaf(self, what: str) -> int:
        return self.graph.make("leaf", payload=f"{what} in loop {self.loop.label}")

    def summed(self) -> dict[str, tuple[int, int]]:
        """The gradients of values from outside that the body adds to: name -> (the value, a symbol for the sum so far)."""
        free = {leaf for carry in self.loop.carries.values() for leaf in carry.free}
        found = {}
        for name, value in self.before.env.items():
            if name in self.bound and isinstance(value, (int, Box)) and name not in self.gradients.values():
                leaves = [leaf for leaf in self.body.candidates(name) if leaf in free]
                if leaves:
                    found[name] = leaves[-1], self.leaf(f"{name} so far")
        return found

    def behind(self) -> State:
        """The state behind the reverse loop: every gradient with what the loop brings."""
        env = {n: v for n, v in self.before.env.items() if n not in self.bound} | {self.node.target.id: self.index}
        told = {
            self.reader.gradient(carry.out): self.reader.true_gradient(carry.out)
            for name, carry in self.loop.carries.items()
            if self.is_told(name)
        }
        env = {n: self.graph.rebuild(v, dict(told)) if isinstance(v, int) else v for n, v in env.items()}
        for name, d in self.gradients.items():
            if d not in self.bound:  # what else holds it, in all trips
                same = {self.plain_number(d), self.number(d)}
                env |= {n: self.arriving[name] for n, v in self.before.env.items() if n in env and v in same}
        env |= {d: self.arriving[n] for n, d in self.gradients.items()}
        env |= {d: so_far for d, (_, so_far) in self.sums.items()}
        self.body.upstream |= {so_far for _, so_far in self.sums.values()}
        self.body.plain = self.reader.plain
        self.body.sums = {d: so_far for d, (_, so_far) in self.sums.items()}
        end, _ = self.body.block(self.node.body, State(env))
        if end is None:
            raise Unreadable(self.node.lineno, "the reverse loop returns")
        if not self.reader.plain:
            self.check(end.env)
        return State(self.after(), self.before.path)

    def check(self, env: dict[str, Value]) -> None:
        """One trip: the gradients at its head, and the parts that are added."""
        for name, d in self.gradients.items():
            if not self.body.is_gradient(env[d], self.loop.carries[name].head):
                raise Unreadable(self.line_to_blame(d), f"{d} is not shown to be handed on")
        for d, (leaf, so_far) in self.sums.items():
            if not self.body.is_gradient(env[d], leaf, so_far):
                raise Unreadable(self.line_to_blame(d), f"{d} is not shown to gain the gradient")

    def line_to_blame(self, d: str) -> int:
        """The line that brings too little, as far as that is told; else the last that gives a gradient something, or the header."""
        names = [n for s in self.node.body for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == d]
        given = [n.lineno for n in names if isinstance(n.ctx, ast.Store)]
        return self.body.line_to_blame() or max(given, default=self.node.lineno)

    def after(self) -> dict[str, Value]:
        env = {n: v for n, v in self.before.env.items() if n not in self.bound}
        env[self.node.target.id] = Lost("an index behind its loop")
        arrived = {n: self.arrived(n) for n in self.loop.carries}
        for name, d in self.gradients.items():
            carry = self.loop.carries[name]
            env[d] = self.total(arrived[name] if carry.is_sum else None, arrived, name)
        for d, (leaf, _) in self.sums.items():
            env[d] = self.total(self.number(d), arrived, leaf)
        return env

    def arrived(self, name: str) -> int | None:
        """The gradient on a variable behind the loop."""
        if name in self.gradients:
            return self.number(self.gradients[name])
        return self.reader.gradient(self.loop.carries[name].out) if self.is_told(name) else None

    def number(self, d: str) -> int:
        value = self.reader.loaded(d, self.before.env[d], self.before, ast.Name(d, ast.Load(), lineno=self.node.lineno))
        return self.reader.as_number(value, self.node)

    def total(self, first: int | None, arrived: dict[str, int | None], by: str | int) -> int:
        """A gradient with what comes to it through the loop's operations."""
        terms = [] if first is None else [first]
        for name, gradient in arrived.items():
            carry = self.loop.carries[name]
            start = len(carry.carried)
            places = [j for j, n in enumerate(carry.carried) if n == by]
            places += [start + j for j, leaf in enumerate(carry.free) if leaf == by and isinstance(by, int)]
            if gradient is not None:
                terms += [
                    self.graph.call("*", gradient, self.graph.partial(carry.operation, 0, j, carry.operands))
                    for j in places
                ]
        result = terms[0] if terms else self.graph.zero
        for term in terms[1:]:
            result = self.graph.call("+", result, term)
        return result
