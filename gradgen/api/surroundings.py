"""What a function object can see, as one module text: the form in which the frontend reads it.

For a function at the top level of its file that reads helpers, imports and literal constants of
that file, this is the file's own text.  A function inside another one is moved to the top level
together with the statements around it.  Numbers that are no literals (`rate = load()`, a closure's
variable) and, in a notebook or the REPL, what earlier cells defined are written behind the rest.
Lines keep their numbers, so messages point at the file.
"""

from __future__ import annotations

import ast
import builtins
import copy
import math
import numbers
import sys
import types
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module

from gradgen.api.arguments import is_real
from gradgen.errors import GradgenError
from gradgen.frontend.scope import CONSTANT_CALLS, LIBRARIES, Scope, canonical_import, module_scope
from gradgen.api.lookup import (
    MISSING, File, definition, file_of, first_line, plain_function, problem, same_code, undecorated, value_in,
    variable,
)  # fmt: skip
from gradgen.source import SourceText

DECORATOR = ("gradgen.api.decorator", "gradgen")
IDENTITY = ("gradgen.api.decorator", "stop_gradient")


@dataclass(frozen=True)
class Found:
    """A function's source as the frontend reads it.

    ``captured`` are the names whose number was not in the text; ``helpers`` the functions that it
    calls, itself or through others, with the code that their text compiles to; ``libraries`` the
    names that the text imports from math or gradgen or leaves to the builtins, with what each must
    stand for.
    """

    source: SourceText
    node: ast.FunctionDef
    scope: Scope
    captured: frozenset[str]
    helpers: dict[str, types.CodeType | None]
    libraries: dict[str, object]


def find(function: object) -> Found:
    """The source of a function object.  Raises GG103, GG105, GG106, GG108 or GG115."""
    plain = plain_function(function)
    file = file_of(plain)
    node, outer = definition(plain, file)
    place = file.source.place(node)
    if isinstance(node, ast.AsyncFunctionDef):
        what = "cannot differentiate an `async` function"
        raise problem("GG103", what, "use an ordinary function", place)
    if outer and isinstance(outer[-1], ast.ClassDef):
        what = f"cannot differentiate the method `{node.name}` yet"
        help = "write it as a function outside the class, the numbers it reads as parameters"
        raise problem("GG103", what, help, place)
    return Surroundings(plain, file, node, outer).found()


@dataclass
class Surroundings:
    """A function, its file, and the lines of the module text that is being made of what it can see.

    ``levels`` says how deep inside functions a name was bound, ``codes`` is the code of helpers
    from elsewhere, ``owners`` the functions whose closures and globals hold the names, ``told``
    the names that were written down.
    """

    function: types.FunctionType
    file: File
    node: ast.FunctionDef
    outer: list[ast.AST]
    lines: list[str] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    codes: dict[str, types.CodeType] = field(default_factory=dict)
    captured: set[str] = field(default_factory=set)
    owners: list[types.FunctionType] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def found(self) -> Found:
        """The function in its scope, completed by what its names stand for now."""
        self.flatten()
        while True:
            source, scope = parsed("\n".join(self.lines), self.file.source.filename)
            node = self.node_in(source)
            used = used_functions(node, scope)
            reads = dict.fromkeys(n for f in (node, *(scope.functions[h] for h in used)) for n in global_reads(f))
            self.owners = self.reachable(used)
            if not self.complete(source, scope, [n for n in reads if n not in self.told]):
                break
        self.refuse_two_meanings(source, used, scope)
        helpers = {n: self.code_of(n, scope) for n in used if n != node.name}
        libraries = {n: v for n in reads if (v := library_object(n, scope)) is not MISSING}
        bare = {n: self.undecorated(scope.functions[n], scope) for n in used}
        return Found(
            source, self.undecorated(node, scope), replace(scope, functions=scope.functions | bare),
            frozenset(self.captured), helpers, libraries,
        )  # fmt: skip

    def node_in(self, source: SourceText) -> ast.FunctionDef:
        """The function's definition in the text that is being made."""
        key = (self.node.name, self.node.lineno)
        return next(s for s in source.tree.body if getattr(s, "name", "") == key[0] and s.lineno == key[1])

    # what stands around the function --------------------------------------------------------------

    def flatten(self) -> None:
        """Start with the statements that the function can see; inner ones hide outer ones."""
        tree = self.file.source.tree
        if self.node in tree.body:
            self.lines = list(self.file.source.lines)
            self.blank([s for s in tree.body if s is not self.node and self.node.name in bound_names(s)])
            self.paste(self.node)
            return
        self.lines = [""] * len(self.file.source.lines)
        scopes = [o for o in self.outer if not isinstance(o, ast.ClassDef)]
        hidden = {self.node.name}
        for level, scope in reversed(list(enumerate([tree, *scopes]))):
            hidden |= self.flatten_level(level, scope, hidden)
        self.paste(self.node)

    def flatten_level(self, level: int, scope: ast.AST, hidden: set[str]) -> set[str]:
        """Paste a scope's statements that nothing further in hides; gives the names it binds."""
        names = set(parameter_names(scope)) if level else set()
        for s in scope.body:
            bound = bound_names(s)
            if bound and not first_line(s) <= self.node.lineno <= s.end_lineno:
                names |= bound
                if not bound & hidden:
                    self.paste(s)
        self.levels.update({n: level for n in names - hidden})
        return names

    def paste(self, statement: ast.stmt) -> None:
        """Put a statement on its own lines, at the left margin."""
        for number in range(first_line(statement) - 1, statement.end_lineno):
            line = self.file.source.lines[number]
            margin = len(line) - len(line.lstrip())
            self.lines[number] = line[min(margin, statement.col_offset) :]

    def blank(self, statements: list[ast.stmt]) -> None:
        for s in statements:
            for number in range(first_line(s) - 1, s.end_lineno):
                self.lines[number] = ""

    # what the text does not say -------------------------------------------------------------------

    def complete(self, source: SourceText, scope: Scope, names: list[str]) -> bool:
        """Write down what names stand for that the text does not tell; True if there were such."""
        texts = {n: text for n in names if (text := self.meaning(n, scope)) is not None}
        self.blank([s for s in source.tree.body if s.lineno != self.node.lineno and bound_names(s) & texts.keys()])
        self.lines += [line for text in texts.values() for line in text.split("\n")]
        self.told |= texts.keys()
        return bool(texts)

    def meaning(self, name: str, scope: Scope) -> str | None:
        """The lines that say what a name is; None if the text does, or nothing can."""
        path = canonical_import(scope.imports.get(name, ""))
        if name in scope.functions or name in scope.constants or path in CONSTANT_CALLS:
            return None
        value = self.now(name)
        if is_real(value):
            self.captured.add(name)
            return f"{name} = {literal(value)}"
        bound = name in scope.imports or name in scope.other or hasattr(builtins, name)
        if bound or value is MISSING:
            return None
        return import_line(name, value) or self.definition_text(name, value)

    def reachable(self, names: list[str]) -> list[types.FunctionType]:
        """The function and those helpers that exist by now: their closures hold names too."""
        found = [self.function]
        for name in names:
            value = undecorated(value_in(*variable(found, name), name))
            if isinstance(value, types.FunctionType):
                found.append(value)
        return found

    def now(self, name: str) -> object:
        """What a name stands for at this moment."""
        return value_in(*variable(self.owners, name), name)

    def definition_text(self, name: str, value: object) -> str | None:
        """The text of a function of the same session that stands in another cell."""
        try:
            function = plain_function(value)
            file = file_of(function)
            node, outer = definition(function, file)
        except GradgenError:
            return None
        if outer or node.name != name or function.__globals__ is not self.function.__globals__:
            return None
        self.codes[name] = function.__code__
        return "\n".join(file.source.lines[first_line(node) - 1 : node.end_lineno])

    # what would be read wrongly -------------------------------------------------------------------

    def refuse_two_meanings(self, source: SourceText, used: list[str], scope: Scope) -> None:
        """A helper further out must not read a name that means something else further in."""
        for helper in used:
            for name in global_reads(scope.functions[helper]):
                if self.levels.get(name, 0) > self.levels.get(helper, 0):
                    what = f"`{name}` means different things in `{helper}` and `{self.node.name}`"
                    place = source.place(scope.functions[helper])
                    raise problem("GG106", what, "give one of the two another name", place)

    def undecorated(self, node: ast.FunctionDef, scope: Scope) -> ast.FunctionDef:
        """The definition without gradgen's decorator; others are the frontend's to refuse."""
        bare = copy.copy(node)
        bare.decorator_list = [d for d in node.decorator_list if not self.is_own(d, scope)]
        return bare

    def is_own(self, decorator: ast.expr, scope: Scope) -> bool:
        """Whether a decorator is gradgen's: by the object, else by what the text imports."""
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        root, *attributes = ast.unparse(target).split(".")
        value = self.now(root) if root.isidentifier() else MISSING
        if value is MISSING:
            path = ".".join([scope.imports.get(root, root), *attributes])
            return path in ("gradgen", "gradgen.gradgen")
        for name in attributes:
            value = getattr(value, name, None) if isinstance(value, types.ModuleType) else None
        return signed(getattr(value, "func", value)) == DECORATOR

    def code_of(self, name: str, scope: Scope) -> types.CodeType | None:
        """The code that a helper's text compiles to."""
        node = scope.functions[name]
        if name in self.codes:
            return self.codes[name]
        known = self.file.codes.get((name, first_line(node)), [])
        now = getattr(undecorated(self.now(name)), "__code__", None)
        return next((c for c in known if now is not None and same_code(c, now)), known[0] if known else None)


@lru_cache(maxsize=32)
def parsed(text: str, filename: str) -> tuple[SourceText, Scope]:
    """A text and the names of its top level; neither is ever modified."""
    source = SourceText(text, filename)
    return source, module_scope(source.tree)


def global_reads(node: ast.FunctionDef) -> list[str]:
    """The names that a function reads and does not bind, in order."""
    names = [n for s in node.body for n in ast.walk(s) if isinstance(n, ast.Name)]
    own = {n.id for n in names if not isinstance(n.ctx, ast.Load)} | set(parameter_names(node))
    return list(dict.fromkeys(n.id for n in names if n.id not in own))


def used_functions(node: ast.FunctionDef, scope: Scope) -> list[str]:
    """The functions of the text that a function names, itself or through others."""
    used: dict[str, None] = {}
    todo = [node]
    while todo:
        fresh = [n for n in global_reads(todo.pop()) if n in scope.functions and n not in used]
        used.update(dict.fromkeys(fresh))
        todo += [scope.functions[n] for n in fresh]
    return list(used)


def parameter_names(node: ast.FunctionDef) -> list[str]:
    """All names that a signature binds."""
    args = node.args
    stars = [a for a in (args.vararg, args.kwarg) if a]
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, *stars)]


@lru_cache(maxsize=10_000)
def bound_names(statement: ast.stmt) -> frozenset[str]:
    """The names that a statement binds at its own level."""
    scope = module_scope(ast.Module([statement], []))
    return frozenset({*scope.imports, *scope.constants, *scope.functions, *scope.other})


def library_object(name: str, scope: Scope) -> object:
    """What a name from math, gradgen, numpy or the builtins stands for; `MISSING` for any other.

    NumPy is not imported for this: if nobody has, no name stands for it.
    """
    if name not in scope.imports:
        bound = name in scope.constants or name in scope.functions or name in scope.other
        return MISSING if bound else getattr(builtins, name, MISSING)
    root, _, rest = scope.imports[name].partition(".")
    if root not in ("math", "gradgen") and (root not in LIBRARIES or root not in sys.modules):
        return MISSING
    value = import_module(root)
    for part in rest.split(".") if rest else ():
        value = getattr(value, part, MISSING)
    return value


def import_line(name: str, value: object) -> str | None:
    """The import that gives a name its value, for what gradgen knows: math, numpy, and its own."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ in LIBRARIES else None
    module, own = signed(value)
    ours = isinstance(value, types.BuiltinFunctionType) or type(value).__module__ == "numpy"
    if ours and module in LIBRARIES and not is_real(value):
        return f"from {module} import {own} as {name}"
    return f"from gradgen import {own} as {name}" if (module, own) == IDENTITY else None


def signed(value: object) -> tuple[object, object]:
    """The module and the name that an object says it has."""
    return getattr(value, "__module__", None), getattr(value, "__name__", None)


def literal(value: numbers.Real) -> str:
    """A number as the text of a constant expression.

    >>> literal(-2.5), literal(float("inf"))
    ('-2.5', '1e999')
    """
    if isinstance(value, numbers.Integral):
        return repr(int(value))
    number = float(value)
    if math.isnan(number):
        return "1e999 - 1e999"
    return repr(number) if math.isfinite(number) else "1e999" if number > 0 else "-1e999"
