"""Functions of an interpreted text: their scopes, their parameters, and how they are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradgen.interpret.errors import Refused
from gradgen.interpret.expressions import Closure, expression
from gradgen.interpret.statements import RESULT, RETURN, block, bound_names

if TYPE_CHECKING:
    from gradgen.interpret.machine import Machine

BARRIERS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
UNUSUAL = (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The names bound at one level of functions, and the level around it.

    ``memo`` keeps what statements were made into, for functions that are rebuilt from mostly the same statements.
    """

    machine: Machine
    names: frozenset[str] = frozenset()
    outer: Scope | None = None
    memo: dict[int, object] | None = None

    def kept(self, stmt: ast.stmt, make):
        """``make(stmt, self)``, once for a statement where there is a memo (whose owner keeps the statement)."""
        if self.memo is None:
            return make(stmt, self)
        if id(stmt) not in self.memo:
            self.memo[id(stmt)] = make(stmt, self)
        return self.memo[id(stmt)]

    def levels(self) -> Iterator[Scope]:
        """This level and those around it, the module's excepted."""
        scope = self
        while scope.outer is not None:
            yield scope
            scope = scope.outer

    def inside(self, names: set[str]) -> Scope:
        """A level inside this one."""
        return Scope(self.machine, frozenset(names), self)


def own_nodes(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a body, those inside functions and comprehensions in it excepted."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, BARRIERS):
            stack.extend(ast.iter_child_nodes(node))


def bound(body: list[ast.stmt]) -> set[str]:
    """The names that a body binds."""
    names = set()
    for node in own_nodes(body):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(key for key, _ in bound_names(node))
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
    return names


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function."""

    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    positional_only: int
    name: str

    def bind(self, defaults: dict[str, object], args: list, kwargs: dict[str, object]) -> dict[str, object]:
        """The local names of a call.  Raises TypeError as Python does."""
        if len(args) > len(self.positional):
            raise TypeError(
                f"{self.name}() takes {len(self.positional)} positional arguments but {len(args)} were given"
            )
        given = dict(zip(self.positional, args, strict=False))
        for key, value in kwargs.items():
            if key in given or key not in self.positional[self.positional_only :] + self.keyword_only:
                raise TypeError(f"{self.name}() got an unexpected or repeated keyword argument '{key}'")
            given[key] = value
        for key in self.positional + self.keyword_only:
            if key not in given:
                if key not in defaults:
                    raise TypeError(f"{self.name}() missing a required argument: '{key}'")
                given[key] = defaults[key]
        return given


def signature(node: ast.FunctionDef | ast.Lambda) -> Signature:
    """The signature of a definition.  Raises `Refused` for ``*args`` and ``**kwargs``."""
    a = node.args
    if a.vararg or a.kwarg:
        raise Refused(node.lineno, "`*args` or `**kwargs`")
    positional = tuple(p.arg for p in a.posonlyargs + a.args)
    return Signature(
        positional, tuple(p.arg for p in a.kwonlyargs), len(a.posonlyargs), getattr(node, "name", "<lambda>")
    )


class Code:
    """A function's body, turned into closures at its first call."""

    def __init__(self, node: ast.FunctionDef | ast.Lambda, scope: Scope):
        self.node, self.scope = node, scope
        self.signature: Signature | None = None
        self.body: Closure | None = None

    def ready(self) -> None:
        """Compile the body.  Raises `Refused` for what changes the meaning of a whole function."""
        node = self.node
        statements = node.body if isinstance(node, ast.FunctionDef) else []
        for inner in own_nodes(statements):
            if isinstance(inner, UNUSUAL):
                raise Refused(inner.lineno, f"`{type(inner).__name__}` is not understood")
        self.signature = signature(node)
        names = bound(statements) | {*self.signature.positional, *self.signature.keyword_only}
        inside = self.scope.inside(names)
        self.body = block(statements, inside) if statements else expression(node.body, inside)

    def call(self, env: dict, defaults: dict, args: list, kwargs: dict):
        """The value of a call inside ``env``."""
        if self.body is None:
            self.ready()
        local = self.signature.bind(defaults, args, kwargs)
        local[""] = env
        result = self.body(local)
        if isinstance(self.node, ast.Lambda):
            return result
        return local[RESULT] if result is RETURN else None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: its code, where it was defined, and the values of its defaults."""

    code: Code
    env: dict
    defaults: dict[str, object]


def default_closures(node: ast.FunctionDef | ast.Lambda, scope: Scope) -> list[tuple[str, Closure]]:
    """The defaults of a definition, as closures of the scope around it."""
    a = node.args
    positional = [p.arg for p in a.posonlyargs + a.args]
    pairs = list(zip(reversed(positional), reversed(a.defaults), strict=False))[::-1]
    pairs += [(p.arg, d) for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is not None]
    return [(key, expression(default, scope)) for key, default in pairs]
