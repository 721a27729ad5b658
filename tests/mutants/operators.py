"""Operators that corrupt an emitted text, each in one place.

``mutants(text, rng)`` gives `Mutant`s: the kind of fault, the corrupted text, and the lines of it that may
be blamed for it.  Faults go into function bodies only; docstrings and signatures stay.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*", "//": "/", "%": "*"}
COMPARISON = {"<": ">", "<=": ">=", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
FUNCTION = {
    "sin": "cos",
    "cos": "sin",
    "tan": "tanh",
    "tanh": "sin",
    "exp": "expm1",
    "expm1": "exp",
    "exp2": "exp",
    "log": "log2",
    "log2": "log",
    "log10": "log",
    "log1p": "log",
    "sqrt": "cbrt",
    "cbrt": "sqrt",
    "sinh": "cosh",
    "cosh": "sinh",
    "asin": "acos",
    "acos": "asin",
    "atan": "tanh",
    "asinh": "atan",
    "acosh": "cosh",
    "atanh": "atan",
    "erf": "erfc",
    "erfc": "erf",
    "hypot": "atan2",
    "atan2": "hypot",
    "copysign": "fmod",
    "floor": "ceil",
    "ceil": "floor",
    "trunc": "ceil",
    "degrees": "radians",
    "radians": "degrees",
    "pow": "hypot",
    "fabs": "sin",
}
BUILTIN = {"max": "min", "min": "max", "abs": "float", "float": "abs", "round": "int", "int": "round"}
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A corrupted text, what was done to it, and the lines that are to blame."""

    kind: str
    lines: frozenset[int]
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """A statement or an ``if`` header within a function, with the expressions it evaluates."""

    function: ast.FunctionDef
    statement: ast.stmt
    expressions: tuple[ast.expr, ...]
    lines: frozenset[int]


class Emitted:
    """A text with its tree, and edits by position."""

    def __init__(self, text: str):
        self.text = text
        self.lines = text.split("\n")
        self.tree = ast.parse(text)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + 1
        return starts

    def offset(self, line: int, column: int) -> int:
        """The index in the text of ast's line and UTF-8 column."""
        return self._starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def edit(self, *changes: tuple[int, int, str]) -> str:
        """The text with these spans replaced."""
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    @cached_property
    def blocks(self) -> list[tuple[ast.FunctionDef, list[ast.stmt]]]:
        """Every list of statements, with the function it is in."""
        found = []
        for function in [n for n in self.tree.body if isinstance(n, ast.FunctionDef)]:
            body = function.body
            stack = [body[1:] if _is_docstring(body[0]) else body]
            while stack:
                block = stack.pop()
                found.append((function, block))
                for node in block:
                    if isinstance(node, (ast.If, ast.For, ast.While)):
                        stack += [b for b in (node.body, node.orelse) if b]
        return found

    @cached_property
    def not_numbers(self) -> set[str]:
        """Names that stand for functions, modules and containers."""
        nodes = list(ast.walk(self.tree))
        functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
        imports = [n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom))]
        modules = {a.asname or a.name for n in imports for a in n.names}
        vectors = {_name_of(n.value) for n in nodes if isinstance(n, ast.Subscript)}
        return functions | modules | vectors | set(BUILTIN) | {"cache", "print", "pow", "isinstance", "sum"}

    @cached_property
    def sites(self) -> list[Site]:
        return [_site(f, s) for f, block in self.blocks for s in block]


def _name_of(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _extent(node: ast.AST) -> frozenset[int]:
    return frozenset(range(node.lineno, node.end_lineno + 1))


def _site(function: ast.FunctionDef, statement: ast.stmt) -> Site:
    """What the statement itself evaluates (the header only, of an ``if`` or a loop)."""
    if isinstance(statement, (ast.If, ast.For, ast.While)):
        header = statement.iter if isinstance(statement, ast.For) else statement.test
        return Site(function, statement, (header,), _extent(header) | {statement.lineno})
    parts = tuple(getattr(statement, n, None) for n in ("value", "test", "exc", "msg"))
    return Site(function, statement, tuple(p for p in parts if p is not None), _extent(statement))


def _nodes(site: Site, kind) -> Iterator[ast.AST]:
    for expression in site.expressions:
        yield from (n for n in ast.walk(expression) if isinstance(n, kind))


def _outside_fstrings(site: Site, kind) -> Iterator[ast.AST]:
    """Nodes with true positions: those within an f-string have none before Python 3.12."""
    inner = {id(x) for f in _nodes(site, ast.JoinedStr) for x in ast.walk(f)}
    yield from (n for n in _nodes(site, kind) if id(n) not in inner)


# ---------------------------------------------------------------- operators within an expression


def _operator(text: Emitted, left: ast.AST, right: ast.AST, pattern: str) -> tuple[int, int, str] | None:
    """Where the operator between two operands stands."""
    start, end = text.span(left)[1], text.span(right)[0]
    found = re.search(pattern, text.text[start:end])
    return found and (start + found.start(), start + found.end(), found.group())


def arithmetic(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, ast.BinOp):
        at = _operator(text, node.left, node.right, r"\*\*|//|[-+*/%]")
        if at:
            new = (at[0], at[1], ARITHMETIC[at[2]])
            yield Mutant("arithmetic", site.lines, text.edit(new))
    if isinstance(site.statement, ast.AugAssign) and isinstance(site.statement.op, ast.Add):
        at = _operator(text, site.statement.target, site.statement.value, r"\+=")
        yield Mutant("arithmetic", site.lines, text.edit((at[0], at[1], "-=")))


def sign(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, (ast.Name, ast.Call, ast.BinOp, ast.UnaryOp, ast.IfExp)):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            change = (*text.span(node), f"({text.segment(node.operand)})")
        elif isinstance(node, (ast.BinOp, ast.IfExp, ast.Call)) or _is_value(text, node):
            change = (*text.span(node), f"(-({text.segment(node)}))")
        else:
            continue
        yield Mutant("sign", site.lines, text.edit(change))


def _is_value(text: Emitted, node: ast.AST) -> bool:
    """Whether a name stands for a number (not for a module, a function or a container)."""
    if not isinstance(node, ast.Name):
        return False
    _, end = text.span(node)
    return node.id not in text.not_numbers and not re.match(r"\s*[(.\[]", text.text[end:])


def name(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    known = _names_before(site)
    for node in _outside_fstrings(site, ast.Name):
        others = sorted(known - {node.id} - text.not_numbers)
        if _is_value(text, node) and others:
            change = (*text.span(node), rng.choice(others))
            yield Mutant("name", site.lines, text.edit(change))


def _names_before(site: Site) -> set[str]:
    """Parameters, and names stored above the statement."""
    found = {a.arg for a in ast.walk(site.function.args) if isinstance(a, ast.arg)}
    return found | {
        n.id
        for n in ast.walk(site.function)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.lineno < site.statement.lineno
    }


def constant(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, ast.Constant):
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            new = rng.choice((node.value + 1, node.value * 2 or 3, node.value + 0.5))
            yield Mutant("constant", site.lines, text.edit((*text.span(node), repr(new))))


def comparison(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, right in zip(operands, operands[1:], strict=False):
            at = _operator(text, left, right, r"[<>=!]=|[<>]")
            if at:
                yield Mutant("comparison", site.lines, text.edit((at[0], at[1], COMPARISON[at[2]])))
    if isinstance(site.statement, ast.If):
        change = (*text.span(site.statement.test), f"not ({text.segment(site.statement.test)})")
        yield Mutant("comparison", site.lines, text.edit(change))


def function(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    imported = sorted(_from_math(text))
    for node in _outside_fstrings(site, ast.Call):
        callee = node.func
        if isinstance(callee, ast.Attribute) and callee.attr in FUNCTION:
            _, end = text.span(callee)
            change = (end - len(callee.attr), end, FUNCTION[callee.attr])
        elif isinstance(callee, ast.Name) and callee.id in BUILTIN:
            change = (*text.span(callee), BUILTIN[callee.id])
        elif isinstance(callee, ast.Name) and callee.id in imported:
            others = [n for n in imported if n != callee.id] or ["float"]
            change = (*text.span(callee), rng.choice(others))
        else:
            continue
        yield Mutant("function", site.lines, text.edit(change))


def _from_math(text: Emitted) -> set[str]:
    return {
        a.asname or a.name
        for n in text.tree.body
        if isinstance(n, ast.ImportFrom) and n.module == "math"
        for a in n.names
    }


def operands(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, ast.BinOp):
        if isinstance(node.op, (ast.Sub, ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)):
            left, right = f"({text.segment(node.left)})", f"({text.segment(node.right)})"
            changes = (*text.span(node.left), right), (*text.span(node.right), left)
            yield Mutant("operands", site.lines, text.edit(*changes))


def arms(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    for node in _outside_fstrings(site, ast.IfExp):
        then, other = f"({text.segment(node.body)})", f"({text.segment(node.orelse)})"
        changes = (*text.span(node.body), other), (*text.span(node.orelse), then)
        yield Mutant("arms", site.lines, text.edit(*changes))
    branch = site.statement
    if isinstance(branch, ast.If) and branch.orelse and not _is_elif(text, branch):
        first, second = _line_span(text, branch.body), _line_span(text, branch.orelse)
        a, b = text.text[slice(*first)], text.text[slice(*second)]
        yield Mutant("arms", _extent(branch), text.edit((*first, b), (*second, a)))


def _is_elif(text: Emitted, branch: ast.If) -> bool:
    return text.lines[branch.orelse[0].lineno - 1].lstrip().startswith("elif")


def _line_span(text: Emitted, block: list[ast.stmt]) -> tuple[int, int]:
    start = text._starts[block[0].lineno - 1]
    return start, text.span(block[-1])[1]


# ---------------------------------------------------------------- operators on whole lines


def assignment(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """``=`` for ``+=`` and the other way round."""
    node = site.statement
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        at = _operator(text, node.target, node.value, r"\+=")
        yield Mutant("assignment", site.lines, text.edit((at[0], at[1], "=")))
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        at = _operator(text, node.targets[0], node.value, "=")
        yield Mutant("assignment", site.lines, text.edit((at[0], at[1], "+=")))


# ---------------------------------------------------------------- operators on loops


def order(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """A loop that runs the other way."""
    loop = site.statement
    if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call):
        inner = loop.iter.args[0] if loop.iter.func.id == "reversed" else None
        new = text.segment(inner) if inner else f"reversed({text.segment(loop.iter)})"
        yield Mutant("order", site.lines, text.edit((*text.span(loop.iter), new)))


def trips(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """One trip more, or one fewer at either end."""
    loop = site.statement
    for call in _nodes(site, ast.Call) if isinstance(loop, ast.For) else ():
        if isinstance(call.func, ast.Name) and call.func.id == "range" and len(call.args) == 1:
            n = text.segment(call.args[0])
            for new in (f"range({n} + 1)", f"range({n} - 1)", f"range(1, {n})"):
                yield Mutant("trips", site.lines, text.edit((*text.span(call), new)))


def slot(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """Another entry of a history, or the same of another history."""
    histories = sorted({n.id for n in ast.walk(site.function) if isinstance(n, ast.Name) and "_hist" in n.id})
    for node in ast.walk(site.statement) if isinstance(site.statement, SIMPLE) else _nodes(site, ast.Subscript):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in histories:
            index = text.segment(node.slice).strip("()")
            for new in (f"{index} + 1", f"{index} - 1"):
                yield Mutant("slot", site.lines, text.edit((*text.span(node.slice), new)))
            if others := [h for h in histories if h != node.value.id]:
                yield Mutant("slot", site.lines, text.edit((*text.span(node.value), rng.choice(others))))


def stale(text: Emitted, site: Site, rng) -> Iterator[Mutant]:
    """A history that is given its value at another place of the trip."""
    loop = site.statement
    if isinstance(loop, (ast.For, ast.While)):
        kept = [s for s in loop.body if "_hist" in text.segment(s).split("(")[0].split("=")[0]]
        for first in kept:
            later = [s for s in loop.body if s.lineno > first.lineno and s.col_offset == first.col_offset]
            if later and not isinstance(last := rng.choice(later), (ast.Break, ast.Continue)):
                lines = list(text.lines)
                moved = lines[first.lineno - 1 : first.end_lineno]
                lines[last.end_lineno : last.end_lineno] = moved
                del lines[first.lineno - 1 : first.end_lineno]
                yield Mutant("stale", frozenset(range(first.lineno, last.end_lineno + 1)), "\n".join(lines))


def _without(text: Emitted, node: ast.stmt) -> str:
    lines = list(text.lines)
    del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines)


def dropped(text: Emitted, function: ast.FunctionDef, block: list[ast.stmt]) -> Iterator[Mutant]:
    for node in block:
        if isinstance(node, SIMPLE) and len(block) > 1:
            corrupted = _without(text, node)
            yield Mutant("dropped", _blame(corrupted, function, node), corrupted)


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _other_arms(function: ast.FunctionDef, gone: ast.stmt) -> set[int]:
    """The lines of arms that are not taken where a statement is, once it is gone."""
    size = gone.end_lineno - gone.lineno + 1
    branches = [n for n in ast.walk(function) if isinstance(n, ast.If) and any(gone in ast.walk(s) for s in n.body)]
    return {line - size for n in branches for s in n.orelse for line in _extent(s)}


def _blame(corrupted: str, before_it: ast.FunctionDef, gone: ast.stmt) -> frozenset[int]:
    """The last lines that still give the gone statement's names a value, and their first reads after it."""
    inner = ast.parse(corrupted).body
    function = next(n for n in inner if isinstance(n, ast.FunctionDef) and n.name == before_it.name)
    elsewhere = _other_arms(before_it, gone)
    if isinstance(gone, ast.Return):
        return frozenset({function.lineno, function.end_lineno})
    lines: set[int] = set()
    for target in _stored(gone):
        stores, reads = [], []
        for node in ast.walk(function):
            if isinstance(node, SIMPLE) and target in _stored(node):
                stores.append(_extent(node))
            if isinstance(node, ast.AugAssign) and target in _stored(node):
                reads.append(_extent(node))  # += reads what it adds to
            if isinstance(node, ast.Name) and node.id == target and isinstance(node.ctx, ast.Load):
                reads.append(_statement_extent(function, node.lineno))
        stores.sort(key=min)
        before = [s for s in stores if min(s) < gone.lineno]
        after = sorted((r for r in reads if max(r) >= gone.lineno and not r & elsewhere), key=min)
        after = [r for r in after if not _is_given(function, target, gone.lineno, min(r))]
        for lot in (stores[-1:], before[-1:], after[:1]):
            lines |= lot[0] if lot else set()
    return frozenset(lines)


def _is_given(function: ast.FunctionDef, target: str, start: int, line: int) -> bool:
    """Whether a name has been given a value, from the line ``start`` on, on every way to a later line."""
    blocks = [b for n in ast.walk(function) for b in (getattr(n, "body", None), getattr(n, "orelse", None))]
    return any(
        isinstance(store, SIMPLE) and target in _stored(store) and store.lineno >= start and line > store.end_lineno
        for block in blocks
        if isinstance(block, list) and block[0:1] and block[0].lineno <= line <= block[-1].end_lineno
        for store in block
    )


def _statement_extent(function: ast.FunctionDef, line: int) -> frozenset[int]:
    """The lines of the smallest statement that holds the line."""
    holding = [n for n in ast.walk(function) if isinstance(n, ast.stmt) and line in _extent(n)]
    smallest = min(holding, key=lambda n: len(_extent(n)))
    return frozenset({line}) if isinstance(smallest, ast.If) else _extent(smallest)


def duplicated(text: Emitted, function: ast.FunctionDef, block: list[ast.stmt]) -> Iterator[Mutant]:
    for node in block:
        if isinstance(node, SIMPLE) and not isinstance(node, ast.Return):
            lines, count = list(text.lines), node.end_lineno - node.lineno + 1
            lines[node.end_lineno : node.end_lineno] = lines[node.lineno - 1 : node.end_lineno]
            blamed = frozenset(range(node.lineno, node.lineno + 2 * count))
            yield Mutant("duplicated", blamed, "\n".join(lines))


def swapped(text: Emitted, function: ast.FunctionDef, block: list[ast.stmt]) -> Iterator[Mutant]:
    for first, second in zip(block, block[1:], strict=False):
        if not isinstance(first, SIMPLE) or not isinstance(second, SIMPLE):
            continue
        lines = list(text.lines)
        a, b = (lines[first.lineno - 1 : first.end_lineno], lines[second.lineno - 1 : second.end_lineno])
        between = lines[first.end_lineno : second.lineno - 1]
        lines[first.lineno - 1 : second.end_lineno] = [*b, *between, *a]
        blamed = frozenset(range(first.lineno, second.end_lineno + 1))
        yield Mutant("swapped", blamed, "\n".join(lines))


LOOPS = (order, trips, slot, stale)
WITHIN = (arithmetic, sign, name, constant, comparison, function, operands, arms, assignment, *LOOPS)
WHOLE = (dropped, duplicated, swapped)
KINDS = tuple(f.__name__ for f in (*WITHIN, *WHOLE))


def mutants(text: str, rng: random.Random, per_kind: int | None = None) -> list[Mutant]:
    """The corruptions of a text, at most ``per_kind`` of each kind (all, if None), in random order."""
    emitted = Emitted(text)
    chosen: list[Mutant] = []
    for operator in WITHIN:
        chosen += _some((m for s in emitted.sites for m in operator(emitted, s, rng)), rng, per_kind)
    for operator in WHOLE:
        found = (m for f, block in emitted.blocks for m in operator(emitted, f, block))
        chosen += _some(found, rng, per_kind)
    rng.shuffle(chosen)
    return chosen


def _some(found: Iterator[Mutant], rng: random.Random, count: int | None) -> list[Mutant]:
    every = list(found)
    rng.shuffle(every)
    valid = (m for m in every if _parses(m.text))
    return list(islice(valid, count))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
