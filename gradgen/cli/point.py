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
    if name not in functions(source.tree):
        raise wrong(f"--at: `{name}` is a class; a point is one of a function", ONE)
    wanted = parameters(functions(source.tree)[name])
    for given in point:
        if given not in wanted:
            raise wrong(f"--at: `{name}` has no parameter `{given}`{config.meant(given, wanted)}", ONE)
    if missing := [w for w in wanted if w not in point]:
        raise wrong(f"--at: `{name}` needs a value for {', '.join(f'`{m}`' for m in missing)} too", ONE)
    return {w: point[w] for w in wanted}


def evaluate(result, point: Mapping[str, object], source: SourceText) -> dict[str, object]:
    """The value and the gradients of a generated function at a point, or how it fails there.

    Of array code the gradients are those of the sum of the result (``of``), and arrays are nested lists.
    """
    from gradgen.interpret import OutOfFuel, Raised, Refused

    at = fit(point, result.name, source)
    for name, spec in result.claim("split").inputs:
        refuse_lists(at[name], spec, name)
    arrays = result.function.arrays
    values = taken(result, at) if arrays else at
    named = {arg.arg for arg in functions(source.tree)[result.name].args.kwonlyargs}
    by_place = [value for name, value in values.items() if name not in named]
    by_name = {name: value for name, value in values.items() if name in named}
    try:
        value, gradients = (_run_arrays if arrays else _run)(result, by_place, by_name)
    except Raised as raised:
        said = f"{type(raised.exception).__name__}: {raised.exception}".removesuffix(": ")
        return {"at": at, "failed": f"raises {said}"}
    except (Refused, OutOfFuel) as error:
        return {"at": at, "failed": f"cannot be evaluated: {error}"}
    of = {"of": "sum"} if arrays and holds_list(value) else {}
    return {"at": at, "value": value, "gradients": dict(zip(result.wrt, gradients)), **of}


def refuse_lists(value: object, spec: object, name: str) -> None:
    """Raise GG004 for a list where a number is read; ``spec`` is the parameter's kind, see `checks.claim`."""
    if spec == "number" and isinstance(value, (list, tuple, dict)):
        help = f'--shape "{name}: N" makes it an array' if name.isidentifier() else ""
        raise wrong(f"--at: `{name}` is a number, not {value!r}", help)
    if isinstance(spec, tuple) and spec[0] == "list" and isinstance(value, (list, tuple)):
        for i, (entry, inner) in enumerate(zip(value, spec[1])):
            refuse_lists(entry, inner, f"{name}[{i}]")
    if isinstance(spec, tuple) and spec[0] == "dict" and isinstance(value, dict):
        for key, inner in spec[1]:
            refuse_lists(value.get(key), inner, f"{name}[{key!r}]")


def holds_list(value: object) -> bool:
    """Whether a result is an array, or several results with one among them."""
    return isinstance(value, list) or isinstance(value, tuple) and any(map(holds_list, value))


def taken(result, at: Mapping[str, object]) -> dict[str, object]:
    """A point as the arguments of array code.  Raises GG004 for what a parameter cannot take."""
    from gradgen.api import points

    specs = dict(result.claim("split").inputs)
    try:
        values = {name: points.argument(value, specs[name], name) for name, value in at.items()}
        stated = {p.name: p.dims for p in result.function.params if p.dims is not None}
        points.fit_stated(values, stated)
    except points.Unfit as error:
        raise wrong(f"--at: {error}") from None
    return values


def _run_arrays(result, by_place: list, by_name: dict) -> tuple[object, tuple]:
    """As `_run`, for array code: of one output that is an array the gradients are those of its sum."""
    from gradgen.api.points import ones, written
    from gradgen.interpret import FLOAT, Machine

    claim = result.claim("split")
    machine = Machine(result.draft("split"), FLOAT, arrays=True)
    forward, backward = claim.entries
    *outer, cache = machine.call(forward, *by_place, **by_name)
    value = outer[0] if len(outer) == 1 else tuple(outer)  # outputs beside the author's cache
    value = value[0] if claim.has_aux and not claim.adopted else value
    outputs = value if claim.outputs > 1 else (value,)
    count = range(claim.outputs)
    units = [tuple(ones(o, i == j) for j, o in enumerate(outputs)) for i in count]
    rows = [machine.call(backward, u if claim.outputs > 1 else u[0], cache) for u in units]
    bare = len(claim.wrt) == 1
    if claim.outputs == 1:
        return written(value), tuple(map(written, (rows[0],) if bare else rows[0]))
    return written(value), tuple(map(written, (tuple(rows),) if bare else zip(*rows)))


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
