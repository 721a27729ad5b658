"""One run of the stages, forward and backward, with every value on the way.

What runs are the stages and their reverse, as they are before lines are joined for print: so each wire of the circuit has its own
gradient.  Expressions are evaluated by `gradgen.interpret`; values are copied where the emitted text would share memory.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import operator
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gradgen.interpret import FLOAT, Machine, OutOfFuel, Refused
from gradgen.interpret.expressions import Closure, expression
from gradgen.ir.names import base
from gradgen.ir.nodes import (
    Add, Call, CallBack, CallPair, Const, Expr, For, Function, Gradient, If, Keep, Let, Record, Stmt, Store, Var, substitute, variables,
)  # fmt: skip
from gradgen.ir.read import OMITTED
from gradgen.ir.walk import defined, statements
from gradgen.ir.write import write
from gradgen.picture.record import FAILURES, Event, Run, loop_key
from gradgen.pipeline import Result, constants
from gradgen.render.environment import part
from gradgen.render.spelling import Spelling

FUEL = 2_000_000
MOST = 100_000  # so many statements, whose values are all kept
UPSTREAM = (1.0, -0.5, 2.0, 0.5, -1.0, 1.5, 0.25)
WRITES = {"=": None, "+=": operator.add, "-=": operator.sub, "*=": operator.mul, "/=": operator.truediv}


class Ended(Exception):
    """The run cannot go on; the failure is noted in the run."""


class LoopOver(Exception):
    """The condition of a loop does not hold any more."""


def run(result: Result, values: Mapping[str, object], even: bool = True, most: int | None = None) -> Run:
    """The stages of a result at a point: forward, then backward from the gradient on each result.

    That is 1, on an array everywhere if ``even``.  ``most`` bounds the statements that are run, else `MOST`.
    """
    runner = Runner(result, MOST if most is None else most)
    made = runner.forward(result, values)
    if made.failure is None:
        runner.backward(made, [upstream(o, even) for o in made.outputs])
    return made


def again(result: Result, before: Run, values: Mapping[str, object]) -> Run:
    """A run at another point, with the gradients that came in on the results before."""
    made = before.runner.forward(result, values)
    if made.failure is None:
        before.runner.backward(made, before.douts)
    return made


def upstream(out: object, even: bool = False) -> object:
    """A gradient that may come in on a result: on an array different numbers, for what is made to sum to 1 has no gradient otherwise.

    >>> upstream(3.0), upstream(np.zeros((2, 2))).tolist(), upstream(np.zeros(2), even=True).tolist()
    (1.0, [[1.0, -0.5], [2.0, 0.5]], [1.0, 1.0])
    """
    if not np.ndim(out):
        return 1.0
    return np.ones(np.shape(out)) if even else np.resize(UPSTREAM, np.shape(out))


class Runner:
    """Runs the functions of one result; ``machine`` evaluates their expressions."""

    def __init__(self, result: Result, most: int):
        self.most = self.left = most
        self.gradients = result.artefacts["reverse"]
        self.helpers = result.helpers
        self.spelling = Spelling(result.scope, set(), result.source)
        self.idents: dict[str, str] = {}
        self.texts: dict[Expr, str] = {}
        functions = [result.function, *self.helpers.values()]
        self.own = {
            n for f in functions for n in known_names(f)
        }  # what else is read is a module's constant, or a builtin
        for body in [*(f.body for f in functions), *(g.backward for g in self.gradients.values())]:
            for e in expressions(body):
                self.text(e)
        for f in functions:
            for e in (*f.results, *([f.aux] if f.aux is not None else [])):
                self.text(e)
        self.machine = Machine(self.preamble(constants(result)), FLOAT, FUEL, arrays=True)
        self.closures: dict[Expr, Closure] = {}
        self.leaving = False  # whether a trip has come to a `break`

    def quiet(self):
        """NumPy's warnings off; fuel for one run."""
        self.machine.meter.left, self.machine.meter.depth, self.left = FUEL, 0, self.most
        return self.machine.arrays.quiet()

    def forward(self, result: Result, values: Mapping[str, object]) -> Run:
        """The stages of the result at a point, forward only."""
        made = self.start(result.function, self.gradients[result.name], values)
        with contextlib.suppress(Ended), self.quiet():
            self.block(made, made.function.body, ())
            made.outputs = [self.value(r, made) for r in made.function.results]
        return made

    def backward(self, made: Run, douts: Sequence[object]) -> None:
        """The way back of such a run, from the gradient on each result."""
        made.douts = list(douts)
        with contextlib.suppress(Ended), self.quiet():
            self.back(made, douts)

    def start(self, function: Function, gradient: Gradient, values: Mapping[str, object]) -> Run:
        """A run whose parameters, and the entries of them that are read, have their values."""
        made = Run(function, gradient, runner=self)
        for p in function.params:
            made.env[p.name] = copied(values[p.name])
            for name, path in p.slots:
                with contextlib.suppress(LookupError, TypeError):
                    made.env[name] = entry(values[p.name], path)
        return made

    # expressions ------------------------------------------------------------------------------------------------------

    def ident(self, name: str) -> str:
        """The identifier of an IR name in the evaluated texts."""
        return self.idents.setdefault(name, f"_v{len(self.idents)}_")

    def is_own(self, name: str) -> bool:
        """Whether a name is a value of the functions', or a gradient."""
        return name in self.own or name[0] in "~^"

    def text(self, expr: Expr) -> str:
        """The text of an expression, for the machine."""
        if expr not in self.texts:
            named = substitute(runnable(expr), {n: Var(self.ident(n)) for n in variables(expr) if self.is_own(n)})
            self.texts[expr] = write(named, lambda fn: fn if fn.startswith("_v") else self.spelling(fn))
        return self.texts[expr]

    def preamble(self, values: Mapping[str, str]) -> str:
        """The module that the expressions stand in: imports, constants, the helpers that emitted text carries along."""
        own = [part(name).replace(name, printed) for name, printed in self.spelling.parts.items()]
        for library in ("math", "np"):
            if any(f"{library}." in text for text in own):
                own = [text.replace(f"{library}.", f"{self.spelling.module(library)}.") for text in own]
        known = [f"{n} = {text}" for n, text in {**values, **self.spelling.constants}.items() if text]
        return "\n".join([*self.spelling.imports(), *known, *own, *self.spelling.definitions.values()])

    def value(self, expr: Expr, run: Run) -> object:
        """The value of an expression in a run."""
        if isinstance(expr, Var) and self.is_own(expr.name):
            return run.env[expr.name]
        if expr not in self.closures:
            scope = self.machine.globals.scope.inside({self.ident(n) for n in variables(expr) if self.is_own(n)})
            self.closures[expr] = expression(ast.parse(self.texts[expr], mode="eval").body, scope)
        local = {self.ident(n): run.env[n] for n in variables(expr) if n in run.env}
        return copied(self.closures[expr](local))

    # statements -------------------------------------------------------------------------------------------------------

    def block(self, run: Run, body: Sequence[Stmt], trips: tuple[int, ...], back: bool = False) -> None:
        """Run statements one after the other.  Raises `Ended` where one fails."""
        for s in body:
            try:
                self.left -= 1
                if self.left < 0:
                    raise OutOfFuel(f"it takes more than {self.most:,} steps")
                self.step(run, s, trips, back)
            except (*FAILURES, Refused, OutOfFuel) as error:
                raised = f"raises {type(error).__name__}: {error}".removesuffix(": ")
                said = raised if isinstance(error, FAILURES) else f"cannot go on: {error}"
                run.failure = run.failure or (run, s, said, trips)
                raise Ended from None

    def step(self, run: Run, s: Stmt, trips: tuple[int, ...], back: bool) -> None:
        events = run.backward if back else run.forward
        match s:
            case Let(target, value):
                run.env[target] = made = self.value(value, run)
                events.append(Event(s, target, made, made, trips))
            case Add(target, value):
                given = self.value(value, run)
                run.env[target] = made = run.env[target] + given
                events.append(Event(s, target, made, given, trips))
            case Store():
                self.store(run, s, trips, events)
            case CallPair():
                self.call(run, s, trips)
            case CallBack():
                self.call_back(run, s, trips)
            case If(test, then, orelse, joins):
                holds = bool(self.value(test, run))
                run.tests[test, s.at.line, trips] = holds
                self.block(run, then if holds else orelse, trips, back)
                for j in joins:
                    source = j.then if holds else j.orelse
                    if source in run.env:
                        run.env[j.target] = run.env[source]
            case For():
                (self.trips_back if back else self.trips)(run, s, trips)
            case Keep("assert", (test, *_)):
                if not self.value(test, run):
                    raise AssertionError(f"assert {write(test, base)}")
            case Keep("while", (test,)):
                if not self.value(test, run):
                    raise LoopOver
            case Keep("break"):
                self.leaving = True  # what the path leaves behind is still joined
            case Keep("raise", args):
                raise RuntimeError(write(args[0], base) if args else "raise")
            case Record(history, _, value):
                run.env[history] = [*run.env.get(history, []), self.value(value, run)]

    def store(self, run: Run, s: Store, trips: tuple[int, ...], events: list[Event]) -> None:
        """``target[index] op value``, in a copy."""
        before = run.env[s.base]
        index = tuple(self.value(whole(i), run) for i in s.index)
        key, given = index[0] if len(index) == 1 else index, self.value(s.value, run)
        made = copied(before)
        if s.op == "append":
            made = [*made, given]
        elif s.op == "at":
            np.add.at(made, key, given)
        else:
            made[key] = given if s.op == "=" else WRITES[s.op](made[key], given)
        run.env[s.target] = made
        change = made - before if s.target == s.base and isinstance(made, np.ndarray) else given
        events.append(Event(s, s.target, made, change, trips))

    def trips(self, run: Run, s: For, trips: tuple[int, ...]) -> None:
        """A loop: each trip's own values are kept for its reverse."""
        own = {s.index, *defined(s.body), *(c.name for c in s.carries)}
        kept = []
        for c in s.carries:
            if c.start in run.env:
                run.env[c.name] = run.env[c.start]
        items = itertools.count() if s.over.fn == "while" else self.machine.walk(self.value(s.over, run))
        around, self.leaving = self.leaving, False
        for number, item in enumerate(items):
            run.env[s.index] = item
            before = len(run.forward)
            for c in s.carries:  # what the trip starts with
                if c.name in run.env:
                    run.forward.append(Event(s, c.name, run.env[c.name], run.env[c.name], (*trips, number)))
            inside = {k for k in run.env if isinstance(k, tuple)}
            over = False
            try:
                self.block(run, s.body, (*trips, number))
            except LoopOver:
                over = True
            finally:
                loops = {k for k in run.env if isinstance(k, tuple)} - inside
                kept += [] if over else [{n: run.env[n] for n in (*own, *loops) if n in run.env}]
                for n in loops:
                    del run.env[n]
            if over:  # its condition was asked, and that was all
                del run.forward[before:]
                break
            for name, value in [(c.name, run.env[c.step]) for c in s.carries if c.step in run.env]:
                run.env[name] = value
            if self.leaving:
                break
        self.leaving = around
        run.env |= {loop_key(s): kept, s.count: len(kept)}

    def trips_back(self, run: Run, s: For, trips: tuple[int, ...]) -> None:
        """A loop's reverse: the trips from the last to the first, each in its own values."""
        kept = run.env.get(loop_key(s), [])
        after = dict(run.env)
        for number in reversed(range(len(kept))):
            run.env.update(kept[number])
            self.block(run, s.body, (*trips, number), back=True)
        run.env.update({k: v for k, v in after.items() if not str(k).startswith("~")})

    def call(self, run: Run, s: CallPair, trips: tuple[int, ...]) -> None:
        """A call of another function of the file, as a run of its own."""
        helper = self.helpers[s.fn]
        given = {p.name: self.value(a, run) for p, a in zip(helper.params, s.args, strict=True)}
        inner = self.start(helper, self.gradients[f"{s.fn}()"], given)
        self.inside(run, inner, s, lambda: self.block(inner, helper.body, ()))
        inner.outputs = [self.value(r, inner) for r in helper.results]
        aux = [] if helper.aux is None else list(flat(self.value(helper.aux, inner)))
        run.env[s.cache] = inner
        for target, value in zip(s.targets, [*inner.outputs, *aux]):
            run.env[target] = value
            run.forward.append(Event(s, target, value, value, trips, inner))

    def call_back(self, run: Run, s: CallBack, trips: tuple[int, ...]) -> None:
        """The reverse of a call."""
        inner = self.value(s.cache, run)
        self.inside(run, inner, s, lambda: self.back(inner, [self.value(d, run) for d in s.douts]))
        names = [p.name for p in inner.function.params]
        for target, name in zip(s.targets, inner.gradient.wrt, strict=True):
            if target != "_":
                run.env[target] = made = gathered(inner, names.index(name))
                run.backward.append(Event(s, target, made, made, trips, inner))

    def inside(self, run: Run, inner: Run, s: Stmt, work) -> None:
        """Work in another function's run; its failure is the caller's, too."""
        self.machine.meter.enter()
        try:
            work()
        except Ended:
            run.failure = inner.failure
            raise
        finally:
            self.machine.meter.leave()

    def back(self, run: Run, douts: Sequence[object]) -> None:
        """The reverse pass of a run, from the gradient on each result."""
        run.env |= {f"^{i}": d for i, d in enumerate(douts)}
        self.block(run, run.gradient.backward, (), back=True)


def whole(index: Expr) -> Expr:
    """A part of a subscript as an expression of its own: ``slice(a, b, None)`` for ``a:b``."""
    if isinstance(index, Call) and index.fn == "slice":
        return Call("slice", tuple(Const("None") if e == OMITTED else e for e in index.args))
    return index


def runnable(expr: Expr) -> Expr:
    """An expression as it can be evaluated: a part of a split is an entry of the whole split."""
    match expr:
        case Call("gate.part", (x, sections, axis, number)):
            return Call("[]", (Call("np.split", (x, sections, axis), (("keywords", ("axis",)),)), number))
    return expr


def expressions(body: Sequence[Stmt]) -> Iterator[Expr]:
    """Every expression that running the statements evaluates."""
    for s in body:
        match s:
            case Let(value=value) | Add(value=value) | Record(value=value):
                yield value
            case Store(index=index, value=value):
                yield from map(whole, index)
                yield value
            case CallPair(args=args):
                yield from args
            case CallBack(douts=douts):
                yield from douts
            case If(test=test, then=then, orelse=orelse):
                yield test
                yield from expressions((*then, *orelse))
            case For(over=over, body=inner):
                yield from () if over.fn == "while" else (over,)
                yield from expressions(inner)
            case Keep("assert" | "while", (test, *_)):
                yield test


def copied(value: object) -> object:
    """A value in memory of its own."""
    if isinstance(value, np.ndarray):
        return value.copy()
    return copy.deepcopy(value) if type(value) in (list, dict) else value


def entry(value: object, path: Sequence) -> object:
    """The entry of nested lists and dicts at a path."""
    for key in path:
        value = value[key]
    return value


def flat(value: object) -> Iterator[object]:
    """The items of nested tuples, one after the other."""
    if isinstance(value, tuple):
        for item in value:
            yield from flat(item)
    else:
        yield value


def gathered(run: Run, position: int) -> object:
    """The gradient on a parameter, in the parameter's structure."""
    param = run.function.params[position]
    if not param.slots:
        return run.gradient_of(param.name)
    total = zeros(run.env[param.name])
    for name, path in param.slots:
        *front, last = path
        holder = entry(total, front)
        holder[last] = holder[last] + run.gradient_of(name)  # one entry may be read from either end
    return total


def zeros(like: object) -> object:
    """Nested lists and dicts like these, of zeros."""
    if isinstance(like, dict):
        return {k: zeros(v) for k, v in like.items()}
    if isinstance(like, (list, tuple)):
        return [zeros(v) for v in like]
    return np.zeros(np.shape(like)) if np.ndim(like) else 0.0


def known_names(function: Function) -> Iterator[str]:
    """The parameters, their entries that are read, and everything that is assigned."""
    for p in function.params:
        yield p.name
        yield from (name for name, _ in p.slots)
    yield from defined(function.body)
    yield from (s.history for s in statements(function.body) if isinstance(s, Record))
