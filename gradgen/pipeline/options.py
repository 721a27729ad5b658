"""What the user may choose, and the shapes that they state."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gradgen.errors import Diagnostic, refusal, did_you_mean
from gradgen.frontend.stated import dims_of


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may choose.  ``style`` None is ``joint`` where the result is one number, else ``split``.

    ``arrays`` says that the arguments are arrays, whatever the text hints at; None: as the text hints.  ``ranks`` are how
    many axes parameters, and entries of them, have whose sizes are not stated.
    """

    functions: tuple[str, ...] = ()
    wrt: tuple[str | int, ...] | None = None
    style: str | None = None
    stages: str = "few"
    verify: bool = True
    has_aux: bool | None = None
    outputs: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    arrays: bool | None = None
    ranks: tuple[tuple[str, int], ...] = ()


def as_tuple(wrt: str | int | Sequence[str | int] | None) -> tuple[str | int, ...] | None:
    """``wrt`` in its several spellings as a tuple, None for the default."""
    if wrt is None:
        return None
    return (wrt,) if isinstance(wrt, (str, int)) else tuple(wrt)


def slot_name(text: str) -> str | None:
    """A parameter, or an entry of one, as the shape options name it: ``params[W1]`` is ``params["W1"]``; None for neither."""
    entry = re.fullmatch(r"(\w+)\s*\[\s*['\"]?(\w+)['\"]?\s*\]", text)
    if entry is None:
        return text if text.isidentifier() else None
    return f"{entry[1]}[{entry[2]}]" if entry[2].isdigit() else f'{entry[1]}["{entry[2]}"]'


def read_shapes(options: Options) -> dict[str, tuple[str, ...]]:
    """The shapes that the options state, by parameter.  Raises GG004 for one that cannot be read, or is stated twice."""
    found: dict[str, tuple[str, ...]] = {}
    for text in options.shapes:
        name, colon, dims = (part.strip() for part in text.partition(":"))
        read = dims_of(dims) if colon else None
        name = slot_name(name)
        if read is None or name is None:
            raise refusal(
                Diagnostic(
                    "GG004", f"shape: cannot read {text!r}", help='write one parameter and its sizes, like "x: N D"'
                )
            )
        if found.setdefault(name, read) != read:
            raise refusal(
                Diagnostic(
                    "GG004", f"shape: `{name}` has two shapes, ({', '.join(found[name])}) and ({', '.join(read)})"
                )
            )
    return found


def check_shapes(options: Options, nodes: Sequence[ast.FunctionDef]) -> None:
    """Raise GG004 for a stated shape of something that is a parameter of none of these functions."""
    known = list(dict.fromkeys(name.rpartition(".")[2] for node in nodes for name in source_parameters(node)))
    for name in read_shapes(options):
        if name.partition("[")[0] not in known:
            where = f"`{nodes[0].name}` has" if len(nodes) == 1 else "no function here has"
            help = did_you_mean(name, known) or f"there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"
            raise refusal(
                Diagnostic("GG004", f"shape: {where} {'no' if len(nodes) == 1 else 'a'} parameter `{name}`", help=help)
            )


def source_parameters(node: ast.FunctionDef) -> list[str]:
    """The names of a function's parameters, in order."""
    args = node.args
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
