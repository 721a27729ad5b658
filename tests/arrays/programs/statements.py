"""Random statements: assignments, in-place arithmetic, stores, aliases, branches, chains that people write, results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.arrays.programs.expressions import COUNT, Expressions, Variable
from tests.arrays.programs.loops import Loops
from tests.arrays.programs.program import File
from tests.arrays.programs.terms import (
    BIG,
    UNARY,
    Shape,
    Term,
    add,
    call,
    divide,
    into,
    multiply,
    number,
    subtract,
    together,
)

PLAIN = (
    "h", "z", "a", "b", "u", "v", "s", "t", "out", "scores", "probs", "act", "hidden", "diff", "m", "q", "r", "norm", "e",
    "y_hat", "centered", "acc", "part", "k", "val", "h1", "h2", "z1", "z2", "weighted",
)  # fmt: skip
AWKWARD = (
    "dx", "dout", "cache", "sum_", "dh", "dz", "grad", "dW", "db", "mask", "exp", "unbroadcast", "x_old", "da", "d", "ds", "loss",
    "old", "shape", "max_", "np_", "dloss", "dx2", "index", "zeros", "axis", "dy", "f_cache", "dcache", "_tmp", "l", "ratio", "sqr", "N_",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What a function returns: its text, and the shapes and ranges of its outputs."""

    text: str
    outputs: tuple[tuple[Shape, float, float], ...]
    cache: bool = False


class Body(Loops, Expressions):
    """Writes the statements of one function."""

    def __init__(self, file: File, taken: set[str], fixed: set[str]):
        super().__init__(file)
        self.taken = set(taken)
        self.fixed = set(fixed)  # names that are not bound again: what the program refers to by another way
        self.regions = 0
        self.indent = 1
        self.flags: list[str] = []  # tests that a branch may ask
        self.cache_wanted = False

    # -- names --------------------------------------------------------------------------------------------------------

    def unused(self) -> str:
        pools = (AWKWARD, PLAIN) if self.rng.random() < self.file.awkward else (PLAIN, AWKWARD)
        for pool in pools:
            free = [n for n in pool if n not in self.taken and not (self.cache_wanted and n == "cache")]
            if free:
                name = self.rng.choice(free)
                self.taken.add(name)
                return name
        self.regions += 1
        return self.reserve(f"w{self.regions}")

    def reserve(self, name: str) -> str:
        self.taken.add(name)
        return name

    def region(self) -> int:
        self.regions += 1
        return self.regions

    def bind(self, name: str, term: Term) -> None:
        """A name for a value in memory of its own."""
        self.forget(name)
        self.scope[name] = Variable(name, term.shape, term.lo, term.hi, region=self.region())

    def forget(self, name: str) -> None:
        """What a name held is not there any more; neither are entries that were read through it."""
        self.scope.pop(name, None)

    def line(self, text: str) -> list[str]:
        return ["    " * self.indent + part for part in text.split("\n")]

    # -- statements ---------------------------------------------------------------------------------------------------

    def block(self, count: int) -> list[str]:
        lines = self.opening()
        for _ in range(count):
            lines += self.statement()
        return lines

    def opening(self) -> list[str]:
        """``N, D = x.shape``"""
        lines = []
        for v in list(self.floats(lambda s: len(s) >= 1 and all(d.isidentifier() for d in s))):
            if v.name.isidentifier() and self.rng.random() < 0.3 and not any(d in self.sizes for d in v.shape):
                if len(v.shape) == 1 or self.rng.random() < 0.35:
                    axis = self.rng.randrange(len(v.shape))
                    names = [self.size_name(v.shape[axis])]
                    text = f"{names[0]} = {v.name}.shape[{axis}]"
                    if axis == 0 and self.rng.random() < 0.2:
                        text = f"{names[0]} = len({v.name})"
                    self.sizes[v.shape[axis]] = names[0]
                else:
                    names = [self.size_name(d) for d in v.shape]
                    self.sizes.update(zip(v.shape, names, strict=True))
                    text = f"{', '.join(names)} = {v.name}.shape"
                lines += self.line(text)
        return lines

    def size_name(self, dim: str) -> str:
        for name in (dim, f"{dim.lower()}{dim.lower()}", f"num_{dim.lower()}", f"n_{dim}"):
            if name not in self.taken:
                break
        self.fixed.add(name)
        return self.reserve(name)

    def statement(self) -> list[str]:
        ways = (
            (self.assign, 40), (self.in_place, 14), (self.store, 14), (self.alias, 6), (self.take_view, 6), (self.chain, 10),
            (self.branch, 8), (self.several, 3), (self.helper_pair, 4), (self.test_named, 4), (self.buffer, 4),
        )  # fmt: skip
        if self.file.loops:
            ways += ((self.loop, 30),)
        way = self.rng.choices([w for w, _ in ways], [n for _, n in ways])[0]
        if self.indent > 2 and way in (self.branch, self.alias, self.take_view):
            way = self.assign
        return way() or self.assign()

    def assign(self) -> list[str]:
        """A new name, or another value for an old one."""
        term = self.term(self.rng.choice((1, 2, 2, 3)))
        if self.rng.random() < 0.15 and (v := self.pick()) and self.rebindable(v.name):
            return self.rebound(v)
        if term.text in self.scope:
            term = self.unaries(term)[0](term)
        if not term.fresh:  # a view: it is read, and the function may write to what it is of
            term = replace(multiply(term, number(1.0)), lo=term.lo, hi=term.hi)
        name = self.unused()
        self.bind(name, term)
        return self.line(f"{name} = {term.text}")

    def rebindable(self, name: str) -> bool:
        return name.isidentifier() and name not in self.fixed

    def rebound(self, v: Variable) -> list[str]:
        term = self.of_shape(v.shape, 2)
        if term is None or not term.fresh and term.level == 6:
            return []
        self.bind(v.name, term)
        return self.line(f"{v.name} = {term.text}")

    def own(self, fits: Callable[[Shape], bool] = lambda s: True) -> list[Variable]:
        """The computed arrays whose storage may be written to."""
        return [v for v in self.floats(fits) if not v.given and self.rebindable(v.name)]

    def in_place(self) -> list[str]:
        """``h *= a``"""
        mine = self.own()
        if not mine:
            return []
        v = self.rng.choice(mine[-4:])
        other = self.fitting(v.shape, self.rng.choice((0, 1, 2)))
        if not into(other.shape, v.shape):
            return []
        op, way = self.rng.choice((("+=", add), ("-=", subtract), ("*=", multiply), ("+=", add), ("/=", divide)))
        if op == "/=" and other.lo < 0.05:
            op, way = "+=", add
        made = way(v.term, other)
        if made.size > 4 * BIG or op == "*=" and other.text == v.name and v.term.size > 6:
            return []
        self.changed(v, made.lo, made.hi, number_too=True)
        return self.line(f"{v.name} {op} {other.text}")

    def changed(self, v: Variable, lo: float, hi: float, number_too: bool = False) -> None:
        """The entries of a variable's storage may lie in another range now, whatever they are read through."""
        if v.shape == () and number_too:
            self.bind(v.name, Term(v.name, (), lo, hi))
            return
        others = [o for o in self.scope.values() if o.region == v.region and o.name != v.name]
        if v.how != "whole" or any(o.how != "whole" for o in others):
            self.file.unsure.add("GG114")
        for o in (v, *others):
            self.scope[o.name] = replace(o, lo=min(o.lo, lo), hi=max(o.hi, hi))

    def store(self) -> list[str]:
        """Into a slice, by a mask, into one column of each row."""
        mine = self.own(lambda s: len(s) >= 1)
        if not mine:
            return []
        v = self.rng.choice(mine[-4:])
        way = self.rng.choices((self.slice_store, self.mask_store, self.pick_store), (5, 4, 3))[0]
        return way(v)

    def slice_store(self, v: Variable) -> list[str]:
        place = self.sliced(v.term)
        op = self.rng.choice(("=", "=", "=", "+=", "*=", "-="))
        value = self.fitting(place.shape, 1)
        if not into(value.shape, place.shape):
            value = number(self.rng.choice((0, 0.0, 1.0, 2)))
        if value.size > BIG / 4:
            value = call(f"{self.np('tanh')}({value.text})", value.shape, -1.0, 1.0)
        return self.stored(v, place.text, op, value)

    def stored(self, v: Variable, place: str, op: str, value: Term) -> list[str]:
        ways = {"=": lambda a, b: b, "+=": add, "-=": subtract, "*=": multiply}
        made = ways[op](v.term, replace(value, shape=()))
        if made.size > 4 * BIG:
            return []
        self.changed(v, min(made.lo, v.lo), max(made.hi, v.hi))
        return self.line(f"{place} {op} {value.text}")

    def mask_store(self, v: Variable) -> list[str]:
        test = self.mask(v.shape, exact=True)
        if test is None:
            return []
        op = self.rng.choice(("=", "=", "=", "+=", "*="))
        scalar = self.pick(lambda s: s == ())
        value = scalar.term if scalar and self.rng.random() < 0.25 else number(self.rng.choice((0, 0.0, 0.5, 2.0)))
        if value.size > BIG / 4:
            return []
        return self.stored(v, f"{v.name}[{test}]", op, value)

    def pick_store(self, v: Variable) -> list[str]:
        indices = [
            i
            for i in self.scope.values()
            if i.kind == "index" and len(v.shape) == 2 and i.of == v.shape[1] and i.shape == v.shape[:1]
        ]
        size = self.size(v.shape[0])
        if not indices or not size:
            return []
        counted = self.rng.choice((f"{self.np('arange')}({size})", f"range({size})"))
        op = self.rng.choice(("=", "-=", "+=", "*="))
        value = number(self.rng.choice((0, 1, 1.0, 0.5)))
        if self.rng.random() < 0.4 and (other := self.pick(lambda s: into(s, v.shape[:1]))) and other.term.size < 8:
            value = other.term
        return self.stored(v, f"{v.name}[{counted}, {self.rng.choice(indices).name}]", op, value)

    def alias(self) -> list[str]:
        """``q = p``, perhaps with a write through one of the two."""
        v = self.pick(lambda s: len(s) >= 1) if self.rng.random() < 0.85 else self.pick(lambda s: s == ())
        if v is None or v.how != "whole":
            return []
        name = self.unused()
        self.forget(name)
        self.scope[name] = replace(v, name=name) if v.shape else replace(v, name=name, region=self.region())
        lines = self.line(f"{name} = {v.name}")
        if not v.given and self.rebindable(v.name) and self.rng.random() < 0.5:
            target = self.rng.choice((name, v.name))
            op, value = self.rng.choice((("+=", 1), ("*=", 0.5), ("-=", 0.1)))
            made = {"+=": add, "*=": multiply, "-=": subtract}[op](v.term, number(value))
            self.changed(self.scope[target], made.lo, made.hi, number_too=True)
            lines += self.line(f"{target} {op} {value}")
        return lines

    def take_view(self) -> list[str]:
        """A name for a part of another: read, and at times written through."""
        v = self.pick(lambda s: len(s) >= 1)
        if v is None:
            return []
        made = self.view(v.term) if self.rng.random() < 0.7 else self.reshaped(v.term)
        if made is None or made.shape == v.shape and made.text == v.name:
            return []
        name = self.unused()
        self.forget(name)
        how = "part" if not made.fresh else "whole"
        self.scope[name] = Variable(
            name,
            made.shape,
            v.lo,
            v.hi,
            region=self.region() if made.fresh else v.region,
            how=how,
            given=v.given and not made.fresh,
        )
        return self.line(f"{name} = {made.text}")

    def several(self) -> list[str]:
        """``a, b = b, a + b``, ``a = b = e``"""
        if self.rng.random() < 0.4:
            term = self.term(2)
            if not term.fresh and term.level == 6 or term.shape == ():
                return []
            first, second = self.unused(), self.unused()
            self.bind(first, term)
            self.scope[second] = replace(self.scope[first], name=second)
            return self.line(f"{first} = {second} = {term.text}")
        terms = [self.unaries(t)[0](t) for t in (self.term(1), self.term(1))]
        names = [self.unused(), self.unused()]
        olds = [v.name for v in self.floats() if self.rebindable(v.name)]
        if olds and self.rng.random() < 0.4:
            names[0] = self.rng.choice(olds)
        for name, term in zip(names, terms, strict=True):
            self.bind(name, term)
        return self.line(f"{', '.join(names)} = {', '.join(t.text for t in terms)}")

    def helper_pair(self) -> list[str]:
        """``a, b = helper(x)``"""
        for helper in self.rng.sample(self.file.helpers, len(self.file.helpers)):
            args = self.arguments(helper)
            if args is None:
                continue
            names = [self.unused() for _ in helper.results]
            for name, (shape, lo, hi) in zip(names, helper.results, strict=True):
                self.bind(name, Term(name, args[0].shape if shape is None else shape, lo, hi))
            return self.line(f"{', '.join(names)} = {helper.name}({', '.join(a.text for a in args)})")
        return []

    def test_named(self) -> list[str]:
        """``mask = h > 0``"""
        v = self.pick(lambda s: len(s) >= 1)
        test = v and self.mask(v.shape, exact=True)
        if not test or test in self.scope:
            return []
        name = self.unused()
        self.forget(name)
        self.scope[name] = Variable(name, v.shape, 0.0, 1.0, kind="mask")
        lines = self.line(f"{name} = {test}")
        other = self.pick(lambda s: together(s, v.shape) is not None)
        if other and self.rng.random() < 0.6:
            target = self.unused()
            made = Term(
                f"{other.name} * {name}", together(other.shape, v.shape), min(other.lo, 0.0), max(other.hi, 0.0)
            )
            self.bind(target, made)
            lines += self.line(f"{target} = {made.text}")
        return lines

    def buffer(self) -> list[str]:
        """A new array of constants, filled by slices."""
        v = self.pick(lambda s: len(s) in (1, 2))
        if v is None:
            return []
        sizes = [self.size(d) for d in v.shape]
        if None in sizes or self.rng.random() < 0.5:
            made = f"{self.np(self.rng.choice(('zeros_like', 'ones_like', 'zeros_like')))}({v.name})"
        else:
            shape = sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"
            made = f"{self.np(self.rng.choice(('zeros', 'ones')))}({shape})"
        name = self.unused()
        self.bind(name, Term(name, v.shape, 0.0, 1.0))
        lines = self.line(f"{name} = {made}")
        for _ in range(self.rng.choice((1, 1, 2))):
            lines += self.slice_store(self.scope[name])
        return lines

    # -- branches -----------------------------------------------------------------------------------------------------

    def test(self) -> str:
        choices = list(self.flags)
        if scalar := self.pick(lambda s: s == ()):
            choices.append(f"{scalar.name} > {self.rng.choice(('0.8', '1.0', '0'))}")
        if (v := self.pick(lambda s: len(s) >= 1)) and self.rng.random() < 0.3:
            choices.append(
                self.rng.choice(
                    (f"{self.np('sum')}({v.name}) > 0", f"{v.name}.shape[0] > 2", f"{self.np('mean')}({v.name}) < 0.1")
                )
            )
        return self.rng.choice(choices) if choices else "True"

    def branch(self) -> list[str]:
        """``if``: some names get their value in both arms, or another one in one."""
        test = self.test()
        if test == "True":
            return []
        before = dict(self.scope)
        targets: list[tuple[str, Shape]] = []
        for _ in range(self.rng.choice((1, 1, 2))):
            v = self.pick()
            if v is None:
                return []
            if self.rebindable(v.name) and self.rng.random() < 0.6:
                targets.append((v.name, v.shape))
            else:
                targets.append((self.unused(), v.shape))
        targets = list(dict(targets).items())
        both = any(n not in before for n, _ in targets) or self.rng.random() < 0.5
        arms, scopes = [], []
        for _ in range(2 if both else 1):
            self.scope = dict(before)
            found = self.arm(targets)
            if found is None:
                self.scope = before
                return []
            arms.append(found)
            scopes.append(self.scope)
        if not both:
            scopes.append(before)
        self.scope = self.joined_scope(before, *scopes, targets)
        lines = [*self.line(f"if {test}:"), *arms[0]]
        return [*lines, *self.line("else:"), *arms[1]] if both else lines

    def arm(self, targets: list[tuple[str, Shape]]) -> list[str] | None:
        """The lines of one arm: each target gets a value of its shape."""
        self.indent += 1
        lines: list[str] = []
        for name, shape in targets:
            term = self.of_shape(shape, 2)
            if term is None:
                self.indent -= 1
                return None
            if not term.fresh and term.level == 6:
                term = multiply(term, number(1.0))
            if self.rng.random() < 0.2:
                local = self.unused()
                self.bind(local, term)
                lines += self.line(f"{local} = {term.text}")
                term = add(self.scope.pop(local).term, number(1.0))
            self.bind(name, term)
            lines += self.line(f"{name} = {term.text}")
            if self.rng.random() < 0.2 and shape:
                lines += self.line(f"{name} *= 0.5")
                self.scope[name] = replace(self.scope[name], lo=min(term.lo, term.lo / 2), hi=max(term.hi, term.hi / 2))
        self.indent -= 1
        return lines

    def joined_scope(self, before: dict, first: dict, second: dict, targets: list) -> dict[str, Variable]:
        names = [n for n, _ in targets]
        found = {n: v for n, v in before.items() if n not in names}
        for name in names:
            if name in first and name in second:
                a, b = first[name], second[name]
                given = a.given or b.given
                found[name] = replace(
                    a, lo=min(a.lo, b.lo), hi=max(a.hi, b.hi), region=b.region if given else self.region(), given=given
                )
                if (
                    before.get(name) and any(v.region == before[name].region for n, v in before.items() if n != name)
                ) and not given:
                    found[name] = replace(found[name], region=before[name].region, how="maybe")
        return found

    # -- chains -------------------------------------------------------------------------------------------------------

    def chain(self) -> list[str]:
        """Lines that belong together, as in every course."""
        return self.rng.choice((self.softmax, self.softmax, self.normalised, self.affine, self.log_softmax))()

    def softmax(self) -> list[str]:
        v = self.pick(lambda s: len(s) == 2 and "1" not in s)
        if v is None:
            return []
        names = [self.unused() for _ in range(3)]
        shifted, e, p = names
        name = self.np
        lines = [
            f"{shifted} = {v.name} - {name('max')}({v.name}, axis=1, keepdims=True)",
            f"{e} = {name('exp')}({shifted})",
            f"{p} = {e} / {name('sum')}({e}, axis=1, keepdims=True)",
        ]
        if self.rng.random() < 0.4:
            lines = [
                f"{e} = {name('exp')}({v.name} - {v.name}.max(axis=1)[:, None])",
                f"{p} = {e} / {e}.sum(axis=1, keepdims=True)",
            ]
        else:
            self.bind(shifted, Term(shifted, v.shape, -2 * BIG, 0.0))
        self.bind(e, Term(e, v.shape, 0.0, 1.0))
        self.bind(p, Term(p, v.shape, 0.0, 1.0))
        indices = [
            i for i in self.scope.values() if i.kind == "index" and i.of == v.shape[1] and i.shape == v.shape[:1]
        ]
        size = self.size(v.shape[0])
        if indices and size:
            loss = self.unused()
            self.bind(loss, Term(loss, (), 0.0, 2 * BIG))
            lines.append(
                f"{loss} = -{name('sum')}({name('log')}({p}[{name('arange')}({size}), {indices[0].name}])) / {size}"
            )
        return [x for line in lines for x in self.line(line)]

    def log_softmax(self) -> list[str]:
        v = self.pick(lambda s: len(s) == 2 and "1" not in s)
        if v is None:
            return []
        e, out = self.unused(), self.unused()
        text = f"{out} = {v.name} - {self.np('log')}({self.np('sum')}({self.np('exp')}({e}), axis=1, keepdims=True))"
        lines = [f"{e} = {self.np('clip')}({v.name}, -3, 3)", text]
        self.bind(e, Term(e, v.shape, -3.0, 3.0))
        self.bind(out, Term(out, v.shape, -BIG, BIG))
        return [x for line in lines for x in self.line(line)]

    def normalised(self) -> list[str]:
        v = self.pick(lambda s: len(s) == 2 and "1" not in s)
        if v is None:
            return []
        axis = self.rng.choice((0, 1))
        mu, var, hat = self.unused(), self.unused(), self.unused()
        keep = ", keepdims=True" if axis else self.rng.choice((", keepdims=True", ""))
        lines = [
            f"{mu} = {self.np('mean')}({v.name}, axis={axis}{keep})",
            self.rng.choice(
                (
                    f"{var} = {self.np('var')}({v.name}, axis={axis}{keep})",
                    f"{var} = {self.np('mean')}(({v.name} - {mu}) ** 2, axis={axis}{keep})",
                )
            ),
            f"{hat} = ({v.name} - {mu}) / {self.np('sqrt')}({var} + 1e-2)",
        ]
        small = tuple("1" if i == axis else d for i, d in enumerate(v.shape)) if keep else (v.shape[1 - axis],)
        self.bind(mu, Term(mu, small, v.lo, v.hi))
        self.bind(var, Term(var, small, 0.0, (v.hi - v.lo) ** 2))
        self.bind(hat, Term(hat, v.shape, -10.0, 10.0))
        return [x for line in lines for x in self.line(line)]

    def affine(self) -> list[str]:
        found = self.product(0)
        if found is None or len(found.shape) != 2:
            return []
        bias = self.pick(lambda s: s in ((found.shape[1],), ("1", found.shape[1])))
        name = self.unused()
        made = self.tamed(add(found, bias.term) if bias else found)
        self.bind(name, made)
        lines = self.line(f"{name} = {made.text}")
        if self.rng.random() < 0.5:
            then = self.unused()
            lines += self.line(f"{then} = {self.np('maximum')}(0, {name})")
            self.bind(then, Term(then, made.shape, 0.0, max(0.0, made.hi)))
        return lines

    # -- results ------------------------------------------------------------------------------------------------------

    def result(self, way: str) -> tuple[list[str], Result]:
        """Lines and the return of one kind: loss, array, cache, two, aux."""
        used = self.latest()
        if way in ("loss", "aux"):
            total = self.loss(used)
            if way == "loss" or not self.floats(lambda s: len(s) >= 1):
                return self.named_result(total)
            other = self.pick(lambda s: len(s) >= 1)
            extra = other.name if self.rng.random() < 0.5 else f'{{"out": {other.name}}}'
            name = self.unused()
            lines = self.line(f"{name} = {total.text}")
            return [*lines, *self.line(f"return {name}, {extra}")], Result(name, (((), total.lo, total.hi),))
        outs = [self.gathered_up(used)]
        if way == "two":
            outs.append(self.unaries(self.leaf())[0](self.pick().term))
            outs = [self.tamed(o) for o in outs]
            if outs[0].shape == ():
                outs = outs[:1]
        if way == "cache":
            return self.with_cache(outs[0])
        if len(outs) == 1:
            return self.named_result(outs[0])
        texts = []
        lines: list[str] = []
        for o in outs:
            name = self.unused()
            lines += self.line(f"{name} = {o.text}")
            texts.append(name)
        return [*lines, *self.line(f"return {', '.join(texts)}")], Result(
            ", ".join(texts), tuple((o.shape, o.lo, o.hi) for o in outs)
        )

    def named_result(self, term: Term) -> tuple[list[str], Result]:
        output = (term.shape, term.lo, term.hi)
        if self.rng.random() < 0.5:
            return self.line(f"return {term.text}"), Result(term.text, (output,))
        name = self.unused()
        return [*self.line(f"{name} = {term.text}"), *self.line(f"return {name}")], Result(name, (output,))

    def with_cache(self, term: Term) -> tuple[list[str], Result]:
        """``return out, cache``: the author's own."""
        name = self.unused()
        lines = self.line(f"{name} = {term.text}")
        kept = [v.name for v in self.scope.values() if v.name.isidentifier() and v.name != "cache"]
        some = self.rng.sample(kept, min(len(kept), self.rng.choice((1, 2, 3, 4))))
        if self.rng.random() < 0.2:
            some.append(name)
        cache = f"({', '.join(some)}{',' if len(some) == 1 else ''})"
        return [*lines, *self.line(f"cache = {cache}"), *self.line(f"return {name}, cache")], Result(
            name, ((term.shape, term.lo, term.hi),), True
        )

    def latest(self) -> list[Variable]:
        """The variables that the result is made of: recent ones and some others."""
        found = [v for v in self.floats() if v.name.isidentifier()]
        last = found[-self.rng.choice((1, 2, 2, 3)) :]
        others = [v for v in found if v not in last and self.rng.random() < 0.25]
        return [*last, *others[:2]]

    def loss(self, used: list[Variable]) -> Term:
        total = None
        for v in used:
            term = v.term
            if v.shape:
                term = self.rng.choice((term, multiply(term, term), self.tamed(self.unaries(term)[0](term))))
                term = self.total(term)
            term = term if total is None or self.rng.random() < 0.7 else multiply(number(0.5), term)
            total = term if total is None else add(total, term)
        return total or number(1.0)

    def gathered_up(self, used: list[Variable]) -> Term:
        """One array of several variables: added where they broadcast, else as a number."""
        used = sorted(used, key=lambda v: -len(v.shape))
        made = used[0].term if used else number(1.0)
        for v in used[1:]:
            other = v.term if together(made.shape, v.shape) is not None else self.total(v.term)
            made = self.rng.choice((add, add, multiply, subtract))(made, other)
        if len(used) <= 1 and used:
            made = self.rng.choice(
                (made, self.unaries(made)[0](made), multiply(number(2.0), made), add(made, number(1.0)))
            )
        return made


__all__ = ["COUNT", "UNARY", "Body", "Result"]
