"""Printed names: which versions of a variable may share its name, and what gradients are called.

A later version takes the variable's own name again when nothing reads the earlier one any more, forward or
backward (the user's text stays as it was); otherwise it becomes ``x2``.  Versions that share a name share the gradient's
name too: their gradients are never alive at the same time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gradgen.ir.names import Names, base
from gradgen.ir.slots import called
from gradgen.ir.nodes import CallPair, For, Function, If, Let, Stmt, Store, variables
from gradgen.ir.walk import all_reads, blocks, defined, reads

KEYED = re.compile(r'\w+\["(\w+)"\]')  # an entry of a dict parameter, params["W1"]


@dataclass
class _State:
    """For each variable: the number of the name in use, and the versions under it that may still be read."""

    current: dict[str, int] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(dict(self.current), dict(self.members))


class Printed:
    """Maps IR names to printed names.  ``late`` are the names read after the forward pass, ``apart`` versions whose
    gradients are alive at once, ``again`` what the backward pass works out a second time (`worked_out_again`)."""

    def __init__(
        self,
        function: Function,
        late: set[str],
        names: Names,
        apart: Collection[tuple[str, str]] = (),
        again: Mapping[str, Collection[str]] = MappingProxyType({}),
    ):
        self.function, self.late, self.names, self.apart, self.again = function, late, names, apart, again
        self.table: dict[str, str] = {}
        self.gradients: dict[str, str] = {}
        self.variable_of = dict(function.unpacked)
        self.numbered: dict[tuple[str, int], str] = {}
        self.positions: dict[str, list[int]] = {}
        self.spans: dict[int, tuple[int, int, int]] = {}
        self.clock = 0
        self.within: dict[str, int] = {}  # what a loop hands on, while in the loop: where that ends
        self._measure(function.body)
        self.clock = 0
        self.excluded: list[tuple[int, int]] = []
        state = _State()
        for param in function.params:
            for name in [name for name, _ in param.slots] or [param.name]:
                self._start(state, name)
        self._walk(function.body, state)

    def __getitem__(self, name: str) -> str:
        """The printed name of a value, or of a gradient (``~x``)."""
        if name.startswith("~"):
            return self.gradient(name[1:])
        return self.table.get(name, name)

    def gradient(self, name: str) -> str:
        """``dx`` for ``x``; ``dx_z`` for the part of it that comes from ``z``; ``dw[-1]`` for the entry of a list (``~w|[-1]``)."""
        if name not in self.gradients:
            value, _, source = name.partition("@")
            if source:
                self.gradients[name] = self.names.fresh(
                    f"{base(self.gradient(value))}_{base(self[source.lstrip('~')])}"
                )
            elif "|" in name:
                whole, _, key = name.partition("|")
                self.gradients[name] = self.gradient(whole) + key
            else:
                printed = self.table.get(name, name)
                key = KEYED.fullmatch(printed) if self.function.arrays else None
                alone = any(n == name and self[other] == printed for n, other in self.apart)
                read = "." in name and any(p.name == name for p in self.function.params)  # an attribute of a layer
                made = slope_of(name) if read else f"d{key[1]}" if key else f"d{base(printed)}" if alone else ""
                self.gradients[name] = self.names.fresh(made) if made else self._gradient_of_printed(printed)
        return self.gradients[name]

    def _gradient_of_printed(self, printed: str) -> str:
        key = "=" + printed
        if key not in self.gradients:
            self.gradients[key] = self.names.fresh("d" + (called(printed) or base(printed)))
        return self.gradients[key]

    # -- which versions share a name -----------------------------------------------------------------------------------

    def _measure(self, body: Sequence[Stmt]) -> None:
        """When each name is read, by a clock that ticks once a statement, and when each branch's arms run."""
        for s in body:
            self.clock += 1
            for name in reads(s):
                self.positions.setdefault(name, []).append(self.clock)
            if isinstance(s, If):
                start = self.clock
                self._measure(s.then)
                middle = self.clock
                self._measure(s.orelse)
                self.clock += 1
                self.spans[id(s)] = (start, middle, self.clock)
            elif isinstance(s, For):
                start = self.clock
                self._measure(s.body)
                self.clock += 1
                self.spans[id(s)] = (start, start, self.clock)

    def _variable(self, name: str) -> str:
        return self.variable_of.get(name, name.partition("#")[0])

    def _start(self, state: _State, name: str) -> None:
        variable = self._variable(name)
        state.current[variable], state.members[variable] = 1, (name,)
        self.table[name] = name if name not in self.variable_of else variable

    def _walk(self, body: Sequence[Stmt], state: _State) -> None:
        for s in body:
            self.clock += 1
            if isinstance(s, (Let, Store)):
                self._define(s.target, state)
            elif isinstance(s, CallPair):
                for target in (*s.targets, s.cache):
                    self._define(target, state)
            elif isinstance(s, If):
                self._branch(s, state)
            elif isinstance(s, For):
                self._loop(s, state)

    def _define(self, name: str, state: _State) -> None:
        variable = self._variable(name)
        number, members = state.current.get(variable, 0), state.members.get(variable, ())
        if number == 0 or any(self._is_read_later(m) or self._is_overwritten(name, m) for m in members):
            number, members = number + 1, ()
        kept = tuple(m for m in members if m in self.again)  # the name is theirs once more, in the backward pass
        state.current[variable], state.members[variable] = number, (*kept, name)
        self.table[name] = self._name(variable, number)

    def _name(self, variable: str, number: int) -> str:
        if number == 1:
            return variable
        if (variable, number) not in self.numbered:
            self.numbered[variable, number] = self.names.fresh(f"{variable}{'_' * variable[-1].isdigit()}{number}")
        return self.numbered[variable, number]

    def _is_read_later(self, name: str) -> bool:
        end = self.within.get(name)
        if name in self.late and end is None:
            return True
        times = [t for t in self.positions.get(name, []) if end is None or t < end]
        after = times[bisect_right(times, self.clock) :]
        return any(not any(a < t <= b for a, b in self.excluded) for t in after)

    def _loop(self, s: For, state: _State) -> None:
        """The values handed on share a name from trip to trip; a trip's own are its own."""
        end = self.spans[id(s)][2]
        self._define(s.index, state)
        if s.count:
            self._define(s.count, state)
        for c in s.carries:
            self._define(c.name, state)
        heads = {self._variable(c.name): (c.name, state.current[self._variable(c.name)]) for c in s.carries}
        self.within |= dict.fromkeys((c.name for c in s.carries), end)
        inner = state.copy()
        self._walk(s.body, inner)
        for c in s.carries:
            del self.within[c.name]
        for variable, number in inner.current.items():
            state.current[variable], state.members[variable] = number, inner.members[variable]
        for variable, (name, number) in heads.items():
            state.current[variable], state.members[variable] = number, (name,)
        self.clock = end

    def _is_overwritten(self, name: str, older: str) -> bool:
        """Whether the backward pass works one of two versions out again while it still needs the other."""
        both = older in self.again.get(name, ()) or name in self.again.get(older, ())
        return both or older in self.again and name in self.late

    def _branch(self, s: If, state: _State) -> None:
        start, middle, end = self.spans[id(s)]
        then, other = state.copy(), state.copy()
        self.excluded.append((middle, end - 1))
        self._walk(s.then, then)
        self.excluded.pop()
        self._walk(s.orelse, other)
        self.clock = end
        joined = {self._variable(j.target): j for j in s.joins}
        for variable in dict.fromkeys([*then.current, *other.current]):
            a, b = then.current.get(variable, 0), other.current.get(variable, 0)
            number = max(a, b)
            sides = [side for side, n in ((then, a), (other, b)) if n == number]
            members = tuple(dict.fromkeys(m for side in sides for m in side.members[variable]))
            state.current[variable], state.members[variable] = number, members
            if variable in joined:
                join = joined[variable]
                printed = self._name(variable, number)
                arms = ((join.then, then), (join.orelse, other))
                if any(self._overwrites(printed, version, arm.members.get(variable, ())) for version, arm in arms):
                    number, members = number + 1, ()
                state.current[variable], state.members[variable] = number, (*members, join.target)
                self.table[join.target] = self._name(variable, number)

    def _overwrites(self, printed: str, version: str | None, members: Sequence[str]) -> bool:
        """Whether an arm that hands a version on under a name takes that name from a value that is read later."""
        if version is None or self[version] == printed:
            return False
        return any(self.table[m] == printed and self._is_read_later(m) for m in members)


def slope_of(name: str) -> str:
    """Where a layer keeps the gradient by an attribute.

    >>> slope_of("self.W")
    'self.dW'
    """
    this, _, attribute = name.partition(".")
    return f"{this}.d{attribute}"


def worked_out_again(backward: Sequence[Stmt]) -> dict[str, set[str]]:
    """The names that the backward pass gives their values a second time; with each those that had theirs by then and are read
    behind it."""
    found: dict[str, set[str]] = {name: set() for name in defined(backward) if not name.startswith("~")}

    def walk(block: Sequence[Stmt], made: set[str], behind: set[str]) -> None:
        made = set(made)
        left = Counter(name for s in block for name in all_reads([s]))
        for s in block:
            for name in all_reads([s]):
                left[name] -= 1
                if not left[name]:
                    del left[name]
            if isinstance(s, Let) and not s.target.startswith("~"):
                found[s.target] |= {name for name in made if name in left or name in behind}
                made.add(s.target)
            next_trip = {*all_reads(s.body)} - {*defined(s.body)} if isinstance(s, For) else set()
            for inner in blocks(s):
                walk(inner, made, {*left, *behind, *next_trip})

    walk(backward, set(), set())
    return found


def late_reads(function: Function, backward_reads: set[str]) -> set[str]:
    """The values read after the forward pass: by the backward pass, or to be returned."""
    returned = [*function.results, *([function.aux] if function.aux is not None else [])]
    return {n for n in backward_reads if not n.startswith("~")} | {n for e in returned for n in variables(e)}
