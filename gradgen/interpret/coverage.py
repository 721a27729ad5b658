"""What can be read off a text without running it: what of it can run, its literals, its defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from gradgen.interpret.machine import Machine

BRANCHES = (ast.If, ast.IfExp, ast.While)


@dataclass
class Coverage:
    """The lines and test outcomes that have not run yet."""

    lines: set[int] = field(default_factory=set)
    outcomes: set[tuple[tuple[int, int], bool]] = field(default_factory=set)
    arms: list[tuple[frozenset[int], frozenset[int]]] = field(default_factory=list)  # of branches that no input decides

    def settled(self) -> set[int]:
        """The lines that should have run: of a branch on shapes or constants (``if x.ndim == 2``) one arm is enough, for such shapes."""
        missing = set(self.lines)
        for then, other in self.arms:
            for arm, opposite in ((then, other), (other, then)):
                if arm and arm <= self.lines and (not opposite or not opposite <= missing):
                    missing -= arm
        return missing

    def __bool__(self) -> bool:
        return bool(self.lines or self.outcomes)

    def gains(self, machine: Machine) -> bool:
        """Whether a machine ran something that is still missing here."""
        return bool(self.lines & machine.lines or self.outcomes & _seen(machine))

    def strike(self, machine: Machine) -> None:
        """Take away what a machine ran."""
        self.lines -= machine.lines
        self.outcomes -= _seen(machine)


def _seen(machine: Machine) -> set[tuple[tuple[int, int], bool]]:
    return {(place, truth) for place, truths in machine.tests.items() for truth in truths}


def expected(tree: ast.Module, names: tuple[str, ...]) -> Coverage:
    """Everything in these functions and those they call, except what leads to a `raise` only."""
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    coverage, waiting, done, told = Coverage(), list(names), set(), _told(tree)
    while waiting:
        name = waiting.pop()
        if name in functions and name not in done:
            done.add(name)
            for node in ast.walk(functions[name]):
                if isinstance(node, ast.Name):
                    waiting.append(node.id)
                elif isinstance(node, ast.IfExp):
                    _both(coverage, node.test, True, True)
            _block(coverage, functions[name].body)
            coverage.arms += [
                tuple(_lines(arm) for arm in _blocks(n))
                for n in ast.walk(functions[name])
                if isinstance(n, ast.If) and _is_settled(n.test, told)
            ]
    return coverage


SHAPE_WORDS = ("ndim", "size", "shape", "len")
PLAIN = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp)


def _is_settled(expr: ast.expr, told: set[str]) -> bool:
    """Whether an expression is made of nothing but constants, ranks and sizes (``told`` are the names of such values)."""
    match expr:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in told
        case ast.Attribute(attr=attr):
            return attr in SHAPE_WORDS
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SHAPE_WORDS:
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module)), args=args, keywords=keywords):
            return module in told and all(_is_settled(e, told) for e in (*args, *(k.value for k in keywords)))
        case ast.Subscript(value=value):
            return _is_settled(value, told)
    parts = [c for c in ast.iter_child_nodes(expr) if isinstance(c, ast.expr)]
    return isinstance(expr, PLAIN) and all(_is_settled(c, told) for c in parts)


def _told(tree: ast.Module) -> set[str]:
    """NumPy, math, and the names that only ever hold settled values; ``a, b = cache`` hands a name on as it is."""
    made: dict[str, list[ast.expr]] = {}
    handed: set[int] = set()
    for n in ast.walk(tree):
        match n:
            case ast.Assign(targets=[ast.Name() as target]) | ast.AugAssign(target=ast.Name() as target):
                made.setdefault(target.id, []).append(n.value)
                handed.add(id(target))
            case ast.Assign(targets=[ast.Tuple(elts=elts)], value=ast.Name()):
                handed |= {id(e) for e in elts}
    bound = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in handed
    }
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    imports = [a for n in tree.body if isinstance(n, ast.Import) for a in n.names if a.name in ("numpy", "math")]
    told = {*made, *(a.asname or a.name for a in imports)} - bound
    while unsettled := {n for n in told if not all(_is_settled(value, told) for value in made.get(n, ()))}:
        told -= unsettled
    return told


def _lines(body: list[ast.stmt]) -> frozenset[int]:
    """The lines of the statements in a block, inner blocks included."""
    return frozenset(n.lineno for s in body for n in ast.walk(s) if isinstance(n, ast.stmt))


def assignments(tree: ast.Module) -> set[int]:
    """The lines that assign or add."""
    return {n.lineno for n in ast.walk(tree) if isinstance(n, (ast.Assign, ast.AugAssign))}


def find(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The function of that name at the top level; of two, the last."""
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    return found[-1] if found else None


def literals(function: ast.FunctionDef) -> list:
    """The values of the constants in a function, its docstring and keys of dicts excepted."""
    document = ast.get_docstring(function, clean=False)
    keys: set[int] = set()
    for n in ast.walk(function):
        match n:
            case ast.Subscript(slice=ast.Constant(value=str()) as key):
                keys.add(id(key))
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant() as key, *_]):
                keys.add(id(key))
            case ast.Compare(left=ast.Constant() as key, ops=[ast.In() | ast.NotIn()]):
                keys.add(id(key))
    found = [n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and id(n) not in keys]
    return [value for value in found if document is None or value != document]


def told_literals(tree: ast.Module, function: ast.FunctionDef) -> list:
    """A function's constants, and the texts among those of the functions that it calls: the modes that these know."""
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    found, seen, waiting = literals(function), {function.name}, [function]
    while waiting:
        for n in ast.walk(waiting.pop()):
            if isinstance(n, ast.Name) and n.id in functions and n.id not in seen:
                seen.add(n.id)
                waiting.append(functions[n.id])
                found += [v for v in literals(functions[n.id]) if isinstance(v, str)]
    return found


def defaults(function: ast.FunctionDef) -> dict[str, object]:
    """The literal defaults of the parameters."""
    a = function.args
    names = [p.arg for p in a.posonlyargs + a.args]
    pairs = list(zip(reversed(names), reversed(a.defaults), strict=False))
    pairs += [(p.arg, d) for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d]
    return {name: d.value for name, d in pairs if isinstance(d, ast.Constant)}


def _block(coverage: Coverage, body: list[ast.stmt]) -> None:
    """Ask for the statements of a block and of the blocks in it."""
    waiting = list(body)
    while waiting:
        stmt = waiting.pop()
        coverage.lines.add(stmt.lineno)
        for inner in _blocks(stmt):
            waiting += inner if not _raises(inner) else []
        if isinstance(stmt, (ast.If, ast.While)):
            _both(coverage, stmt.test, not _raises(stmt.body), not _raises(stmt.orelse))


def _blocks(stmt: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse"):
        yield getattr(stmt, name, [])


def _raises(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)


def _both(coverage: Coverage, test: ast.expr, true: bool, false: bool) -> None:
    place = (test.lineno, test.col_offset)
    coverage.outcomes |= {(place, truth) for truth, wanted in ((True, true), (False, false)) if wanted}
