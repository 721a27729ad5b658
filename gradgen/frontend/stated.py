"""The shapes that a function's own text states of its parameters: by annotations, and in its docstring."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

STATED = re.compile(r"\b(?:Float|Int|Bool|Num|Shaped|Real|Integer|UInt)\d*\[[^,\]]*,\s*['\"]([^'\"]*)['\"]\s*\]")


def stated_dims(annotation: ast.expr | None) -> tuple[str, ...] | None:
    """The dimensions that a jaxtyping-style annotation states, read as text and never evaluated.

    >>> stated_dims(ast.parse('Float[np.ndarray, "N D"]', mode="eval").body)
    ('N', 'D')
    """
    if annotation is None:
        return None
    text = (
        annotation.value
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
        else ast.unparse(annotation)
    )
    found = STATED.search(text)
    return dims_of(found[1]) if found else None


ENTRY = re.compile(r"^\s*[-*]?\s*(\w+(?:\s*,\s*\w+)*)\s*(?::|--)\s*(.*)$")
DIM = r"(?:\d+\*)?[A-Z]\w*|\d+|[bcdhkmntw]\d?|[nd]_\w+"  # small letters only where they are sizes by custom: not (mean, std)
BEGINNING = re.compile(r"(?:^|[;,])\s*(?=\w)(?:\w+\s*,\s*)*\w+\s*:\s|;")  # of an entry: `w, b: (D,)`
BARE_SHAPE = re.compile(  # ``x: (N, D)``, anywhere in a line, but not ``reg: (float)``
    rf"\b(\w+)\s*:\s*\(((?:(?:{DIM})\s*,\s*)+(?:{DIM})?|)\)"
)
SHAPE = re.compile(r"shape\s*(?:of\s*|is\s*|=\s*)?\(([^()]*)\)")
BARE = re.compile(
    rf"^(?:(?:array|matrix|vector|tensor|ints|integers|labels|indices|weights)s?\s+)?\((?![a-z]\w*\s*\))((?:\s*(?:[A-Z\d][\w*]*|{DIM})\s*(?:,|(?=\))))+)\)"
)
SCALAR = re.compile(r"^\(?(?:\w+,\s+)?(?:an?\s+)?(?:scalar|float|number)\b(?!\s+(?:of|arr|vec|mat|tens|list|or))")
KEY_SHAPE = re.compile(r"\b(\w+)\s+(?:has|of|with)\s+shape\s*\(([^()]*)\)")


def entries(line: str) -> list[str]:
    """The parts of a line that are about names of their own.

    >>> entries("x: (N, D), w, b: (D,); t: zeros and ones")
    ['x: (N, D)', 'w, b: (D,)', 't: zeros and ones']
    """
    starts = [m.start() for m in BEGINNING.finditer(line) if m.start()]
    return [line[a:b].lstrip(";, ") for a, b in pairwise([0, *starts, len(line)])]


def described_dims(node: ast.FunctionDef) -> dict[str, tuple[str, ...]]:
    """The shapes that a docstring states of parameters: ``- x: input data, of shape (N, D)``, or ``x: (N, D); w, b: (D,)``.

    Of a dictionary those of its entries, under ``params["W1"]``: ``- params: dictionary with W1 of shape (D, H)``.
    """
    args = (*node.args.kwonlyargs, *node.args.posonlyargs, *node.args.args)
    params = {a.arg.rpartition(".")[2]: a.arg for a in args}  # an attribute goes by its own name
    texts: dict[str, str] = {}
    current: list[str] = []
    for line in (part for line in (ast.get_docstring(node) or "").splitlines() for part in entries(line)):
        found = ENTRY.match(line)
        names = re.split(r"\s*,\s*", found[1]) if found else []
        if names and params.keys() >= set(names):
            current = [params[name] for name in names]
            texts |= dict.fromkeys(current, found[2])
        elif current and line.strip() and not found:
            texts |= {name: f"{texts[name]} {line.strip()}" for name in current}
        else:
            current = []
    bare = BARE_SHAPE.findall(ast.get_docstring(node) or "")
    dims = {params[name]: described(shape) for name, shape in bare if name in params}
    for name, text in texts.items():
        keys = (
            {f'{name}["{key}"]': described(shape) for key, shape in KEY_SHAPE.findall(text)}
            if re.search(r"\bdict", text)
            else {}
        )
        shape = SHAPE.search(text) or BARE.match(text) if not keys else None
        if not keys and not shape and SCALAR.match(text):
            dims[name] = ()
        dims |= {k: d for k, d in {**keys, **({name: described(shape[1])} if shape else {})}.items() if d}
    return dims


def described(text: str) -> tuple[str, ...] | None:
    """The dimensions that a docstring lists between commas; one that it describes in words stays unnamed.

    >>> described("N, 4H"), described("1, number of examples"), described("N, d_1, ..., d_k"), described("T*E, H")
    (('N', '4*H'), ('1', '_'), None, ('T*E', 'H'))
    """
    parts = [
        re.sub(r"^(\d+)\s*\*?\s*([A-Za-z]\w*)$", r"\1*\2", re.sub(r"\s*\*\s*", "*", part.strip()))
        for part in text.split(",")
        if part.strip()
    ]
    if any("." in part or "*" in part and not dims_of(part) for part in parts):
        return None
    return tuple(part if re.fullmatch(r"[A-Za-z]\w*|\d+|\w+(?:\*\w+)+", part) else "_" for part in parts)


def is_setting(default: ast.expr | None) -> bool:
    """Whether a default is a plain number: such a parameter is a number, and in array code a setting (eps, momentum)."""
    default = default.operand if isinstance(default, ast.UnaryOp) else default
    return isinstance(default, ast.Constant) and type(default.value) in (int, float)


def dims_of(text: str) -> tuple[str, ...] | None:
    """``"N D"`` as dimensions; None if some part is no plain name or number (``"..."``, ``"*batch"``)."""
    parts = tuple(text.replace(",", " ").split())
    return parts if all(re.fullmatch(r"[A-Za-z_]\w*|\d+|[A-Za-z0-9_]+(?:\*[A-Za-z0-9_]+)+", p) for p in parts) else None
