"""The three ways in which interpreting can end early."""

from __future__ import annotations


class Refused(Exception):
    """The text steps outside the subset at ``line``; nothing of that step was done."""

    def __init__(self, line: int, why: str):
        super().__init__(line, why)
        self.line, self.why = line, why

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


class OutOfFuel(Exception):
    """A bound was reached: too many steps, too large a value, too deep a recursion."""


class Raised(Exception):
    """The interpreted program itself raised ``exception``, at ``line``."""

    def __init__(self, exception: BaseException, line: int = 0):
        super().__init__(exception, line)
        self.exception, self.line = exception, line

    def __str__(self) -> str:
        return f"line {self.line}: {type(self.exception).__name__}: {self.exception}"
