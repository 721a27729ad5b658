"""Source text: reading it safely, finding functions in it, and pointing at places in it.

Nothing here executes or imports what it reads.
"""

from __future__ import annotations

import ast
import io
import os
import stat
import tokenize
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cached_property

from gradgen.errors import Diagnostic, Place, UsageError

MAX_BYTES = 2_000_000
MAX_DEPTH = 400  # nesting of expressions and statements that the frontend accepts
KNOWN_ENCODINGS = ("utf-8", "utf-8-sig", "ascii", "us-ascii", "latin-1", "iso-8859-1", "iso-8859-15", "cp1252")


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
                return ast.parse(self.text, filename=self.filename)
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise UsageError(Diagnostic("GG003", f"{self.filename} is nested too deeply for Python's own parser")) from None
        except ValueError as error:  # a NUL in the text
            raise UsageError(Diagnostic("GG002", f"{self.filename} is not Python: {error}")) from None

    def _syntax_error(self, error: SyntaxError) -> UsageError:
        message = error.msg or "invalid syntax"
        if "too many nested" in message or "too complex" in message:
            return UsageError(Diagnostic("GG003", f"{self.filename} is nested too deeply for Python's own parser"))
        line = min(max(error.lineno or 1, 1), len(self.lines))
        column = max(error.offset or 1, 1)
        end = error.end_offset if error.end_lineno == error.lineno and error.end_offset else column + 1
        hint = ""
        if "print" in message and "parentheses" in message or "exec" in message:
            hint = "this looks like Python 2; gradgen reads Python 3"
        place = Place(self.filename, line, column, max(end, column + 1), printable(self.lines[line - 1]))
        return UsageError(Diagnostic("GG002", f"not valid Python: {message}", place, help=hint))

    @cached_property
    def comments(self) -> dict[int, tuple[str, bool]]:
        """Line number -> (comment text without ``#``, whether it stands alone on its line)."""
        found = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    found[token.start[0]] = (printable(token.string.lstrip("#").strip()), alone)
        except (tokenize.TokenError, IndentationError):
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
        if isinstance(node, (ast.stmt, ast.ExceptHandler)) and getattr(node, "end_lineno", line) != line:
            end = min(end, start + len(self.lines[line - 1][start - 1 :].split("#")[0].rstrip()))
        return Place(self.filename, line, start, max(end, start + 1), printable(self.lines[line - 1]))


def printable(text: str) -> str:
    """The text with control, bidirectional and zero-width characters removed (tabs become spaces).

    >>> printable("a\\x1b[31mb\\u202ec")
    'a[31mbc'
    """
    return "".join(c for c in text.replace("\t", " ") if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def read_file(path: str) -> SourceText:
    """Read a source file.  Raises `UsageError` GG001 for anything that is not a plain readable text file."""

    def fail(why: str) -> UsageError:
        return UsageError(Diagnostic("GG001", f"cannot read {printable(path)}: {why}"))

    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise fail("it is a directory")
        if not stat.S_ISREG(mode):
            raise fail("it is not a regular file")
        if os.path.getsize(path) > MAX_BYTES:
            raise fail(f"it is larger than {MAX_BYTES:,} bytes")
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise fail(getattr(error, "strerror", None) or str(error)) from None
    return decode(data, path)


def decode(data: bytes, filename: str) -> SourceText:
    """Bytes to text by Python's own rules (byte-order mark, coding cookie), restricted to known encodings."""

    def fail(why: str) -> UsageError:
        return UsageError(Diagnostic("GG001", f"cannot read {printable(filename)}: {why}"))

    if len(data) > MAX_BYTES:
        raise fail(f"it is larger than {MAX_BYTES:,} bytes")
    if b"\0" in data:
        raise fail("it holds NUL bytes (UTF-16, or not text)")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise fail(str(error)) from None
    if encoding.lower() not in KNOWN_ENCODINGS:
        raise fail(f"its encoding {encoding!r} is not one that gradgen reads")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise fail(f"it is not {encoding}: {error.reason} at byte {error.start}") from None
    return SourceText(text.replace("\r\n", "\n").replace("\r", "\n"), filename)


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The functions at the top level of a module, by name; of two with one name, the last."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
