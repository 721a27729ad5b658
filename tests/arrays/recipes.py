"""Inputs from recipes: what a recipe's words mean, and how arguments are drawn from them.

A recipe is a plain dict with one entry for each parameter of a function:

    dict(x="N d1 d2", w="D M", b="M", y="ints N < C", reg="number 0.1", where={"D": "d1*d2"})

A *kind* is one of

    "N D"               floats of that shape, standard normal ("()": an array of no dimensions)
    "positive N D"      floats in [0.5, 2)          "unit N D"   floats in [0.1, 0.9)
    "float32 N D"       as "N D", in float32        "spd D"      a symmetric positive definite D x D matrix
    "ints N < C"        integers in [0, C)          "perm K < N" K different integers in [0, N)
    "onehot N C"        one 1.0 in each row         "bools N D"  True and False, both present
    "number"            a float                     "number 0.1" this very float: a hyperparameter
    "int 2"             this integer                "text train" this string        "none"  None
    "true", "false"     a flag
    {key: kind}, [kind, ...], (kind, ...)           a dict, list or tuple of such

Three words are not parameters: ``where`` gives sizes that follow from others, or are fixed; ``wrt`` says what to
differentiate by where the default is not wanted; ``tell=True`` marks a function that nothing shows to be about arrays, so that
gradgen must be told the shapes.  Every other size is a prime of its own, in order of appearance.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import numpy as np

PRIMES = (3, 5, 2, 7, 11, 13)
NOT_PARAMETERS = ("where", "wrt", "tell")
DRAWN = ("positive", "unit", "float32", "spd")  # kinds of floats that are drawn, beside the bare shape
FIXED = ("int", "text", "true", "false", "none", "ints", "perm", "bools")  # no gradient by these


def kinds(recipe: dict) -> dict[str, object]:
    """The recipe without the words that are not parameters."""
    return {k: v for k, v in recipe.items() if k not in NOT_PARAMETERS}


def kind_leaves(kind: object, path: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """(path, kind) for every kind inside a nested kind."""
    if isinstance(kind, dict):
        for key, inner in kind.items():
            yield from kind_leaves(inner, (*path, key))
    elif isinstance(kind, (list, tuple)):
        for i, inner in enumerate(kind):
            yield from kind_leaves(inner, (*path, i))
    else:
        yield path, kind


def must_flow(kind: str) -> bool:
    """Whether a gradient by an input of this kind is asked for: drawn floats are, hyperparameters may be."""
    word = (kind.split() or [""])[0]
    return kind == "number" or word not in (*FIXED, "onehot", "number")


def may_flow(kind: str) -> bool:
    """Whether an input of this kind may have a gradient at all."""
    return (kind.split() or [""])[0] not in FIXED


def sizes(recipe: dict) -> dict[str, int]:
    """A number for every size that the recipe names."""
    given = recipe.get("where", {})
    found: dict[str, int] = {}
    free = iter(PRIMES)
    for _, kind in kind_leaves(kinds(recipe)):
        if kind.startswith("text "):
            continue
        for name in re.findall(r"\b[A-Za-z]\w*\b", kind):
            if name not in found and name not in given and name not in (*DRAWN, *FIXED, "onehot", "number"):
                found[name] = next(free)
    for name, formula in given.items():
        found[name] = int(eval(formula, {"__builtins__": {}}, dict(found)))
    return found


def draw(name: str, recipe: dict) -> dict[str, object]:
    """Arguments for the function ``name``: the same for the same name and recipe."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    known = sizes(recipe)
    return {parameter: _drawn(kind, known, rng) for parameter, kind in kinds(recipe).items()}


def shape_text(kind: object) -> str | None:
    """The shape in a kind as ``--shape`` takes it, None where there is none to tell."""
    if not isinstance(kind, str):
        return None
    words = kind.partition("<")[0].split()
    if words and words[0] in ("positive", "unit", "float32", "ints", "perm", "bools", "onehot"):
        return " ".join(words[1:])
    return None if words and words[0] in (*FIXED, *DRAWN, "onehot", "number") else kind


def _drawn(kind: object, known: dict[str, int], rng: np.random.Generator) -> object:
    if isinstance(kind, dict):
        return {key: _drawn(inner, known, rng) for key, inner in kind.items()}
    if isinstance(kind, (list, tuple)):
        return type(kind)(_drawn(inner, known, rng) for inner in kind)
    words = kind.split()
    word = words[0] if words else ""
    if word in _LITERALS:
        return _LITERALS[word](words[1:], rng)
    if word in _ARRAYS:
        return _ARRAYS[word](*_shape_and_bound(words[1:], known), rng)
    return rng.standard_normal(_shape(words, known))


def _shape(words: list[str], known: dict[str, int]) -> tuple[int, ...]:
    return tuple(int(w) if w.isdigit() else known[w] for w in words if w != "()")


def _shape_and_bound(words: list[str], known: dict[str, int]) -> tuple[tuple[int, ...], int]:
    if "<" in words:
        return _shape(words[: words.index("<")], known), _shape(words[-1:], known)[0]
    return _shape(words, known), 0


def _ints(shape, bound, rng):
    return rng.integers(0, bound, shape)


def _perm(shape, bound, rng):
    return rng.permutation(bound)[: shape[0]]


def _one_hot(shape, bound, rng):
    return np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]


def _bools(shape, bound, rng):
    """Alternating, so that both values are there, then shuffled."""
    flags = np.arange(int(np.prod(shape))) % 2 == 0
    return rng.permutation(flags).reshape(shape)


def _spd(shape, bound, rng):
    a = rng.standard_normal((shape[0], shape[0]))
    return a @ a.T + shape[0] * np.eye(shape[0])


_LITERALS = {
    "number": lambda words, rng: float(words[0]) if words else float(rng.uniform(0.5, 1.5)),
    "int": lambda words, rng: int(words[0]),
    "text": lambda words, rng: " ".join(words),
    "true": lambda words, rng: True,
    "false": lambda words, rng: False,
    "none": lambda words, rng: None,
}
_ARRAYS = {
    "positive": lambda shape, bound, rng: rng.uniform(0.5, 2.0, shape),
    "unit": lambda shape, bound, rng: rng.uniform(0.1, 0.9, shape),
    "float32": lambda shape, bound, rng: rng.standard_normal(shape).astype(np.float32),
    "spd": _spd,
    "ints": _ints,
    "perm": _perm,
    "onehot": _one_hot,
    "bools": _bools,
}
