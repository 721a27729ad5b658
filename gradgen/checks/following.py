"""A reading of loops for the forward pass: what a variable is behind a loop, as one node.

The node has what the variables are before the loop, what one trip makes of them (over a symbol for each at its head), and
what decides the number of trips: equal nodes are equal values, for any number of trips.
"""

from __future__ import annotations

import ast

from gradgen.checks.loops import MUTATED, STOP, header, mutated, stored, without_jumps
from gradgen.checks.reader import Reader
from gradgen.checks.values import Box, Group, Inner, Kept, Lost, State, Step, Unreadable, Value


class Following(Reader):
    """Follows loops too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loops, self.level = 0, 0
        self.unset: set[int] = set()  # heads of variables that have no value before their loop

    def loop(self, node: ast.For | ast.While, state: State) -> State:
        if node.orelse:
            raise Unreadable(node.lineno, "an else of a loop")
        self.loops += 1
        self.level += 1
        trip = _Trip(self, node, state)
        self.level -= 1
        self.here = state.path
        return State(trip.behind(), state.path)

    def loaded(self, name: str, value: Value, state: State, node: ast.Name) -> Value:
        if value in self.unset:
            self.log.unbound.setdefault(name, node.lineno)
        return value

    def augment(self, node: ast.AugAssign, target: ast.expr, op: str, value: int, state: State) -> None:
        if isinstance(target, ast.Name) and target.id in state.env:
            self.loaded(target.id, state.env[target.id], state, target)
        super().augment(node, target, op, value, state)

    def bind(self, target: ast.expr, value: Value, state: State, node: ast.stmt) -> None:
        match target:
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(state.env.get(name), (Lost, Group)):
                state.env[name] = Lost(MUTATED)
            case _:
                super().bind(target, value, state, node)


class _Trip:
    """One trip of a loop, read with a symbol for each variable at its head."""

    def __init__(self, reader: Following, node: ast.For | ast.While, state: State):
        self.reader, self.graph, self.before, self.node = reader, reader.graph, state, node
        self.changed = mutated(node.body)
        self.target = node.target.id if isinstance(node, ast.For) and isinstance(node.target, ast.Name) else None
        names = [n for n in stored([node]) if n not in self.changed and n != self.target]
        self.heads = {n: self.symbol(n) for n in names}
        reader.unset |= {head for n, head in self.heads.items() if n not in state.env}
        self.mark = self.symbol("here")
        self.index = self.graph.make("leaf", payload=f"index at level {reader.level}")
        inside = state.env | {n: Lost(MUTATED) for n in self.changed} | self.heads | {STOP: self.graph.const(False)}
        if self.target:
            inside[self.target] = self.index
        path = (*state.path, (self.mark, True))
        since = len(reader.log.risks), {*reader.log.tests}
        self.control = self.decides(State(dict(inside), path))
        end, returned = reader.block(without_jumps(node.body), State(inside, path))
        if end is None or returned not in (None, self.graph.hole):
            raise Unreadable(node.lineno, "a loop that returns")
        self.control += (self.number(end.env[STOP]),)
        self.ends = {n: self.number(end.env.get(n)) for n in names}
        self.befores = {n: self.number(state.env.get(n)) for n in names}
        self.nodes = {n: self.closed([n]) for n in names}
        self.rename(*since)

    def symbol(self, what: str) -> int:
        return self.graph.make("leaf", payload=f"{what} in loop {self.reader.loops}")

    def number(self, value: Value | None) -> int | None:
        """A value as a node; a name without one (its use before it has one raises) as None's, a container as none."""
        if value is None:
            return self.graph.const(None)
        if isinstance(value, (Group, Lost, Kept, Inner)):
            return None
        return self.reader.leaf(value) if isinstance(value, Box) else value

    def decides(self, inside: State) -> tuple[int, ...]:
        """What decides the number of trips, beside ``break``."""
        node, reader = self.node, self.reader
        if isinstance(node, ast.While):
            test = reader.test(node.test, inside)
            reader.log.tests.setdefault(self.graph.without_not(test), node.lineno)
            return (test,)
        found = header(node.iter, lambda n: reader.number(n, self.before), self.graph.zero, self.graph.one)
        if found is None or self.target is None or self.target in stored(node.body):
            raise Unreadable(node.lineno, "what the loop runs over")
        over = self.graph.make("loop", *found.over, payload=(found.kind, found.is_reversed))
        reader.log.operations.append(Step(over, self.before.path, node.lineno))
        return (over,)

    def behind(self) -> dict[str, Value]:
        """The variables behind the loop."""
        env = self.before.env | {n: Lost(MUTATED) for n in self.changed}
        env |= {n: Lost("a container in a loop") if node is None else node for n, node in self.nodes.items()}
        return env | ({self.target: self.closed([])} if self.target else {})

    def closed(self, names: list[str]) -> int | None:
        """The node of a variable behind the loop (of the loop itself, for none): what all that bear on it are before the loop
        and at the end of a trip, whatever their names are: they are numbered as they are met."""
        names, seen = list(names), set()
        for root in self.control:
            self.meet(root, names, seen)
        for name in names:  # grows
            if self.ends[name] is None or self.befores[name] is None:
                return None
            self.meet(self.ends[name], names, seen)
        level = self.reader.level
        numbered = {
            self.heads[n]: self.graph.make("leaf", payload=f"{i} at level {level}") for i, n in enumerate(names)
        }
        inside = [self.graph.rebuild(n, numbered) for n in (*(self.ends[n] for n in names), *self.control)]
        return self.graph.make("loop", *(self.befores[n] for n in names), *inside, payload=len(names))

    def meet(self, root: int, names: list[str], seen: set[int]) -> None:
        """Note the variables that a node hangs on, in the order of its parts."""
        found = {head: n for n, head in self.heads.items()}
        names += [found[n] for n in self.graph.walk(root) if n in found and n not in seen and found[n] not in names]
        seen.update(self.graph.walk(root))

    def rename(self, risks: int, tests: set[int]) -> None:
        """What the log says of what may raise in this loop (from there on) in terms of what its variables are, not of their
        names.  Its operations stay as they are: they are for telling which line is another, if one is."""
        log = self.reader.log
        new = {
            head: self.graph.make("leaf", payload=f"at the head of {self.nodes[n]}")
            for n, head in self.heads.items()
            if self.nodes[n] is not None
        }
        new[self.mark] = self.graph.make("leaf", payload=f"in {self.closed([])}")

        def again(step: Step) -> Step:
            path = tuple((self.graph.rebuild(test, new), outcome) for test, outcome in step.path)
            return Step(step.node and self.graph.rebuild(step.node, new), path, step.line)

        log.risks[risks:] = [again(step) for step in log.risks[risks:]]
        log.tests |= {self.graph.rebuild(n, new): line for n, line in log.tests.items() if n not in tests}
