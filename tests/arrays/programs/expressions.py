"""Random array expressions over the variables in scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.arrays.programs.program import File
from tests.arrays.programs.terms import (
    BIG,
    PRODUCT,
    SUM,
    UNARY,
    Shape,
    Term,
    add,
    call,
    divide,
    into,
    multiply,
    negative,
    number,
    power,
    subtract,
    together,
)

COUNT = 7  # no size is larger


@dataclass(frozen=True, slots=True)
class Variable:
    """A name in scope: ``kind`` is float, mask, index (of entries of an axis ``of``) or flag.

    ``region`` is the storage that it stands for: ``how`` much of it (whole, part, maybe); ``given`` says that it is the caller's.
    """

    name: str
    shape: Shape
    lo: float
    hi: float
    kind: str = "float"
    of: str = ""
    region: int = 0
    how: str = "whole"
    given: bool = False

    @property
    def term(self) -> Term:
        return Term(self.name, self.shape, self.lo, self.hi, fresh=False)


class Expressions:
    """Writes expressions; ``scope`` holds the variables by the text that reads them, ``sizes`` the names of sizes."""

    def __init__(self, file: File):
        self.file, self.rng = file, file.rng
        self.scope: dict[str, Variable] = {}
        self.sizes: dict[str, str] = {}

    # -- what is there ------------------------------------------------------------------------------------------------

    def np(self, name: str) -> str:
        return self.file.np(name)

    def floats(self, fits: Callable[[Shape], bool] = lambda shape: True) -> list[Variable]:
        return [v for v in self.scope.values() if v.kind == "float" and fits(v.shape)]

    def pick(self, fits: Callable[[Shape], bool] = lambda shape: True) -> Variable | None:
        """A variable whose shape fits, a recent one rather than an old one."""
        found = self.floats(fits)
        if not found:
            return None
        return found[-1 - min(int(self.rng.expovariate(0.5)), len(found) - 1)]

    def size(self, dim: str) -> str | None:
        """How the program writes a size."""
        if dim == "1" or dim.isdigit():
            return dim
        if dim in self.sizes and self.rng.random() < 0.8:
            return self.sizes[dim]
        holders = [(v, i) for v in self.floats() for i, d in enumerate(v.shape) if d == dim]
        if not holders:
            return self.sizes.get(dim)
        v, axis = self.rng.choice(holders)
        return f"{v.name}.shape[{axis if self.rng.random() < 0.8 else axis - len(v.shape)}]"

    # -- expressions --------------------------------------------------------------------------------------------------

    def term(self, depth: int) -> Term:
        """A random expression."""
        if depth <= 0 or self.rng.random() < 0.1:
            return self.leaf()
        kind = self.rng.choices(
            (self.unary, self.binary, self.reduced, self.product, self.moved, self.called), (28, 34, 12, 14, 8, 6)
        )[0]
        found = kind(depth)
        return self.tamed(found) if found else self.unary(depth)

    def tamed(self, term: Term) -> Term:
        """An expression with entries of moderate size."""
        if term.size <= BIG:
            return term
        if term.size <= 10 * BIG and self.rng.random() < 0.5:
            return multiply(number(0.1), term) if self.rng.random() < 0.5 else divide(term, number(10.0))
        return call(f"{self.np('tanh')}({term.text})", term.shape, -1.0, 1.0)

    def leaf(self) -> Term:
        roll = self.rng.random()
        if roll < 0.06:
            return number(self.rng.choice((2, 0.5, 3.0, 1, -1.5, 0.1)))
        v = self.pick()
        if v is None:
            return number(1.0)
        if roll < 0.2:
            return self.view(v.term) or v.term
        return v.term

    def fitting(self, shape: Shape, depth: int) -> Term:
        """An expression whose value broadcasts with a shape."""
        for _ in range(4):
            found = self.term(depth)
            if together(found.shape, shape) is not None:
                return found
        v = self.pick(lambda s: into(s, shape))
        return v.term if v else number(self.rng.choice((2.0, 0.5, 3)))

    def of_shape(self, shape: Shape, depth: int) -> Term | None:
        """An expression whose value has exactly this shape; None if nothing here has."""
        for _ in range(6):
            found = self.term(depth)
            if found.shape == shape:
                return found
        v = self.pick(lambda s: s == shape)
        if v is None:
            return None
        other = self.fitting(shape, depth - 1)
        if not into(other.shape, shape):
            other = self.total(other)
        made = self.rng.choice((add, multiply, subtract))(v.term, other)
        return self.tamed(made)

    def total(self, term: Term) -> Term:
        """A number made of an expression."""
        if term.shape == ():
            return term
        if self.rng.random() < 0.5:
            return call(f"{self.np('mean')}({term.text})", (), term.lo, term.hi)
        count = COUNT ** len(term.shape)
        found = call(f"{self.np('sum')}({term.text})", (), min(term.lo, term.lo * count), max(term.hi, term.hi * count))
        return found

    def unary(self, depth: int) -> Term:
        a = self.term(depth - 1)
        return self.tamed(self.rng.choice(self.unaries(a))(a))

    def unaries(self, a: Term) -> list[Callable[[Term], Term]]:
        """What may be done to an expression without leaving a domain."""
        f = self.function
        found = [
            f("tanh", -1, 1), f("sin", -1, 1), f("cos", -1, 1), negative, self.clipped, self.rectified, self.rectified, self.sigmoid,
            lambda a: call(f"{self.np('abs')}({a.text})", a.shape, 0.0, a.size), self.gated, self.leaky,
        ]  # fmt: skip
        if a.size <= 6:
            found += [
                lambda a: power(a, 2),
                lambda a: power(a, self.rng.choice((2, 3))),
                lambda a: call(f"{self.np('square')}({a.text})", a.shape, 0.0, a.size**2),
            ]
        if a.hi <= 3:
            found += [
                self.exponential,
                self.exponential,
                lambda a: call(f"{self.np('log1p')}({self.exponential(a).text})", a.shape, 0.0, 4.0),
            ]
        if a.lo >= 0.05:
            found += [
                lambda a: call(f"{self.np('sqrt')}({a.text})", a.shape, a.lo**0.5, a.hi**0.5),
                lambda a: call(f"{self.np('log')}({a.text})", a.shape, -3.0, 8.0),
                lambda a: divide(number(self.rng.choice((1.0, 1, 2.0))), a),
                lambda a: Term(f"{a.at(6)} ** 0.5", a.shape, a.lo**0.5, a.hi**0.5, 5),
            ]
        elif a.size <= 6:
            found += [lambda a: call(f"{self.np('sqrt')}({power(a, 2).text} + 1.0)", a.shape, 1.0, 7.0)]
        return found

    def function(self, name: str, lo: float, hi: float) -> Callable[[Term], Term]:
        return lambda a: call(f"{self.np(name)}({a.text})", a.shape, lo, hi)

    def exponential(self, a: Term) -> Term:
        return call(f"{self.np('exp')}({a.text})", a.shape, 0.0 if a.lo < -3 else 0.049, 21.0)

    def clipped(self, a: Term) -> Term:
        low, high = self.rng.choice(((-1, 1), (-0.5, 2.0), (0.1, 0.9)))
        return call(f"{self.np('clip')}({a.text}, {low}, {high})", a.shape, low, high)

    def rectified(self, a: Term) -> Term:
        name, bound = self.rng.choice((("maximum", "0"), ("maximum", "0.0"), ("minimum", "1.0"), ("maximum", "-0.5")))
        args = [bound, a.text]
        self.rng.shuffle(args)
        lo, hi = (
            (max(a.lo, float(bound)), max(a.hi, float(bound)))
            if name == "maximum"
            else (min(a.lo, 1.0), min(a.hi, 1.0))
        )
        return call(f"{self.np(name)}({', '.join(args)})", a.shape, lo, hi)

    def sigmoid(self, a: Term) -> Term:
        if a.size > 30:
            return call(f"{self.np('tanh')}({a.text})", a.shape, -1, 1)
        return Term(f"1 / (1 + {self.np('exp')}(-{a.at(UNARY)}))", a.shape, 0.0, 1.0, PRODUCT)

    def gated(self, a: Term) -> Term:
        """``a * (a > 0)``"""
        v = a if a.level == 6 else self.pick(lambda s: s == a.shape)
        v = v.term if isinstance(v, Variable) else v
        if v is None:
            return negative(a)
        lo, hi = min(a.lo, 0.0), max(a.hi, 0.0)
        return Term(f"{a.at(PRODUCT)} * ({v.text} > 0)", a.shape, lo, hi, PRODUCT)

    def leaky(self, a: Term) -> Term:
        if a.level != 6:
            return self.rectified(a)
        slope = self.rng.choice(("0.1", "0.01", "0.5"))
        return call(f"{self.np('where')}({a.text} > 0, {a.text}, {slope} * {a.text})", a.shape, a.lo, a.hi)

    def binary(self, depth: int) -> Term:
        a = self.term(depth - 1)
        b = self.fitting(a.shape, depth - 1)
        if a.text == b.text and self.rng.random() < 0.6:
            b = self.leaf()
            b = b if together(a.shape, b.shape) is not None else a
        ways = [add, add, multiply, multiply, subtract, self.larger, self.chosen, self.spelled]
        if b.lo > 0.05:
            ways += [divide, divide]
        if a.size <= 6 and b.size <= 6:
            ways.append(lambda a, b: self.two("logaddexp", a, b, -6.0, 7.0))
        if a.lo > 0.1 and a.hi < 6 and b.size <= 2:
            ways.append(lambda a, b: Term(f"{a.at(6)} ** {b.at(6)}", together(a.shape, b.shape), 0.01, 36.0, 5))
        return self.rng.choice(ways)(a, b)

    def two(self, name: str, a: Term, b: Term, lo: float, hi: float) -> Term:
        return call(f"{self.np(name)}({a.text}, {b.text})", together(a.shape, b.shape), lo, hi)

    def larger(self, a: Term, b: Term) -> Term:
        name, pick = self.rng.choice((("maximum", max), ("minimum", min)))
        return self.two(name, a, b, pick(a.lo, b.lo), pick(a.hi, b.hi))

    def spelled(self, a: Term, b: Term) -> Term:
        name, way = self.rng.choice((("multiply", multiply), ("add", add), ("subtract", subtract)))
        made = way(a, b)
        return self.two(name, a, b, made.lo, made.hi)

    def chosen(self, a: Term, b: Term) -> Term:
        """``np.where(mask, a, b)``"""
        whole = together(a.shape, b.shape)
        test = self.mask(whole)
        if test is None:
            return self.larger(a, b)
        return call(f"{self.np('where')}({test}, {a.text}, {b.text})", whole, min(a.lo, b.lo), max(a.hi, b.hi))

    def mask(self, whole: Shape, exact: bool = False) -> str | None:
        """A test entry by entry of a shape (that broadcasts to it, unless ``exact``)."""
        fits = (lambda s: s == whole) if exact else (lambda s: into(s, whole))
        named = [v for v in self.scope.values() if v.kind == "mask" and fits(v.shape)]
        if named and self.rng.random() < 0.5:
            return self.rng.choice(named).name
        v = self.pick(fits)
        if v is None:
            return None
        bound = self.rng.choice(("0", "0.0", "0.3", "-0.2"))
        text = f"{v.name} {self.rng.choice(('>', '<', '>='))} {bound}"
        other = self.pick(lambda s: s == v.shape)
        if other and other.name != v.name and self.rng.random() < 0.2:
            return f"({text}) {self.rng.choice('&|')} ({other.name} < 1.0)"
        return text

    # -- reductions ---------------------------------------------------------------------------------------------------

    def reduced(self, depth: int) -> Term | None:
        a = self.term(depth - 1)
        return self.reduction(a) if a.shape else None

    def reduction(self, a: Term, axis: int | tuple | None | str = "any", keep: bool | None = None) -> Term:
        rank = len(a.shape)
        if axis == "any":
            choices: list = [None, *range(rank), -1]
            if rank >= 2:
                choices += [tuple(sorted(self.rng.sample(range(rank), 2)))]
            axis = self.rng.choice(choices)
        keep = self.rng.random() < 0.35 if keep is None else keep
        axes = set(range(rank)) if axis is None else {i % rank for i in (axis if isinstance(axis, tuple) else (axis,))}
        shape = tuple("1" if i in axes else d for i, d in enumerate(a.shape) if keep or i not in axes)
        name = self.rng.choices(("sum", "mean", "max", "min", "var", "std"), (42, 26, 12, 6, 8, 3))[0]
        if name == "std" and any(not a.shape[i].isidentifier() for i in axes):
            name = "var"  # over a single entry it has no slope
        if name == "std":
            self.file.rigid.update(a.shape)
        lo, hi = self._range(name, a, COUNT ** len(axes))
        options = (
            []
            if axis is None
            else [f"axis={axis}" if self.rng.random() < 0.85 or name in ("var", "std") else f"{axis}"]
        )
        options += ["keepdims=True"] if keep else []
        if a.level == 6 and self.rng.random() < 0.35 and not a.text[0].isdigit():
            text = f"{a.text}.{name}({', '.join(options)})"
        else:
            text = f"{self.np(name)}({', '.join([a.text, *options])})"
        found = call(text, shape, lo, hi)
        return Term(f"{text} + 0.1", shape, 0.1, hi + 0.1, SUM) if name == "std" else found

    @staticmethod
    def _range(name: str, a: Term, count: int) -> tuple[float, float]:
        if name == "sum":
            return (a.lo if a.lo > 0 else a.lo * count), (a.hi if a.hi < 0 else a.hi * count)
        if name in ("var", "std"):
            spread = a.hi - a.lo
            return 0.0, spread**2 if name == "var" else spread
        return a.lo, a.hi

    # -- products of matrices -----------------------------------------------------------------------------------------

    def product(self, depth: int) -> Term | None:
        a = self.term(depth - 1) if self.rng.random() < 0.4 else self.leaf()
        if not a.shape or len(a.shape) > 3:
            return None
        matching = self.floats(lambda s: self._product_shape(a.shape, s) is not None)
        if matching:
            b = self.rng.choice(matching).term
            return self._product(a, b)
        flipped = self.floats(lambda s: len(s) == 2 and self._product_shape(a.shape, s[::-1]) is not None)
        if flipped:
            b = self.rng.choice(flipped).term
            return self._product(a, replace(b, text=self.transposed_text(b), shape=b.shape[::-1]))
        return None

    @staticmethod
    def _product_shape(a: Shape, b: Shape) -> Shape | None:
        if not a or len(b) not in (1, 2) or len(a) > 2 and len(b) != 2 or a[-1] == "1":
            return None
        if a[-1] != b[0]:
            return None
        return (*a[:-1], *b[1:])

    def _product(self, a: Term, b: Term) -> Term:
        shape = self._product_shape(a.shape, b.shape)
        size = a.size * b.size * COUNT
        way = self.rng.random()
        if way < 0.4:
            return Term(f"{a.at(PRODUCT)} @ {b.at(UNARY)}", shape, -size, size, PRODUCT)
        if way < 0.65 and a.level == 6 and not a.text[0].isdigit():
            return call(f"{a.text}.dot({b.text})", shape, -size, size)
        return call(f"{self.np('dot' if way < 0.9 else 'matmul')}({a.text}, {b.text})", shape, -size, size)

    def outer(self, depth: int) -> Term | None:
        a, b = self.pick(lambda s: len(s) == 1), self.pick(lambda s: len(s) == 1)
        if a is None or b is None:
            return None
        size = a.term.size * b.term.size
        return call(f"{self.np('outer')}({a.name}, {b.name})", (*a.shape, *b.shape), -size, size)

    # -- shapes -------------------------------------------------------------------------------------------------------

    def transposed_text(self, a: Term) -> str:
        way = self.rng.random()
        return (
            f"{a.at(6)}.T"
            if way < 0.7
            else f"{self.np('transpose')}({a.text})" if way < 0.85 else f"{a.at(6)}.transpose(1, 0)"
        )

    def view(self, a: Term) -> Term | None:
        """A basic view of an expression: a slice, a transpose, an axis more."""
        if a.level != 6 or a.text[0].isdigit():
            return None
        rank = len(a.shape)
        ways = []
        if rank >= 1:
            ways += [self.sliced, self.sliced, self.with_axis]
        if rank == 2:
            ways += [lambda a: replace(a, text=self.transposed_text(a), shape=a.shape[::-1])]
        if rank == 3:
            ways += [
                lambda a: replace(a, text=f"{a.text}.transpose(0, 2, 1)", shape=(a.shape[0], a.shape[2], a.shape[1]))
            ]
            ways += [
                lambda a: replace(
                    a, text=f"{self.np('swapaxes')}({a.text}, 0, 1)", shape=(a.shape[1], a.shape[0], a.shape[2])
                )
            ]
        return self.rng.choice(ways)(a) if ways else None

    def with_axis(self, a: Term) -> Term:
        none = self.rng.choice(("None", self.np("newaxis")))
        if len(a.shape) == 1:
            text, shape = self.rng.choice(
                ((f"[:, {none}]", (*a.shape, "1")), (f"[{none}, :]", ("1", *a.shape)), (f"[{none}]", ("1", *a.shape)))
            )
        else:
            text, shape = f"[:, {none}]", (a.shape[0], "1", *a.shape[1:])
        return replace(a, text=a.text + text, shape=shape)

    def sliced(self, a: Term) -> Term:
        """Basic indices on each axis."""
        items, shape = [], []
        for axis, dim in enumerate(a.shape):
            item, left = self.item(dim)
            items.append(item)
            shape += [left] if left else []
            if axis + 1 < len(a.shape) and self.rng.random() < 0.3:
                shape += a.shape[axis + 1 :]
                break
        return replace(a, text=f"{a.text}[{', '.join(items)}]", shape=tuple(shape))

    def item(self, dim: str) -> tuple[str, str | None]:
        """An index of one axis, and the size that it leaves."""
        if not dim.isidentifier() or self.rng.random() < 0.4:
            return self.rng.choice(((":", dim), ("0", None), ("-1", None))) if dim != "1" else (":", dim)
        item, left = self.rng.choice(
            (
                ("1:", f"{dim}-1"),
                (":-1", f"{dim}-1"),
                (":2", "2"),
                ("-1", None),
                ("0", None),
                ("::-1", dim),
                ("::2", f"{dim}/2"),
            )
        )
        if left not in (None, dim):
            self.file.rigid.add(dim)
        return item, left

    def moved(self, depth: int) -> Term | None:
        """Entries in another arrangement."""
        a = self.term(depth - 1)
        ways = [
            self.view,
            self.reshaped,
            self.gathered,
            self.joined,
            lambda a: self.outer(1),
            self.copied,
            self.expanded,
        ]
        return self.rng.choice(ways)(a)

    def copied(self, a: Term) -> Term | None:
        if a.level != 6 or not a.shape or a.text[0].isdigit():
            return None
        return replace(
            a,
            text=self.rng.choice((f"{a.text}.copy()", f"{self.np('copy')}({a.text})", f"{self.np('array')}({a.text})")),
            fresh=True,
        )

    def expanded(self, a: Term) -> Term | None:
        if not a.shape:
            return None
        if "1" in a.shape and self.rng.random() < 0.6:
            axis = a.shape.index("1")
            return replace(
                a,
                text=f"{self.np('squeeze')}({a.text}, axis={axis})",
                shape=(*a.shape[:axis], *a.shape[axis + 1 :]),
                level=6,
            )
        axis = self.rng.randrange(len(a.shape) + 1)
        return replace(
            a,
            text=f"{self.np('expand_dims')}({a.text}, {axis})",
            shape=(*a.shape[:axis], "1", *a.shape[axis:]),
            level=6,
        )

    def reshaped(self, a: Term) -> Term | None:
        """A shape that the text tells: flat, or with axes merged."""
        rank = len(a.shape)
        if rank < 1 or a.level != 6 or a.text[0].isdigit():
            return None
        if rank == 1:
            return self._column(a)
        size = self.size(a.shape[0])
        if rank == 3 and size and all(d.isidentifier() for d in a.shape):
            return replace(a, text=f"{a.text}.reshape({size}, -1)", shape=(a.shape[0], f"{a.shape[1]}*{a.shape[2]}"))
        if rank == 2 and all(d.isidentifier() for d in a.shape):
            text = self.rng.choice(
                (f"{a.text}.reshape(-1)", f"{self.np('ravel')}({a.text})", f"{a.text}.ravel()", f"{a.text}.flatten()")
            )
            return replace(a, text=text, shape=(f"{a.shape[0]}*{a.shape[1]}",), fresh="flatten" in text)
        return None

    def _column(self, a: Term) -> Term:
        if self.rng.random() < 0.5:
            return replace(a, text=f"{a.text}.reshape(-1, 1)", shape=(*a.shape, "1"))
        return replace(a, text=f"{a.text}.reshape(1, -1)", shape=("1", *a.shape))

    def gathered(self, a: Term) -> Term | None:
        """Entries by an index array or a mask."""
        if a.level != 6 or not a.shape or a.text[0].isdigit():
            return None
        indices = [v for v in self.scope.values() if v.kind == "index"]
        rows = [v for v in indices if v.of == a.shape[0]]
        pairs = [v for v in indices if len(a.shape) == 2 and v.of == a.shape[1] and v.shape == (a.shape[0],)]
        if pairs and self.rng.random() < 0.7:
            size = self.size(a.shape[0])
            if size:
                counted = self.rng.choice((f"{self.np('arange')}({size})", f"range({size})"))
                return replace(a, text=f"{a.text}[{counted}, {pairs[0].name}]", shape=(a.shape[0],), fresh=True)
        if rows:
            v = self.rng.choice(rows)
            return replace(a, text=f"{a.text}[{v.name}]", shape=(*v.shape, *a.shape[1:]), fresh=True)
        if self.rng.random() < 0.5 and a.shape[0].isidentifier():
            self.file.rigid.add(a.shape[0])
            return replace(a, text=f"{a.text}[[0, 1, 0]]", shape=("3", *a.shape[1:]), fresh=True)
        test = self.mask(a.shape, exact=True)
        if test is None or test.count("&") + test.count("|"):
            return None
        masked = replace(a, text=f"{a.text}[{test}]", shape=("?",), fresh=True)
        count = COUNT ** len(a.shape)
        return call(f"{self.np('sum')}({masked.text})", (), min(0.0, a.lo * count), max(0.0, a.hi * count))

    def joined(self, a: Term) -> Term | None:
        """``np.concatenate`` and ``np.stack``."""
        if not a.shape:
            return None
        if self.rng.random() < 0.4:
            other = self.pick(lambda s: s == a.shape)
            if other is None:
                return None
            axis = self.rng.choice((0, 1, -1)) if len(a.shape) > 1 else self.rng.choice((0, 1))
            place = axis % (len(a.shape) + 1)
            text = (
                f"{self.np('stack')}([{a.text}, {other.name}], axis={axis})"
                if axis or self.rng.random() < 0.5
                else f"{self.np('stack')}(({a.text}, {other.name}))"
            )
            return call(text, (*a.shape[:place], "2", *a.shape[place:]), min(a.lo, other.lo), max(a.hi, other.hi))
        axis = self.rng.randrange(len(a.shape))
        rest = [d for i, d in enumerate(a.shape) if i != axis]
        other = self.pick(lambda s: len(s) == len(a.shape) and [d for i, d in enumerate(s) if i != axis] == rest)
        if other is None:
            return None
        place = axis if self.rng.random() < 0.7 else axis - len(a.shape)
        text = f"{self.np('concatenate')}({self.rng.choice(('[{}]', '({})')).format(f'{a.text}, {other.name}')}{f', axis={place}' if place or self.rng.random() < 0.5 else ''})"
        shape = (*a.shape[:axis], f"{a.shape[axis]}+{other.shape[axis]}", *a.shape[axis + 1 :])
        return call(text, shape, min(a.lo, other.lo), max(a.hi, other.hi))

    # -- calls --------------------------------------------------------------------------------------------------------

    def called(self, depth: int) -> Term | None:
        """A helper with one result."""
        helpers = [h for h in self.file.helpers if len(h.results) == 1]
        self.rng.shuffle(helpers)
        for helper in helpers:
            args = self.arguments(helper)
            if args:
                shape, lo, hi = helper.results[0]
                return call(
                    f"{helper.name}({', '.join(a.text for a in args)})",
                    args[0].shape if shape is None else shape,
                    lo,
                    hi,
                )
        return None

    def arguments(self, helper) -> list[Term] | None:
        """Arguments for a helper: of the shapes and in the ranges that it takes."""
        args = []
        for shape, (lo, hi) in zip(helper.params, helper.ranges, strict=True):
            found = self.pick((lambda s: True) if shape is None else (lambda s, shape=shape: s == shape))
            if found is None:
                return None
            term = found.term
            if term.lo < lo or term.hi > hi:
                if lo > -1 or hi < 1:
                    return None
                term = call(f"{self.np('tanh')}({term.text})", term.shape, -1.0, 1.0)
            args.append(term)
        return args
