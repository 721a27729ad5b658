"""What the trips of a loop say of shapes."""

from __future__ import annotations

from gradgen.ir.nodes import For


class Rounds:
    """The part of the shape analysis that goes through loops."""

    def loop(self, s: For) -> None:
        """What a trip says of shapes.  A value handed on has the shape that it has at the end of a trip: a sum may start at 0."""
        self.around.append(s.index)
        self.trips(s)
        self.around.pop()
        grown = {c.start: self.names[c.name] for c in s.carries if c.step in self.lists}
        self.names |= grown
        self.lists |= set(grown)

    def trips(self, s: For) -> None:
        """What the trips of a loop say of shapes."""
        self.names[s.index] = ()
        self.names.update((c.name, self.names.get(c.start, ())) for c in s.carries)
        self.lists -= {c.name for c in s.carries if c.start not in self.lists}
        self.of_numbers |= {c.name for c in s.carries if c.start in self.of_numbers}
        self.nothing |= {c.name for c in s.carries if c.start in self.nothing}  # what the first trip must give a value
        for last in (False, True):
            self.walk(s.body)
            self._kept_sizes(s)
            for c in s.carries:  # asserted to keep the shape that it starts with
                if self.kept.get(c.name) and isinstance(step := self.resolve(self.names[c.step]), str):
                    self.bound[step] = self.kept[c.name]
            moved = [c for c in s.carries if self.resolve(self.names[c.step]) != self.resolve(self.names[c.name])]
            if not moved:
                return
            for c in moved:
                start, step = self.resolve(self.names.get(c.start, ())), self.resolve(self.names[c.step])
                is_list = c.step in self.lists
                if isinstance(step, str) and isinstance(start, tuple) and start and "1" not in start and not is_list:
                    self.begun[step] = start, c
                self.names[c.name] = self.fresh_shape() if last else self.names[c.step]
            self.memory.clear()
        self.walk(s.body)

    def _kept_sizes(self, s: For) -> None:
        """What a trip hands on is as large as what it was handed, where that is an array of as many axes: facts to assert of parameters."""
        for c in s.carries:
            start, step = self.resolve(self.names.get(c.start, ())), self.resolve(self.names[c.step])
            if isinstance(start, str) or isinstance(step, str) or len(start) != len(step) or c.step in self.lists:
                continue
            for x, y in zip(start, step, strict=True):
                unknown = [d for d in (x, y) if d.startswith("?")]
                if x != y and unknown and all(self.origin.get(d, ("",))[0] in self.parameters for d in unknown):
                    self._wider(x, y)
