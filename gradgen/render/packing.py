"""The text of a cache: how the forward pass puts it together, and how the backward pass takes it apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradgen.ir.nodes import Call, Expr
from gradgen.ir.write import write
from gradgen.render.cache import Cache, Part, entries


@dataclass(frozen=True, slots=True)
class Packing:
    """``count`` entries and their ``whole``; ``pattern`` is what stands on the left where it is taken apart, of a dict beside
    the ``keys`` that are read, and ``names`` the variables in it."""

    count: int = 0
    whole: str = ""
    pattern: str = ""
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def of(self, place: str) -> str:
        """What stands on the right where it is taken apart."""
        return ", ".join(f"{place}[{k}]" for k in self.keys) if self.keys else place


def packing(cache: Cache, aux: Expr | None, spell: Callable[[str], str], unused: str) -> Packing:
    """The text of a cache; ``aux`` is the author's own, if that is kept."""
    names = tuple(dict.fromkeys(spell(n) for n in cache.flat() if n))
    added = tuple(a for a in dict.fromkeys(map(spell, cache.added)) if a not in names)
    parts = [_part(p, spell, unused) for p in cache.names]
    if not cache.adopted:
        parts = list(dict.fromkeys(parts))
        return Packing(len(parts), together(parts), pattern(parts), (), names)
    if isinstance(aux, Call) and aux.fn == "dict":
        keys, values = entries(aux)
        items = [*zip(keys, (write(v, spell) for v in values), strict=True), *((f'"{a}"', a) for a in added)]
        read = (*cache.keys, *(f'"{a}"' for a in added))
        whole = f"{{{', '.join(f'{k}: {v}' for k, v in items)}}}"
        return Packing(len(items), whole, ", ".join((*parts, *added)), read, (*names, *added))
    texts = [*(write(v, spell) for v in entries(aux)[1]), *added]
    parts += added
    match aux:
        case Call(fn="tuple"):
            whole, left = together(texts), pattern(parts)
        case Call(fn="list"):
            whole, left = f"[{', '.join(texts)}]", pattern(parts)
        case _:
            whole, left = (together(texts), pattern(parts)) if added else (texts[0], parts[0])
    return Packing(len(texts), whole, left, (), (*names, *added))


def _part(part: Part, spell: Callable[[str], str], unused: str) -> str:
    """An entry on the left."""
    if isinstance(part, tuple):
        return together([_part(p, spell, unused) for p in part])
    return spell(part) if part else unused


def together(texts: Sequence[str], bare: bool = False) -> str:
    """A tuple's text; a single one stays as it is if ``bare``."""
    if len(texts) == 1:
        return texts[0] if bare else f"({texts[0]},)"
    return f"({', '.join(texts)})"


def pattern(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else ", ".join(texts)
