"""The source and the emitted text line by line, each with the stage it belongs to; and what the emitted lines give when run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradgen.interpret import FLOAT, Machine, OutOfFuel, Raised, Refused
from gradgen.interpret.values import Routine
from gradgen.ir.walk import statements
from gradgen.picture.trace import printed_stages
from gradgen.picture.wording import is_finite
from gradgen.pipeline import Result, function_names

TAG = re.compile(r"  # \((\d+)\)$")
ABOVE = re.compile(r"^\s*# \((\d+)\)$")
BACKPROP = re.compile(r"^\s*# backprop (.*)$")
ASSIGNED = re.compile(r"^\s*(?P<target>\w+(?:\[[^\]=]*\])?) (?P<op>[+-]?=) (?P<value>.+?)(?P<tag>  # \(.*\))?$")
DEFINED = re.compile(r"^def (\w+)\(")
SEEN = "see_"
LEFT = re.compile(r"^\s*(?:for ([\w, ]+) in |([\w, ()]+?) [-+*/@]?= )")
UNPACKED = re.compile(r" = \w*cache\w*$")  # what the backward pass takes out of its cache is the forward's
QUOTED = re.compile(r"\"[^\"]*\"")
WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: ``part`` is source, module, helper, head, doc, forward or backward; ``stages`` those it belongs to."""

    number: int
    text: str
    part: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A line of the backward pass to be filled in: what it assigns, and the right side; what it gives at each point.

    ``over`` are the values that names have there, where they have others in the end.
    """

    number: int
    target: str
    op: str
    answer: str
    wants: tuple[float, ...] = ()
    over: tuple[Mapping[str, float], ...] = ()


def source_lines(result: Result) -> list[Line]:
    """The function as its author wrote it."""
    printed = printed_stages(result)[result.name]
    found: dict[int, set[int]] = {}
    for s in statements(result.function.body):
        if s.at.stage and s.at.line > 0:
            found.setdefault(s.at.line, set()).add(printed.get(s.at.stage, s.at.stage))
    first, last = result.node.lineno, result.node.end_lineno or result.node.lineno
    return [
        Line(n, result.source.lines[n - 1], "source", tuple(map(str, sorted(found.get(n, ())))))
        for n in range(first, last + 1)
    ]


def emitted_lines(result: Result, text: str) -> list[Line]:
    """The emitted text: a forward line has its tag's stage, a backward line that of the comment above it.

    Stages of a function that is called have its name in front.
    """
    entries = result.claim(result.style).entries
    roles = {
        name: ("", role) for name, role in zip(entries, ("forward", "backward") if len(entries) > 1 else ("joint",))
    }
    for name, helper in result.helpers.items():
        made = function_names(helper)
        roles |= {made.forward: (f"{name}:", "forward"), made.backward: (f"{name}:", "backward")}
    lines, reader = [], None
    known: dict[str, dict[str, str]] = {}  # the forward lines of each function, with their stages
    for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
        if m := DEFINED.match(line):
            prefix, role = roles.get(m[1], ("?", ""))
            reader = Reader(prefix, role, known.setdefault(prefix, {})) if role else None
        elif line and not line[0].isspace():
            reader = reader if reader and line.startswith(")") else None
        part, stages = reader.read(line) if reader else ("module", ())
        lines.append(Line(number, line, part, stages))
    return lines


class Reader:
    """Reads one emitted function line by line; ``known`` are the forward lines with their stages, for the comments of the backward."""

    def __init__(self, prefix: str, role: str, known: dict[str, str]):
        self.prefix, self.known = prefix, known
        self.joint, self.part = role == "joint", "head"
        self.body = "forward" if role == "joint" else role
        self.stage, self.above, self.quotes = "", "", 0

    def read(self, line: str) -> tuple[str, tuple[str, ...]]:
        """The part that a line is of, and its stages."""
        if self.part == "head" and self.quotes == 2:
            self.part = self.body
        if self.joint and self.part == "forward" and (not line.strip() or BACKPROP.match(line)):
            self.part, self.stage = "backward", ""
        in_doc = self.part == "head" and (self.quotes == 1 or line.strip().startswith('"""'))
        self.quotes += line.count('"""')
        stages = self._stages(line) if self.part in ("forward", "backward") else ()
        shown = self.body if self.part == "head" and self.body == "backward" else self.part
        return "doc" if in_doc else "helper" if self.prefix else shown, stages

    def _stages(self, line: str) -> tuple[str, ...]:
        above = ABOVE.match(line)
        own = f"{self.prefix}{m[1]}" if (m := TAG.search(line) or above) else ""
        if self.part == "forward":
            self.stage = own or self.above
            self.above = own if above else "" if own or line.rstrip().endswith((")", "]")) else self.above
            self.known.setdefault(TAG.sub("", line).strip(), self.stage)
        else:
            if m := BACKPROP.match(line):
                self.stage = self.known.get(m[1], self.stage)
            self.stage = own or self.stage
        ends = line.strip().startswith("return ") and len(line) - len(line.lstrip()) == 4
        return (self.stage,) if self.stage and not ends else ()


def kept(result: Result, lines: Sequence[Line]) -> list[tuple[str, list[str]]]:
    """What the backward lines read of the forward pass, in their order, and the stages whose lines do."""
    backward = [line for line in lines if line.part == "backward"]
    given = {p.name for p in result.function.params} | set(_assigned(line for line in lines if line.part == "forward"))
    own = set(_assigned(line for line in backward if not UNPACKED.search(line.text)))
    found: dict[str, list[str]] = {}
    for line in backward:
        left = LEFT.match(line.text)
        right = QUOTED.sub("", line.text[left.end() if left else 0 :].partition("  # ")[0])
        for name in WORD.findall(right) if line.stages and not line.text.lstrip().startswith("#") else ():
            if name in given - own:
                stages = found.setdefault(name, [])
                stages += [s for s in line.stages if s not in stages]
    return list(found.items())


def _assigned(lines: Iterable[Line]) -> Iterator[str]:
    """The names that lines assign, loop variables among them."""
    for line in lines:
        if m := LEFT.match(line.text):
            yield from WORD.findall(m[1] or m[2])


def blanks(
    result: Result, lines: Sequence[Line], points: Sequence[Mapping[str, object]]
) -> tuple[list[Blank], list[dict]]:
    """The backward lines to be filled in, and the values of all names at each point.

    Of a function of numbers without loops and branches each has the value that it must give, by running the emitted text.
    """
    found = []
    for line in lines:
        m = ASSIGNED.match(line.text)
        if (
            line.part == "backward"
            and m
            and line.stages
            and m["target"].startswith("d")
            and _is_whole(m["value"])
            and m["value"][0] != "{"
        ):
            found.append(Blank(line.number, m["target"], m["op"], m["value"]))
    if result.function.arrays or not plain(result):
        return found, []
    runs = [seen for p in points if (seen := watched(result, p)) and all(is_finite(value) for *_, value in seen)]
    ends = [_final(events) for events in runs]
    made = []
    for b in found:
        wants, over = zip(*(_at(b, events, end) for events, end in zip(runs, ends))) if runs else ((), ())
        made.append(Blank(b.number, b.target, b.op, b.answer, wants, over) if all(w is not None for w in wants) else b)
    return made, ends


def _is_whole(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def plain(result: Result) -> bool:
    """Whether the emitted functions are straight lines."""
    names = result.claim(result.style).entries
    bodies = [
        n for n in ast.parse(result.draft(result.style)).body if isinstance(n, ast.FunctionDef) and n.name in names
    ]
    return not result.helpers and all(
        isinstance(s, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)) for f in bodies for s in f.body
    )


def watched(result: Result, values: Mapping[str, object]) -> list[tuple[int, str, float]] | None:
    """Every assignment of the emitted functions in order: (line, name, value); None where they fail."""
    tree = ast.parse(result.draft(result.style))
    entries = result.claim(result.style).entries
    for f in tree.body:
        if isinstance(f, ast.FunctionDef) and f.name in entries:
            f.body = [t for s in f.body for t in (s, *map(_look, _names(s), [s] * 99))]
    ast.fix_missing_locations(tree)
    machine = Machine(tree, FLOAT)
    seen: list[tuple[int, str, float]] = []
    machine.globals.known[SEEN] = Routine(SEEN, lambda args, kwargs: seen.append(tuple(args)))
    for name, value in values.items():
        seen += [(0, key, v) for key, v in _entries(name, value)]
    positional = {p.name: values[p.name] for p in result.function.params}
    by_name = {p.name: positional.pop(p.name) for p in result.function.params if p.kind == "keyword"}
    try:
        out = machine.call(entries[0], *positional.values(), **by_name)
        if len(entries) > 1:
            count = len(result.function.results)
            seen.append((0, "dout", 1.0))
            machine.call(entries[1], 1.0 if count == 1 else (1.0,) * count, out[1])
    except (Raised, Refused, OutOfFuel):
        return None
    return [(line, name, value) for line, name, value in seen if isinstance(value, (int, float)) or _is_list(value)]


def _is_list(value: object) -> bool:
    """Whether a value is a list of numbers."""
    return isinstance(value, list) and all(isinstance(v, (int, float)) for v in value)


def _names(s: ast.stmt) -> list[str]:
    """The plain names that a statement assigns."""
    targets = s.targets if isinstance(s, ast.Assign) else [s.target] if isinstance(s, ast.AugAssign) else []
    return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _look(name: str, s: ast.stmt) -> ast.stmt:
    """``see_(line, "name", name)``"""
    args = [ast.Constant(s.lineno), ast.Constant(name), ast.Name(name, ast.Load())]
    return ast.copy_location(ast.Expr(ast.Call(ast.Name(SEEN, ast.Load()), args, [])), s)


def _entries(name: str, value: object) -> list[tuple[str, object]]:
    """A parameter's numbers as the text names them."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    inner = [e for k, v in items for e in _entries(f'{name}["{k}"]' if isinstance(k, str) else f"{name}[{k}]", v)]
    return inner or [(name, value)]


def _final(events: Sequence[tuple[int, str, float]]) -> dict[str, float]:
    return {name: value for _, name, value in events}


def _at(blank: Blank, events: Sequence[tuple[int, str, float]], end: Mapping[str, float]):
    """What a line's right side gave, and the names that had other values there than in the end."""
    now: dict[str, float] = {}
    for line, name, value in events:
        if line == blank.number and name == blank.target:
            want = value if blank.op == "=" else value - now[name] if blank.op == "+=" else now[name] - value
            return want, {n: v for n, v in now.items() if end[n] != v}
        now[name] = value
    return None, {}
