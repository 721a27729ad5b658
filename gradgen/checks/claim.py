"""What an emitted text claims to be: the one thing, beside the two texts, that the checks are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """The emitted functions `entries` compute the gradient of the source function `name`.

    ``style`` is ``joint`` (one entry: ``NAME_value_and_grad(params) -> (value, grads)``) or ``split`` (two entries:
    ``NAME_forward(params) -> (value, cache)`` and ``NAME_backward(dout, cache) -> grads``).
    ``value`` is the function's own number, or the tuple of its ``outputs`` numbers when ``outputs > 1``
    (then dout is a tuple too); with ``has_aux`` it is ``(value, aux)``.  ``grads`` is bare when
    ``wrt`` has one parameter, else a tuple in ``wrt`` order.
    ``inputs`` gives each parameter's shape in signature order: ``"number"``, ``"opaque"`` (never differentiated: a
    flag, a string, a count), or ``("list", specs)`` / ``("dict", ((key, spec), ...))`` with the entries the function reads;
    gradients of those have the same structure.
    """

    name: str
    style: str
    entries: tuple[str, ...]
    wrt: tuple[str, ...]
    inputs: tuple[tuple[str, object], ...]
    outputs: int = 1
    has_aux: bool = False
