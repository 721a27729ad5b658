"""Reading source files: regular files of bounded size in a known encoding, and nothing else."""

from __future__ import annotations

import codecs
import io
import os
import stat
import tokenize
from typing import BinaryIO

from gradgen.errors import Diagnostic, UsageError
from gradgen.source.text import SourceText, printable

MAX_BYTES = 2_000_000
KNOWN_ENCODINGS = ("utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "cp1252")


def read_file(path: str) -> SourceText:
    """Read a source file.  Raises `UsageError` GG001 unless it is a plain readable text file."""
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
    """Bytes to text by Python's own rules (byte-order mark, coding cookie), if the encoding is known."""
    data = bounded(io.BytesIO(data), filename)
    if b"\0" in data:
        raise _unreadable(filename, "it holds NUL bytes (UTF-16, or not text)")
    encoding = _encoding(data, filename)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        said = f"it is not {encoding}: {error.reason} at byte {error.start}"
        raise _unreadable(filename, said) from None
    return SourceText(text.replace("\r\n", "\n").replace("\r", "\n"), printable(filename))


def _encoding(data: bytes, filename: str) -> str:
    """The encoding that Python would read the text in, by its one name."""
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except SyntaxError as error:
        raise _unreadable(filename, str(error)) from None
    if encoding not in KNOWN_ENCODINGS:
        raise _unreadable(filename, f"its encoding {encoding!r} is not one that gradgen reads")
    return encoding


def _unreadable(name: str, why: str) -> UsageError:
    return UsageError(Diagnostic("GG001", f"cannot read {printable(name)}: {printable(why)}"))
