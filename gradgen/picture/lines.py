"""The source and the emitted text line by line, each with the stage it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradgen.ir.walk import statements
from gradgen.picture.trace import printed_stages
from gradgen.pipeline import Result, function_names

TAG = re.compile(r"  # \((\d+)\)$")
ABOVE = re.compile(r"^\s*# \((\d+)\)$")
BACKPROP = re.compile(r"^\s*# backprop (.*)$")
DEFINED = re.compile(r"^def (\w+)\(")
METHOD = re.compile(r"^    def (\w+)\(")
LEFT = re.compile(r"^\s*(?:for ([\w, ]+) in |([\w, ()]+?) [-+*/@]?= )")
UNPACKED = re.compile(r" = \w*cache\w*$")  # what the backward pass takes out of its cache is the forward's
QUOTED = re.compile(r"\"[^\"]*\"")
WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: ``part`` is source, module, head, doc, forward or backward, with "helper" before it in a called function.

    ``stages`` are those it belongs to."""

    number: int
    text: str
    part: str
    stages: tuple[str, ...] = ()


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
    entries = ("forward", "backward") if result.layer else result.claim(result.style).entries
    roles = {
        name: ("", role) for name, role in zip(entries, ("forward", "backward") if len(entries) > 1 else ("joint",))
    }
    for name, helper in result.helpers.items():
        made = function_names(helper)
        roles |= {made.forward: (f"{name}:", "forward"), made.backward: (f"{name}:", "backward")}
    lines, reader = [], None
    known: dict[str, dict[str, str]] = {}  # the forward lines of each function, with their stages
    for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
        if m := (METHOD if result.layer else DEFINED).match(line):
            prefix, role = roles.get(m[1], ("?", ""))
            reader = Reader(prefix, role, known.setdefault(prefix, {}), 8 if result.layer else 4) if role else None
        elif line and not line[0].isspace():
            reader = reader if reader and line.startswith(")") else None
        part, stages = reader.read(line) if reader else ("module", ())
        lines.append(Line(number, line, part, stages))
    return lines


class Reader:
    """Reads one emitted function line by line; ``known`` are the forward lines with their stages, for the comments of the backward.

    ``indent`` is how far its lines stand from the left.
    """

    def __init__(self, prefix: str, role: str, known: dict[str, str], indent: int):
        self.prefix, self.known, self.indent = prefix, known, indent
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
        return "doc" if in_doc else f"helper {shown}" if self.prefix else shown, stages

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
        ends = line.strip().startswith("return ") and len(line) - len(line.lstrip()) == self.indent
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
