"""The emitted text, stage by stage: what each forward line defines, and what each backward line contributes.

A forward assignment makes a *stage*: a new symbol with a definition over earlier symbols.  A backward value is linear in the true
gradients ``D`` on stages.  When a backward name is read, and its value is shown to be the true gradient on some
stage, it is replaced by that stage's ``D``: the chain rule by induction, each step local.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice

from gradgen.checks.arithmetic import complete
from gradgen.checks.graph import Graph
from gradgen.checks.linear import Form, Nonlinear, form_of, scaled, total
from gradgen.checks.loops import MUTATED
from gradgen.checks.numeric import Numeric, Points, alike
from gradgen.checks.reader import Reader
from gradgen.checks.symbolic import Prover
from gradgen.checks.trips import Loop, Record, read_loop, undo_loop
from gradgen.checks.values import Box, Group, Lost, State, Unbound, Unreadable, Value

EQUAL, DIFFERENT, UNKNOWN = "equal", "different", "unknown"
WITNESSES = 4  # points to keep at which a gradient is not the true one


@dataclass
class Stage:
    """One forward assignment: its symbol, definition, printed name, line, and the path it stands on."""

    symbol: int
    definition: int
    name: str
    line: int
    path: tuple[tuple[int, bool], ...]


@dataclass
class Pair:
    """A helper's verified pair: which parameters its backward gives a gradient for, in order."""

    backward: str
    parameters: tuple[int, ...]
    outputs: int


@dataclass(frozen=True)
class Read:
    """A backward name that is read, with its value there."""

    name: str
    value: int
    path: tuple[tuple[int, bool], ...]
    line: int


class Numbering:
    """The numbers of stages and of loops, which the readers of a text and of its loops share."""

    def __init__(self) -> None:
        self.symbols, self.loops = count(), count(1)


class Staged(Reader):
    """Reads one generated function (or a forward and its backward)."""

    def __init__(
        self,
        graph: Graph,
        tree: ast.Module,
        prover: Prover,
        known: dict[str, str],
        pairs: dict[str, Pair],
        copied: frozenset[str] = frozenset(),
    ):
        super().__init__(graph, tree, known)
        self.tree, self.prover, self.pairs, self.copied = tree, prover, pairs, copied
        self.stages: dict[int, Stage] = {}
        self.by_name: dict[str, list[int]] = {}
        self.held: dict[str, set[int]] = {}  # by name: the values that it has in the forward pass
        self.uses: dict[int, list[int]] = {}
        self.forward = True
        self.seeds: dict[int, dict[int, int]] = {}
        self.proved: dict[tuple[int, int, tuple], str] = {}
        self.lines: dict[int, str] = {}
        self.blaming = False
        self.gradients_of: dict[int, int] = {}
        self.outputs: list[int] = []
        self.reads: list[Read] = []
        self.plain = False  # values as they are written, none replaced by the gradient that it is
        self.upstream: frozenset[int] = frozenset()
        self.loops: list[Loop] = []
        self.numbering = Numbering()
        self.around: Staged | None = None  # what reads the loop whose body this reads
        self.entry: dict[str, Value] = {}  # the names before that loop
        self.sums: dict[str, int] = {}  # by name: symbols for gradients that a trip adds to, as they are at its head
        self.distinct: set[int] = set()  # symbols that no two trips of it have the same number for
        self.witnesses: list[dict[str, float]] = []  # inputs at which a gradient is not the true one
        self.records: list[Record] = []  # what the trip puts into containers from outside

    # -- the forward pass ---------------------------------------------------------------------------------------------

    def assigned(self, name: str, value: Value, state: State, node: ast.stmt) -> Value:
        if not isinstance(value, (int, Box)):
            return value
        if not self.forward:  # worked out again: the stage that it was
            if isinstance(value, Box):
                return value
            same = (n for n in self.by_name.get(name, ()) if n in self.stages and self.stages[n].definition == value)
            return next(same, value)
        if isinstance(value, Box):
            return (
                value
                if node.lineno
                and isinstance(getattr(node, "value", None), (ast.Name, ast.Subscript))
                and self.is_unpacking(node)
                else self.stage(name, self.leaf(value), state, node.lineno)
            )
        if self.graph.op(value) == "token":
            return value
        return self.stage(name, value, state, node.lineno)

    @staticmethod
    def is_unpacking(node: ast.stmt) -> bool:
        return isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List))

    def library(self, path: str, node: ast.Call, state: State) -> Value:
        """In a backward pass NumPy's functions of numbers are those of `math`."""
        name = path.removeprefix("numpy.")
        return super().library(
            path if self.forward or name == path else "math." + name.replace("arc", "a"), node, state
        )

    # -- loops --------------------------------------------------------------------------------------------------------

    def loop(self, node: ast.For | ast.While, state: State) -> State:
        return read_loop(self, node, state) if self.forward else undo_loop(self, node, state)

    def inner(self, heads: dict[str, int], entry: dict[str, Value], distinct: set[int]) -> Staged:
        """A reader of a loop's body, in which the loop's variables go by symbols of their own."""
        body = type(self)(self.graph, self.tree, self.prover, self.known, self.pairs, self.copied)
        body.around, body.entry, body.distinct, body.numbering = self, entry, distinct, self.numbering
        body.by_name = {n: list(nodes) for n, nodes in self.by_name.items()} | {n: [h] for n, h in heads.items()}
        body.held = {n: set(nodes) for n, nodes in self.held.items()}
        body.shadowed, body.depth = self.shadowed, self.depth
        return body

    def line_to_blame(self) -> int | None:
        """The line that a trip's gradients are not shown for; a reader that judges lines knows more of it."""
        return None

    def every_stage(self) -> list[Stage]:
        """The stages of this text, those of its loops among them."""
        return [*self.stages.values(), *(s for loop in self.loops for s in loop.body.every_stage())]

    def is_from_outside(self, name: str) -> bool:
        """Whether a name stands before the loop whose body this reads."""
        return self.around is not None and name in self.entry

    def hangs_on(self, value: int) -> list[int]:
        """What a value hangs on of all that is there before this text runs."""
        found = self.leading_to([value])
        return sorted(n for n in found if n not in self.stages and self.graph.op(n) in ("leaf", "sym"))

    def mutate(self, name: str, call: ast.Call, state: State) -> None:
        if self.is_from_outside(name) and call.func.attr == "append":
            self.records.append(Record(name, None, self.value(call.args[0], state), state.path))
        else:
            super().mutate(name, call, state)

    def put(self, target: ast.Subscript, value: Value, state: State) -> None:
        """``h[i] = x``."""
        name = target.value.id
        if not self.is_from_outside(name):
            state.env[name] = Lost(MUTATED)
            return
        keys = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        indices = tuple(self.number(k, state) for k in keys)
        self.records.append(Record(name, indices, value, state.path))

    def bind(self, target: ast.expr, value: Value, state: State, node: ast.stmt) -> None:
        if self.forward and isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.put(target, value, state)
            return
        if self.forward and isinstance(target, ast.Name) and isinstance(value, Box) and self.is_unpacking(node):
            state.env[target.id] = value  # an entry of a parameter under a name of its own
            self.by_name.setdefault(target.id, []).append(self.leaf(value))
            return
        super().bind(target, value, state, node)

    def stage(self, name: str, value: int, state: State, line: int) -> int:
        """A symbol for a value that a derivative can go through; any other value stands for itself."""
        leaves = self.graph.smooth_leaves(value)
        self.by_name.setdefault(name, [])
        if not leaves:
            self.held.setdefault(name, set()).add(value)
            return value
        symbol = self.graph.make("sym", payload=next(self.numbering.symbols))
        self.stages[symbol] = Stage(symbol, value, name, line, state.path)
        self.by_name.setdefault(name, []).append(symbol)
        self.held.setdefault(name, set()).add(symbol)
        for leaf in leaves:
            self.uses.setdefault(leaf, []).append(symbol)
        return symbol

    def leaf(self, box: Box) -> int:
        node = super().leaf(box)
        self.note_leaf(node)
        return node

    def note_leaf(self, node: int) -> None:
        """Know an input by its name."""
        if self.graph.op(node) == "leaf" and node not in self.by_name.setdefault(self.graph.payload(node), []):
            self.by_name[self.graph.payload(node)].append(node)

    def join_name(self, name: str, test: int, a: Value, b: Value, state: State) -> Value:
        merged = self.merged(test, a, b)
        if not self.forward or not isinstance(merged, int) or self.graph.op(merged) == "token":
            return merged
        return self.stage(name, merged, state, 0)

    def own(self, name: str, node: ast.Call, state: State) -> Value:
        """A helper's forward is one opaque operation here, its backward the product with that operation's Jacobian."""
        if name in self.pairs and self.forward:
            args = tuple(self.as_number(v, node) for v in self.arguments(name, self.functions[name].args, node, state))
            pair = self.pairs[name]
            values = tuple(self.graph.make("pair", *args, payload=(name, i)) for i in range(pair.outputs))
            token = self.graph.make("token", *args, payload=name)
            return Group("tuple", (values[0] if pair.outputs == 1 else Group("tuple", values), token))
        if name in self.copied:  # what it computes is one operation
            return Reader(self.graph, self.tree, self.known).run(
                name, self.arguments(name, self.functions[name].args, node, state), state.path
            )
        if not self.forward:
            return self.pulled_back(name, node, state)
        raise Unreadable(node.lineno, f"the call of {name}")

    def pulled_back(self, name: str, node: ast.Call, state: State) -> Value:
        if len(node.args) != 2:
            raise Unreadable(node.lineno, f"the call of {name}")
        token = self.value(node.args[1], state)
        token = self.token_on(token, state.path) if isinstance(token, int) else token
        if not isinstance(token, int) or self.graph.op(token) != "token":
            raise Unreadable(node.lineno, "a backward call without its cache")
        helper = self.graph.payload(token)
        if self.backward_of(helper) != name:
            raise Unreadable(node.lineno, f"{name} does not belong to {helper}")
        dout = self.value(node.args[0], state)
        douts = dout.items if isinstance(dout, Group) else (dout,)
        pair = self.pairs[helper]
        if len(douts) != pair.outputs:
            raise Unreadable(node.lineno, "another number of upstream gradients")
        still = self.graph.still.get(helper, ())
        grads = tuple(
            self.graph.zero if j in still else self.through(token, helper, douts, j, node) for j in pair.parameters
        )
        return grads[0] if len(grads) == 1 else Group("tuple", grads)

    def token_on(self, value: int, path: tuple) -> int:
        """The cache that a value is on a path, as the call wrote it (on a path that no run takes, any)."""
        wanted, dead = self.on_path(value, path), self.prover.is_dead(path, self.definition)
        tokens = [n for n in self.graph.walk(value) if self.graph.op(n) == "token"]
        return next((n for n in tokens if dead or self.on_path(n, path) == wanted), wanted)

    def on_path(self, value: int, path: tuple) -> int:
        return self.prover.resolved(value, path, self.definition)

    def through(self, token: int, helper: str, douts: tuple, j: int, node: ast.AST) -> int:
        terms = [
            self.graph.call("*", self.as_number(d, node), self.graph.partial(helper, i, j, self.graph.args(token)))
            for i, d in enumerate(douts)
        ]
        result = terms[0]
        for term in terms[1:]:
            result = self.graph.call("+", result, term)
        return result

    def backward_of(self, forward: str) -> str:
        return self.pairs[forward].backward

    # -- the backward pass --------------------------------------------------------------------------------------------

    def seed(self, outputs: list[int], upstream: list[int]) -> None:
        """The upstream gradient on each output; what leads to none has no gradient, and is no use of what it is made of."""
        self.forward, self.outputs = False, outputs
        live = self.leading_to(outputs)
        self.uses = {node: [user for user in users if user in live] for node, users in self.uses.items()}
        self.prover.choices.raises += [risk.path for risk in self.log.risks if risk.node is None]
        for node, up in zip(outputs, upstream, strict=True):
            key = self.seeds.setdefault(node, {})
            key[up] = self.graph.one if up not in key else self.graph.call("+", key[up], self.graph.one)
        self.upstream = frozenset(upstream)

    def leading_to(self, outputs: list[int]) -> set[int]:
        """The stages that a derivative of some output goes through."""
        live, stack = set(), list(outputs)
        while stack:
            node = stack.pop()
            if node not in live:
                live.add(node)
                stack += self.graph.smooth_leaves(node if node not in self.stages else self.stages[node].definition)
        return live

    def unbound(self, name: str, state: State, node: ast.Name) -> Value:
        if name.startswith("global"):
            return super().unbound(name, state, node)
        if self.blaming and not self.forward and (found := self.candidates(name)):
            return self.gradient(found[-1])
        if not self.forward or name in self.lines:
            raise Unbound(node.lineno, f"{name} is read before it has a value")
        return super().unbound(name, state, node)

    def loaded(self, name: str, value: Value, state: State, node: ast.Name) -> Value:
        """A backward name that is read: the true gradient it is shown to be, if it is one."""
        if not self.forward and isinstance(value, Box) and value.label() != name and self.candidates(name):
            value = self.leaf(value)  # `dq = z`: a gradient that is an input
        if self.plain and not self.forward:
            self.reads += [Read(label, v, state.path, node.lineno) for label, v in numbers_in(name, value)]
        if (
            self.forward
            or self.plain
            or not isinstance(value, int)
            or value in self.held.get(name, ())
            or self.graph.op(value) in ("sym", "leaf", "D", "token", "const")
            and not self.candidates(name)
        ):
            return value
        for candidate in self.in_order(name, value):
            if self.fits(candidate, state) and self.holds(value, candidate, state.path) == EQUAL:
                return self.gradient(candidate)
        return value

    def in_order(self, name: str, value: int) -> list[int]:
        """The candidates for a name as they are worth trying: first of all those of that very name, and those before the
        stages whose gradients the value is made of; later stages first."""
        stages = [self.order(self.graph.payload(n)) for n in self.graph.walk(value) if self.graph.op(n) == "D"]
        first, own = min(stages, default=0), self.by_name.get(name[1:], [])
        return sorted(self.candidates(name), key=lambda c: (c not in own, self.order(c) >= first, -self.order(c)))

    def fits(self, candidate: int, state: State) -> bool:
        stage = self.stages.get(candidate)
        return stage is None or not any((t, not b) in state.path for t, b in stage.path)

    def candidates(self, name: str) -> list[int]:
        """The stages and inputs whose gradient goes by this name, by the custom that it is ``d`` and the value's name (and a
        number, where that is taken)."""
        if not name.startswith("d"):
            return []
        stem = name[1:]
        found = list(self.by_name.get(stem) or self.spelled(stem))
        while stem[-1:].isdigit() or stem.endswith("_"):
            stem = stem[:-1]
            found = [*self.by_name.get(stem, []), *found]
        return found

    def spelled(self, stem: str) -> list[int]:
        wanted = stem.replace("_", "")
        return [n for label, nodes in self.by_name.items() if "[" in label and _flat(label) == wanted for n in nodes]

    def leaves_of(self, param: str) -> list[int]:
        """The inputs that a parameter brings: itself, or its entries."""
        return [
            n
            for label, nodes in self.by_name.items()
            if label == param or label.startswith(param + "[")
            for n in nodes
            if self.graph.op(n) == "leaf"
        ]

    def gradient(self, node: int) -> int:
        return self.graph.make("D", payload=node)

    def holds(self, value: int, candidate: int, path: tuple) -> str:
        """Whether a value is the true gradient on a stage, as far as it can be shown."""
        key = (value, candidate, path)
        if key not in self.proved:
            self.proved[key] = self.compare(value, candidate, path)
        return self.proved[key]

    def compare(self, value: int, candidate: int, path: tuple) -> str:
        if self.prover.is_dead(path, self.definition):
            return EQUAL
        if self.told_apart(value, candidate, path):
            return DIFFERENT
        try:
            claimed = self.form(value)
        except Nonlinear:
            return UNKNOWN
        own = claimed.get(self.gradient_key(candidate), self.graph.zero)  # all there is, if the rest is nothing
        expected = self.step(candidate, path)
        if own != self.graph.zero and self.equal(own, self.graph.one, path):
            expected = {self.gradient_key(candidate): own}
        shown = self.prover.sharing(lambda: self.eliminated(claimed, expected, path))
        return EQUAL if shown else UNKNOWN

    def eliminated(self, claimed: Form, expected: Form, path: tuple) -> bool:
        """Whether two forms are one by the chain rule: gradient by gradient, earliest stage first, coefficients that are
        equal cancel; where they are not, that gradient is written by those on the stages that use it."""
        claimed, expected = dict(claimed), dict(expected)
        while keys := [k for k in {*claimed, *expected} if k not in self.upstream]:
            key = min(keys, key=self.rank)
            printed = key in claimed and key in expected  # a term that is not there is no convention
            a, b = claimed.pop(key, self.graph.zero), expected.pop(key, self.graph.zero)
            if not self.equal(a, b, path, printed):
                if not self.prover.may_go_on():
                    return False
                onward = self.step(self.graph.payload(key), path)
                claimed = total(self.graph, claimed, scaled(self.graph, onward, a))
                expected = total(self.graph, expected, scaled(self.graph, onward, b))
        return all(
            self.equal(claimed.get(k, self.graph.zero), expected.get(k, self.graph.zero), path)
            for k in {*claimed, *expected}
        )

    def equal(self, a: int, b: int, path: tuple, printed: bool = True) -> bool:
        """Whether two coefficients are shown equal (numbers first: most that are not are told apart so)."""
        return (
            a == b
            or all(alike(x, y) for x, y in self.values(a, b, path))
            and self.prover.equal(a, b, path, self.definition, printed)
        )

    def values(self, a: int, b: int, path: tuple) -> Iterator[tuple]:
        """Two nodes as numbers, at the points of a path where both are some; one by one, as the first may be enough."""
        pairs = ((p.value(a), p.value(b)) for p in self.points().meeting(path))
        return filter(complete, pairs)

    def rank(self, key: int) -> int:
        """Where in the forward pass the stage of a gradient stands."""
        return self.order(self.graph.payload(key))

    def order(self, stage: int) -> int:
        """The place of a stage in the forward pass; inputs come before all."""
        return self.graph.payload(stage) if self.graph.op(stage) == "sym" else -1

    def told_apart(self, value: int, candidate: int, path: tuple) -> bool:
        """Whether numbers show that a value is not the true gradient (most candidates for a name are told apart so)."""
        return self.differs(value, self.gradient_key(candidate), path)

    def differs(self, a: int, b: int, path: tuple) -> bool:
        """Whether numbers tell two nodes apart on a path."""
        return any(not alike(x, y) for x, y in self.values(a, b, path))

    def is_likely(self, value: Value, box: Box) -> bool:
        """Whether no number tried speaks against what is handed back for a parameter."""
        if isinstance(value, Group):
            keys = range(len(value.items)) if value.keys is None else value.keys
            return all(self.is_likely(v, Box(box.name, (*box.path, k))) for k, v in zip(keys, value.items, strict=True))
        node, true = self.leaf(value) if isinstance(value, Box) else value, self.gradient_key(self.leaf(box))
        return node == true or all(alike(x, y) for x, y in self.values(node, true, ()))

    def is_different(self, value: int, candidate: int) -> bool:
        """Whether any of many points tells a value from the true gradient, points of small whole numbers among them (but
        not those at which a convention is free).  Some of these points are kept as witnesses."""
        points = self.points().meeting((), 60, 60) + self.points().meeting((), 40, 40, ties=True)
        told = (p for p in points if self.is_other(p, value, self.gradient_key(candidate)))
        inputs = [p.inputs() for p in islice(told, WITNESSES)]
        self.witnesses += inputs
        return bool(inputs)

    def is_other(self, point: Numeric, a: int, b: int) -> bool:
        """Whether two nodes are different numbers at a point, and no convention is free there."""
        x, y = point.value(a), point.value(b)
        return x is not None and y is not None and not alike(x, y) and not self.is_free(point, a, b)

    def is_free(self, point: Numeric, *nodes: int) -> bool:
        """Whether a comparison that nodes hang on comes out even at a point where any convention will do."""
        seen, stack = set(), list(nodes)
        while stack:
            n = stack.pop()
            if n in seen:
                continue
            seen.add(n)
            op, args, payload = self.graph.nodes[n]
            if op == "call" and payload in (">", ">="):
                x, y = args
                if point.value(x) == point.value(y) and self.prover.choices.is_free_tie(x, y):
                    return True
            stack.extend(point.needs(n))
            if op == "slope":  # kinks on the way of what it is by are tests
                inside = self.graph.walk(self.prover.choices.without_kinks(args[0]))
                arms = [m for m in inside if self.graph.op(m) == "ite" and args[1] in self.graph.smooth_leaves(m)]
                stack.extend(self.graph.args(m)[0] for m in arms)
        return False

    def points(self) -> Points:
        """Points at which everything has a number, true gradients too."""
        if self.definition not in self.prover.points:
            widened = partial(self.prover.widened, definition=self.definition)
            rooted = partial(self.prover.test_in, definition=self.definition)
            self.prover.points[self.definition] = Points(
                self.prover.choices, self.definition, self.true_gradient, widened, rooted, self.prover.given
            )
        return self.prover.points[self.definition]

    def true_gradient(self, node: int) -> int:
        """The true gradient on a stage as a node: the sum over its uses."""
        if node not in self.gradients_of:
            result = self.graph.zero
            for key, coefficient in self.step(node, ()).items():
                term = self.graph.call("*", coefficient, key)
                result = term if result == self.graph.zero else self.graph.call("+", result, term)
            self.gradients_of[node] = result
        return self.gradients_of[node]

    def form(self, value: int) -> Form:
        return form_of(self.graph, value, self.upstream)

    def step(self, node: int, path: tuple) -> Form:
        """The true gradient on a stage by those on the stages that use it, and the upstream gradient: one step of the chain rule."""
        result: Form = dict(self.seeds.get(node, {}))
        for user in self.uses.get(node, []):
            result = total(self.graph, result, self.through_user(node, user, path))
        return result

    def through_user(self, node: int, user: int, path: tuple, slope: int | None = None) -> Form:
        """What one stage's use of a value brings to its gradient (nothing on the paths that the stage does not stand on), with
        all of its slope or a part of it."""
        stage = self.stages[user]
        if any((t, not b) in path for t, b in stage.path):
            return {}
        slope = self.graph.make("slope", stage.definition, node, payload=user) if slope is None else slope
        for test, outcome in reversed(stage.path):
            if (test, outcome) not in path:
                slope = (
                    self.graph.choice(test, slope, self.graph.zero)
                    if outcome
                    else self.graph.choice(test, self.graph.zero, slope)
                )
        return {self.gradient_key(user): slope}

    def gradient_key(self, node: int) -> int:
        return self.graph.make("D", payload=node)

    def definition(self, symbol: int) -> int | None:
        stage = self.stages.get(symbol)
        return stage.definition if stage else self.around.definition(symbol) if self.around else None

    def is_gradient(self, value: Value, node: int, so_far: int | None = None) -> bool:
        """Whether a value is shown to be the true gradient on a symbol, or that beside a sum so far."""
        value = self.leaf(value) if isinstance(value, Box) else value
        if not isinstance(value, int):
            return False
        if so_far is None:
            return value == self.gradient_key(node) or self.holds(value, node, ()) == EQUAL
        if self.differs(value, self.graph.call("+", so_far, self.gradient_key(node)), ()):
            return False
        try:
            claimed = self.form(value)
        except Nonlinear:
            return False
        expected = total(self.graph, {so_far: self.graph.one}, self.step(node, ()))
        return self.prover.sharing(lambda: self.eliminated(claimed, expected, ()))


def numbers_in(name: str, value: Value) -> list[tuple[str, int]]:
    """The numbers in a value, each with the name that it goes by (``dw[0]``)."""
    if isinstance(value, Group):
        keys = range(len(value.items)) if value.keys is None else value.keys
        return [
            found for key, item in zip(keys, value.items, strict=True) for found in numbers_in(f"{name}[{key!r}]", item)
        ]
    return [(name, value)] if isinstance(value, int) else []


def _flat(label: str) -> str:
    """``w[-1]`` as it stands in a name: ``wm1``."""
    return "".join(c for c in label.replace("-", "m") if c.isalnum())
