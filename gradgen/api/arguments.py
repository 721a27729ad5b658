"""What goes into generated code and what comes out: arguments by kind, gradients by shape.

Arguments go in as they are, so that the value is the original's to the last bit; only NumPy's
integers become Python's, for a gradient must not wrap around.  Gradients come out as floats.
Arrays are `gradgen.api.arrays`' matter.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable

from gradgen.errors import Place
from gradgen.ir.nodes import Param
from gradgen.api.lookup import MISSING, problem

PLAIN = frozenset({int, float})  # what needs no second look
FLOAT = frozenset({float})
CONTAINERS = (list, tuple, dict)
TRUTH = ("bool", "bool_")  # NumPy's own is called either
ARRAY = ("__array__", "__array_interface__", "__dlpack__")
REAL_POWER = "a power of a negative number is complex: take abs(x) ** p"


def is_real(value: object) -> bool:
    """A real number of Python's or NumPy's.

    >>> is_real(3), is_real(True), is_real(1j), is_real("3")
    (True, False, False, False)
    """
    if isinstance(value, bool):
        return False
    numpys = isinstance(value, numbers.Real) and type(value).__module__ == "numpy"
    return numpys or isinstance(value, (int, float))


def is_array(value: object) -> bool:
    """Whether a value is an array, of whatever library; NumPy's single numbers are none."""
    single = isinstance(value, (numbers.Number, type)) or type(value).__name__ in TRUTH
    return not single and any(hasattr(value, sign) for sign in ARRAY)


def holds_arrays(value: object) -> bool:
    """Whether a value is an array, or nested tuples, lists and dicts with one in them."""
    if isinstance(value, CONTAINERS):
        return any(map(holds_arrays, value.values() if isinstance(value, dict) else value))
    return is_array(value)


def kind(value: object) -> str:
    """What a value that is not a number is, in words.

    >>> kind(None), kind(True), kind([1])
    ('None', 'a truth value', 'a list')
    """
    name = type(value).__name__
    words = {"NoneType": "None", "str": "a string", "complex": "a complex number"}
    words |= dict.fromkeys(TRUTH, "a truth value")
    return words.get(name) or f"a{'n' if name[0] in 'aeiou' else ''} {name}"


class ArraysMet(Exception):
    """An argument is an array, or holds one: another generated text is for those."""


class Arguments:
    """The arguments of one function: what each parameter takes, and the gradient by it.

    ``plain`` are the types that need no second look; ``place`` says where a parameter stands.
    """

    def __init__(self, params: tuple[Param, ...], wrt: tuple[str, ...], place: Callable[[str], Place]):
        self.params, self.wrt, self.place = params, wrt, place
        names = [p.name for p in params]
        self.positions = tuple(names.index(n) for n in wrt)
        self.plain = frozenset() if any(p.slots for p in params) else PLAIN

    # in -------------------------------------------------------------------------------------------

    def admitted(self, values: tuple, own: bool = False) -> tuple:
        """The arguments as the generated code takes them.  Raises GG119, or `ArraysMet`.

        With ``own``, lists and dicts are copied: they may be written into before backward runs.
        """
        return tuple(self.admit(p, v, own) for p, v in zip(self.params, values, strict=True))

    def admit(self, param: Param, value: object, own: bool) -> object:
        """One argument, as `admitted`."""
        if param.slots:
            return self.container(param, value, own)
        if type(value) in PLAIN or is_real(value):
            return unwrapped(value)
        may_be_anything = param.opaque or isinstance(value, bool)
        if param.name in self.wrt or is_array(value) or not may_be_anything:
            raise self.wrong(param, param.name, value)
        return value

    def container(self, param: Param, value: object, own: bool) -> object:
        """A list, tuple or dict whose entries that are read are real numbers."""
        wraps = False
        for name, path in param.slots:
            entry = self.entry(param, name, path, value)
            if type(entry) not in PLAIN and entry is not MISSING:
                if not is_real(entry) and (param.name in self.wrt or is_array(entry)):
                    raise self.wrong(param, name, entry)
                wraps |= isinstance(entry, numbers.Integral)
        return copied(value) if own or wraps else value

    def entry(self, param: Param, name: str, path: tuple, value: object) -> object:
        """The entry at a path, or `MISSING`: then the generated code raises as the original."""
        for key in path:
            if not isinstance(value, CONTAINERS):
                if is_array(value):
                    raise self.wrong(param, param.name, value)
                what = f"`{param.name}` is {kind(value)} where `{name}` is read"
                help = "give it a list, a tuple or a dict of numbers"
                raise problem("GG119", what, help, self.place(param.name))
            try:
                value = value[key]
            except (LookupError, TypeError):
                return MISSING
        return value

    def wrong(self, param: Param, name: str, value: object) -> Exception:
        """The refusal of an argument, or of an entry of one, that is no real number."""
        if is_array(value):
            return ArraysMet()
        help = "give it a number, or say what to differentiate by: wrt=..."
        what = f"`{name}` is {kind(value)}, not a real number"
        return problem("GG119", what, help, self.place(param.name))

    # out ------------------------------------------------------------------------------------------

    def gradients(self, grads: object, values: tuple | None) -> object:
        """The gradients as floats, each shaped like its argument.  Raises GG201 if complex."""
        bare = len(self.wrt) == 1
        found = (grads,) if bare else grads
        like = found if values is None else [values[i] for i in self.positions]
        made = tuple(shaped(g, v) for g, v in zip(found, like, strict=True))
        return made[0] if bare else made


def unwrapped(value: object) -> object:
    """NumPy's integers as Python's, which never overflow; everything else as it is."""
    if type(value) not in PLAIN and isinstance(value, numbers.Integral) and is_real(value):
        return int(value)
    return value


def copied(value: object) -> object:
    """A copy of nested lists, tuples and dicts."""
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return sequence(value, [copied(v) for v in value])
    return unwrapped(value)


def sequence(like: list | tuple, items: list) -> list | tuple:
    """The items as a list or a tuple, a named tuple with its names."""
    if isinstance(like, list):
        return items
    return type(like)(*items) if hasattr(like, "_fields") else tuple(items)


def shaped(grad: object, like: object) -> object:
    """A gradient in the structure of its argument.

    Numbers that are never read have 0.0, and what is no number has None.
    """
    if type(grad) is float and type(like) in PLAIN:
        return grad
    if isinstance(like, CONTAINERS) != isinstance(grad, CONTAINERS) and grad != 0.0:
        what = f"the gradient {grad!r} has not the structure of its argument, {kind(like)}"
        raise problem("GG901", what, "please report this function")
    if isinstance(like, dict):
        return {k: shaped(part(grad, k), v) for k, v in like.items()}
    if isinstance(like, (list, tuple)):
        return sequence(like, [shaped(part(grad, i), v) for i, v in enumerate(like)])
    return as_float(grad, like) if is_real(like) else None


def part(grad: object, key: object) -> object:
    """The emitted gradient of one entry; 0.0 where the emitted structure ends."""
    if isinstance(grad, dict):
        return grad.get(key, 0.0)
    if isinstance(grad, (list, tuple)) and isinstance(key, int) and 0 <= key < len(grad):
        return grad[key]
    return 0.0


def as_float(grad: object, like: object) -> object:
    """A gradient as a float, of NumPy's type where its argument is one.  Raises GG201."""
    if isinstance(grad, complex):
        raise problem("GG201", f"the gradient is the complex number {grad}", REAL_POWER)
    numpys = type(like).__module__ == "numpy" and not isinstance(like, numbers.Integral)
    to = type(like) if numpys else float
    try:
        return to(grad)
    except OverflowError:  # an integer beyond all floats
        return to("-inf" if grad < 0 else "inf")


def real_result(value: object, name: str) -> None:
    """Refuse what a function gave unless it is a real number.  Raises GG201 or GG202."""
    if is_real(value):
        return
    if isinstance(value, complex):
        raise problem("GG201", f"`{name}` gave the complex number {value}", REAL_POWER)
    what = f"`{name}` gave {kind(value)}, not a real number"
    raise problem("GG202", what, "call it with numbers")
