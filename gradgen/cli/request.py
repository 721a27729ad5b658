"""What one run of ``gradgen FILE`` is asked for: arguments and configuration, checked, and the source text."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradgen import config, output
from gradgen.cli import options
from gradgen.cli.options import wrong
from gradgen.errors import Diagnostic, UsageError
from gradgen.source import SourceText, bounded, decode, read_file

STDIN = "-"
DECIDE_THE_TEXT = ("function", "wrt", "outputs", "has-aux", "shape", "style", "stages", "verify")
REPEATED = {"function": "-f", "shape": "--shape"}  # one word for each of several


@dataclass(frozen=True, slots=True)
class Request:
    """The file, the settings (command line over configuration), and what to do with the text.

    ``stated`` are the words of the command line that decide the text; the header repeats them.
    """

    file: str
    settings: Mapping[str, object]
    stated: tuple[str, ...] = ()
    out: str | None = None
    stdin_filename: str = "<stdin>"
    force: bool = False
    check: bool = False
    diff: bool = False
    show: str | None = None

    @property
    def format(self) -> str:
        """How messages are laid out."""
        return str(self.settings.get("format", "text"))

    @property
    def name(self) -> str:
        """What messages and the header call the input."""
        return self.stdin_filename if self.file == STDIN else self.file

    @property
    def inputs(self) -> tuple[str | int, ...]:
        """The files that must not be overwritten: the source, however it came."""
        return (self.stdin_filename, 0) if self.file == STDIN else (self.file,)


def asked(arguments: Sequence[str]) -> Request:
    """The request that the arguments and the configuration make.  Raises a `GradgenError` where they are wrong."""
    return request_of(vars(options.generate_parser().read(arguments)))


def request_of(given: dict[str, object]) -> Request:
    """The request that options, as argparse read them, make together with the configuration."""
    if given.get("file") is None:
        raise wrong("no file is given", "for example: gradgen staged.py")
    own = {name: given.pop(name) for name in Request.__dataclass_fields__ if name in given}
    out = given.pop("output", None)
    stated = {key: _checked(key, value) for key, value in _by_key(given).items()}
    located = own.get("stdin_filename", "") if own["file"] == STDIN else own["file"]
    configured = config.load(Path(os.path.dirname(located) or "."))
    request = Request(
        settings=config.merged(configured, stated), stated=restated(stated), out=None if out == STDIN else out, **own
    )  # fmt: skip
    _refuse_contradictions(request)
    return request


def _by_key(given: Mapping[str, object]) -> dict[str, object]:
    """argparse's names as the options' own."""
    return {name.replace("_", "-"): value for name, value in given.items()}


def _checked(key: str, value: object) -> object:
    """A command-line value, checked like one from the configuration."""
    try:
        return config.checked(key, value)
    except config.WrongValue as error:
        raise wrong(str(error).replace(f"`{key}`", f"`--{key}`")) from None


def _refuse_contradictions(request: Request) -> None:
    """Raise for options that cannot be obeyed, together or at all, before any work is done."""
    if (request.check or request.diff) and not request.out:
        raise wrong(
            "--check and --diff compare with a file: -o names it", "gradgen staged.py -o staged_grad.py --check"
        )
    if request.show and (request.out or request.check or request.diff):
        raise wrong("--show prints to standard output; it goes with neither -o, --check nor --diff")
    if request.out and not (request.check or request.diff):
        output.refuse_loss(request.out, request.inputs, request.force)


def restated(stated: Mapping[str, object]) -> tuple[str, ...]:
    """The given options that decide the text, as one would type them, always in the same order.

    >>> restated({"style": "split", "wrt": ("x", "y"), "verify": False, "format": "json"})
    ('--wrt', 'x,y', '--style', 'split', '--no-verify')
    """
    words: list[str] = []
    for key in DECIDE_THE_TEXT:
        match stated.get(key):
            case None:
                pass
            case bool(flag):
                words.append(f"--{key}" if flag else f"--no-{key}")
            case tuple(names) if key in REPEATED:
                words += [word for name in names for word in (REPEATED[key], name)]
            case tuple(names):
                words += [f"--{key}", ",".join(names)]
            case value:
                words += [f"--{key}", str(value)]
    return tuple(words)


def read_source(request: Request) -> SourceText:
    """The source text: a file, or standard input."""
    if request.file == STDIN:
        return _read_stdin(request.name)
    try:
        return read_file(request.file)
    except UsageError as error:
        close = config.meant(request.file, options.VERBS)
        if not close or os.path.lexists(request.file):
            raise
        said = error.diagnostics[0].message
        raise UsageError(Diagnostic("GG001", said, help=close.removeprefix("; "))) from None


def _read_stdin(name: str) -> SourceText:
    try:
        return decode(bounded(sys.stdin.buffer, name), name)
    except (AttributeError, OSError):  # closed, or a directory
        raise UsageError(Diagnostic("GG001", "cannot read standard input")) from None
