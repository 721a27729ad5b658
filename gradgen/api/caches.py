"""The caches that a call of `forward` hands out, with what `backward` wants to know beside them."""

from __future__ import annotations

import ast

from gradgen.ir.nodes import Expr, Var
from gradgen.render.cache import entries


class Kept:
    """What `forward` knows beside the cache: the arguments, the constants at the time, the shapes of the results."""

    runner: object = None  # whose backward the cache is for
    given: tuple | None = None
    constants: dict[str, object] = {}
    shapes: tuple = ()
    owners: frozenset[int] | None = None  # what holds the memory of the arguments and the cache


class Cache(Kept, tuple):
    """The emitted cache."""


class NamedCache(Kept, dict):
    """The author's own cache, a dict."""


def held_in(aux: Expr | None, cache: object) -> dict[str, object]:
    """The values in an author's cache by the names that were packed, those of tuples and lists in it included."""
    keys, packed = entries(aux)
    parts = [cache.get(ast.literal_eval(k)) for k in keys] if keys and isinstance(cache, dict) else cache
    found: dict[str, object] = {}
    for entry, value in zip(packed, parts, strict=False):
        if isinstance(entry, Var):
            found[entry.name] = value
        elif getattr(entry, "fn", "") in ("tuple", "list") and isinstance(value, (tuple, list)):
            found |= held_in(entry, value)
    return found


def with_notes(cache: object, notes: Kept) -> object:
    """A cache that carries what backward wants to know beside it, where its kind allows that."""
    kind_of = {tuple: Cache, dict: NamedCache}.get(type(cache))
    if kind_of is None:
        return cache
    made = kind_of(cache)
    made.runner = notes.runner
    made.given, made.constants, made.shapes = notes.given, notes.constants, notes.shapes
    return made
