"""Source text: reading it safely, finding functions in it, and pointing at places in it.

Nothing here executes or imports what it reads.
"""

from __future__ import annotations

import ast
import codecs
import hashlib
import io
import os
import stat
import tokenize
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from gradgen.errors import Diagnostic, Place, UsageError

MAX_BYTES = 2_000_000
MAX_DEPTH = 400  # nesting of expressions and statements that the frontend accepts
MAX_CHAIN = 2_000  # depth of any syntax tree, a chain like a + b + c + ... included: below what every parser holds
KNOWN_ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "ascii",
    "iso8859-1",
    "iso8859-15",
    "cp1252",
)  # codecs' own names
INVISIBLE = ("Cc", "Cf", "Cs", "Co")  # control, bidirectional and zero-width, surrogate, private
TOO_DEEP = (
    "too many nested",
    "too many levels of indentation",
    "too complex",
    "too many statically nested",
)


@dataclass(frozen=True)
class SourceText:
    """A source text and the name that messages call it by."""

    text: str
    filename: str = "<string>"

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree.  Raises `UsageError` GG002 or GG003."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text, filename=self.filename)
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise self._too_deep() from None
        except ValueError as error:  # a NUL or a lone surrogate in the text
            raise UsageError(
                Diagnostic("GG002", f"{self.filename} is not Python: {error}")
            ) from None
        if deep := _deeper_than(tree, MAX_CHAIN):
            raise self._too_deep(self.place(deep))
        return tree

    def _too_deep(self, place: Place | None = None) -> UsageError:
        message = f"{self.filename} is nested or chained too deeply (more than {MAX_CHAIN:,} levels, or Python's own limit)"
        return UsageError(
            Diagnostic(
                "GG003", message, place, help="give parts of the expression names of their own"
            )
        )

    def _syntax_error(self, error: SyntaxError) -> UsageError:
        message = error.msg or "invalid syntax"
        if any(sign in message for sign in TOO_DEEP):
            return self._too_deep()
        line = min(max(error.lineno or 1, 1), len(self.lines))
        column = min(max(error.offset or 1, 1), len(self.lines[line - 1]) + 1)
        end = (
            error.end_offset
            if error.end_lineno == error.lineno and error.end_offset
            else column + 1
        )
        place = Place(
            self.filename, line, column, max(end, column + 1), shown(self.lines[line - 1])
        )
        return UsageError(
            Diagnostic(
                "GG002", f"not valid Python: {printable(message)}", place, help=_python_2(message)
            )
        )

    @cached_property
    def comments(self) -> dict[int, tuple[str, bool]]:
        """Line number -> (comment text without ``#``, whether it stands alone on its line)."""
        found = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    found[token.start[0]] = (printable(token.string.lstrip("#").strip()), alone)
        except (
            tokenize.TokenError,
            SyntaxError,
        ):  # the tree, not the comments, reports what is wrong
            pass
        return found

    def column(self, line: int, byte_offset: int) -> int:
        """The 1-based character column of ast's UTF-8 byte offset."""
        return len(self.lines[line - 1].encode()[:byte_offset].decode(errors="ignore")) + 1

    def place(self, node: ast.AST) -> Place:
        """Where a syntax node stands (its first line only)."""
        line = getattr(node, "lineno", 1)
        start = self.column(line, getattr(node, "col_offset", 0))
        if getattr(node, "end_lineno", None) == line:
            end = self.column(line, node.end_col_offset)
        else:
            end = len(self.lines[line - 1]) + 1
        if (
            isinstance(node, (ast.stmt, ast.ExceptHandler))
            and getattr(node, "end_lineno", line) != line
        ):
            end = min(end, start + len(self.lines[line - 1][start - 1 :].split("#")[0].rstrip()))
        return Place(self.filename, line, start, max(end, start + 1), shown(self.lines[line - 1]))

    def digest(self, names: Iterable[str]) -> str:
        """The hash of the lines that these functions, and all they use of this file, stand on (spacing at line ends aside)."""
        kept = (
            line.rstrip()
            for first, last in self._extents(names)
            for line in self.lines[first - 1 : last]
        )
        return hashlib.sha256("\n".join(filter(None, kept)).encode(errors="replace")).hexdigest()[
            :16
        ]

    def _extents(self, names: Iterable[str]) -> list[tuple[int, int]]:
        """The line ranges of the named definitions and of the definitions that they read, in file order."""
        defined = _definitions(self.tree)
        waiting, seen = list(names), set()
        while waiting:
            if (name := waiting.pop()) in defined and name not in seen:
                seen.add(name)
                waiting += [
                    n.id
                    for node in defined[name]
                    for n in ast.walk(node)
                    if isinstance(n, ast.Name)
                ]
        return sorted({_extent(node) for name in seen for node in defined[name]})


def _deeper_than(tree: ast.AST, limit: int) -> ast.AST | None:
    """The first located node deeper in the tree than the limit, if any; a level at a time, without recursion."""
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node for node in level if hasattr(node, "lineno")), level[0])


def _python_2(message: str) -> str:
    """The hint for a syntax error that Python 2 code gives under Python 3."""
    signs = (
        "Missing parentheses in call to",
        "multiple exception types must be parenthesized",
        "octal",
    )
    return (
        "this looks like Python 2; gradgen reads Python 3"
        if any(s in message for s in signs)
        else ""
    )


def _definitions(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """What each name at the top level of a module is bound by."""
    found: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Import() | ast.ImportFrom():
                names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                names = [
                    n.id
                    for n in ast.walk(node)
                    if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                ]
            case _:
                names = []
        for name in names:
            found.setdefault(name, []).append(node)
    return found


def _extent(node: ast.stmt) -> tuple[int, int]:
    """The lines that a definition stands on, its decorators included."""
    decorators = [d.lineno for d in getattr(node, "decorator_list", ())]
    return min([node.lineno, *decorators]), node.end_lineno or node.lineno


def same_program(one: str, other: str) -> bool:
    """Whether two texts have the same tree and the same comments, whatever their layout.

    >>> same_program("x = (1 +\\n  2)  # three", "x = 1 + 2  # three"), same_program("x = 1", "x = 2")
    (True, False)
    """
    try:
        a, b = SourceText(one), SourceText(other)
        return list(a.comments.values()) == list(b.comments.values()) and _same_tree(a.tree, b.tree)
    except UsageError:
        return one == other


def _same_tree(one: ast.AST, other: ast.AST) -> bool:
    """Whether two syntax trees are equal, places aside; without recursion."""
    pairs: list[tuple[object, object]] = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST):
            pairs += [(getattr(a, field, None), getattr(b, field, None)) for field in a._fields]
        elif isinstance(a, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b)
        elif repr(a) != repr(b):  # repr: 0.0 is not -0.0, and nan is nan
            return False
    return True


def literals(text: str) -> dict[str, object]:
    """The values of ``"x=3, w=[1, -2]"`` by name.  Raises `ValueError`, with what is wrong, for anything else.

    >>> literals("x=3, w=[1, -2.5]")
    {'x': 3, 'w': [1, -2.5]}
    """
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise ValueError("it is not of the form x=3, y=-4") from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
        raise ValueError("it is not of the form x=3, y=-4")
    values: dict[str, object] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise ValueError("it is not of the form x=3, y=-4")
        if keyword.arg in values:
            raise ValueError(f"`{keyword.arg}` is given twice")
        values[keyword.arg] = _literal(keyword.value, keyword.arg)
    return values


def _literal(node: ast.expr, name: str) -> object:
    """The number, or nested list, tuple or dict of numbers, that an expression spells."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"`{name}` must be a literal: a number, or lists of numbers") from None
    if any(
        isinstance(n, ast.Constant) and isinstance(n.value, complex | bytes) for n in ast.walk(node)
    ):
        raise ValueError(f"`{name}` must be a real number, or lists of real numbers")
    return value


def parameters(function: ast.FunctionDef) -> tuple[str, ...]:
    """The names of a function's parameters, in signature order (``*args`` and ``**kwargs`` aside)."""
    signature = function.args
    return tuple(a.arg for a in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs))


def printable(text: str) -> str:
    """The text with control, bidirectional and zero-width characters removed (tabs become spaces).

    >>> printable("a\\x1b[31mb\\u202ec")
    'a[31mbc'
    """
    return "".join(c for c in text.replace("\t", " ") if unicodedata.category(c) not in INVISIBLE)


def shown(line: str) -> str:
    """A source line for a message: as `printable`, but a character stays a character, so carets stay in place.

    >>> shown("a\\x1bb")
    'a\N{REPLACEMENT CHARACTER}b'
    """
    marks = (
        c if unicodedata.category(c) not in INVISIBLE else "\N{REPLACEMENT CHARACTER}"
        for c in line.replace("\t", " ")
    )
    return "".join(marks)


def _unreadable(name: str, why: str) -> UsageError:
    return UsageError(Diagnostic("GG001", f"cannot read {printable(name)}: {printable(why)}"))


def read_file(path: str) -> SourceText:
    """Read a source file.  Raises `UsageError` GG001 for anything that is not a plain readable text file."""
    return decode(read_bytes(path), path)


def read_bytes(path: str) -> bytes:
    """The content of a regular file of bounded size.  Never blocks on a pipe or a device."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise _unreadable(path, "it is a directory")
        if not stat.S_ISREG(mode):
            raise _unreadable(path, "it is not a regular file")
        with open(path, "rb") as file:
            return bounded(file, path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from None


def bounded(file: BinaryIO, name: str) -> bytes:
    """All of a stream, if it is no larger than `MAX_BYTES`."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _unreadable(name, f"it is larger than {MAX_BYTES:,} bytes")
    return data


def decode(data: bytes, filename: str) -> SourceText:
    """Bytes to text by Python's own rules (byte-order mark, coding cookie), restricted to known encodings."""
    if len(data) > MAX_BYTES:
        raise _unreadable(filename, f"it is larger than {MAX_BYTES:,} bytes")
    if b"\0" in data:
        raise _unreadable(filename, "it holds NUL bytes (UTF-16, or not text)")
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except SyntaxError as error:
        raise _unreadable(filename, str(error)) from None
    if encoding not in KNOWN_ENCODINGS:
        raise _unreadable(filename, f"its encoding {encoding!r} is not one that gradgen reads")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(
            filename, f"it is not {encoding}: {error.reason} at byte {error.start}"
        ) from None
    return SourceText(text.replace("\r\n", "\n").replace("\r", "\n"), printable(filename))


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions at the top level of a module, by name; of two with one name, the last."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
