"""From a function object to its definition in a file, and the proof that the two belong together.

`inspect.getsource` is not trusted: the file is read as it is now and compiled (which runs
nothing), and the code that Python makes of it must be the code of the function object.
"""

from __future__ import annotations

import __future__
import ast
import linecache
import os
import types
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gradgen.errors import Diagnostic, GradgenError, Place, UsageError, refusal
from gradgen.source import MAX_BYTES, SourceText

MISSING = object()  # what a name without a value stands for
FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
CODE_FIELDS = (
    "co_name", "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags",
    "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
)  # fmt: skip
KINDS = {
    type: "a class",
    types.BuiltinFunctionType: "a builtin",
    types.MethodType: "a bound method",
    staticmethod: "a static method",
    classmethod: "a class method",
}


class Decorated:
    """What gradgen's decorator makes of a function; ``__wrapped__`` is the function itself."""

    __wrapped__: types.FunctionType


@dataclass(frozen=True)
class File:
    """A source file as it reads now, and its functions by name and first line.

    ``codes`` is what they may compile to, ``definitions`` where they stand: with the scopes around
    them, outermost first.
    """

    source: SourceText
    codes: dict[tuple[str, int], list[types.CodeType]]
    definitions: dict[tuple[str, int], tuple[ast.AST, list[ast.AST]]]


def problem(code: str, message: str, help: str = "", place: Place | None = None) -> GradgenError:
    """A refusal with one cause."""
    return refusal(Diagnostic(code, message, place, help=help))


# -- the object --------------------------------------------------------------------------------


def plain_function(value: object) -> types.FunctionType:
    """The Python function that an object is.  Raises GG105, GG108 or GG115 for everything else."""
    if isinstance(value, Decorated):
        value = value.__wrapped__
    name = getattr(value, "__name__", type(value).__name__)
    if hasattr(value, "__wrapped__"):
        what = f"`{name}` is wrapped by another decorator, which may replace it by anything"
        raise problem("GG108", what, "put @gradgen on the plain function")
    if not isinstance(value, types.FunctionType):
        kind = next((text for t, text in KINDS.items() if isinstance(value, t)), None)
        what = f"`{name}` is {kind or f'a {type(value).__name__} object'}, not a Python function"
        raise problem("GG115", what, "write a function that calls it: def f(x): ...")
    if value.__code__.co_name == "<lambda>":
        what = "cannot differentiate a `lambda`"
        raise problem("GG105", what, "write it as a function: def f(x): ...")
    return value


def undecorated(value: object) -> object:
    """The function inside what gradgen's decorator made; anything else as it is."""
    return value.__wrapped__ if isinstance(value, Decorated) else value


def variable(owners: Iterable[types.FunctionType], name: str) -> tuple[types.CellType | None, dict[str, object]]:
    """Where functions of one module keep a name: a closure's cell or None, and the globals."""
    for owner in (owners := list(owners)):
        if name in owner.__code__.co_freevars:
            return owner.__closure__[owner.__code__.co_freevars.index(name)], owner.__globals__
    return None, owners[0].__globals__


def value_in(cell: types.CellType | None, space: dict[str, object], name: str) -> object:
    """A variable's value now; `MISSING` if it has none."""
    if cell is None:
        return space.get(name, MISSING)
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


# -- the file ----------------------------------------------------------------------------------


def file_of(function: types.FunctionType) -> File:
    """The file that a function says it is from, read now.  Raises GG115 if there is none."""
    code = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text or len(text) > MAX_BYTES:
        why = f"it is larger than {MAX_BYTES:,} bytes" if text else "none is kept"
        what = f"cannot read the source of `{code.co_name}` in {code.co_filename}: {why}"
        help = "write it in a file, or hand over its text: gradgen.generate(text)"
        raise problem("GG115", what, help)
    return read_now(code.co_filename, text, code.co_flags & FUTURE)


@lru_cache(maxsize=32)
def read_now(filename: str, text: str, flags: int) -> File:
    """A text, parsed and compiled, not run.  Raises GG003, or GG115 if it is not Python now."""
    source = SourceText(text.replace("\r\n", "\n"), filename)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source.tree  # first: it refuses what is too deep for the compiler
            modules = [compile(text, filename, "exec", flags, dont_inherit=True)]
            if not os.path.isfile(
                filename
            ):  # IPython compiles a cell's statements one by one, which gives other bytecode
                modules += [
                    compile(ast.Module([s], []), filename, "exec", flags, dont_inherit=True)
                    for s in ast.parse(text).body
                ]
    except (SyntaxError, ValueError, RecursionError, UsageError) as error:
        if isinstance(error, UsageError) and error.diagnostics[0].code != "GG002":
            raise
        what = f"{filename} is not valid Python any more"
        raise problem("GG115", what, "save it as it was when it was imported") from None
    codes: dict[tuple[str, int], list[types.CodeType]] = {}
    for c in (c for module in modules for c in inner_codes(module)):
        codes.setdefault((c.co_name, c.co_firstlineno), []).append(c)
    nodes = {(n.name, first_line(n)): (n, outer) for n, outer in definitions(source.tree)}
    return File(source, codes, nodes)


def inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Every code object inside a code object."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from inner_codes(constant)


def definition(
    function: types.FunctionType, file: File
) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[ast.AST]]:
    """A function's definition and the scopes around it, outermost first.  Raises GG115."""
    code = function.__code__
    key = code.co_name, code.co_firstlineno
    if not any(same_code(c, code) for c in file.codes.get(key, ())):
        what = f"`{code.co_name}` is not what line {code.co_firstlineno} of {code.co_filename} says"
        why = "the file was edited since, or the function made in another way: import it again"
        if "@pytest_ar" in function.__globals__:  # the name that its rewritten asserts go by
            why = "pytest rewrites the asserts of test files: give the function a file of its own"
        raise problem("GG115", what, why)
    node, outer = file.definitions[key]
    if not same_defaults(function, node):
        what = f"the defaults of `{node.name}` are not those of its file"
        raise problem("GG115", what, "leave __defaults__ alone", file.source.place(node))
    return node, outer


def definitions(tree: ast.Module) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Every function definition of a tree, with the scopes around it, outermost first."""
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
    """The line that a statement begins on, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


# -- the comparison ----------------------------------------------------------------------------


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects do the same: bytecode, names and constants, nested ones included."""
    same = all(getattr(a, f) == getattr(b, f) for f in CODE_FIELDS)
    return same and same_constant(a.co_consts, b.co_consts)


def same_constant(a: object, b: object) -> bool:
    """Whether two constants are alike, to the type and the sign of zero.

    >>> same_constant((1, 0.0), (1, 0.0)), same_constant(1, 1.0), same_constant(0.0, -0.0)
    (True, False, False)
    """
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return same_code(a, b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return type(a) is type(b) and repr(a) == repr(b)


def same_defaults(function: types.FunctionType, node: ast.FunctionDef) -> bool:
    """Whether the literal defaults in the text are the object's (others the frontend refuses)."""
    args, positional, named = node.args, function.__defaults__ or (), function.__kwdefaults__ or {}
    written = {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d}
    if len(args.defaults) != len(positional) or written.keys() != named.keys():
        return False
    pairs = [*zip(args.defaults, positional, strict=True), *((d, named[n]) for n, d in written.items())]
    return all(same_default(text, value) for text, value in pairs)


def same_default(text: ast.expr, value: object) -> bool:
    try:
        return same_constant(ast.literal_eval(text), value)
    except (ValueError, TypeError):
        return True
