"""Variables of a trip that stand in a dict of the author's: ``hs[t]``, and ``hs[t - 1]``, which a trip finds there."""

from __future__ import annotations

import re

from gradgen.ir.nodes import Expr
from gradgen.ir.read import read

SLOT = re.compile(r"([A-Za-z_]\w*)\[([A-Za-z_]\w*)( - 1)?\]")


def slot(name: str) -> tuple[str, Expr] | None:
    """(dict, index) of a variable that stands in one; None for any other.

    >>> slot("hs[t]"), slot("hs")
    (('hs', Var(name='t')), None)
    """
    found = SLOT.fullmatch(name.partition("#")[0])
    return (found[1], read(found[2] + (found[3] or ""))) if found else None


def called(name: str) -> str:
    """What the gradient on such a variable is called: after what the dict holds, ``hnext`` for what the trip before left.

    >>> called("hs[t]"), called("hs[t - 1]"), called("state[t]"), called("w[0]")
    ('h', 'hnext', 'state', '')
    """
    found = SLOT.fullmatch(name.partition("#")[0])
    if not found:
        return ""
    stem = found[1][:-1] if len(found[1]) > 1 and found[1].endswith("s") else found[1]
    return stem + ("next" if found[3] else "")
