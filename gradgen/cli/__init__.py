"""The command line: `main` runs it and turns whatever happens into a message and an exit code.

`options` reads the arguments, `generate`, `grade`, `draw`, `explain`, `trace` and `reference` are the verbs (`subject` reads the
one function that is drawn, explained or traced), `formats` lays out what they found,
`point` evaluates at ``--at``, `terminal` knows about colour and progress.
Nothing here imports sympy, black, numpy or jinja2 before there is work for them.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module

from gradgen.cli import formats, options
from gradgen.cli.terminal import OutputLost, Terminal
from gradgen.errors import Diagnostic, GradgenError, refusal

MODULES = ("draw", "explain", "trace")  # verbs with a module of their own
INTERRUPTED = 130  # as shells say it: 128 + the signal's number
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run gradgen with these arguments (the process's own by default) and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        code = _guarded(arguments, terminal)
        terminal.flush()
        return code
    except KeyboardInterrupt:
        terminal.say("interrupted")
        return INTERRUPTED
    except OutputLost as lost:
        _abandon_output()
        return _unheard(lost.args[0], terminal)


def _unheard(error: Exception, terminal: Terminal) -> int:
    """Standard output failed: silence when its reader left (``| head``), else a message (a full disk)."""
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    why = getattr(error, "strerror", None) or "it is closed"
    terminal.complain(Diagnostic("GG005", f"cannot write standard output: {why}"))
    return 2


def _guarded(arguments: list[str], terminal: Terminal) -> int:
    """Run the verb; a refusal becomes its message, an accident an internal error."""
    terminal.format = options.format_asked(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the user's escapes is not our output
            return _verb(arguments)(arguments, terminal)
    except SystemExit as left:  # argparse's own --help and --version
        return int(left.code or 0)
    except GradgenError as error:
        formats.failure(error, terminal)
        return error.exit_code
    except OutputLost:
        raise
    except Exception as error:
        if os.environ.get("GRADGEN_DEBUG"):
            raise
        formats.failure(refusal(_accident(error)), terminal)
        return 3


def _verb(arguments: list[str]) -> Callable[[list[str], Terminal], int]:
    """The function that runs these arguments; verbs are imported when they are used."""
    verb = options.verb(arguments)
    if verb == options.DEFAULT:
        from gradgen.cli import generate

        return generate.run
    if verb == "grade":
        from gradgen.cli import grade

        return grade.run
    if verb in MODULES:
        module = import_module(f"gradgen.cli.{verb}")
        return lambda arguments, terminal: module.run(arguments[1:], terminal)
    from gradgen.cli import reference

    return reference.run


def _accident(error: Exception) -> Diagnostic:
    """The message for an exception that nobody foresaw."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Diagnostic(
        "GG901",
        f"gradgen itself failed ({said.splitlines()[0][:200]})",
        help="please report this with the file that shows it; GRADGEN_DEBUG=1 prints the traceback",
    )


def _abandon_output() -> None:
    """Let the interpreter's own flush at exit go nowhere instead of complaining again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        pass
