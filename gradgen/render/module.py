"""A whole module's text: imports, constants, helpers, functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradgen.errors import Diagnostic, UsageError
from gradgen.render.environment import fill, part, styles
from gradgen.render.layout import layout
from gradgen.render.spelling import Spelling
from gradgen.render.view import View


@dataclass(frozen=True, slots=True)
class Chunk:
    """One generated function (or pair), laid out."""

    name: str
    text: str


def chunk(view: View, style: str, name: str) -> Chunk:
    """A view through a style's template, in black's layout."""
    fields = {f: getattr(view, f) for f in view.__slots__}
    text = fill(style, **fields)
    try:
        return Chunk(name, layout(text).strip("\n"))
    except Exception as error:
        if style in styles():
            raise
        raise UsageError(Diagnostic("GG004", f"what the template {style} makes is not Python: {error}")) from None


def module(chunks: Sequence[Chunk], spelling: Spelling, constants: dict[str, str]) -> str:
    """The module text: each chunk once, in order."""
    parts = [_own_part(name, printed, spelling) for name, printed in spelling.parts.items()]
    head = spelling.imports()
    values = [f"{name} = {text}" for name, text in (constants | spelling.constants).items() if text]
    texts = list(dict.fromkeys(c.text for c in chunks))
    preamble = layout("\n\n".join("\n".join(block) for block in (head, values) if block) + "\n").strip("\n")
    body = "\n\n\n".join(text.strip("\n") for text in [*parts, *spelling.definitions.values(), *texts])
    return "\n\n\n".join(text for text in (preamble, body) if text) + "\n"


def _own_part(name: str, printed: str, spelling: Spelling) -> str:
    """A helper that the text carries along, under the names of this module."""
    text = part(name).replace(name, printed)
    for library in ("math", "np"):
        if f"{library}." in text:
            text = text.replace(f"{library}.", spelling.module(library) + ".")
    return layout(text)
