"""What goes into generated code and what comes out: kinds of arguments, gradients in the structure of their input.

Arguments go in as they are, so that the value is the original's to the last bit; only NumPy's integers become Python's,
for a gradient must not wrap around.  Gradients come out as floats.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable

from gradgen.errors import Diagnostic, Place, refusal
from gradgen.ir.nodes import Param

PLAIN = frozenset({int, float})  # what needs no second look
FLOAT = frozenset({float})
ARRAY_SIGNS = ("__array__", "__array_interface__", "__dlpack__")
MISSING = object()

Fail = Callable[[str, str, str], Exception]  # (code, message, help) -> the error to raise


def is_real(value: object) -> bool:
    """A real number of Python's or NumPy's.

    >>> is_real(3), is_real(True), is_real(1j), is_real("3")
    (True, False, False, False)
    """
    if isinstance(value, bool):
        return False
    return (
        isinstance(value, (int, float))
        or isinstance(value, numbers.Real)
        and type(value).__module__ == "numpy"
    )


def is_array(value: object) -> bool:
    """Whether a value is an array, of whatever library (NumPy's numbers are none)."""
    return (
        any(hasattr(value, sign) for sign in ARRAY_SIGNS)
        and not isinstance(value, numbers.Number)
        and getattr(value, "shape", None) is not None
        and type(value).__name__ not in ("bool_", "bool")
    )


def kind(value: object) -> str:
    """What a value that is not a number is, in words.

    >>> kind(None), kind(True), kind([1])
    ('None', 'a truth value', 'a list')
    """
    if value is None:
        return "None"
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return "a truth value"
    name = {"str": "a string", "complex": "a complex number"}.get(type(value).__name__)
    return name or f"a{'n' if type(value).__name__[0] in 'aeiou' else ''} {type(value).__name__}"


class Arguments:
    """The arguments of one function: what each parameter takes, and the gradient by it."""

    def __init__(
        self, params: tuple[Param, ...], wrt: tuple[str, ...], place: Callable[[str], Place]
    ):
        self.params, self.wrt, self.place = params, wrt, place
        names = [p.name for p in params]
        self.positions = tuple(names.index(n) for n in wrt)
        self.plain = PLAIN if not any(p.slots for p in params) else frozenset()

    # in ----------------------------------------------------------------------------------------------------------------

    def admitted(self, values: tuple, own: bool = False) -> tuple:
        """The arguments as the generated code takes them.  Raises GG107 or GG119.

        With ``own``, lists and dicts are copied: their owner may write into them before the backward pass runs.
        """
        return tuple(self.admit(p, v, own) for p, v in zip(self.params, values, strict=True))

    def admit(self, param: Param, value: object, own: bool):
        if type(value) in PLAIN and not param.slots:
            return value
        if param.slots:
            return self.container(param, value, own)
        if is_array(value):
            raise self.refused(
                "GG107",
                param.name,
                f"`{param.name}` is {kind(value)}: array code is not differentiated yet",
                "call it with numbers",
            )
        if is_real(value):
            return unwrapped(value)
        if param.name in self.wrt or not (param.opaque or isinstance(value, bool)):
            raise self.refused(
                "GG119",
                param.name,
                f"`{param.name}` is {kind(value)}, not a real number",
                "give it a number, or name the parameters to differentiate by: wrt=...",
            )
        return value

    def container(self, param: Param, value: object, own: bool):
        """A list, tuple or dict whose entries that are read are real numbers."""
        wraps = False
        for name, path in param.slots:
            entry = value
            for key in path:
                if entry is MISSING:
                    break
                if not isinstance(entry, (list, tuple, dict)):
                    raise self.no_container(param, entry, name)
                entry = entry_of(entry, key)
            if type(entry) not in PLAIN and entry is not MISSING:
                wraps |= isinstance(entry, numbers.Integral)
                if not is_real(entry) and (param.name in self.wrt or is_array(entry)):
                    raise self.refused(
                        "GG107" if is_array(entry) else "GG119",
                        param.name,
                        f"`{name}` is {kind(entry)}, not a real number",
                        "the entries that are read must be numbers",
                    )
        return taken(value) if own or wraps else value

    def no_container(self, param: Param, entry: object, name: str) -> Exception:
        if is_array(entry):
            return self.refused(
                "GG107",
                param.name,
                f"`{param.name}` is {kind(entry)}: array code is not differentiated yet",
                "give it a list: x.tolist()",
            )
        return self.refused(
            "GG119",
            param.name,
            f"`{param.name}` is {kind(entry)} where `{name}` is read",
            "give it a list, a tuple or a dict of numbers",
        )

    def refused(self, code: str, name: str, message: str, help: str) -> Exception:
        return refusal(Diagnostic(code, message, self.place(name), help=help))

    # out ---------------------------------------------------------------------------------------------------------------

    def gradients(self, grads: object, values: tuple | None):
        """The gradients as floats, each in the structure of its argument.  Raises GG201 for complex ones."""
        bare = len(self.wrt) == 1
        found = (grads,) if bare else grads
        like = found if values is None else tuple(values[i] for i in self.positions)
        made = tuple(shaped(g, v) for g, v in zip(found, like, strict=True))
        return made[0] if bare else made


def entry_of(container: list | tuple | dict, key: object) -> object:
    """An entry, or `MISSING`: then the generated code says what is wrong, in the original's own words."""
    try:
        return container[key]
    except (LookupError, TypeError):
        return MISSING


def taken(value: object):
    """A copy of nested lists, tuples and dicts, NumPy's integers as Python's."""
    if isinstance(value, dict):
        return {k: taken(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return same_sequence(value, [taken(v) for v in value])
    return unwrapped(value)


def unwrapped(value: object):
    """NumPy's integers as Python's, which never overflow; everything else as it is."""
    return (
        int(value)
        if type(value) not in PLAIN and is_real(value) and isinstance(value, numbers.Integral)
        else value
    )


def same_sequence(like: list | tuple, items: list):
    """The items as a list or tuple, a named tuple with its names."""
    if isinstance(like, list):
        return items
    return type(like)(*items) if hasattr(like, "_fields") else tuple(items)


def shaped(grad: object, like: object):
    """A gradient in the structure of its argument: 0.0 for numbers that were never read, None for what is no number."""
    if type(grad) is float and type(like) in PLAIN:
        return grad
    if (
        isinstance(like, (list, tuple, dict)) != isinstance(grad, (list, tuple, dict))
        and grad != 0.0
    ):
        raise refusal(
            Diagnostic(
                "GG901",
                f"the gradient {grad!r} has not the structure of its argument, {kind(like)}",
            )
        )
    if isinstance(like, dict):
        return {k: shaped(gradient_of(grad, k), v) for k, v in like.items()}
    if isinstance(like, (list, tuple)):
        return same_sequence(like, [shaped(gradient_of(grad, i), v) for i, v in enumerate(like)])
    if not is_real(like):
        return None
    return as_float(grad, like)


def gradient_of(grad: object, key: object) -> object:
    """The emitted gradient of one entry; 0.0 where the emitted structure ends (a container that is never read has 0.0 too)."""
    if isinstance(grad, dict):
        return grad.get(key, 0.0)
    if isinstance(grad, (list, tuple)) and isinstance(key, int) and 0 <= key < len(grad):
        return grad[key]
    return 0.0


def as_float(grad: object, like: object):
    """A gradient as a float, of NumPy's type where its argument is one.  Raises GG201 for a complex one."""
    if isinstance(grad, complex):
        raise refusal(
            Diagnostic(
                "GG201",
                f"the gradient is the complex number {grad}",
                help="a power of a negative number is complex: take abs(x) ** p, or math.pow",
            )
        )
    to = (
        type(like)
        if type(like) not in PLAIN
        and type(like).__module__ == "numpy"
        and not isinstance(like, numbers.Integral)
        else float
    )
    try:
        return to(grad)
    except OverflowError:  # an integer beyond all floats
        return to("-inf" if grad < 0 else "inf")


def real_result(value: object, name: str):
    """The value that a function gave, if it is a real number.  Raises GG107, GG201 or GG202."""
    if is_real(value):
        return value
    if isinstance(value, numbers.Complex) and not isinstance(value, bool):
        raise refusal(
            Diagnostic(
                "GG201",
                f"`{name}` gave the complex number {value}",
                help="a power of a negative number is complex: take abs(x) ** p, or math.pow",
            )
        )
    raise refusal(
        Diagnostic(
            "GG107" if is_array(value) else "GG202",
            f"`{name}` gave {kind(value)}, not a real number",
            help="call it with numbers",
        )
    )
