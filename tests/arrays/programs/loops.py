"""Random loops: over rows, by index, in nested loops; sums, filled arrays and lists, values handed from trip to trip."""

from __future__ import annotations

from dataclasses import replace

from tests.arrays.programs.expressions import COUNT, Variable
from tests.arrays.programs.terms import BIG, Shape, Term, add, call, into, multiply, number

TRIPS = (3, 2, 1, 4)


class Loops:
    """The part of `Body` that writes loops; ``looping`` says whether it is inside one."""

    looping = False

    def loop(self) -> list[str]:
        """A loop, and a name for what it makes."""
        if self.looping or self.indent > 2:
            return []
        way = self.rng.choices(
            (self.rows_summed, self.rows_stored, self.rows_listed, self.recurrence, self.entries), (5, 5, 5, 6, 3)
        )[0]
        before, fixed, self.looping = dict(self.scope), self.fixed, True
        self.fixed = self.fixed | set(self.scope)  # what is outside stays as it is
        lines, made = way() or ([], None)
        self.scope, self.fixed, self.looping = before, fixed, False
        if made is not None:
            self.scope[made.name] = made
        return lines

    # -- trips --------------------------------------------------------------------------------------------------------

    def walked(self, v: Variable, index: bool) -> tuple[str, str, list[str]]:
        """(head, index, lines) of a loop over the rows of an array, and the row in scope."""
        rest, row = v.shape[1:], self.unused()
        i = self.reserve(next(n for n in ("i", "n_", "t_", "row_i", "jj", "kk") if n not in self.taken))
        count = self.rng.choice((f"{v.name}.shape[0]", f"len({v.name})"))
        reads = self.line_inside(f"{row} = {v.name}[{i}]")
        ways = [(f"for {i} in range({count}):", reads), (f"for {i}, {row} in enumerate({v.name}):", [])]
        if not index:
            ways.append((f"for {row} in {v.name}:", []))
            ways.append((f"for {i} in reversed(range({count})):", reads))
        head, lines = self.rng.choice(ways)
        self.scope[row] = Variable(row, rest, v.lo, v.hi, region=self.region(), how="part", given=True)
        return head, i, [*self.line(head), *lines]

    def line_inside(self, text: str) -> list[str]:
        self.indent += 1
        lines = self.line(text)
        self.indent -= 1
        return lines

    def inside(self, shape: Shape) -> tuple[list[str], Term]:
        """A line or two in a trip, and an expression of this shape that the last variable has a part in."""
        last = next(reversed(self.scope.values()))
        self.indent += 1
        lines = self.assign() if self.rng.random() < 0.4 else []
        self.indent -= 1
        other = self.fitting(shape, 1)
        other = other if into(other.shape, shape) else number(0.5)
        made = multiply(last.term, other) if self.rng.random() < 0.6 else add(last.term, other)
        if made.size > BIG / 8 or self.rng.random() < 0.3:
            made = call(f"{self.np('tanh')}({made.text})", shape, -1.0, 1.0)
        return lines, made

    def source(self, least: int = 1) -> Variable | None:
        """An array to walk."""
        found = self.floats(lambda s: len(s) >= least and s[0] != "1")
        found = [v for v in found if v.name.isidentifier()]
        return self.rng.choice(found[-5:]) if found else None

    # -- what a loop makes --------------------------------------------------------------------------------------------

    def rows_summed(self):
        """``s = 0.0``, then ``s += ...`` in each trip."""
        if (v := self.source()) is None:
            return None
        name = self.unused()
        start = self.rng.choice(("0.0", "0.0", "1.5"))
        head, _, read = self.walked(v, False)
        lines, made = self.inside(v.shape[1:])
        if v.shape[1:] and self.rng.random() < 0.5:
            made = call(f"{self.np('sum')}({made.text})", (), COUNT**2 * min(made.lo, 0), COUNT**2 * max(made.hi, 0))
        step = self.rng.choice((f"{name} += {made.text}", f"{name} = {name} + {made.at(3)}"))
        if v.shape[1:] and made.shape and self.rng.random() < 0.3:
            test = f"{self.np('sum')}({next(reversed(self.scope.values())).name}) > 0.1"
            step = f"if {test}:\n    {step}"
            start = f"{v.name}[0] * 0.0"  # of one shape on every path
        total = Variable(
            name, made.shape, 1.5 + COUNT * min(made.lo, 0), 1.5 + COUNT * max(made.hi, 0), region=self.region()
        )
        return [*self.line(f"{name} = {start}"), *read, *lines, *self.line_inside(step)], total

    def rows_stored(self):
        """``out = np.zeros(x.shape)``, then ``out[i] = ...`` in each trip."""
        if (v := self.source()) is None:
            return None
        name = self.unused()
        begin = self.rng.choice((f"{self.np('zeros')}({v.name}.shape)", f"{self.np('zeros_like')}({v.name})"))
        head, i, read = self.walked(v, True)
        lines, made = self.inside(v.shape[1:])
        op = self.rng.choice(("=", "=", "=", "+="))
        stored = Variable(name, v.shape, min(made.lo, 0), max(made.hi, 0), region=self.region())
        return [
            *self.line(f"{name} = {begin}"),
            *read,
            *lines,
            *self.line_inside(f"{name}[{i}] {op} {made.text}"),
        ], stored

    def rows_listed(self):
        """``hs = []``, ``hs.append(...)`` in each trip, and the array of them."""
        if (v := self.source()) is None:
            return None
        name, listed = self.unused(), self.unused()
        head, _, read = self.walked(v, False)
        if "reversed" in head:
            self.file.unsure.add("GG111")
        lines, made = self.inside(v.shape[1:])
        after = self.rng.choice((f"{self.np('array')}({listed})", f"{self.np('stack')}({listed})"))
        held = Variable(name, v.shape, made.lo, made.hi, region=self.region())
        text = made.text if made.fresh else f"{made.at(3)} * 1.0"
        steps = self.line_inside(f"{listed}.append({text})")
        return [*self.line(f"{listed} = []"), *read, *lines, *steps, *self.line(f"{name} = {after}")], held

    def recurrence(self):
        """``h = np.tanh(h * a + b)``, a few times; at times every state in a list."""
        v = self.pick(lambda s: len(s) < 3)
        if v is None:
            return None
        kind = self.rng.choices(("handed", "in place", "beside a list", "last of a list"), (4, 2, 3, 3))[0]
        name, listed, trips = self.unused(), self.unused(), self.rng.choice(TRIPS)
        i = self.reserve(next(n for n in ("t", "step", "i", "k_", "tt", "ii") if n not in self.taken))
        head = self.line(f"for {self.rng.choice((i, '_'))} in range({trips}):")
        state = f"{listed}[-1]" if kind == "last of a list" else name
        start = f"{v.name} * 1.0"
        begin = self.line(f"{listed} = [{start}]" if state != name else f"{name} = {start}")
        self.scope[state] = Variable(state, v.shape, min(v.lo, -1.0), max(v.hi, 1.0), region=self.region())
        self.fixed = self.fixed | {name}
        lines, made = self.inside(v.shape)
        squeezed, end = f"{self.np('tanh')}({made.text})", []
        if kind == "in place" and v.shape:
            steps = [
                f"{name} *= {self.rng.choice(('0.5', '0.9'))}",
                *([f"{name} += 0.1 * {made.at(3)}"] if made.size < 8 else []),
            ]
        elif kind == "beside a list":
            begin += self.line(f"{listed} = [{self.rng.choice((name, ''))}]")
            steps = [f"{name} = {squeezed}", f"{listed}.append({name})"]
        else:
            steps = [f"{name} = {squeezed}"] if state == name else [f"{listed}.append({squeezed})"]
        if "list" in kind:
            end = self.line(f"{name} = {self.np('sum')}({self.np('array')}({listed}), axis=0)")
        bound = COUNT * (1 + v.term.size)
        made_of = [line for step in steps for line in self.line_inside(step)]
        return [*begin, *head, *lines, *made_of, *end], Variable(name, v.shape, -bound, bound, region=self.region())

    def entries(self):
        """Two loops over the entries of an array."""
        if (v := self.source(2)) is None or len(v.shape) != 2:
            return None
        name = self.unused()
        i, j = (
            self.reserve(next(n for n in names if n not in self.taken))
            for names in (("i", "n", "p", "pp"), ("j", "d_", "qq"))
        )
        term = Term(f"{v.name}[{i}, {j}]", (), v.lo, v.hi)
        made = multiply(term, self.rng.choice((term, number(0.5), replace(term, text=f"{v.name}[{i}, {j}]"))))
        stores = self.rng.random() < 0.5
        begin = f"{name} = {self.np('zeros_like')}({v.name})" if stores else f"{name} = 0.0"
        step = f"{name}[{i}, {j}] = {made.text}" if stores else f"{name} += {made.text}"
        if self.rng.random() < 0.3:
            step = f"if {v.name}[{i}, {j}] > 0.2:\n    {step}"
        total = 1 if stores else COUNT**2
        lines = [
            *self.line(begin),
            *self.line(f"for {i} in range({v.name}.shape[0]):"),
            *self.line_inside(f"for {j} in range({v.name}.shape[1]):"),
        ]
        self.indent += 1
        lines += self.line_inside(step)
        self.indent -= 1
        shape = v.shape if stores else ()
        return lines, Variable(name, shape, total * min(made.lo, 0), total * max(made.hi, 0), region=self.region())
