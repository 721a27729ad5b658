"""The circuit of a function: gates and wires, with the values and gradients of a run where there is one.

A stage is a gate, a call of another function and a loop are boxes (with the circuit of their inside), of a branch the arm that
was taken is drawn.  What is no number on the way to the result (sizes, conditions, constants) is no wire: it stands in the gate's label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gradgen.ir.nodes import Call, CallPair, Const, Expr, For, If, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, defined, reads, statements
from gradgen.ir.write import write_index
from gradgen.picture.trace import arguments, printed_stages
from gradgen.picture.record import Run
from gradgen.picture.wording import line, said, shown
from gradgen.pipeline import Result
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find

LONGEST = 18  # letters of a label
TRIPS = 6  # of one loop that can be looked into, at most


@dataclass(frozen=True, slots=True)
class Wire:
    """A value on its way from a gate to a reader: ``gradient`` is what comes back on this wire alone."""

    source: int
    target: int
    name: str
    gradient: object = None


@dataclass(slots=True)
class Node:
    """An input, a gate or a box; ``outputs`` are (name, value, gradient) of what it makes.

    ``label`` stands in it, ``title`` says it in full, ``stage`` is its number in print, ``inner`` the circuit inside a box, of a loop
    that of its last trip; ``trips`` are the trips of a loop that can be looked into, by number, ``loop`` is what the loop is known by,
    ``arms`` are those of a branch that may go either way;
    ``key`` is the stage with the function it is of, if that is not the one drawn: ``lstm_step:3``.
    """

    number: int
    kind: str
    label: str
    title: str
    stage: int = 0
    outputs: list[tuple[str, object, object]] = field(default_factory=list)
    inner: Circuit | None = None
    stmt: Stmt | None = None
    key: str = ""
    trips: dict[int, Circuit] = field(default_factory=dict)
    loop: int = -1
    arms: list[Circuit] = field(default_factory=list)

    @property
    def insides(self) -> list[Circuit]:
        """What is inside of a box."""
        return [self.inner] if self.inner else self.arms


@dataclass(slots=True)
class Circuit:
    """``nodes`` in the order of the text, ``wires`` by target and operand; ``results`` are the names that are returned.

    ``run`` has the values, where there are any.
    """

    title: str
    nodes: list[Node] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    results: tuple[str, ...] = ()
    run: Run | None = None

    @property
    def valued(self) -> bool:
        """Whether wires have values."""
        return self.run is not None

    def readers(self, name: str) -> list[Wire]:
        """The wires that carry a value."""
        return [w for w in self.wires if w.name == name]


Path = tuple[tuple[int, int], ...]  # the loops around a circuit, outermost first, and the trip of each


@dataclass(slots=True)
class Opened:
    """A circuit with what is inside its boxes: of a function what it does, of a loop its trips, which stand in one place.

    ``heading`` says what it is inside of; ``last`` is whether it is of last trips alone.
    """

    circuit: Circuit
    heading: str = ""
    path: Path = ()
    last: bool = True
    inside: list[list[Opened]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Opened]:
        """This one, then all below."""
        yield self
        for places in self.inside:
            for place in places:
                yield from place


def opened(
    circuit: Circuit, heading: str = "", path: Path = (), last: bool = True, seen: set[str] | None = None
) -> Opened:
    """What is inside the boxes of a circuit; a function that is called several times comes once, in each trip of a loop."""
    made, seen = Opened(circuit, heading, path, last), set() if seen is None else seen
    for node in circuit.nodes:
        if node.trips:
            trips = [
                opened(trip, f"inside {trip.title}", (*path, (node.loop, n)), last and trip is node.inner, set(seen))
                for n, trip in node.trips.items()
            ]
            made.inside.append(trips)
        elif node.inner and node.inner.title not in seen:
            seen.add(node.inner.title)
            made.inside.append([opened(node.inner, f"inside {node.inner.title}", path, last, seen)])
        for arm in node.arms:
            made.inside.append([opened(arm, f"inside {arm.title}", path, last, seen)])
    return made


def circuit(result: Result, run: Run | None = None, room: int = 1) -> Circuit:
    """The circuit of the function that a result is about; of each nest of loops about ``room`` trips can be looked into."""
    return _of_function(Making(result, printed_stages(result)), result.name, run, room)


@dataclass(frozen=True, slots=True)
class Making:
    """What all circuits of a result have in common: its stages in print, the loops by function, index and line."""

    result: Result
    stages: dict[str, dict[int, int]]
    loops: dict[tuple[str, str, int], int] = field(default_factory=dict)


def _of_function(making: Making, name: str, run: Run | None, room: int) -> Circuit:
    result = making.result
    function = result.function if name == result.name else result.helpers[name]
    made = Builder(making, name, function.body, run, Circuit(name, run=run), room)
    made.inputs(arguments(function))
    made.block(function.body)
    made.returns(n for r in function.results for n in variables(r))
    made.prune()
    return made.circuit


class Builder:
    """Builds one circuit: of a function, or of one trip of a loop (``run`` is what it did)."""

    def __init__(self, making: Making, name: str, body: Sequence[Stmt], run: Run | None, circuit: Circuit, room: int):
        self.making, self.name, self.run, self.circuit, self.room = making, name, run, circuit, room
        self.producers: dict[str, tuple[int, str]] = {}  # value -> its node, and its name there
        self.unstaged: dict[tuple[str, int], Expr] = {}  # by name and line what is no stage: a condition, a size
        self.shapes = making.result.artefacts.get("shapes", {}).get(name)
        self.totals: dict[str, object] = {}
        self.given: dict[tuple[object, str], object] = {}
        if run is not None:
            self._look_up(body, run)

    def _look_up(self, body: Sequence[Stmt], run: Run) -> None:
        """The gradients: the whole one on each name, and what each gate (or loop) hands back to each operand."""
        ends = {c.name for s in body if isinstance(s, For) for c in s.carries}  # inside the loop they are other values
        loops = {s.at.stage: outer for outer in body if isinstance(outer, For) for s in statements(outer.body)}
        carried = {f"~{c.name}": s for s in body if isinstance(s, For) for c in s.carries}
        for e in run.backward:
            name = e.name[1:]
            if "@" in name:
                continue
            if not e.trips or name not in ends:
                self.totals[name] = e.value
            value = e.stmt.value if isinstance(e.stmt, Let) else None
            handed = carried.get(value.name) if isinstance(value, Var) else None
            key = id(loops.get(e.stmt.at.stage)) if e.trips else id(handed) if handed else e.stmt.at.stage
            self.given[key, name] = self.given[key, name] + e.given if (key, name) in self.given else e.given

    def inputs(self, names: Iterable[str]) -> None:
        """The inputs: parameters, or what a trip starts with."""
        for name in names:
            self.node("input", shown(name), shown(name), 0, (name,))

    def node(self, kind: str, label: str, title: str, stage: int, makes: Sequence[str], s: Stmt | None = None) -> Node:
        """A new node, and what it makes."""
        outputs = [(n, self.value(n), self.totals.get(n)) for n in makes]
        printed = self.making.stages.get(self.name, {}).get(stage, stage)
        key = "" if not printed else str(printed) if self.name == self.making.result.name else f"{self.name}:{printed}"
        made = Node(len(self.circuit.nodes), kind, label, title, printed, outputs, None, s, key)
        self.circuit.nodes.append(made)
        self.producers.update({n: (made.number, n) for n in makes})
        return made

    def value(self, name: str) -> object:
        """The value of a name; without a run its shape, as far as that is known."""
        if self.run is not None:
            return self.run.env.get(name)
        shape = self.shapes.of(Var(name)) if self.shapes and name in self.shapes.names else ()
        return self.shapes.labels(shape) if shape else None

    def wire(self, target: Node, names: Iterable[str], key: object) -> None:
        """The wires into a node, one for each value that it reads."""
        for name in dict.fromkeys(names):
            if name in self.producers:
                source, own = self.producers[name]
                self.circuit.wires.append(Wire(source, target.number, own, self.given.get((key, name))))

    # statements -------------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[Stmt]) -> None:
        for s in body:
            match s:
                case Let():
                    self.stage(s)
                case Store(target, base, index, op):
                    read = list(reads(s))
                    if base in self.producers or any(n in self.producers for n in read):
                        label = f"[{write_index(index, shown)}] {'+=' if op == 'at' else op}"
                        self.wire(self.node("gate", short(label), line(s), s.at.stage, (target,), s), read, s.at.stage)
                case CallPair(targets=made, fn=fn):
                    self.call(s, made, fn)
                case If():
                    self.branch(s)
                case For():
                    self.loop(s)

    def stage(self, s: Let) -> None:
        if not s.at.stage:
            self.unstaged[s.target, s.at.line] = s.value
        if isinstance(s.value, Var) and not s.at.stage:
            if s.value.name in self.producers:
                self.producers[s.target] = self.producers[s.value.name]
            return
        wired = [n for n in variables(s.value) if n in self.producers]
        if is_part(s.value) and wired:  # its gradient comes back in one piece with the other parts'
            self.wire(
                self.node("gate", f"part {s.value.args[3].value + 1}", line(s), s.at.stage, (s.target,), s), wired, None
            )
        elif s.at.stage and wired:
            label = glyph(s.value, self.producers.__contains__)
            self.wire(self.node("gate", label, line(s), s.at.stage, (s.target,), s), wired, s.at.stage)

    def call(self, s: CallPair, made: Sequence[str], fn: str) -> None:
        """A function of the file is a box; inside it is its circuit in this very call."""
        node = self.node("box", fn, line(s), s.at.stage, made, s)
        inner = next((e.inner for e in self.run.forward if e.stmt is s and not e.trips), None) if self.run else None
        node.inner = _of_function(self.making, fn, inner, self.room)
        self.wire(node, reads(s), s.at.stage)

    def branch(self, s: If) -> None:
        """The arm that was taken; without a run a box with both inside."""
        if self.run is not None:
            holds = self.run.tests.get((s.test, s.at.line, ()), True)
            self.block(s.then if holds else s.orelse)
            for j in s.joins:
                source = j.then if holds else j.orelse
                if source in self.producers:
                    self.producers[j.target] = self.producers[source]
            return
        names = [j.target for j in s.joins]
        if names:
            own = defined((s,))
            test = self.unstaged.get((s.test.name, s.at.line), s.test) if isinstance(s.test, Var) else s.test
            title = f"if {said(test)}"  # not the name that a loop keeps it under
            node = self.node("box", short(title), title, 0, names, s)
            outside = [n for n in dict.fromkeys(all_reads((s,))) if n not in own]
            self.wire(node, outside, 0)
            arms = (
                (title, s.then, [j.then for j in s.joins]),
                (f"the else of {title}", s.orelse, [j.orelse for j in s.joins]),
            )
            made = [self.arm(title, body, outside, results) for title, body, results in arms]
            node.arms = [arm for arm in made if any(n.kind != "input" for n in arm.nodes)]

    def arm(self, title: str, body: Sequence[Stmt], outside: Sequence[str], results: Sequence[str]) -> Circuit:
        """The circuit of one arm of a branch, with what it reads, or hands on as it is, as inputs."""
        inner = Builder(self.making, self.name, body, None, Circuit(title), self.room)
        inner.inputs(n for n in dict.fromkeys([*outside, *results]) if n in self.producers)
        inner.block(body)
        inner.returns(results)
        inner.prune()
        return inner.circuit

    def loop(self, s: For) -> None:
        """A loop is a box: what it carries goes in and comes out; inside it is its last trip."""
        own = {s.index, *defined(s.body), *(c.name for c in s.carries)}
        outside = [n for n in all_reads(s.body) if n not in own and not n.startswith("~")]
        carried = [c for c in s.carries if c.start in self.producers or c.name in self.totals or self.run is None]
        title = f"{line(s)}{'; carries ' + ', '.join(shown(c.name) for c in carried) if carried else ''}"
        node = self.node("box", short(line(s), 30), title, 0, [c.name for c in carried], s)
        node.loop = self.making.loops.setdefault((self.name, s.index, s.at.line), len(self.making.loops))
        numbers = self.run.trips(s) if self.run else []
        most = max(1, min(TRIPS, int(self.room ** (1 / nest(s)) + 1e-9)))
        for number in some(numbers, most):
            run = self.run.trip(s, number)
            last = ", the last" if number == numbers[-1] else ""
            node.trips[number] = self.trip(s, run, f"trip {number + 1}{last}", node, outside, self.room // most)
        if self.run is None or numbers:
            node.inner = node.trips[numbers[-1]] if numbers else self.trip(s, None, "one trip", node, outside, 1)
        self.wire(node, [*(c.start for c in carried), *outside], id(s))

    def trip(self, s: For, run: Run | None, which: str, node: Node, outside: Sequence[str], room: int) -> Circuit:
        """The circuit of one of a loop's trips."""
        inner = Builder(self.making, self.name, s.body, run, Circuit(f"{line(s)}, {which}", run=run), room)
        inner.inputs([*(name for name, *_ in node.outputs), *(n for n in outside if n in self.producers)])
        inner.block(s.body)
        inner.returns(c.step for c in s.carries)
        inner.prune()
        return inner.circuit

    def returns(self, names: Iterable[str]) -> None:
        """What leaves the circuit, by the name that it has where it is made."""
        self.circuit.results = tuple(dict.fromkeys(self.producers[n][1] for n in names if n in self.producers))

    def prune(self) -> None:
        """Leave out inputs that nothing reads, and what loops make for nobody."""
        read = {w.source for w in self.circuit.wires}
        used = {w.name for w in self.circuit.wires} | set(self.circuit.results)
        for n in self.circuit.nodes:  # what a loop carries and nobody reads afterwards
            n.outputs = [o for o in n.outputs if o[0] in used or not isinstance(n.stmt, For)]
        kept = [n for n in self.circuit.nodes if n.kind != "input" or n.number in read or n.outputs[0][0] in used]
        order = {n.number: i for i, n in enumerate(kept)}
        for n in kept:
            n.number = order[n.number]
        self.circuit.nodes = kept
        self.circuit.wires = [Wire(order[w.source], order[w.target], w.name, w.gradient) for w in self.circuit.wires]


def is_part(value: Expr) -> bool:
    """Whether a value is one part of a split."""
    return isinstance(value, Call) and value.fn == "gate.part" and isinstance(value.args[3], Const)


def nest(s: For) -> int:
    """How deep loops lie in a loop, itself counted."""
    return 1 + max((nest(t) for t in statements(s.body) if isinstance(t, For)), default=0)


def some(numbers: Sequence[int], most: int) -> list[int]:
    """The first ones and the last ones.

    >>> some(range(9), 5), some(range(3), 5), some([0, 1], 1)
    ([0, 1, 6, 7, 8], [0, 1, 2], [1])
    """
    return (
        list(numbers) if len(numbers) <= most else [*numbers[: most // 2], *numbers[len(numbers) - (most + 1) // 2 :]]
    )


# -- labels ----------------------------------------------------------------------------------------------------------------


def short(text: str, most: int = LONGEST) -> str:
    """A label that fits a gate."""
    return text if len(text) <= most else text[: most - 1] + "…"


def glyph(expr: Expr, is_wire) -> str:
    """What stands in a gate: ``+``, ``*-1``, ``1/x``, ``exp``, as the notes draw it; a wire's place is not said.

    >>> from gradgen.ir.read import read
    >>> [glyph(read(t), "xy".__contains__) for t in ("x + y", "1 + x", "-x", "1.0 / x", "math.exp(x)", "x / N")]
    ['+', '+1', '*-1', '1/x', 'exp', '/N']
    """
    row = find(expr, is_constant)
    if row and row[0].depth > 1 and not row[0].own:
        return row[0].name
    if (
        not isinstance(expr, Call)
        or expr.fn != "[]"
        and not all(map(_is_plain, expr.args))
        and not _is_named(expr, is_wire)
    ):
        return "=" if isinstance(expr, Var) else short(said(expr))
    fn, args = expr.fn, expr.args
    wires = [isinstance(a, Var) and is_wire(a.name) or _is_sign(a) for a in args]
    fixed = [said(a) for a, w in zip(args, wires, strict=True) if not w]
    match fn:
        case "neg":
            return "*-1"
        case "+":
            return _sum_glyph(args, fixed)
        case "/" if not wires[0]:
            return f"{_plain(fixed[0])}/x"
        case "*" | "/" | "**" | "@" | "%" | "//":
            return short(fn + "".join(map(_plain, fixed)))
        case "[]":
            return short(f"[{write_index(args[1:], shown)}]")
        case "if":
            return "if"
    name = fn.split(".")[-1]
    return {"dot": "@", "matmul": "@", "maximum": "max", "minimum": "min"}.get(name, name)


def _sum_glyph(args: Sequence[Expr], fixed: Sequence[str]) -> str:
    signs = ["-" if _is_sign(a) else "+" for a in args]
    if len(args) == 2 and not fixed:
        return "-" if signs[1] == "-" else "+"
    if len(args) == 2 and "-" in signs:
        return short(f"{_plain(fixed[0])}-x")
    return short("+" + "".join(map(_plain, fixed))).replace("+-", "-")


def _is_named(call: Call, is_wire) -> bool:
    """Whether it is a function by name whose wires are plain operands: ``np.pad(x, ((1, 1), (0, 0)))``."""
    inner = [a for a in call.args if not _is_plain(a)]
    return "." in call.fn and call.fn[-1].isalpha() and not any(is_wire(n) for a in inner for n in variables(a))


def _is_plain(e: Expr) -> bool:
    """Whether an operand is no operation of its own."""
    return isinstance(e, (Var, Const)) or is_constant(e) or _is_sign(e)


def _is_sign(e: Expr) -> bool:
    return isinstance(e, Call) and e.fn == "neg" and isinstance(e.args[0], Var)


def _plain(number: str) -> str:
    """``1.0`` as the notes write it."""
    return number.removesuffix(".0")
