"""A source text: its tree, its comments, its places."""

from __future__ import annotations

import ast
import io
import tokenize
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cached_property

from gradgen.errors import Diagnostic, Place, UsageError

MAX_DEPTH = 400  # nesting of expressions and statements that the frontend accepts
MAX_CHAIN = 2_000  # depth of any tree, chains like a + b + c included: less than any parser holds
INVISIBLE = ("Cc", "Cf", "Cs", "Co")  # control, bidirectional and zero-width, surrogate, private
TOO_DEEP = ("too many nested", "too many levels", "too many statically nested", "too complex")
PYTHON_2 = ("Missing parentheses in call to", "multiple exception types must be", "octal")


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
            said = f"{self.filename} is not Python: {error}"
            raise UsageError(Diagnostic("GG002", said)) from None
        if deep := _deeper_than(tree, MAX_CHAIN):
            raise self._too_deep(self.place(deep))
        return tree

    def _too_deep(self, place: Place | None = None) -> UsageError:
        limit = f"more than {MAX_CHAIN:,} levels, or Python's own limit"
        message = f"{self.filename} is nested or chained too deeply ({limit})"
        help = "give parts of the expression names of their own"
        return UsageError(Diagnostic("GG003", message, place, help=help))

    def _syntax_error(self, error: SyntaxError) -> UsageError:
        message = error.msg or "invalid syntax"
        if any(sign in message for sign in TOO_DEEP):
            return self._too_deep()
        line = min(max(error.lineno or 1, 1), len(self.lines))
        text = self.lines[line - 1]
        column = min(max(error.offset or 1, 1), len(text) + 1)
        end = error.end_offset or 0 if error.end_lineno == error.lineno else 0
        place = Place(self.filename, line, column, max(end, column + 1), shown(text))
        old = any(sign in message for sign in PYTHON_2)
        help = "this looks like Python 2; gradgen reads Python 3" if old else ""
        return UsageError(Diagnostic("GG002", f"not valid Python: {printable(message)}", place, help=help))

    @cached_property
    def comments(self) -> dict[int, tuple[str, bool]]:
        """Line number -> (comment text without ``#``, whether it stands alone on its line)."""
        found = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    found[token.start[0]] = (printable(token.string.lstrip("#").strip()), alone)
        except (tokenize.TokenError, SyntaxError):
            pass  # the tree, not the comments, reports what is wrong
        return found

    def column(self, line: int, byte_offset: int) -> int:
        """The 1-based character column of ast's UTF-8 byte offset."""
        return len(self.lines[line - 1].encode()[:byte_offset].decode(errors="ignore")) + 1

    def place(self, node: ast.AST) -> Place:
        """Where a syntax node stands (its first line only)."""
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1]
        start = self.column(line, getattr(node, "col_offset", 0))
        end = len(text) + 1
        if getattr(node, "end_lineno", None) == line:
            end = self.column(line, node.end_col_offset)
        elif isinstance(node, (ast.stmt, ast.ExceptHandler)):
            end = min(end, start + len(text[start - 1 :].split("#")[0].rstrip()))
        return Place(self.filename, line, start, max(end, start + 1), shown(text))


def _deeper_than(tree: ast.AST, limit: int) -> ast.AST | None:
    """A node with a place deeper in the tree than the limit, if any; without recursion."""
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node for node in level if hasattr(node, "lineno")), level[0])


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions at the top level of a module, by name; of two with one name, the last."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def parameters(function: ast.FunctionDef) -> tuple[str, ...]:
    """The names of a function's parameters, in signature order (``*args``, ``**kwargs`` aside)."""
    signature = function.args
    return tuple(a.arg for a in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs))


def printable(text: str) -> str:
    """The text with control, bidirectional and zero-width characters removed (tabs become spaces).

    >>> printable("a\\x1b[31mb\\u202ec")
    'a[31mbc'
    """
    return "".join(c for c in text.replace("\t", " ") if unicodedata.category(c) not in INVISIBLE)


def shown(line: str) -> str:
    """A source line for a message: as `printable`, but nothing moves, so carets stay in place.

    >>> shown("a\\x1bb")
    'a\N{REPLACEMENT CHARACTER}b'
    """
    return "".join(printable(c) or "\N{REPLACEMENT CHARACTER}" for c in line)
