"""The arguments of the command line: argparse reads them, gradgen's own messages answer mistakes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from gradgen import config
from gradgen.errors import Diagnostic, UsageError
from gradgen.version import __version__

DEFAULT = "generate"
VERBS = ("grade", "draw", "explain", "trace", "rules", "doctor")
SHORT_HELP = """\
usage: gradgen FILE [options]      print the backward code of the functions in FILE
       gradgen grade FILE...       hold hand-written backward passes against the truth
       gradgen draw FILE           the circuit with its values and gradients, as SVG
       gradgen explain FILE|CODE   a page that explains a gradient step by step; what a message code means
       gradgen trace FILE --at ..  a run as a table; where a number stops being finite
       gradgen rules [NAME]        list what can be differentiated
       gradgen doctor              check the installation

for example: gradgen staged.py -o staged_grad.py
options:     gradgen --help
"""
EXITS = """\
exit codes: 0 fine; 1 a refuted gradient or a stale file; 2 usage, a file that cannot be read or written, a syntax
error; 3 something that gradgen does not differentiate. Options may stand in [tool.gradgen] of pyproject.toml."""


FLAG = {"action": "store_true"}
ON_OFF = {"action": argparse.BooleanOptionalAction}
OPTIONS: tuple[tuple[tuple[str, ...], dict], ...] = (  # names, what argparse should know of them
    (("file",), dict(metavar="FILE", nargs="?", help="a Python file, or - for standard input")),
    (("--stdin-filename",), dict(metavar="NAME", help="what messages call standard input")),
    (("-f", "--function"), dict(metavar="NAME", action="append", help="only this function (may be repeated)")),
    (("--wrt",), dict(metavar="x,y", help="what to differentiate by (default: all that can be)")),
    (("--style",), dict(metavar="NAME|PATH", help="joint, split, layer, or a template of your own")),
    (("--stages",), dict(metavar="few|all", help="how finely expressions are split into stages")),
    (("--has-aux",), dict(**ON_OFF, help="results after the first are not differentiated")),
    (("--outputs",), dict(metavar="NAMES", help="which results are differentiated")),
    (("--shape",), dict(metavar='"x: N D"', action="append", help="the shape of an array (may be repeated)")),
    (("--at",), dict(metavar='"x=3, y=-4"', help="also show the value and the gradients at this point")),
    (("-o", "--output"), dict(metavar="OUT", help="write to this file")),
    (("--force",), dict(**FLAG, help="overwrite OUT even if gradgen did not generate it")),
    (("--check",), dict(**FLAG, help="write nothing; exit 1 if OUT is missing or stale")),
    (("--diff",), dict(**FLAG, help="write nothing; show how OUT would change")),
    (("--show",), dict(metavar="PASS", help="print what this pass of the pipeline produced")),
    (("--verify",), dict(**ON_OFF, help="prove the gradient (default: yes)")),
    (("--format",), dict(metavar="text|concise|json", help="how messages are laid out")),
)


GRADED = """\
What is graded, by convention: X_backward against X_forward (also backward_X, X_backward_naive); a class with forward and
backward; a function that returns a loss and its gradients; a script with forward and backward lines (dnum = ...).
The files are read and interpreted within limits, never executed (--exec alone runs what cannot be interpreted).

exit codes: 0 all right; 1 a gradient is wrong, raises, is missing or misshapen; 2 usage, or a file that cannot be read;
3 nothing wrong, something unchecked."""
GRADE_OPTIONS: tuple[tuple[tuple[str, ...], dict], ...] = (
    (("files",), dict(metavar="STUDENT", nargs="*", help="Python files, or folders of them")),
    (("--against",), dict(metavar="REF", help="a file with the forward passes that STUDENT has not")),
    (("-f", "--function"), dict(metavar="NAME", action="append", help="only this function (may be repeated)")),
    (("--pair",), dict(metavar="FWD=BWD", action="append", help="grade BWD against FWD (may be repeated)")),
    (("--wrt",), dict(metavar="x,y", action="append", help="only the gradients by these inputs")),
    (("--shape",), dict(metavar='"x: N D"', action="append", help="the shape of an input (may be repeated)")),
    (("--at",), dict(metavar='"x=3, y=-4"', help="grade at this point")),
    (("--points",), dict(metavar="N", help="points for each gradient")),
    (("--timeout",), dict(metavar="S", help="seconds for each file; what is left then stays unchecked")),
    (
        ("--exec",),
        dict(**FLAG, dest="execute", help="run what cannot be interpreted, in a limited subprocess (no sandbox)"),
    ),
    (("--format",), dict(metavar="text|concise|json|junit", help="how the findings are laid out")),
)


class Parser(argparse.ArgumentParser):
    """argparse, with its complaints as gradgen's own messages."""

    def error(self, message: str) -> NoReturn:
        """Refuse, instead of printing and leaving."""
        raise wrong(message)

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The known arguments; an unknown one is refused with a suggestion."""
        found, rest = self.parse_known_args(arguments)
        for word in rest:
            name = word.partition("=")[0]
            if name.startswith("-") and name != "-":
                raise wrong(f"unknown option `{name}`{config.meant(name, self._option_string_actions)}")
        if rest:
            raise wrong(f"`{rest[0]}` is one argument too many", "one file at a time; -f names functions in it")
        return found


def wrong(message: str, help: str = "") -> UsageError:
    """The error for a wrong option."""
    return UsageError(Diagnostic("GG004", message, help=help))


def verb(arguments: Sequence[str]) -> str:
    """What is asked for: one of `VERBS`, else `DEFAULT`."""
    first = arguments[0] if arguments else ""
    return first if first in VERBS else DEFAULT


def format_asked(arguments: Sequence[str]) -> str:
    """The output format that the arguments ask for, as far as can be told when the rest of them is wrong."""
    for before, word in zip(["", *arguments], arguments):
        name, _, value = word.partition("=")
        if name == "--format" and value in config.KEYS["format"].choices:
            return value
        if before == "--format" and word in config.KEYS["format"].choices:
            return word
    return "text"


def generate_parser() -> Parser:
    """The options of ``gradgen FILE``.  Those not given are absent from the result, so that configuration shows through."""
    parser = Parser(
        prog="gradgen",
        usage="gradgen FILE [options]\n       gradgen draw FILE | explain FILE|CODE | trace FILE | rules [NAME] | doctor",
        description="Print the backward code of every differentiable function at the top level of FILE. "
        "The file is read, never executed.",
        epilog=EXITS,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for names, details in OPTIONS:
        parser.add_argument(*names, **details)
    parser.add_argument("--version", action="version", version=f"gradgen {__version__}")
    return parser


def grade_parser() -> Parser:
    """The options of ``gradgen grade``.  Those not given are absent from the result."""
    parser = Parser(
        prog="gradgen grade",
        usage="gradgen grade STUDENT... [options]",
        description="Hold hand-written backward passes against the true gradients of their forward passes, and point at the wrong line.",
        epilog=GRADED,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for names, details in GRADE_OPTIONS:
        parser.add_argument(*names, **details)
    return parser


def verb_parser(name: str) -> Parser:
    """The options of ``gradgen rules`` or ``doctor``."""
    described = {
        "rules": "List the functions and operators that gradgen differentiates.",
        "doctor": "Check the installation.",
    }
    parser = Parser(prog=f"gradgen {name}", description=described[name], allow_abbrev=False)
    if name == "rules":
        parser.add_argument("what", metavar="NAME", nargs="?", help="only rules whose name or form matches")
    return parser
