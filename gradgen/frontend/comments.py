"""The user's own comments, attached to the statement they stand at."""

from __future__ import annotations

import ast
import re

from gradgen.source import SourceText

STAGE_TAG = re.compile(r"#?\s*\(\d+\)\s*$")  # the notes' own `#(3)`: gradgen writes these itself


def comments_of(source: SourceText, node: ast.stmt) -> tuple[str, ...]:
    """Comments above a statement, then those behind its own lines (for a compound one, behind its header)."""
    first = node.lineno
    header = getattr(node, "test", None) or getattr(node, "iter", None) or node
    last = header.end_lineno or first
    above, line = [], first - 1
    while line in source.comments and source.comments[line][1]:
        above.append(source.comments[line][0])
        line -= 1
    behind = [source.comments[n][0] for n in range(first, max(first, last) + 1) if n in source.comments]
    texts = (STAGE_TAG.sub("", text).strip().rstrip("#").strip() for text in [*reversed(above), *behind])
    return tuple(text for text in texts if text)
