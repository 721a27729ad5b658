"""Values as a graph: every distinct expression is one number, so equality is a comparison of numbers."""

from __future__ import annotations

from collections.abc import Iterator

ZERO_SLOPE = frozenset(
    {"//", "<", "<=", ">", ">=", "==", "!=", "is", "is not", "in", "not in", "not", "and", "or", "int", "round", "bool", "len",
     "math.floor", "math.ceil", "math.trunc", "math.isnan", "math.isinf", "math.isfinite", "math.isclose", "math.gcd",
     "math.lcm", "math.factorial", "math.comb", "math.perm", "math.isqrt", "text", "sign"}
)  # fmt: skip


class Graph:
    """Interned nodes ``(op, args, payload)``; a node is its index.

    Operations: ``const``, ``leaf`` (an input), ``sym`` (the value of a stage), ``D`` (the true gradient on a stage), ``call``, ``ite``
    (a choice), ``slope`` (of stage payload[0] by value payload[1]), ``J`` (an entry of a helper's Jacobian), ``hole`` and
    ``bottom`` (no value: the path goes on; the path raises), ``token`` (a helper's cache), ``loop`` (what a variable is behind a loop), ``index``
    (the variable of a loop, or the number of the trip).
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[str, tuple[int, ...], object]] = []
        self.index: dict[tuple, int] = {}
        self.still: dict[str, frozenset[int]] = {}  # helper -> arguments that no derivative of it goes by
        self.twins: dict[str, dict[int, int]] = (
            {}
        )  # helper -> an argument -> an earlier one that its derivatives by are the same
        self.ties: set[frozenset[int]] = set()  # operands of a max or min of which one is a number under a name
        self.zero, self.one = self.const(0), self.const(1)
        self.hole, self.bottom = self.make("hole"), self.make("bottom")

    def make(self, op: str, *args: int, payload: object = None) -> int:
        key = (op, args, payload)
        if key not in self.index:
            self.index[key] = len(self.nodes)
            self.nodes.append(key)
        return self.index[key]

    def const(self, value: object) -> int:
        """A literal; 1 and 1.0 and True are three."""
        return self.make("const", payload=(type(value).__name__, repr(value)))

    def op(self, node: int) -> str:
        return self.nodes[node][0]

    def args(self, node: int) -> tuple[int, ...]:
        return self.nodes[node][1]

    def payload(self, node: int):
        return self.nodes[node][2]

    def call(self, fn: str, *args: int) -> int:
        """An operation, in the one form that equal spellings share: ``a - b`` is ``a + (-b)``."""
        if fn == "-":
            return self.call("+", args[0], self.call("neg", args[1]))
        if fn == "pow" and len(args) == 2:
            return self.call("**", *args)
        if fn in ("<", "<="):
            return self.call(">" if fn == "<" else ">=", args[1], args[0])
        return self.make("call", *args, payload=fn)

    def choice(self, test: int, then: int, orelse: int) -> int:
        """``then if test else orelse``; a path that raises leaves the other one."""
        if then == orelse or orelse == self.bottom:
            return then
        if then == self.bottom:
            return orelse
        if self.op(test) == "call" and self.payload(test) == "not":
            return self.choice(self.args(test)[0], orelse, then)
        return self.make("ite", test, then, orelse)

    def without_not(self, test: int) -> int:
        while self.op(test) == "call" and self.payload(test) == "not":
            test = self.args(test)[0]
        return test

    def is_zero(self, node: int) -> bool:
        return self.op(node) == "const" and self.payload(node)[1] in ("0", "0.0", "-0.0", "False")

    def walk(self, node: int) -> Iterator[int]:
        """A node and all below it, each once."""
        seen, stack = set(), [node]
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                yield current
                stack.extend(self.args(current))

    def below(self, node: int) -> list[int]:
        """A node and all below it, each once, every one before what it is made of."""
        order: list[int] = []
        seen, stack = set(), [(node, False)]
        while stack:
            current, done = stack.pop()
            if done:
                order.append(current)
            elif current not in seen:
                seen.add(current)
                stack.append((current, True))
                stack.extend((a, False) for a in self.args(current))
        return order[::-1]

    def smooth_leaves(self, node: int) -> list[int]:
        """The inputs and stages that a value depends on other than by a test or a step, in order."""
        found: dict[int, None] = {}
        seen, stack = set(), [node]
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            op, args, payload = self.nodes[current]
            if op in ("leaf", "sym"):
                found[current] = None
            elif op == "ite":
                stack.extend(reversed(args[1:]))
            elif op == "pair":
                stack.extend(a for j, a in reversed(list(enumerate(args))) if j not in self.still.get(payload[0], ()))
            elif op == "call" and payload not in ZERO_SLOPE:
                stack.extend(reversed(args[:1] if payload == "math.copysign" else args))
        return list(found)

    def jacobian(self, pair: int, by: int) -> list[int]:
        """The entries of a helper's Jacobian that its derivative by one of its operands is the sum of."""
        _, args, payload = self.nodes[pair]
        still = self.still.get(payload[0], ())
        return [self.partial(*payload, j, args) for j, a in enumerate(args) if a == by and j not in still]

    def partial(self, helper: str, output: int, j: int, args: tuple[int, ...]) -> int:
        """The entry of a helper's Jacobian for one of its outputs and one of its arguments."""
        return self.make("J", *args, payload=(helper, output, self.twins.get(helper, {}).get(j, j)))

    def rebuild(self, node: int, replace: dict[int, int]) -> int:
        """The node with some of those below it replaced (``replace`` is also the memory of the work)."""
        stack = [node]
        while stack:
            current = stack[-1]
            if current in replace:
                stack.pop()
                continue
            op, args, payload = self.nodes[current]
            todo = [a for a in args if a not in replace]
            if todo:
                stack.extend(todo)
                continue
            parts = [replace[a] for a in args]
            replace[current] = self.choice(*parts) if op == "ite" else self.make(op, *parts, payload=payload)
            stack.pop()
        return replace[node]
