"""The referee's own derivatives: one rule for each scalar operation, and the chain rule over a graph of them.

Every rule is held against SymPy's derivative in tests/checks/test_array_proof.py.
"""

from __future__ import annotations

from collections.abc import Callable

from gradgen.checks.arrays.nodes import Nodes
from gradgen.interpret import Refused

Slope = Callable[[Nodes, int, int], int]  # graph, the function's node, its argument -> the derivative


def _over(n: Nodes, below: int) -> int:
    return n.div(n.one, below)


def _square(n: Nodes, a: int) -> int:
    return n.mul(a, a)


def _one_minus(n: Nodes, a: int) -> int:
    return n.add(n.one, n.neg(a))


def _gauss(n: Nodes, a: int) -> int:
    pi = n.make("named", payload="pi")
    return n.mul(n.div(n.const(2), n.sqrt(pi)), n.function("exp", n.neg(_square(n, a))))


def _minus_root(n: Nodes, a: int) -> int:
    return n.sqrt(n.add(_square(n, a), n.const(-1)))


SLOPES: dict[str, Slope] = {
    "exp": lambda n, f, a: f,
    "log": lambda n, f, a: _over(n, a),
    "sin": lambda n, f, a: n.function("cos", a),
    "cos": lambda n, f, a: n.neg(n.function("sin", a)),
    "tanh": lambda n, f, a: _one_minus(n, _square(n, f)),
    "asin": lambda n, f, a: _over(n, n.sqrt(_one_minus(n, _square(n, a)))),
    "acos": lambda n, f, a: n.neg(_over(n, n.sqrt(_one_minus(n, _square(n, a))))),
    "atan": lambda n, f, a: _over(n, n.add(n.one, _square(n, a))),
    "asinh": lambda n, f, a: _over(n, n.sqrt(n.add(n.one, _square(n, a)))),
    "acosh": lambda n, f, a: _over(n, _minus_root(n, a)),
    "atanh": lambda n, f, a: _over(n, _one_minus(n, _square(n, a))),
    "erf": lambda n, f, a: _gauss(n, a),
    "lgamma": lambda n, f, a: n.make("digamma", a),
    "digamma": lambda n, f, a: n.make("trigamma", a),
}
STEPS = ("leaf", "const", "named", "floor", "ceil", "trunc", "rint", "hold", "gt", "eq", "not", "and", "or")


def reverse(
    n: Nodes, seeds: list[tuple[int, int]], wanted: list[int]
) -> tuple[dict[int, int], list[tuple[int, int, int]]]:
    """The derivatives by ``wanted`` nodes of the sum of (node times weight) in ``seeds``, by the chain rule.

    Returns them for every node that a derivative reaches, and the contributions (node, user, amount) that they are sums of.
    """
    total: dict[int, int] = {}
    shares: list[tuple[int, int, int]] = []

    def give(node: int, user: int, amount: int) -> None:
        if amount != n.zero and n.variable[node]:
            shares.append((node, user, amount))
            total[node] = n.add(total[node], amount) if node in total else amount

    for node, weight in seeds:
        give(node, -1, weight)
    active = _above(n, wanted, [node for node, _ in seeds])
    for node in sorted(active, reverse=True):
        if node in total:
            for part, amount in parts_of(n, node, total[node]):
                if part in active:
                    give(part, node, amount)
    return total, shares


def _above(n: Nodes, wanted: list[int], roots: list[int]) -> set[int]:
    """The nodes of ``roots`` that hang on something wanted."""
    found = set(wanted)
    for node in sorted(n.below(roots)):
        if any(a in found for a in n.args(node)):
            found.add(node)
    return found


def parts_of(n: Nodes, node: int, up: int) -> list[tuple[int, int]]:
    """(part, its share of the derivative on a node)."""
    op, args, _ = n.rows[node]
    match op:
        case "add":
            return [(a, up) for a in args]
        case "neg":
            return [(args[0], n.neg(up))]
        case "mul":
            return [(args[0], n.mul(up, args[1])), (args[1], n.mul(up, args[0]))]
        case "div":
            a, b = args
            return [(a, n.div(up, b)), (b, n.neg(n.mul(up, n.div(a, n.mul(b, b)))))]
        case "pow":
            return _of_power(n, node, up)
        case "ite":
            test, a, b = args
            return [(a, n.choice(test, up, n.zero)), (b, n.choice(test, n.zero, up))]
        case "amax" | "amin":
            return _of_extreme(n, node, up)
        case "atan2":
            y, x = args
            size = n.add(n.mul(x, x), n.mul(y, y))
            return [(y, n.mul(up, n.div(x, size))), (x, n.neg(n.mul(up, n.div(y, size))))]
    if op in STEPS:
        return []
    if op not in SLOPES:
        raise Refused(0, f"no derivative of {op}")
    return [(args[0], n.mul(up, SLOPES[op](n, node, args[0])))]


def _of_power(n: Nodes, node: int, up: int) -> list[tuple[int, int]]:
    a, b = n.args(node)
    lower = n.pow(a, n.add(b, n.const(-1)))
    shares = [(a, n.mul(up, n.mul(b, lower)))]
    if n.variable[b]:
        shares.append((b, n.mul(up, n.mul(node, n.function("log", a)))))
    return shares


def _of_extreme(n: Nodes, node: int, up: int) -> list[tuple[int, int]]:
    """Split equally between the entries that are the greatest (away from ties: all to the one)."""
    ties = [n.equal(a, node) for a in n.args(node)]
    count = n.zero
    for tie in ties:
        count = n.add(count, tie)
    return [(a, n.choice(tie, n.div(up, count), n.zero)) for a, tie in zip(n.args(node), ties, strict=True)]
