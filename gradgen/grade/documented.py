"""The shapes that docstrings state of inputs, as courses write them."""

from __future__ import annotations

import ast
import re

from gradgen.frontend.stated import described_dims
from gradgen.grade.inputs import Dims

LINE = r"^\s*[-*]?\s*(\w+)\s*(?::|--)"  # of one parameter, or of one entry of a dictionary
MANY = re.compile(LINE + r"[^\n]*?\((\w+)\s*,\s*d_?1\s*,\s*\.\.\.\s*,\s*d_?k\s*\)", re.M)
SCALAR = re.compile(LINE + r"\s*\(?(float|scalar|real number)\b", re.M)
ENTRY = re.compile(LINE + r"[^\n]*?\bshape\s*(?:of\s*)?\(([^()]*)\)", re.M)
WORDS = re.compile(LINE + r"[^\n]*\(([^()]*\b(?:size|number|dimension)\b[^()]*,[^()]*)\)\s*\.?$", re.M)
ITEM = re.compile(r"""\b(\w+)\[['"](\w+)['"]\]\s+\(([\w\s,]*)\)""")
BARE = re.compile(r"\b(\w+)(?:\s+|:\s*|\s*--\s*)\(((?:[\w*]+\s*,\s*)*[\w*]*)\)")
DIM = re.compile(r"(\d+\*|[A-Z]\*)?[A-Z]\w{0,2}|\d+|[a-z]+_[a-z_]+")


def documented(node: ast.FunctionDef) -> dict[str, Dims]:
    """The shapes of parameters; ``(N, d_1, ..., d_k)`` is taken with two dimensions, their product a size."""
    text, names = ast.get_docstring(node) or "", {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
    found: dict[str, Dims] = {k: tuple(d) for k, d in described_dims(node).items()}
    found |= {name: in_words(said) for name, said in WORDS.findall(text) if name in names}
    found |= {name: (first, "d1", "d2") for name, first in MANY.findall(text)}
    if any("d1" in dims for dims in found.values()):
        found = {k: tuple("d1*d2" if d == "D" and "d1" not in dims else d for d in dims) for k, dims in found.items()}
    found |= {f'{name}["{key}"]': split(said) for name, key, said in ITEM.findall(text)}
    for name, _ in SCALAR.findall(text):
        if name in names:
            found.setdefault(name, ())
    for name, said in BARE.findall(text):
        dims = tuple(re.sub(r"^(\d+)([A-Za-z]\w*)$", r"\1*\2", d) for d in split(said))
        if name in names and dims and all(DIM.fullmatch(d) for d in dims):
            found.setdefault(name, dims)
    return found


def documented_entries(node: ast.FunctionDef) -> dict[str, Dims]:
    """The shapes of a dictionary's entries, on lines of their own: ``Wax -- weights, numpy array of shape (n_a, n_x)``."""
    known = {name: in_words(said) for name, said in ENTRY.findall(ast.get_docstring(node) or "")}
    return {name: dims for name, dims in known.items() if dims}


def split(text: str) -> Dims:
    return tuple(d.strip() for d in text.split(",") if d.strip())


def in_words(text: str) -> Dims:
    """Dimensions that are described, each a name of its own.

    >>> in_words("size of previous layer, number of examples"), in_words("n_a, n_a + n_x"), in_words("1, 2H")
    (('size_of_previous_layer', 'number_of_examples'), ('n_a', 'n_a+n_x'), ('1', '2*H'))
    """
    parts = [re.sub(r"\s*([*+])\s*", r"\1", part) for part in split(text)]
    parts = [re.sub(r"^(\d+)([A-Za-z]\w*)$", r"\1*\2", part) for part in parts]
    return tuple(re.sub(r"[^\w*+]+", "_", part) for part in parts)
