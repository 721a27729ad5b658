"""Classes of an interpreted text: their methods, and instances that hold fields."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradgen.interpret.errors import Refused
from gradgen.interpret.functions import Function
from gradgen.interpret.values import Routine

if TYPE_CHECKING:
    from gradgen.interpret.machine import Machine

PLAIN_BASES = ("object", "ABC")


@dataclass(slots=True, eq=False)
class Class:
    """A class: its own members (functions and constants), and the class that it extends."""

    name: str
    members: dict[str, object]
    base: Class | None = None
    static: frozenset[str] = frozenset()

    def find(self, key: str):
        """(the member, the class that has it); None when there is none."""
        owner: Class | None = self
        while owner is not None:
            if key in owner.members:
                return owner.members[key], owner
            owner = owner.base
        return None


@dataclass(slots=True, eq=False)
class Instance:
    """An object of an interpreted class."""

    kind: Class
    fields: dict[str, object] = field(default_factory=dict)


def made(machine: Machine, kind: Class, args: list, kwargs: dict) -> Instance:
    """``Kind(*args)``."""
    instance = Instance(kind)
    if (found := kind.find("__init__")) is not None:
        machine.apply(found[0], [instance, *args], kwargs)
    elif args or kwargs:
        raise TypeError(f"{kind.name}() takes no arguments")
    return instance


def member(machine: Machine, value: Instance | Class, key: str):
    """A field, a class's constant, or a method bound to its instance.  Raises AttributeError."""
    if type(value) is Instance and key in value.fields:
        return value.fields[key]
    if key == "__class__" and type(value) is Instance:
        return value.kind
    kind = value.kind if type(value) is Instance else value
    found = kind.find(key)
    if found is None:
        raise AttributeError(f"'{kind.name}' object has no attribute '{key}'")
    function, owner = found
    if type(function) is not Function or type(value) is Class or key in owner.static:
        return function
    return Routine(key, lambda args, kwargs: machine.apply(function, [value, *args], kwargs))


def definition(machine: Machine, node: ast.ClassDef, line: int) -> Class:
    """The class of a definition at the top of a text.  Raises `Refused` for what is not understood."""
    from gradgen.interpret.expressions import expression

    scope = machine.globals.scope
    base = _base(machine, node)
    members: dict[str, object] = {}
    static: set[str] = set()
    if node.decorator_list or node.keywords:
        raise Refused(node.lineno, "a decorated class, or one with a metaclass")
    for stmt in node.body:
        if isinstance(stmt, ast.FunctionDef):
            names = [ast.unparse(d) for d in stmt.decorator_list]
            if names and names != ["staticmethod"]:
                raise Refused(stmt.lineno, f"the decorator `{names[0]}`")
            if names:
                static.add(stmt.name)
            plain = _Supers(node).visit(copy.deepcopy(stmt)) if _mentions_super(stmt) else stmt
            members[stmt.name] = machine.definition(plain, scope)({})
        elif isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name):
            members[stmt.targets[0].id] = expression(stmt.value, scope)({})
        elif not isinstance(stmt, ast.Pass) and not (
            isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)
        ):
            raise Refused(stmt.lineno, f"`{type(stmt).__name__}` in a class")
    return Class(node.name, members, base, frozenset(static))


def _base(machine: Machine, node: ast.ClassDef) -> Class | None:
    bases = [b for b in node.bases if not (isinstance(b, ast.Name) and b.id in PLAIN_BASES)]
    if not bases:
        return None
    found = machine.globals.value(bases[0].id, node.lineno) if isinstance(bases[0], ast.Name) else None
    if len(bases) > 1 or type(found) is not Class:
        raise Refused(node.lineno, f"the base class `{ast.unparse(bases[0])}`")
    return found


def _mentions_super(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "super" for n in ast.walk(node))


class _Supers(ast.NodeTransformer):
    """``super().f(x)`` as ``Base.f(self, x)``."""

    def __init__(self, owner: ast.ClassDef):
        self.base = next((b for b in owner.bases if not (isinstance(b, ast.Name) and b.id in PLAIN_BASES)), None)

    def visit_Call(self, node: ast.Call):
        self.generic_visit(node)
        f = node.func
        if not (isinstance(f, ast.Attribute) and isinstance(f.value, ast.Call) and isinstance(f.value.func, ast.Name)):
            return node
        if f.value.func.id != "super":
            return node
        if self.base is None:
            return ast.copy_location(ast.Constant(None), node)
        own = ast.copy_location(ast.Name("self", ast.Load()), node)
        method = ast.copy_location(ast.Attribute(self.base, f.attr, ast.Load()), node)
        return ast.copy_location(ast.Call(method, [own, *node.args], node.keywords), node)
