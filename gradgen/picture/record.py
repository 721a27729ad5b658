"""What a run of the stages leaves behind: every value on the way, forward and backward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from gradgen.interpret import OutOfFuel, Refused
from gradgen.ir.nodes import Add, Expr, For, Function, Gradient, Let, Stmt, Store
from gradgen.ir.walk import defined, statements

if TYPE_CHECKING:
    from gradgen.picture.values import Runner

CONTAINERS = (list, tuple, dict, str)
FAILURES = (
    ArithmeticError,
    AssertionError,
    LookupError,
    NameError,
    TypeError,
    ValueError,
    AttributeError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One assignment, or (of a loop) what a trip starts with: ``name`` has ``value`` after it.

    ``given`` is what it was given: for a gradient, the contribution.
    ``trips`` numbers the trips of the loops around it; ``inner`` is the run of the function that was called.
    """

    stmt: Stmt
    name: str
    value: object
    given: object
    trips: tuple[int, ...] = ()
    inner: Run | None = None


@dataclass
class Run:
    """What one function did: ``env`` has the last value of every name, ``forward`` and ``backward`` the events in order.

    ``tests`` tells how each branch went, by its condition, its line and the trips around it; ``failure`` where the run ended early.
    """

    function: Function
    gradient: Gradient
    env: dict = field(default_factory=dict)
    forward: list[Event] = field(default_factory=list)
    backward: list[Event] = field(default_factory=list)
    tests: dict[tuple[Expr, int, tuple[int, ...]], bool] = field(default_factory=dict)
    failure: tuple[Run, Stmt, str, tuple[int, ...]] | None = None  # whose stage, which, why, in which trips
    outputs: list = field(default_factory=list)
    douts: list = field(default_factory=list)
    runner: Runner | None = None

    def evaluate(self, expr: Expr) -> object:
        """The value of an expression over the run's names; None where it has none."""
        try:
            self.runner.text(expr)
            with self.runner.quiet():
                return self.runner.value(expr, self)
        except (*FAILURES, Refused, OutOfFuel):
            return None

    def trips(self, s: For) -> list[int]:
        """The numbers of a loop's trips."""
        own = {id(t) for t in (s, *statements(s.body))}
        return sorted({e.trips[0] for e in self.forward if e.trips and id(e.stmt) in own})

    def trip(self, s: For, number: int) -> Run:
        """One trip of a loop as a run of its own."""
        back = next((b for b in self.gradient.backward if isinstance(b, For) and loop_key(b) == loop_key(s)), None)
        own = {id(t) for t in (s, *statements(s.body), *statements(back.body if back else ()))}
        forward, backward = (
            [replace(e, trips=e.trips[1:]) for e in side if e.trips[:1] == (number,) and id(e.stmt) in own]
            for side in (self.forward, self.backward)
        )
        inside = {s.index, *defined(s.body), *(c.name for c in s.carries)}
        backward = [*self._unchanged(s, back), *_afresh(backward, inside)]
        ends = {c.name for t in s.body if isinstance(t, For) for c in t.carries}  # in such a loop they are other values
        env = {n: v for n, v in self.env.items() if not str(n).startswith("~")}
        env |= {e.name: e.value for e in forward if not e.trips}
        env |= {e.name: e.value for e in backward if not e.trips or e.name[1:] not in ends}
        function = replace(self.function, body=s.body)
        gradient = replace(self.gradient, backward=back.body if back else ())
        tests = {(test, at, ts[1:]): holds for (test, at, ts), holds in self.tests.items() if ts[:1] == (number,)}
        return Run(function, gradient, env, forward, backward, tests, runner=self.runner)

    def _unchanged(self, s: For, back: For | None) -> Iterator[Event]:
        """The gradients that go through a trip as they are: on what the loop adds up, say."""
        written = {t.target for t in statements(back.body if back else ()) if isinstance(t, (Let, Add, Store))}
        for c in s.carries:
            if (name := f"~{c.name}") in self.env and name not in written:
                yield from (Event(s, f"~{n}", self.env[name], self.env[name]) for n in (c.name, c.step))

    def gradients(self) -> dict[str, object]:
        """The gradient on each parameter (or entry of one) that is differentiated by; 0.0 where none arrives."""
        params = [p for p in self.function.params if p.name in self.gradient.wrt]
        return {name: self.gradient_of(name) for p in params for name in [n for n, _ in p.slots] or [p.name]}

    def gradient_of(self, name: str) -> object:
        """The whole gradient on a value."""
        found = self.env.get(f"~{name}", 0.0)
        held = self.env.get(name, 0.0)
        shape = np.shape(held) if not isinstance(held, CONTAINERS) else np.shape(found)  # of a list: as it comes
        return np.broadcast_to(found, shape) if np.shape(found) != shape else found


def _afresh(backward: Iterable[Event], inside: set[str]) -> Iterator[Event]:
    """A trip's events, in which the gradient on what comes from outside of the loop is what this trip gave to it."""
    given: dict[str, object] = {}
    for e in backward:
        if e.name[1:] not in inside and "@" not in e.name:
            given[e.name] = given[e.name] + e.given if e.name in given else e.given
            e = replace(e, value=given[e.name])
        yield e


def loop_key(s: For) -> tuple:
    """Under which a loop's trips are kept among the values: no name is a tuple."""
    return "trips", s.index, s.at.line
