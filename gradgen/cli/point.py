"""``--at``: the value and the gradients at one point, computed by gradgen's own interpreter; no file is ever executed."""

from __future__ import annotations

from collections.abc import Mapping

from gradgen import config
from gradgen.cli.options import wrong
from gradgen.source import SourceText, functions, literals, parameters

ONE = "-f picks one function of several"


def read(text: str) -> dict[str, object]:
    """The literals of ``--at "x=3, y=-4"``."""
    try:
        return literals(text)
    except ValueError as error:
        raise wrong(f"--at: {error}", 'for example --at "x=3, y=-4"') from None


def fit(point: Mapping[str, object], name: str, source: SourceText) -> dict[str, object]:
    """The point in the order of a function's parameters.  Each must be given, and no other."""
    wanted = parameters(functions(source.tree)[name])
    for given in point:
        if given not in wanted:
            raise wrong(
                f"--at: `{name}` has no parameter `{given}`{config.meant(given, wanted)}", ONE
            )
    if missing := [w for w in wanted if w not in point]:
        raise wrong(
            f"--at: `{name}` needs a value for {', '.join(f'`{m}`' for m in missing)} too", ONE
        )
    return {w: point[w] for w in wanted}


def evaluate(result, point: Mapping[str, object], source: SourceText) -> dict[str, object]:
    """The value and the gradients of a generated function at a point, or how it fails there."""
    from gradgen.interpret import OutOfFuel, Raised, Refused

    at = fit(point, result.name, source)
    named = {arg.arg for arg in functions(source.tree)[result.name].args.kwonlyargs}
    by_place = [value for name, value in at.items() if name not in named]
    by_name = {name: value for name, value in at.items() if name in named}
    try:
        value, gradients = _run(result, by_place, by_name)
    except Raised as raised:
        return {"at": at, "failed": f"raises {type(raised.exception).__name__}: {raised.exception}"}
    except (Refused, OutOfFuel) as error:
        return {"at": at, "failed": f"cannot be evaluated: {error}"}
    return {"at": at, "value": value, "gradients": dict(zip(result.wrt, gradients))}


def _run(result, by_place: list, by_name: dict) -> tuple[object, tuple]:
    """The value and, by parameter, the gradients; of several outputs, a tuple of gradients, one per output."""
    from gradgen.interpret import FLOAT, Machine

    claim = result.claim("joint")
    bare = len(claim.wrt) == 1
    if claim.outputs == 1:
        machine = Machine(result.draft("joint"), FLOAT)
        value, gradients = machine.call(claim.entries[0], *by_place, **by_name)
        return value[0] if claim.has_aux else value, (gradients,) if bare else gradients
    machine = Machine(result.draft("split"), FLOAT)
    forward, backward = result.claim("split").entries
    value, cache, *_ = machine.call(forward, *by_place, **by_name)
    units = [tuple(float(i == j) for j in range(claim.outputs)) for i in range(claim.outputs)]
    rows = [machine.call(backward, unit, cache) for unit in units]
    return value[0] if claim.has_aux else value, (tuple(rows),) if bare else tuple(zip(*rows))
