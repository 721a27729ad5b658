"""Your turn: the lines of the backward pass that the reader fills in, and what each gives wherever the emitted text runs it."""

from __future__ import annotations

import ast
import functools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradgen.picture.lines import Line
from gradgen.picture.watch import CALLED, LEFT, Seen, count, root, watched
from gradgen.picture.wording import is_array, is_finite
from gradgen.pipeline import Result, function_names

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
NUMBERS = 12_000  # so many at most are sent along with the page


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
Calls = dict[
    str, list[tuple[object, float, object]]
]  # by function: its first argument, the others' digest, what it gave


def blanks(
    result: Result, lines: Sequence[Line], points: Sequence[Mapping[str, object]]
) -> tuple[list[Blank], list[list[Event]], Calls]:
    """The lines to be filled in, with what they give at each point; for each point what the names hold, in order; and what the
    backward passes of called functions gave, as far as lines call them.
    """
    text = "\n".join(line.text for line in lines)
    found = asked(text, lines)
    tries: dict[int, list[Try]] = {b.number: [] for b in found}
    histories: list[list[Event]] = []
    parted = unpacked(text) - {n for b in found for n in re.findall(r"\w+", b.answer)}
    calls: Calls = {name: [] for name in backwards(result) if any(f"{name}(" in b.answer for b in found)}
    heads = {f.lineno: f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef) and f.name in calls}
    left = NUMBERS
    for at in points:
        seen = watched(result, text, at)
        if not seen or not all(is_finite(s.value) for s in seen):
            continue
        events, made = tried([s for s in seen if s.name not in parted], len(histories), tries)
        known = list(called(seen, heads))
        left -= sum(count(first) + count(out) for _, first, _, out in known)
        left -= sum(count(value) for *_, value in events) + sum(count(t.want) for ts in made.values() for t in ts)
        if left < 0:
            break
        histories.append(events)
        for line, more in made.items():
            tries[line] += more
        for name, *call in known:
            calls[name].append(tuple(call))
    return [replace(b, tries=tuple(tries[b.number])) for b in found], histories, calls


def unpacked(text: str) -> set[str]:
    """The names whose parts have names of their own: the ``cache`` of ``x, y = cache``."""
    return {
        s.value.id
        for s in ast.walk(ast.parse(text))
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Tuple) and isinstance(s.value, ast.Name)
    }


def backwards(result: Result) -> list[str]:
    """The backward passes of the functions that are called, by name."""
    return [function_names(helper).backward for helper in result.helpers.values()]


def called(seen: Sequence[Seen], heads: Mapping[int, ast.FunctionDef]) -> Iterator[tuple[str, object, float, object]]:
    """The calls of some functions, known by the line where each begins: the name, then what `Calls` holds of it."""
    stack: list[tuple[str, list[object]] | None] = []
    for i, s in enumerate(seen):
        if s.name == CALLED:
            f = heads.get(s.line)
            stack.append((f.name, [a.value for a in seen[i + 1 : i + 1 + len(f.args.args)]]) if f else None)
        elif s.name == LEFT and (call := stack.pop()) and s.value is not None and all(v is not None for v in call[1]):
            name, (first, *rest) = call
            yield name, first, digest(rest), s.value


def digest(value: object) -> float:
    """One number made of all in a value, by the same steps as in the page.

    >>> digest([2, {"w": np.array([4.0, 1.0])}])
    5.125
    """
    return functools.reduce(lambda total, x: 0.75 * total + x, numbers(value), 0.0)


def numbers(value: object) -> Iterator[float]:
    """All numbers in a value, in order."""
    if isinstance(value, (dict, list, tuple)):
        for v in value.values() if isinstance(value, dict) else value:
            yield from numbers(v)
    elif value is not None:
        yield from map(float, np.ravel(value))


def asked(text: str, lines: Sequence[Line]) -> list[Blank]:
    """The statements that give a gradient its value, or more of it, in the order of the text."""
    backward = {line.number for line in lines if line.part.endswith("backward") and line.stages}
    found = []
    for s in ast.walk(ast.parse(text)):
        if isinstance(s, (ast.Assign, ast.AugAssign)) and s.lineno in backward and not isinstance(s.value, ast.Dict):
            target, sign = (s.target, SIGNS.get(type(s.op))) if isinstance(s, ast.AugAssign) else (s.targets[0], "")
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            if sign is not None and all(root(t).startswith(("d", "_")) for t in parts):
                found.append(Blank(s.lineno, s.end_lineno, part_of(text, target), f"{sign}=", part_of(text, s.value)))
    return sorted(found, key=lambda b: b.number)


def part_of(text: str, expr: ast.expr) -> str:
    """An expression as it stands in a text; what takes several lines in one."""
    return ast.unparse(expr) if expr.end_lineno > expr.lineno else ast.get_source_segment(text, expr)


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


def sent(found: Sequence[Blank], points: Sequence[Sequence[Event]], calls: Calls) -> dict[str, object]:
    """Blanks, events and calls as plain data for the page."""

    def tries(b: Blank) -> list[dict]:
        return [{"point": t.point, "frame": t.frame, "after": t.after, "want": sendable(t.want)} for t in b.tries]

    blanks = [{"target": b.target, "op": b.op, "answer": b.answer, "tries": tries(b)} for b in found]
    events = [[(frame, n, sendable(v)) for frame, n, v in events] for events in points]
    return {"blanks": blanks, "points": events, "calls": {name: sendable(made) for name, made in calls.items()}}


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
