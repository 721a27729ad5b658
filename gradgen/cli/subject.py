"""What ``draw``, ``trace`` and ``explain`` are about: one function of a file, staged and reversed, and a point."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gradgen.cli import options, point
from gradgen.cli.options import wrong
from gradgen.cli.request import STDIN, Request, read_source, request_of
from gradgen.errors import Diagnostic, refusal
from gradgen.source import SourceText

SHARED = ("file", "--stdin-filename", "-f", "--wrt", "--stages", "--has-aux", "--outputs", "--shape", "--at", "--force")


def parser(verb: str, description: str, epilog: str = "") -> options.Parser:
    """The options that these verbs share; each adds its own."""
    made = options.Parser(
        prog=f"gradgen {verb}", description=description, epilog=epilog, allow_abbrev=False, argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    for names, details in options.OPTIONS:
        if names[0] in SHARED:
            made.add_argument(*names, **details)
    return made


def asked(made: options.Parser, arguments: Sequence[str], own: Sequence[str]) -> tuple[Request, dict[str, object]]:
    """The request, and the verb's own options that were given."""
    given = vars(made.read(arguments))
    mine = {name: given.pop(name) for name in own if name in given}
    return request_of(given), mine


def subject(request: Request):
    """The result for the function that is asked about: read, staged and reversed.  Raises GG004 where it is one of several."""
    from gradgen.cli.generate import pipeline_options
    from gradgen.frontend.rows import register_rows
    from gradgen.frontend.scope import module_scope
    from gradgen.pipeline import called_helpers, check_shapes, chosen_functions, start

    source = read_source(request)
    chosen = pipeline_options(request, source)
    scope = module_scope(source.tree)
    register_rows(source, scope)
    nodes = chosen_functions(source, scope, chosen)
    if not chosen.functions:
        nodes = {n: node for n, node in nodes.items() if n not in called_helpers(scope) and node.args.args}
    if not nodes:
        raise refusal(Diagnostic("GG203", f"no function of {source.filename} has a numeric parameter"))
    if len(nodes) > 1:
        raise wrong(f"which function? -f names one of {', '.join(nodes)}", f"-f {next(iter(nodes))}")
    check_shapes(chosen, list(nodes.values()))
    ((name, node),) = nodes.items()
    return start(source, name, node, scope, chosen), source


def values_at(request: Request, result, source: SourceText) -> dict[str, object] | None:
    """The arguments that ``--at`` gives, as the function takes them; None where it is not given."""
    if "at" not in request.settings:
        return None
    at = point.fit(point.read(str(request.settings["at"])), result.name, source)
    for name, spec in result.claim("split").inputs:
        point.refuse_lists(at[name], spec, name)
    return point.taken(result, at) if result.function.arrays else at


def name_of(request: Request) -> str:
    """What the input is called in what is made of it."""
    return request.stdin_filename if request.file == STDIN else request.name


def point_of(result, at: dict[str, object] | None, even: bool = True):
    """The result, the point and the run there; a point is drawn where none is given."""
    from gradgen.picture.point import ran, tried
    from gradgen.picture.trace import first_bad

    if at is None:
        if (found := tried(result, even)) is None:
            raise wrong(
                "no point was found where everything runs and is finite",
                "give one: --at; or say which shapes fit: --shape",
            )
        return result, *found
    result, made = ran(result, at, even)
    if made.failure:
        raise wrong(f"--at: {first_bad(made, result)}", f"gradgen trace {result.source.filename} shows the whole run")
    return result, at, made
