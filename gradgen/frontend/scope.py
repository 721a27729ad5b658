"""What a name means: the function's own variables, the file's functions, constants and imports, builtins."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace

from gradgen.ir.read import UNARY
from gradgen.source.classes import Layer, layers, read_layer, with_inherited
from gradgen.source.networks import Network, read_network

LIBRARIES = {"math": "math", "numpy": "np"}
ARRAYS = ("np", "scipy")  # libraries whose functions are about arrays
CONSTANT_CALLS = ("math.pi", "math.e", "math.tau", "math.inf", "math.nan")


@dataclass(frozen=True)
class Scope:
    """The top level of a file, read and never run.

    ``imports`` maps a name to what it stands for (``np`` -> ``numpy``, ``exp`` -> ``math.exp``); ``constants`` a name
    to its literal's text; ``functions`` a name to its definition; ``other`` are names bound in any other way, with
    the line that does it; ``stars`` the ``from m import *`` statements; ``classes`` those that have a forward pass, ``networks`` those whose pass
    calls the layers of the object.
    """

    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    other: dict[str, ast.stmt] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)
    twice: frozenset[str] = frozenset()
    classes: dict[str, Layer] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)


def module_scope(tree: ast.Module) -> Scope:
    """The names that a file's top level binds."""
    scope, bound, twice = Scope(), set(), set()
    for statement in tree.body:
        for name, store in _bindings(statement, scope):
            if name in bound:
                twice.add(name)
                if not isinstance(statement, ast.FunctionDef) or name not in scope.functions:
                    _forget(scope, name)
                    scope.other[name] = statement
                    continue
            bound.add(name)
            store(name)
    made = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef) and n.name not in twice}
    made = {name: with_inherited(node, made) for name, node in made.items()}
    networks = {name: net for name, node in made.items() if (net := read_network(node))}
    classes = {n: read_layer(node) for n, node in layers(tree).items() if n in made and n not in networks}
    return replace(scope, twice=frozenset(twice), classes=classes, networks=networks)


def _forget(scope: Scope, name: str) -> None:
    for table in (scope.imports, scope.constants, scope.functions):
        table.pop(name, None)


def _bindings(statement: ast.stmt, scope: Scope):
    """(name, how to record it) for every name that one top-level statement binds."""
    match statement:
        case ast.FunctionDef(name=name):
            yield name, lambda n: scope.functions.__setitem__(n, statement)
        case ast.Import(names=aliases):
            for alias in aliases:
                bound = alias.asname or alias.name.split(".")[0]
                yield bound, lambda n, a=alias: scope.imports.__setitem__(
                    n, a.name if a.asname else a.name.split(".")[0]
                )
        case ast.ImportFrom(names=aliases, module=module, level=level):
            for alias in aliases:
                if alias.name == "*":
                    scope.stars.append(statement)
                else:
                    yield alias.asname or alias.name, lambda n, a=alias: scope.imports.__setitem__(
                        n, f"{'.' * level}{module or ''}.{a.name}"
                    )
        case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(
            target=ast.Name(id=name), value=value
        ) if value is not None and is_constant(value):
            yield name, lambda n: scope.constants.__setitem__(n, ast.unparse(value))
        case _:
            for name in _stored(statement):
                yield name, lambda n: scope.other.__setitem__(n, statement)


def _stored(statement: ast.stmt):
    """Names that a statement may bind at this level, nested function and class bodies aside."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, ast.alias) and node.name != "*":
            yield node.asname or node.name.split(".")[0]
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def is_constant(node: ast.expr) -> bool:
    """A number, or arithmetic of numbers that is safe to copy and cheap to evaluate."""
    match node:
        case ast.Constant(value=value):
            return type(value) in (int, float, bool, str)
        case ast.UnaryOp(op=op, operand=operand):
            return type(op) in UNARY and is_constant(operand)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
            return _is_number(left) and _is_number(right)
        case ast.Attribute(value=ast.Name(id="math"), attr="pi" | "e" | "tau" | "inf" | "nan"):
            return True
    return False


def _is_number(node: ast.expr) -> bool:
    return is_constant(node) and not (isinstance(node, ast.Constant) and type(node.value) is str)


def canonical_import(path: str) -> str:
    """``numpy.exp`` is ``np.exp``; other paths stay.

    >>> canonical_import("numpy.exp"), canonical_import("math"), canonical_import("os.path")
    ('np.exp', 'math', 'os.path')
    """
    root, _, rest = path.partition(".")
    root = LIBRARIES.get(root, root)
    return f"{root}.{rest}" if rest else root
