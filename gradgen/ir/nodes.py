"""The nodes of the intermediate representation.

Values are single-assignment: every name is assigned once on each path.  A later
version of the user's variable ``y`` is called ``y#2``; the entry ``w[0]`` of a list
parameter is a variable of that very name; the gradient on ``v`` is called ``~v``.  What
these are called in the printed text is decided last, by `render.naming`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Var:
    """A value by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """A literal as its author spelled it (``1.0`` is not ``1``); equal when spelled alike."""

    text: str

    @property
    def value(self):
        return literal(self.text)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation: an operator (``+``, ``neg``, ``if``) or a function (``math.exp``)."""

    fn: str
    args: tuple[Expr, ...]
    attrs: tuple[tuple[str, object], ...] = ()


Expr = Var | Const | Call

ZERO = Const("0.0")  # a gradient that nothing has reached yet


@lru_cache(maxsize=4096)
def literal(text: str):
    """The value of a literal's text.

    >>> literal("0x10"), literal("'a'")
    (16, 'a')
    """
    return ast.literal_eval(text)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a statement comes from: its stage number (0: none), source line, the comments its
    author wrote there, and whether it was written as ``x += ...``."""

    stage: int = 0
    line: int = 0
    comments: tuple[str, ...] = ()
    augmented: bool = False


@dataclass(frozen=True, slots=True)
class Let:
    """``target = value``: the one assignment of a value, or the first write of a gradient."""

    target: str
    value: Expr
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Add:
    """``target += value``: a later contribution to a gradient."""

    target: str
    value: Expr
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Store:
    """``target[index] op value``: an array written in place (``op`` is ``=``, ``+=``, ``-=``, ``*=`` or ``/=``), or
    ``target.append(value)``: a list that gets a next entry, which lands at ``index`` (``op`` is ``append``).

    ``target`` is the array's version after the write, ``base`` the one before it; they are one storage.  For a gradient
    both are the same name; without an index the whole of it is written (``dx /= std``).
    """

    target: str
    base: str
    index: tuple[Expr, ...]
    op: str
    value: Expr
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class CallPair:
    """``targets, cache = fn_forward(*args)``: a call of one of the user's own functions.

    Targets have the callee's result structure flattened; an unused one is still named.  ``flat``: the callee's author
    returns the cache beside the results, ``a, b, cache``.  ``keywords``: what the last arguments are called, where the callee
    takes them by name only.
    """

    targets: tuple[str, ...]
    fn: str
    args: tuple[Expr, ...]
    cache: str
    at: Origin = Origin()
    flat: bool = False
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallBack:
    """``targets = fn_backward(douts, cache)``: the reverse of a `CallPair`; a target ``_`` is ignored."""

    targets: tuple[str, ...]
    fn: str
    douts: tuple[Expr, ...]
    cache: Expr
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Keep:
    """A statement kept for its effect (``print``, ``assert``, ``raise``): ``kind`` and its operands."""

    kind: str
    args: tuple[Expr, ...]
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Join:
    """After an `If`, ``target`` is ``then`` or ``orelse``; None where a path leaves it unbound."""

    target: str
    then: str | None
    orelse: str | None


@dataclass(frozen=True, slots=True)
class If:
    """A branch; ``joins`` are the only values that leave it."""

    test: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    joins: tuple[Join, ...] = ()
    at: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Carry:
    """What a loop hands from trip to trip: ``name`` is the value at the head of a trip, and after the last one.

    ``start`` is the value before the loop, ``step`` the one at the end of a trip.
    """

    name: str
    start: str
    step: str


@dataclass(frozen=True, slots=True)
class For:
    """``for index in over``; ``carries`` are the only values that leave it.  In a reverse pass they are the gradients
    that a trip hands to the trip before it.

    A loop that may end early has the number of its trips in ``count``: it leaves by a ``Keep`` of kind ``break``, last in
    a branch.  ``over`` of a ``while`` loop is ``Call("while", ())``, its condition a ``Keep`` of that kind in the body.
    """

    index: str
    over: Expr
    body: tuple[Stmt, ...]
    carries: tuple[Carry, ...] = ()
    at: Origin = Origin()
    count: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """``history.append(value)``, or ``history[key] = value``: what a trip's reverse will read."""

    history: str
    key: tuple[Expr, ...]
    value: Expr
    at: Origin = Origin()


Stmt = Let | Add | Store | CallPair | CallBack | Keep | If | For | Record


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its signature text and, for a list or dict of numbers, the entries that are read.

    ``kind`` is ``positional``, ``either`` or ``keyword``; ``slots`` are the paths read, ``(("w[0]", (0,)), ...)``.
    ``dims`` is the shape that is stated of it (``slot_dims`` of its entries), ``setting`` whether it has a number as its default,
    ``count`` whether it says how many trips a loop makes, ``listed`` whether it is a list of numbers that loops go through.
    """

    name: str
    kind: str = "either"
    default: str | None = None
    annotation: str | None = None
    slots: tuple[tuple[str, tuple], ...] = ()
    opaque: bool = False
    dims: tuple[str, ...] | None = None
    setting: bool = False
    slot_dims: tuple[tuple[str, tuple[str, ...]], ...] = ()
    count: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A staged function.

    ``results`` are the outputs, ``aux`` the rest of what it returned; ``active`` the names that a derivative can flow
    to; ``arrays`` whether it is array code, ``plain`` whether that without NumPy (numbers, and lists of them), ``made_up`` the values that
    the user did not name, ``adopts`` what the author calls the aux result, if that is their cache; ``constants`` the module constants it reads (name, literal); ``unpacked`` the entries of list parameters
    that go by a name of the user's (``w[0]`` as ``a`` after ``a, b = w``); ``taken`` the names that mean something
    in its text already; ``this`` is what a layer class calls its object: attributes are variables named ``self.x``.
    """

    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    results: tuple[Expr, ...]
    aux: Expr | None = None
    active: frozenset[str] = frozenset()
    constants: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    unpacked: tuple[tuple[str, str], ...] = ()
    taken: frozenset[str] = frozenset()
    arrays: bool = False
    made_up: frozenset[str] = frozenset()
    adopts: str = ""
    this: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Gradient:
    """A function with its reverse pass; ``wrt`` are the parameters differentiated, in order.

    ``apart`` are pairs of versions of one variable whose gradients are alive at once.
    """

    function: Function
    backward: tuple[Stmt, ...]
    wrt: tuple[str, ...]
    apart: frozenset[tuple[str, str]] = frozenset()


def variables(expr: Expr):
    """The variable names that an expression reads, left to right, repeats included."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Var):
            yield node.name
        elif isinstance(node, Call):
            stack.extend(reversed(node.args))


def substitute(expr: Expr, values: dict[str, Expr]) -> Expr:
    """The expression with variables replaced."""
    if isinstance(expr, Var):
        return values.get(expr.name, expr)
    if isinstance(expr, Call):
        return Call(expr.fn, tuple(substitute(a, values) for a in expr.args), expr.attrs)
    return expr
