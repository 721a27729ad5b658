"""From a function object to its source: the text, the scope it stands in, and the proof that the two belong together.

`inspect.getsource` is not trusted: the file is read as it is now, compiled (which runs nothing), and the code that
Python makes of it must be the code of the function object.  A function inside another function, one in a notebook
cell, and one that reads numbers which are no literals are brought into the form that the frontend reads: one module
text with the function at its top level, on the lines where it stands in its file.
"""

from __future__ import annotations

import __future__
import ast
import builtins
import copy
import linecache
import math
import types
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from gradgen.errors import Diagnostic, GradgenError, UsageError, refusal
from gradgen.frontend.scope import CONSTANT_CALLS, LIBRARIES, Scope, canonical_import, module_scope
from gradgen.source import MAX_BYTES, SourceText

MISSING = object()
OWN = ("gradgen.decorator", "gradgen")
FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
CODE_FIELDS = ("co_name", "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount",
               "co_posonlyargcount", "co_kwonlyargcount", "co_flags")  # fmt: skip
NO_SOURCE = "write it in a file, or hand over its text: gradgen.generate(text)"


class Decorated:
    """What gradgen's decorator makes of a function; ``__wrapped__`` is the function itself."""

    __wrapped__: types.FunctionType


@dataclass(frozen=True)
class File:
    """A source file as it reads now, and the code that Python makes of each of its functions, by name and first line."""

    source: SourceText
    codes: dict[tuple[str, int], types.CodeType]


@dataclass(frozen=True)
class Found:
    """A function's source as the frontend reads it.

    ``captured`` are the names whose number was not in the text; ``helpers`` the functions that it calls, itself or
    through others, with the code that their text compiles to.
    """

    source: SourceText
    node: ast.FunctionDef
    scope: Scope
    captured: frozenset[str]
    helpers: dict[str, types.CodeType]


def find(function: object) -> Found:
    """The source of a function object.  Raises `GradgenError`: GG103, GG105, GG106, GG108 or GG115."""
    plain = plain_function(function)
    file = file_of(plain)
    node, outer = definition(plain, file)
    if outer and isinstance(outer[-1], ast.ClassDef):
        raise refused("GG103", f"cannot differentiate the method `{node.name}` yet", file, node, "write it as a function outside the class, with the numbers it reads as parameters")
    return View(plain, file, node, outer).found()


# -- the object ------------------------------------------------------------------------------------------------------------


def plain_function(value: object) -> types.FunctionType:
    """The Python function that an object is.  Raises for everything else."""
    if isinstance(value, Decorated):
        value = value.__wrapped__
    name = getattr(value, "__name__", type(value).__name__)
    if hasattr(value, "__wrapped__"):
        raise problem("GG108", f"`{name}` is wrapped by another decorator, which may replace it by anything", "put @gradgen on the plain function")
    if isinstance(value, types.FunctionType):
        if value.__code__.co_name == "<lambda>":
            raise problem("GG105", "cannot differentiate a `lambda`", "write it as a function: def f(x): ...")
        return value
    kinds = {type: "a class", types.BuiltinFunctionType: "a builtin", types.MethodType: "a bound method", staticmethod: "a static method",
             classmethod: "a class method"}  # fmt: skip
    kind = next((text for t, text in kinds.items() if isinstance(value, t)), f"a {type(value).__name__} object")
    raise problem("GG115", f"gradgen differentiates Python functions, and `{name}` is {kind}", "write a function that calls it: def f(x): ...")


def variable(owners: Iterable[types.FunctionType], name: str) -> tuple[types.CellType | None, dict]:
    """Where some functions of one module keep a name that they read: the closure's cell, or None and the globals."""
    owners = list(owners)
    for owner in owners:
        if name in owner.__code__.co_freevars:
            return owner.__closure__[owner.__code__.co_freevars.index(name)], owner.__globals__
    return None, owners[0].__globals__


def value_in(cell: types.CellType | None, namespace: dict, name: str) -> object:
    """A variable's value now; `MISSING` if it has none."""
    if cell is None:
        return namespace.get(name, MISSING)
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def is_number(value: object) -> bool:
    """A real number, of Python's or NumPy's own; truth values are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# -- the file --------------------------------------------------------------------------------------------------------------


def file_of(function: types.FunctionType) -> File:
    """The file that a function says it is from, read now.  Raises GG115 if there is none."""
    code = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text or len(text) > MAX_BYTES:
        why = f"no source is kept for {code.co_filename}" if not text else f"{code.co_filename} is larger than {MAX_BYTES:,} bytes"
        raise problem("GG115", f"cannot read the source of `{code.co_name}`: {why}", NO_SOURCE)
    return read_now(code.co_filename, text, code.co_flags & FUTURE)


@lru_cache(maxsize=32)
def read_now(filename: str, text: str, flags: int) -> File:
    """A text, parsed and compiled (not run).  Raises GG115 if it is no longer Python."""
    source = SourceText(text.replace("\r\n", "\n"), filename)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source.tree
            module = compile(text, filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, UsageError) as error:
        if isinstance(error, UsageError) and error.diagnostics[0].code != "GG002":
            raise
        raise problem("GG115", f"{filename} is not valid Python any more", "save it in the state that was imported") from None
    return File(source, {(c.co_name, c.co_firstlineno): c for c in inner_codes(module)})


def inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Every code object inside a code object."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from inner_codes(constant)


def definition(function: types.FunctionType, file: File) -> tuple[ast.FunctionDef, list[ast.AST]]:
    """The definition of a function in its file and the scopes around it, outermost first.  Raises GG103 or GG115."""
    code = function.__code__
    expected = file.codes.get((code.co_name, code.co_firstlineno))
    if expected is None or not same_code(expected, code):
        raise problem("GG115", f"`{code.co_name}` is not what line {code.co_firstlineno} of {code.co_filename} says",
                      "the file was edited since it was imported, or the function was made in another way: import it again")  # fmt: skip
    node, outer = next((n, o) for n, o in definitions(file.source.tree) if n.name == code.co_name and first_line(n) == code.co_firstlineno)
    if isinstance(node, ast.AsyncFunctionDef):
        raise refused("GG103", "cannot differentiate an `async` function", file, node, "use an ordinary function")
    if not same_defaults(function, node):
        raise refused("GG115", f"the defaults of `{node.name}` are not those of its file", file, node, "leave __defaults__ alone")
    return node, outer


def definitions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[ast.AST]]]:
    """Every function definition of a tree with the functions and classes around it, outermost first."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while stack:
        node, outer = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node, outer
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            outer = [*outer, node]
        if not isinstance(node, ast.expr):
            stack.extend((child, outer) for child in ast.iter_child_nodes(node))


def first_line(node: ast.stmt) -> int:
    """The line that a definition begins on, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects do the same thing: bytecode, names and constants, nested ones included."""
    return all(getattr(a, f) == getattr(b, f) for f in CODE_FIELDS) and same_constants(a.co_consts, b.co_consts)


def same_constants(a: object, b: object) -> bool:
    """Whether two constants are alike, to the type and the sign of zero."""
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return same_code(a, b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_constants, a, b))
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return type(a) is type(b) and repr(a) == repr(b)


def same_defaults(function: types.FunctionType, node: ast.FunctionDef) -> bool:
    """Whether the literal defaults in the text are the object's (others are refused later)."""
    positional = list(zip(node.args.defaults, function.__defaults__ or (), strict=False))
    named = function.__kwdefaults__ or {}
    pairs = positional + [(d, named.get(a.arg, MISSING)) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d]
    counts = len(node.args.defaults) == len(function.__defaults__ or ()) and len(named) == sum(d is not None for d in node.args.kw_defaults)
    return counts and all(same_default(d, value) for d, value in pairs)


def same_default(node: ast.expr, value: object) -> bool:
    try:
        return same_constants(ast.literal_eval(node), value)
    except (ValueError, TypeError):
        return True


# -- the text that the frontend reads --------------------------------------------------------------------------------------


@dataclass
class View:
    """A function, its file, and the module text that is being made of what the function can see."""

    function: types.FunctionType
    file: File
    node: ast.FunctionDef
    outer: list[ast.AST]
    lines: list[str] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    codes: dict[str, types.CodeType] = field(default_factory=dict)
    captured: set[str] = field(default_factory=set)
    owners: list[types.FunctionType] = field(default_factory=list)

    def found(self) -> Found:
        """The function in its scope, completed by what its names stand for now."""
        self.flatten()
        while True:
            source, scope = parsed("\n".join(self.lines), self.file.source.filename)
            if not self.complete(source, scope):
                break
        node = self.node_in(source)
        used = used_functions(node, scope)
        self.refuse_two_meanings(source, used, scope)
        codes = {n: self.code_of(n, scope) for n in used if n != node.name}
        bare = replace(scope, functions=scope.functions | {n: self.undecorated(scope.functions[n], scope) for n in used})
        return Found(source, self.undecorated(node, scope), bare, frozenset(self.captured), codes)

    def node_in(self, source: SourceText) -> ast.FunctionDef:
        return next(s for s in source.tree.body if isinstance(s, ast.FunctionDef) and (s.name, s.lineno) == (self.node.name, self.node.lineno))

    # what stands around the function -----------------------------------------------------------------------------------

    def flatten(self) -> None:
        """Start with the statements that the function can see: those of its own scope hide those further out."""
        tree = self.file.source.tree
        scopes = [o for o in self.outer if not isinstance(o, ast.ClassDef)]
        if self.node in tree.body:
            self.lines = list(self.file.source.lines)
            for s in tree.body:
                if s is not self.node and self.node.name in bound_names(s):
                    self.blank(s)
            self.paste(self.node)
            return
        self.lines = [""] * len(self.file.source.lines)
        hidden = {self.node.name}
        for level, body in reversed(list(enumerate([tree.body, *(s.body for s in scopes)]))):
            names = {p for p in parameter_names(scopes[level - 1])} if level else set()
            for s in body:
                if (bound := bound_names(s)) and not encloses(s, self.node):
                    names |= bound
                    if not bound & hidden:
                        self.paste(s)
            self.levels.update({n: level for n in names - hidden})
            hidden |= names
        self.paste(self.node)

    def paste(self, statement: ast.stmt) -> None:
        """Put a statement on its own lines, at the left margin."""
        for number in range(first_line(statement) - 1, statement.end_lineno):
            line = self.file.source.lines[number]
            margin = len(line) - len(line.lstrip())
            self.lines[number] = line[min(margin, statement.col_offset) :]

    def blank(self, statement: ast.stmt) -> None:
        for number in range(first_line(statement) - 1, statement.end_lineno):
            self.lines[number] = ""

    # what the text does not say ------------------------------------------------------------------------------------------

    def complete(self, source: SourceText, scope: Scope) -> bool:
        """Write out what names stand for that the text does not tell; True if there were such."""
        node = self.node_in(source)
        self.owners = self.reachable(used_functions(node, scope))
        names = {n: None for f in (node, *(scope.functions[h] for h in used_functions(node, scope))) for n in global_reads(f)}
        wanted = [line for n in names if (line := self.meaning(n, scope)) is not None]
        for name, _ in wanted:
            for s in source.tree.body:
                if s is not node and name in bound_names(s):
                    self.blank(s)
        self.lines += [line for _, text in wanted for line in text.split("\n")]
        return bool(wanted)

    def meaning(self, name: str, scope: Scope) -> tuple[str, str] | None:
        """(name, the line that says what it is) for a name that the text leaves open."""
        if name in scope.functions or name in scope.constants or canonical_import(scope.imports.get(name, "")) in CONSTANT_CALLS:
            return None
        value = self.now(name)
        if is_number(value):
            self.captured.add(name)
            return name, f"{name} = {literal(value)}"
        if name in scope.imports or name in scope.other or value is MISSING or hasattr(builtins, name):
            return None
        text = import_line(name, value) or self.definition_text(name, value)
        return (name, text) if text else None

    def reachable(self, names: list[str]) -> list[types.FunctionType]:
        """The function and those of its helpers that exist by now, whose closures hold names too."""
        found = [self.function]
        for value in (value_in(*variable(found, n), n) for n in names):
            value = value.__wrapped__ if isinstance(value, Decorated) else value
            if isinstance(value, types.FunctionType):
                found.append(value)
        return found

    def now(self, name: str) -> object:
        """What a name stands for at this moment, as the function and its helpers see it."""
        return value_in(*variable(self.owners or [self.function], name), name)

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

    # what would be read wrongly ------------------------------------------------------------------------------------------

    def refuse_two_meanings(self, source: SourceText, used: list[str], scope: Scope) -> None:
        """A helper further out must not read a name that means something else further in."""
        for helper in used:
            for name in global_reads(scope.functions[helper]):
                if self.levels.get(name, 0) > self.levels.get(helper, 0):
                    at = source.place(scope.functions[helper])
                    raise refusal(Diagnostic("GG106", f"`{name}` means one thing in `{helper}` and another around `{self.node.name}`", at, help="give one of the two another name"))

    def is_own(self, decorator: ast.expr, scope: Scope) -> bool:
        """Whether a decorator is gradgen's: by what its name stands for, or by the text where that is not to be seen."""
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        root, *attributes = ast.unparse(target).split(".")
        value = self.now(root) if root.isidentifier() else MISSING
        if value is MISSING:
            return ".".join([scope.imports.get(root, root), *attributes]) in ("gradgen", "gradgen.gradgen")
        for name in attributes:
            value = getattr(value, name, None) if isinstance(value, types.ModuleType) else None
        value = getattr(value, "func", value)
        return (getattr(value, "__module__", ""), getattr(value, "__name__", "")) == OWN

    def undecorated(self, node: ast.FunctionDef, scope: Scope) -> ast.FunctionDef:
        """The definition without gradgen's own decorator; any other is left for the frontend to refuse."""
        bare = copy.copy(node)
        bare.decorator_list = [d for d in node.decorator_list if not self.is_own(d, scope)]
        return bare

    def code_of(self, name: str, scope: Scope) -> types.CodeType | None:
        """The code that a helper's text compiles to."""
        return self.codes.get(name) or self.file.codes.get((name, first_line(scope.functions[name])))


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
    args = node.args
    extra = [a for a in (args.vararg, args.kwarg) if a]
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, *extra)]


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement binds at its own level."""
    scope = module_scope(ast.Module([statement], []))
    return {*scope.imports, *scope.constants, *scope.functions, *scope.other}


def encloses(statement: ast.stmt, node: ast.AST) -> bool:
    return first_line(statement) <= node.lineno <= statement.end_lineno


def literal(value: float) -> str:
    """A number as the text of a constant expression.

    >>> literal(-2.5), literal(float("inf"))
    ('-2.5', '1e999')
    """
    if isinstance(value, int):
        return repr(int(value))
    number = float(value)
    return repr(number) if math.isfinite(number) else "1e999 - 1e999" if number != number else "1e999" if number > 0 else "-1e999"


def import_line(name: str, value: object) -> str | None:
    """The import statement that would give a name its value, for what gradgen knows: math, numpy, and its own."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ in LIBRARIES else None
    module, own = getattr(value, "__module__", None), getattr(value, "__name__", "")
    if isinstance(value, types.BuiltinFunctionType) and module in LIBRARIES:
        return f"from {module} import {own} as {name}"
    return f"from gradgen import stop_gradient as {name}" if (module, own) == (OWN[0], "stop_gradient") else None


def problem(code: str, message: str, help: str) -> GradgenError:
    return refusal(Diagnostic(code, message, help=help))


def refused(code: str, message: str, file: File, node: ast.AST, help: str) -> GradgenError:
    return refusal(Diagnostic(code, message, file.source.place(node), help=help))
