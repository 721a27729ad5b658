"""A gradient explained stage by stage: what each gate did with its numbers, by which rule, and why.

Every word about a gate comes from its rule's row and from the tables of `gradgen.rules.gates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gradgen.analysis.gates import gates
from gradgen.checks.slope import of_rule
from gradgen.checks.small import Case, written_out
from gradgen.ir.nodes import (
    Add,
    Call,
    CallBack,
    CallPair,
    Const,
    Expr,
    For,
    If,
    Let,
    Stmt,
    Store,
    Var,
    substitute,
    variables,
)
from gradgen.ir.walk import reads
from gradgen.picture.circuit import Circuit, Node, Path, circuit, opened
from gradgen.picture.record import Run
from gradgen.picture.worked import dimensions, effects, entry, is_product, numbers, one_entry
from gradgen.picture.wording import is_array, is_number, line, said, shown, two
from gradgen.pipeline import Result
from gradgen.rules.constants import is_constant
from gradgen.rules.gates import EFFECTS, GATES, OTHERS
from gradgen.rules.rule import Rule, find
from gradgen.simplify.fold import fold


@dataclass(frozen=True, slots=True)
class Back:
    """What a gate hands back to one of its inputs: the line, the local gradient, what arrived, and what came of it.

    ``shapes`` tells why the dimensions work out, ``entry`` gives one entry of a product with its numbers, ``case`` the line written out
    for small arrays.
    """

    name: str
    line: str
    local: str
    local_value: object
    upstream: str
    upstream_value: object
    result: object
    added: bool
    shapes: str = ""
    entry: str = ""
    case: Case | None = None

    @property
    def told(self) -> str:
        """``local gradient 1.00 x upstream -4.00 = -4.00``, and where it is added."""
        if self.local_value is None:
            return self.shapes
        numbers = f"local gradient {two(self.local_value)} × upstream {two(self.upstream_value)} = {two(self.result)}"
        return numbers + (", added to what came back from the fork before" if self.added else "")


@dataclass(frozen=True, slots=True)
class Known:
    """One operand's slope in a rule: what SymPy works out for it and whether the rule says the same."""

    hole: str
    adjoint: str
    local: Expr | None
    slope: Expr | None
    same: bool


@dataclass(slots=True)
class Card:
    """One gate: its stage, its line with names and with numbers, the pattern it follows, what it hands back, its rule, what it keeps.

    ``inside`` is the heading of the box that it is in, ``path`` the trips of the loops around it, ``last`` whether these are the last;
    ``tried`` shows the effect of its pattern with numbers; ``whole`` is the rule of the gate that it makes up with those before it, ``within`` are the rules of further operations in the stage.
    """

    node: Node
    stage: int
    line: str
    numbers: str
    inside: str = ""
    path: Path = ()
    last: bool = True
    gate: str = ""
    pattern: str = ""
    why: str = ""
    effect: str = ""
    tried: list[str] = field(default_factory=list)
    passed: str = ""
    backs: list[Back] = field(default_factory=list)
    rule: Rule | None = None
    whole: Rule | None = None
    within: list[Rule] = field(default_factory=list)
    slopes: list[Known] = field(default_factory=list)
    cached: list[tuple[str, str]] = field(default_factory=list)
    value: object = None
    gradient: object = None


@dataclass(slots=True)
class Lesson:
    """Everything that is explained of one function at one point."""

    result: Result
    run: Run
    circuit: Circuit
    cards: list[Card]

    @property
    def own(self) -> list[Card]:
        """The cards of the function's own gates, without those inside boxes."""
        return [c for c in self.cards if not c.inside]


def lesson(result: Result, run: Run, room: int = 1) -> Lesson:
    """The lesson of a run; of each nest of loops about ``room`` trips are explained."""
    made, wholes = circuit(result, run, room), chains(result)
    cards = [
        replace(card(place.circuit.run, n, wholes), inside=place.heading, path=place.path, last=place.last)
        for place in opened(made)
        for n in place.circuit.nodes
        if n.kind != "input" and place.circuit.run
    ]
    return Lesson(result, run, made, cards)


def chains(result: Result) -> dict[tuple[str, str], Expr]:
    """The gates that whole chains of stages make up, as they are reversed: by function and the value at the chain's end."""
    shapes = result.artefacts.get("shapes", {})
    functions = [
        f for f in (result.function, *result.helpers.values()) if f.name in shapes and result.options.stages != "all"
    ]
    return {(f.name, target): gate for f in functions for target, gate in gates(f, shapes[f.name]).items()}


def card(run: Run, node: Node, wholes: Mapping[tuple[str, str], Expr]) -> Card:
    """What there is to say of one gate or box; ``wholes`` are the gates of `chains`."""
    s = node.stmt
    _, value, gradient = node.outputs[0] if node.outputs else ("", None, None)
    made = Card(node, node.stage, line(s), numbers(s, run, value), value=value, gradient=gradient)
    made.backs = list(backs(s, run))
    made.cached = cached(s, run)
    match s:
        case Let():
            explain_gate(made, s.value, run.function.active)
            kinds = (made.gate, *(row.gate for row in made.within))
            handing = [b for b in contributions(s, run) if isinstance(b, (Let, Add))]
            made.tried = list(effects(s, handing, run)) if "switcher" in kinds else []
            whole = wholes.get((run.function.name, s.target))
            made.whole = (find(whole, is_constant) or (None,))[0] if whole else None
        case For():
            made.pattern = OTHERS["loop"]
        case CallPair(fn=fn):
            made.pattern = OTHERS["call"].format(name=fn)
    return made


def explain_gate(made: Card, value: Expr, active: frozenset[str]) -> None:
    """The words of the rule's row; of a stage of several operations those of the outermost."""
    found = row_of(value)
    if found is None:
        if isinstance(value, Var):
            made.gate, made.pattern, made.why = "mover", GATES["mover"], OTHERS["name"]
        return
    row, holes = found
    made.within = list(
        dict.fromkeys(inner for part in holes.values() for inner in rules_in(part, active) if inner is not row)
    )
    made.rule, made.gate, made.why = row, gate_of(row, holes, active), row.why
    made.pattern, made.effect = GATES[made.gate], EFFECTS.get(made.gate, "")
    if not made.backs and made.gate != "blocker":
        made.passed = OTHERS["passed"]
    for hole, text in {**row.adjoint_texts, **({} if not row.shape else row.array_texts)}.items():
        proved = of_rule(row, hole[1:], holes) if not row.shape else None
        made.slopes.append(Known(hole[1:], text, *_local(row, hole[1:], holes), *(proved or (None, False))))


def row_of(value: Expr) -> tuple[Rule, dict[str, Expr]] | None:
    """The rule of an expression's outermost operation, and what it is of; a sum of many terms is one of two."""
    if isinstance(value, Call) and value.fn == "+" and len(value.args) > 2:
        value = Call("+", (Call("+", value.args[:-1]), value.args[-1]))
    return find(value, is_constant)


def rules_in(expr: Expr, active: frozenset[str]) -> Iterator[Rule]:
    """The rules of an expression's operations, outermost first, as far as a gradient flows through them."""
    if isinstance(expr, Call) and any(n in active for n in variables(expr)):
        found = row_of(expr)
        if found:
            yield found[0]
        for part in found[1].values() if found else expr.args:
            yield from rules_in(part, active)


def _local(row: Rule, hole: str, holes: dict[str, Expr]) -> tuple[Expr | None]:
    """The local gradient by a rule: its adjoint for an upstream gradient of 1."""
    if row.shape:
        return (None,)
    formula = row.adjoint(hole, dict(holes))
    fixed = {name: value for name, value in holes.items() if name.isupper()}
    return (formula and fold(substitute(formula, {**fixed, f"d{row.out}": Const("1.0")})),)


def gate_of(row: Rule, holes: dict[str, Expr], active: frozenset[str]) -> str:
    """The pattern of a gate, as far as its inputs are differentiated: ``2 * x`` only scales."""
    moving = [e for e in holes.values() if any(n in active for n in variables(e))]
    return "scaler" if row.gate == "switcher" and len(moving) < 2 else row.gate


# -- what is handed on -----------------------------------------------------------------------------------------------------


def contributions(s: Stmt, run: Run) -> list[Let | Add | Store | CallBack]:
    """The lines of the reverse pass that hand a stage's gradient on, in order; in branches those that ran."""
    ran = {id(e.stmt) for e in run.backward}
    return [b for b in level(run.gradient.backward) if b.at.stage == s.at.stage and id(b) in ran and is_handing_on(b)]


def level(body: Sequence[Stmt]) -> Iterator[Stmt]:
    """The statements, those of branches included, of loops not."""
    for s in body:
        yield s
        if isinstance(s, If):
            yield from level((*s.then, *s.orelse))


def is_handing_on(s: Stmt) -> bool:
    """Whether a line gives a stage's gradient to something with a name of the author's."""
    return s.at.stage > 0 and (isinstance(s, CallBack) or isinstance(s, (Let, Add, Store)) and "@" not in s.target)


def backs(s: Stmt, run: Run) -> Iterator[Back]:
    """What a stage hands back, one for each line."""
    given = {id(e.stmt): e.given for e in run.backward if not e.trips}
    for b in contributions(s, run):
        name, added = "" if isinstance(b, CallBack) else b.target[1:], isinstance(b, (Add, Store))
        if isinstance(b, (CallBack, Store)) or not isinstance(s, Let):
            yield Back(name, line(b), "", None, "", None, given.get(id(b)) if name else None, added)
            continue
        up, result = Var(f"~{s.target}"), given[id(b)]
        local = fold(substitute(b.value, {up.name: Const("1.0")}))
        slope, arrived = run.evaluate(local), run.env.get(up.name)
        if all(is_number(v) for v in (slope, arrived, result)):
            yield Back(name, line(b), said(local), slope, shown(up.name), arrived, result, added)
        else:
            shapes, worked = dimensions(b.value, run, name), entry(b.value, run) or one_entry(slope, arrived, result)
            case = case_of(s, b, run)
            yield Back(name, line(b), said(local), None, shown(up.name), None, result, added, shapes, worked, case)


def case_of(s: Let, b: Let | Add, run: Run) -> Case | None:
    """The line written out for small arrays; None for what is worked out entry by entry, where that shows nothing more."""
    name = b.target[1:]
    if np.shape(run.env.get(name)) == np.shape(run.env.get(s.target)) and not is_product(s.value):
        return None
    return written_out(s.target, s.value, name, b.value, run.env, shown)


def cached(s: Stmt, run: Run) -> list[tuple[str, str]]:
    """What the reverse of a stage reads of the forward pass, and the line that reads it."""
    found: dict[str, str] = {}
    for b in contributions(s, run):
        for name in reads(b):
            if name[0] not in "~^" and name in run.env and (is_number(run.env[name]) or is_array(run.env[name])):
                found.setdefault(shown(name), line(b))
    return list(found.items())
