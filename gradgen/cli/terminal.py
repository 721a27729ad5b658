"""Where the output goes: code to one stream, everything else to another; colour and progress on terminals only."""

from __future__ import annotations

import io
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from gradgen.errors import Diagnostic, GradgenError
from gradgen.source import printable

BOLD, RED, GREEN, YELLOW, BLUE, PLAIN = (f"\x1b[{n}m" for n in ("1", "1;31", "1;32", "1;33", "1;34", "0"))
COLOURS = (  # (what, in which colour), tried on each line
    (re.compile(r"^error\[GG\d+\](?=:)"), RED),
    (re.compile(r"\b(REFUTED|INCONCLUSIVE)\b"), RED),
    (re.compile(r"\b(PROVED|IDENTITY-TESTED)\b"), GREEN),
    (re.compile(r"\b(NUMERICALLY CHECKED|UNCHECKED)\b|^note(?=:)"), YELLOW),
    (re.compile(r"^ *--> |^ *\d* \|(?= |$)|^  = (?=help|note)"), BLUE),
    (re.compile(r"\^+(?= |$)"), RED),
)
SILENCE = 1.0  # seconds of work before progress is shown


class OutputLost(Exception):
    """Standard output took no more; the argument is the error that said so."""


class Terminal:
    """The two output streams of a run; ``format`` is how messages are laid out: text, concise or json."""

    format = "text"

    def __init__(self, out: TextIO | None, err: TextIO | None):
        self.out = out or _closed()  # Python has none where the shell closed it
        self.err = err or _closed()
        self.live = _is_terminal(self.err)
        self.colour = wants_colour(self.live)
        with suppress(AttributeError, ValueError, OSError):  # a stand-in stream
            self.out.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
            self.err.reconfigure(errors="backslashreplace")

    def print(self, text: str) -> None:
        """Write to standard output, as it is.  Raises `OutputLost`."""
        try:
            if text:
                self.out.write(text)
        except (OSError, ValueError) as error:
            raise OutputLost(error) from None

    def show(self, text: str) -> None:
        """Write a report for people to standard output, in colour on a terminal.  Raises `OutputLost`."""
        text = "\n".join(map(printable, text.split("\n")))
        self.print(paint(text) if wants_colour(_is_terminal(self.out)) else text)

    def flush(self) -> None:
        """Hand standard output over.  Raises `OutputLost`."""
        try:
            if not self.out.closed:
                self.out.flush()
        except (OSError, ValueError) as error:
            raise OutputLost(error) from None

    def say(self, text: str) -> None:
        """Write a line or several to standard error; nothing in them can steer the terminal."""
        text = "\n".join(map(printable, text.split("\n")))
        with suppress(OSError, ValueError):  # nobody listens
            self.err.write((paint(text) if self.colour else text) + "\n")
            self.err.flush()

    def complain(self, cause: Diagnostic | GradgenError) -> None:
        """Show a refusal."""
        self.say(str(cause))

    @contextmanager
    def progress(self, label: str) -> Iterator[None]:
        """Show on a terminal, after a second, that work goes on, and wipe it away at the end."""
        if not self.live:
            yield
            return
        done = threading.Event()
        thread = threading.Thread(target=self._tick, args=(label, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _tick(self, label: str, done: threading.Event) -> None:
        start = time.monotonic()
        shown = False
        while not done.wait(SILENCE):
            self.err.write(f"\r{label} ... {time.monotonic() - start:.0f} s\x1b[K")
            self.err.flush()
            shown = True
        if shown:
            self.err.write("\r\x1b[K")
            self.err.flush()


def _closed() -> TextIO:
    """A stream that takes nothing."""
    stream = io.StringIO()
    stream.close()
    return stream


def _is_terminal(stream: TextIO) -> bool:
    with suppress(AttributeError, ValueError):
        return stream.isatty()
    return False


def wants_colour(live: bool) -> bool:
    """``NO_COLOR`` forbids, ``FORCE_COLOR`` demands, else terminals that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return live and os.environ.get("TERM") != "dumb"


def paint(text: str) -> str:
    """The text with its codes, verdicts and carets coloured; source lines keep their own look."""
    return "\n".join(map(_paint_line, text.split("\n")))


def _paint_line(line: str) -> str:
    if re.match(r" *\d+ \| ", line):  # the user's own line
        gutter, bar, source = line.partition(" | ")
        return f"{BLUE}{gutter}{bar}{PLAIN}{source}"
    for pattern, colour in COLOURS:
        line = pattern.sub(lambda match: f"{colour}{match[0]}{PLAIN}" if match[0] else "", line)
    return line
