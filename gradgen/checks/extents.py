"""The extents of arrays: symbols and their arithmetic, and which sizes to try for them."""

from __future__ import annotations

import ast
import itertools
import math
import operator
import random
from collections.abc import Callable, Iterator

Extent = int | str
OPERATORS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23)
COUNTED = tuple(range(2, 12))
FEW = (2, 3, 4, 2, 3, 4, 2, 3, 4)
ENTRIES = 400  # of all arrays together: numbers of many digits are slow
LARGEST = 10_000


def evaluate(extent: Extent, sizes: dict[str, int]) -> int:
    """The value of an extent.  Raises ValueError for anything but sums and products of known symbols.

    >>> evaluate("C*H + 1", {"C": 2, "H": 3})
    7
    """
    if isinstance(extent, int):
        return extent
    return _value(ast.parse(extent, mode="eval").body, sizes)


def _value(node: ast.expr, sizes: dict[str, int]) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and node.id in sizes:
        return sizes[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.left, sizes), _value(node.right, sizes))
    raise ValueError(f"not an extent: {ast.unparse(node)}")


def symbols(extents: Iterator[Extent]) -> list[str]:
    """The symbols in these extents, in the order of their first use."""
    texts = [e for e in extents if isinstance(e, str)]
    names = [n.id for text in texts for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(names))


def assignment(
    names: list[str],
    shapes: list[tuple[Extent, ...]],
    allowed: dict[str, tuple[int, ...]],
    attempt: int,
    rng: random.Random,
) -> dict[str, int]:
    """A size for every symbol: first distinct primes, then these in another order, then one symbol 1, then any small ones.

    Where primes would make the arrays too large, smaller numbers take their place.
    """
    if attempt > 3:
        pools = [[rng.randint(1, 5) for _ in names] for _ in range(4)]
    elif attempt == 2 and names:
        pools = [_with_one(pool, rng.randrange(len(names)), len(names)) for pool in (PRIMES, FEW)]
    else:
        pools = [_turned(pool, attempt, len(names)) for pool in (PRIMES, COUNTED, FEW)]
    for pool in (*pools, [2] * len(names)):
        sizes = {
            name: size if size in allowed.get(name, (size,)) else rng.choice(allowed[name])
            for name, size in zip(names, itertools.cycle(pool), strict=False)
        }
        if _fits(shapes, sizes):
            return sizes
    return sizes


def _turned(pool: tuple[int, ...], turn: int, count: int) -> list[int]:
    """The first numbers of a pool (four at least, so that a single symbol has several sizes), turned at each turn."""
    first = [pool[i % len(pool)] for i in range(max(count, 4))]
    turn %= len(first)
    return (first[turn:] + first[:turn])[:count]


def _with_one(pool: tuple[int, ...], place: int, count: int) -> list[int]:
    return [1 if i == place else pool[i % len(pool)] for i in range(count)]


def _fits(shapes: list[tuple[Extent, ...]], sizes: dict[str, int]) -> bool:
    """Whether all arrays exist and are small together."""
    extents = [[evaluate(e, sizes) for e in shape] for shape in shapes]
    return all(n >= 0 for shape in extents for n in shape) and sum(map(math.prod, extents)) <= ENTRIES


# arrays of any shape: what shapes to try together

FULL, OTHERS = (2, 3), ((3,), (2, 1), (1,), (), (1, 3), (1, 1))


def families(count: int) -> list[tuple[tuple[int, ...] | None, ...]]:
    """Shapes for so many arrays, tried in turn; None is a plain number.

    All alike, all plain numbers, all one number as an array; each in turn the largest, the others broadcast to it.
    """
    alike = [(shape,) * count for shape in (FULL, None, (4,), (2, 2, 3), ())]
    mixed = []
    if count > 1:
        for largest, first in itertools.product(range(count), range(len(OTHERS))):
            row = [OTHERS[(first + i) % len(OTHERS)] for i in range(count)]
            row[largest] = FULL
            mixed.append(tuple(row))
        mixed.append(tuple((None, FULL)[i % 2] for i in range(count)))
        mixed.append(tuple((FULL, None)[i % 2] for i in range(count)))
        mixed.append(tuple(((2, 1), (1, 3))[i % 2] for i in range(count)))
    chosen = mixed[:: max(1, len(mixed) // 9)][:8] + mixed[-3:]
    return alike[:1] + chosen[:1] + alike[1:2] + chosen[1:] + alike[2:]
