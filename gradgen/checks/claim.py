"""What an emitted text claims to be: the one thing, beside the two texts, that the checks are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """The emitted functions `entries` compute the gradient of the source function `name`.

    ``style`` is ``joint`` (one entry: ``NAME_value_and_grad(params) -> (value, grads)``) or ``split`` (two entries:
    ``NAME_forward(params) -> (value, cache)`` and ``NAME_backward(dout, cache) -> grads``).
    ``value`` is the function's own number or array, or the tuple of its ``outputs`` when ``outputs > 1``
    (then dout is a tuple too); with ``has_aux`` it is ``(value, aux)``.  With ``adopted`` the forward returns what
    the source returns, ``(value, cache)``: the author's own cache, which backward takes; several outputs stand
    beside the cache or as a tuple in front of it; if ``extended``, values stand behind the author's own.  ``grads`` is bare when ``wrt`` has one parameter, else a tuple
    in ``wrt`` order.

    ``inputs`` gives each parameter's shape in signature order:

    - ``"number"``; ``"opaque"`` (never differentiated: a flag, a string); ``"count"`` (of trips of a loop);
    - ``("list", specs)``, ``("dict", ((key, spec), ...))`` with the entries that the function reads: gradients of
      those have the same structure;
    - ``("numbers", dims)``, a list of floats, its length the one extent; its gradient is a list too;
    - ``("array", dims)``, a float array; with None for ``dims`` of any shape, or a number;
    - ``("ints", dims, high)``, integers in ``range(high)``; ``("bools", dims)``; ``("onehot", dims)``, floats
      with one 1 in each row.

    - ``("either", specs)``: one of these arrays, each in turn; None is a spec here, for an argument that may be left out.

    An extent (in ``dims``, or ``high``) is an int or text: a symbol such as ``"N"``, or sums and products of symbols such
    as ``"C*H*W"``.  ``sizes`` lists for a symbol the only values that it may have.
    """

    name: str
    style: str
    entries: tuple[str, ...]
    wrt: tuple[str, ...]
    inputs: tuple[tuple[str, object], ...]
    outputs: int = 1
    has_aux: bool = False
    adopted: bool = False
    extended: bool = False
    sizes: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def is_about_arrays(self) -> bool:
        """Whether some input is an array."""
        return any(_has_array(spec) for _, spec in self.inputs)


def _has_array(spec: object) -> bool:
    if not isinstance(spec, tuple):
        return False
    if spec[0] in ("list", "dict"):
        return any(_has_array(inner[1] if spec[0] == "dict" else inner) for inner in spec[1])
    return True
