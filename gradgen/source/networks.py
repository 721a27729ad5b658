"""A network class: its loss, or forward, calls layers one after the other, and its backward calls theirs in the opposite order."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass

from gradgen.source.classes import FORWARD, is_attribute, method

ENTRIES = (FORWARD, "loss")
TURNED = ("values", "items", "keys")  # of a dict of layers: these can be walked backwards


@dataclass(frozen=True)
class Network:
    """A class of layers.  ``function`` is its entry under the class's name, ``backward`` the lines of its backward pass."""

    node: ast.ClassDef
    entry: str
    function: ast.FunctionDef
    backward: tuple[str, ...] = ()
    problem: tuple[ast.AST, str, str] | None = None


class _Stop(Exception):
    """(place, what, help) of what is no chain of layers."""


@dataclass(frozen=True, eq=False)
class _Value:
    """What one layer hands to the next; ``name`` is what the author calls it."""

    name: str


@dataclass(frozen=True)
class _Step:
    """``into = layer.forward(out of)``, for every ``layer`` of ``over`` if it is a loop."""

    layer: str
    given: _Value
    head: str = ""


def read_network(node: ast.ClassDef) -> Network | None:
    """A class as a network; None if its entry calls no layer.

    >>> net = read_network(ast.parse('''
    ... class Net:
    ...     def predict(self, x):
    ...         for layer in self.layers.values():
    ...             x = layer.forward(x)
    ...         return x
    ...     def loss(self, x, t):
    ...         y = self.predict(x)
    ...         return self.last.forward(y, t)
    ... ''').body[0])
    >>> print("\\n".join(net.backward))
    dx = self.last.backward(dout)
    for layer in reversed(self.layers.values()):
        dx = layer.backward(dx)
    return dx
    """
    entry = next((name for name in ENTRIES if method(node, name)), "")
    if not entry or not any(_is_layer_call(n) for m in _reached(node, entry) for n in ast.walk(m)):
        return None
    function = copy.copy(method(node, entry))
    function.name = node.name
    this = function.args.args[0].arg if function.args.args else ""
    try:
        if len(function.args.args) < 2:
            raise _Stop(function, f"`{entry}` takes no input", f"give it one: def {entry}({this or 'self'}, x): ...")
        x = _Value(function.args.args[1].arg)
        steps, _ = _Reader(node, this).walk(method(node, entry), [x])
        return Network(node, entry, function, tuple(_turned(steps, x)))
    except _Stop as stop:
        return Network(node, entry, function, problem=stop.args)


def _reached(node: ast.ClassDef, name: str) -> list[ast.FunctionDef]:
    """A method and those of the class that it calls, directly or not."""
    found: dict[str, ast.FunctionDef] = {}
    waiting = [name]
    while waiting:
        if (name := waiting.pop()) not in found and (m := method(node, name)):
            found[name] = m
            waiting += [n.attr for n in ast.walk(m) if isinstance(n, ast.Attribute)]
    return list(found.values())


def _is_layer_call(n: ast.AST) -> bool:
    return isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == FORWARD


class _Reader:
    """Follows what the layers are handed through the methods of a class."""

    def __init__(self, node: ast.ClassDef, this: str):
        self.node, self.this = node, this
        self.open: list[str] = []

    def walk(self, node: ast.FunctionDef, given: Sequence[_Value | None]) -> tuple[list[_Step], _Value]:
        """The steps of a method, and what it returns."""
        if node.name in self.open:
            raise _Stop(node, f"`{self.this}.{node.name}` calls itself", "call the layers in a loop")
        self.open.append(node.name)
        known = {a.arg: v for a, v in zip(node.args.args[1:], given, strict=False) if v}
        steps: list[_Step] = []
        for s in node.body:
            match s:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                    known[name] = self.call(call, known, steps, name)
                case ast.For(body=[ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call)], orelse=[]) if (
                    _is_layer_call(call)
                    and call.args
                    and isinstance(call.args[0], ast.Name)
                    and call.args[0].id == name
                ):
                    head = f"for {ast.unparse(s.target)} in {self.backwards(s.iter)}:"
                    value = self.layer(call, known, steps)
                    steps.append(_Step(ast.unparse(call.func.value), value, head))
                    known[name] = _Value(name)
                case ast.Return(value=ast.Name(id=name)) if name in known:
                    self.open.pop()
                    return steps, known[name]
                case ast.Return(value=ast.Call() as call):
                    value = self.call(call, known, steps, "out")
                    self.open.pop()
                    return steps, value
                case _:
                    what = "cannot tell what this does between the layers of a network"
                    raise _Stop(s, what, "make it a layer of its own: a class with a forward")
        raise _Stop(node, f"`{self.this}.{node.name}` returns nothing", "end it with `return ...`")

    def call(self, call: ast.Call, known: dict[str, _Value], steps: list[_Step], name: str) -> _Value:
        """What a call of a layer, or of another method, gives."""
        if _is_layer_call(call):
            given = self.layer(call, known, steps)
            steps.append(_Step(ast.unparse(call.func.value), given))
            return _Value(name)
        if is_attribute(call.func, self.this) and (inner := method(self.node, call.func.attr)) and not call.keywords:
            more, value = self.walk(
                inner, [known.pop(a.id, None) if isinstance(a, ast.Name) else None for a in call.args]
            )
            steps += more
            return value
        what = f"`{ast.unparse(call.func)}` is no layer of the network"
        raise _Stop(call, what, "make it one, a class with a forward, and call that")

    def layer(self, call: ast.Call, known: dict[str, _Value], steps: list[_Step]) -> _Value:
        """The value that a layer is handed.  It is used up: nothing else may read it."""
        if any(isinstance(n, ast.Call) for n in ast.walk(call.func.value)):
            raise _Stop(call, "this layer is not kept, so that its backward cannot be called", "make it in __init__")
        if call.args and isinstance(call.args[0], ast.Call):
            return self.call(call.args[0], known, steps, "h")
        given = [a.id for a in call.args if isinstance(a, ast.Name) and a.id in known]
        if len(given) != 1 or given[0] != getattr(call.args[0], "id", ""):
            what = "a layer of a network takes one value, which the layer before it gave"
            raise _Stop(call, what, "call the layers one after the other: x = layer.forward(x)")
        return known.pop(given[0])

    def backwards(self, over: ast.expr) -> str:
        """What a loop over layers runs over, from its end."""
        match over:
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                return ast.unparse(inner)
            case ast.Call(func=ast.Name(id="range")) | ast.Attribute() | ast.Subscript():
                return f"reversed({ast.unparse(over)})"
            case ast.Call(func=ast.Attribute(attr=attr), args=[]) if attr in TURNED:
                return f"reversed({ast.unparse(over)})"
        raise _Stop(
            over, "cannot walk over these layers backwards", f"loop over the layers: for layer in {self.this}.layers"
        )


def _turned(steps: Sequence[_Step], x: _Value) -> list[str]:
    lines: list[str] = []
    current = "dout"
    for step in reversed(steps):
        name = f"d{step.given.name}"
        if step.head:
            lines += [f"{name} = {current}"] if current != name else []
            lines += [step.head, f"    {name} = {step.layer}.backward({name})"]
        else:
            lines.append(f"{name} = {step.layer}.backward({current})")
        current = name
    return [*lines, f"return {current}"]
