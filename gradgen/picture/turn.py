"""Your turn: the lines of the backward pass that the reader fills in, and what each gives wherever the emitted text runs it."""

from __future__ import annotations

import ast
import copy
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradgen.interpret import FLOAT, Machine, OutOfFuel, Raised, Refused
from gradgen.interpret.values import Routine
from gradgen.picture.lines import Line
from gradgen.picture.values import upstream
from gradgen.picture.wording import is_array, is_finite, is_number
from gradgen.pipeline import Result

SEEN, CALLED, LEFT = "see_", "(", ")"  # what watched text calls; what it says where a function begins and ends
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
NUMBERS = 12_000  # so many at most are sent along with the page
NOTED = 500_000  # so many at most are looked at


@dataclass(frozen=True, slots=True)
class Try:
    """One time a line ran: at which point, in which call, after how many of that point's events, and what its right side gave."""

    point: int
    frame: int
    after: int
    want: object


@dataclass(frozen=True, slots=True)
class Blank:
    """A statement of the backward pass to be filled in, on line ``number`` to ``last``: what it assigns, what that is to give."""

    number: int
    last: int
    target: str
    op: str
    answer: str
    tries: tuple[Try, ...] = ()


Event = tuple[int, str, object]  # in a call (0: in the module) a name has this value from now on


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that the watched text did: ``name`` has ``value`` now; for the name "" a right side gave it."""

    line: int
    name: str
    value: object


def blanks(
    result: Result, lines: Sequence[Line], points: Sequence[Mapping[str, object]]
) -> tuple[list[Blank], list[list[Event]]]:
    """The lines to be filled in, with what they give at each point; and for each point what the names hold, in order."""
    text = "\n".join(line.text for line in lines)
    found = asked(text, lines)
    tries: dict[int, list[Try]] = {b.number: [] for b in found}
    histories: list[list[Event]] = []
    left = NUMBERS
    for at in points:
        seen = watched(result, text, at)
        if not seen or not all(is_finite(s.value) for s in seen):
            continue
        events, made = tried(seen, len(histories), tries)
        left -= sum(count(value) for *_, value in events) + sum(count(t.want) for ts in made.values() for t in ts)
        if left < 0:
            break
        histories.append(events)
        for line, more in made.items():
            tries[line] += more
    return [replace(b, tries=tuple(tries[b.number])) for b in found], histories


def asked(text: str, lines: Sequence[Line]) -> list[Blank]:
    """The statements that give a gradient its value, or more of it, in the order of the text."""
    backward = {line.number for line in lines if line.part.endswith("backward") and line.stages}
    found = []
    for s in ast.walk(ast.parse(text)):
        if isinstance(s, (ast.Assign, ast.AugAssign)) and s.lineno in backward and not isinstance(s.value, ast.Dict):
            target, sign = (s.target, SIGNS.get(type(s.op))) if isinstance(s, ast.AugAssign) else (s.targets[0], "")
            if root(target).startswith("d") and sign is not None:
                found.append(Blank(s.lineno, s.end_lineno, ast.unparse(target), f"{sign}=", right_side(text, s.value)))
    return sorted(found, key=lambda b: b.number)


def right_side(text: str, value: ast.expr) -> str:
    """An expression as it stands in a text; what takes several lines in one."""
    return ast.unparse(value) if value.end_lineno > value.lineno else ast.get_source_segment(text, value)


def tried(seen: Sequence[Seen], point: int, wanted: Iterable[int]) -> tuple[list[Event], dict[int, list[Try]]]:
    """The events that tell what names hold when a wanted line runs, and its tries: of a line in a loop the first two and the last."""
    stack, calls, events = [0], 0, []
    times: dict[int, list[Try]] = {number: [] for number in wanted}
    for s in seen:
        if s.name == CALLED:
            calls += 1
            stack.append(calls)
        elif s.name == LEFT:
            stack.pop()
        elif s.name:
            events.append((stack[-1], s.name, s.value))
        elif s.line in times and s.value is not None:
            times[s.line].append(Try(point, stack[-1], len(events), s.value))
    tries = {number: [*made[:2], *made[2:][-1:]] for number, made in times.items()}
    needed = sorted({i for made in tries.values() for t in made for i in held(events, t).values()})
    return [events[i] for i in needed], {
        number: [replace(t, after=bisect_left(needed, t.after)) for t in made] for number, made in tries.items()
    }


def held(events: Sequence[Event], t: Try) -> dict[str, int]:
    """Which event gave each name the value that it has at a try."""
    return {name: i for i, (frame, name, _) in enumerate(events[: t.after]) if frame in (0, t.frame)}


def count(value: object) -> int:
    """How many numbers there are in a value."""
    if isinstance(value, (dict, list, tuple)):
        return sum(map(count, value.values() if isinstance(value, dict) else value))
    return value.size if is_array(value) else 1


def sent(found: Sequence[Blank], points: Sequence[Sequence[Event]]) -> dict[str, object]:
    """Blanks and events as plain data for the page."""

    def tries(b: Blank) -> list[dict]:
        return [{"point": t.point, "frame": t.frame, "after": t.after, "want": sendable(t.want)} for t in b.tries]

    blanks = [{"target": b.target, "op": b.op, "answer": b.answer, "tries": tries(b)} for b in found]
    return {"blanks": blanks, "points": [[(frame, n, sendable(v)) for frame, n, v in events] for events in points]}


def sendable(value: object) -> object:
    """A value as JSON has it: an array with its shape, a dict as what it is."""
    if isinstance(value, dict):
        return {"dict": {k: sendable(v) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return [sendable(v) for v in value]
    if is_array(value):
        return {"shape": value.shape, "data": value.ravel().tolist(), "bool": value.dtype.kind == "b"}
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    return int(value) if isinstance(value, bool) else value


def modules(lines: Sequence[Line]) -> dict[str, list[str]]:
    """What the emitted text imports, by the names that it has there: a module, or a module and a part of it."""
    found: dict[str, list[str]] = {}
    for s in ast.parse("\n".join(line.text for line in lines)).body:
        match s:
            case ast.Import(names):
                found |= {a.asname or a.name: [a.name] for a in names}
            case ast.ImportFrom(module, names):
                found |= {a.asname or a.name: [module, a.name] for a in names}
    return found


# -- watching --------------------------------------------------------------------------------------------------------------


def watched(result: Result, text: str, values: Mapping[str, object]) -> list[Seen] | None:
    """What the emitted text does at a point, in order; None where it fails, or does too much to be noted."""
    entries = result.claim(result.style).entries
    tree = ast.parse(text)
    for f in tree.body:
        if isinstance(f, ast.FunctionDef):
            names = [a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)]
            f.body = [ast.Expr(_see(f.lineno, CALLED)), *_looks(f.lineno, names), *_watching(f.body)]
    ast.fix_missing_locations(tree)
    machine = Machine(tree, FLOAT, arrays=result.function.arrays or None)
    seen: list[Seen] = []
    left = NOTED

    def note(line: int, name: str, value: object) -> object:
        """Notes what can be told: numbers, arrays of them, lists and dicts of these.  The value, for the statement to go on with."""
        nonlocal left
        seen.append(Seen(line, name, copy.deepcopy(value) if is_told(value) else None))
        left -= count(seen[-1].value)
        if left < 0:
            raise OutOfFuel("there is too much to be noted")
        return value

    for s in tree.body:
        for name in _assigned(s.targets) if isinstance(s, ast.Assign) else ():
            note(s.lineno, name, machine.globals.value(name, s.lineno))
    machine.globals.known[SEEN] = Routine(SEEN, lambda args, kwargs: note(*args))
    positional = {p.name: values[p.name] for p in result.function.params}
    by_name = {p.name: positional.pop(p.name) for p in result.function.params if p.kind == "keyword"}
    try:
        out = machine.call(entries[0], *copy.deepcopy([*positional.values()]), **copy.deepcopy(by_name))
        if len(entries) > 1:
            douts = [upstream(o) for o in _outputs(result, out)]
            machine.call(entries[1], douts[0] if len(douts) == 1 else tuple(douts), out[-1])
    except (Raised, Refused, OutOfFuel):
        return None
    return seen


def _outputs(result: Result, out: tuple) -> list[object]:
    """The results of a forward pass, without its cache and without what is only handed along."""
    claim = result.claim(result.style)
    outputs = out[0] if len(out) == 2 else out[:-1]
    if claim.has_aux and not claim.adopted:
        outputs = outputs[0]
    return list(outputs) if claim.outputs > 1 else [outputs]


def _watching(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements that say what they do: ``x = see_(7, "", a * b)``, then ``see_(7, "x", x)``."""
    made: list[ast.stmt] = []
    for s in body:
        for part in ("body", "orelse") if isinstance(s, (ast.For, ast.While, ast.If)) else ():
            setattr(s, part, _watching(getattr(s, part)))
        match s:
            case ast.For(target=target):
                s.body = [*_looks(s.lineno, _assigned([target])), *s.body]
                made.append(s)
            case ast.Return(value):
                kept = ast.Assign([ast.Name(SEEN + "out", ast.Store())], value or ast.Constant(None))
                left = ast.Expr(_see(s.lineno, LEFT))
                made += [kept, left, ast.Return(ast.Name(SEEN + "out", ast.Load()), lineno=s.lineno)]
            case ast.Assign(targets=targets) | ast.AugAssign(target=ast.expr() as targets):
                s.value = _see(s.lineno, "", s.value)
                made += [s, *_looks(s.lineno, _assigned(targets if isinstance(targets, list) else [targets]))]
            case ast.Expr(
                ast.Call(ast.Attribute(ast.Name(name), "append"))
                | ast.Call(ast.Attribute(attr="at"), [ast.Name(name), *_])
            ):
                made += [s, *_looks(s.lineno, [name])]  # `np.add.at(dx, i, dy)` writes, too
            case _:
                made.append(s)
    return made


def _looks(line: int, names: Iterable[str]) -> list[ast.stmt]:
    """A look at each name that was assigned, or whose array or list was written into."""
    return [ast.Expr(_see(line, name, ast.Name(name, ast.Load()))) for name in names]


def _assigned(targets: Iterable[ast.expr]) -> dict[str, None]:
    """The names that targets assign or write into."""
    parts = [n for t in targets for n in ast.walk(t) if isinstance(getattr(n, "ctx", None), ast.Store)]
    return dict.fromkeys(name for part in parts if (name := root(part)))


def root(part: ast.expr) -> str:
    """``dx`` of ``dx[i][j]``"""
    while isinstance(part, ast.Subscript):
        part = part.value
    return part.id if isinstance(part, ast.Name) else ""


def _see(line: int, name: str, value: ast.expr | None = None) -> ast.expr:
    """``see_(line, "name", value)``"""
    return ast.Call(
        ast.Name(SEEN, ast.Load()), [ast.Constant(line), ast.Constant(name), value or ast.Constant(None)], []
    )


def is_told(value: object) -> bool:
    """Whether a value is made of numbers."""
    if isinstance(value, dict):
        return all(isinstance(k, (str, int)) for k in value) and all(map(is_told, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_told, value))
    return is_number(value) or isinstance(value, np.bool_) or is_array(value) and value.dtype.kind in "fiub"
