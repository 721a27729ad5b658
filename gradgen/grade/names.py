"""What gradients are called: ``dx``, ``grad_x``, ``x_grad``, ``dL_dx``, ``dfdx``, ``grads['x']``, ``self.dx``."""

from __future__ import annotations

import re
from collections.abc import Collection

FORMS = (  # in order of trust; the group is the variable
    r"d_?(.+)",
    r"(?:grads?|gradients?|delta|g|D)_?(.+)",
    r"(.+?)_(?:grads?|gradient|bar|adj|delta)",
    r"d[A-Za-z0-9]*?_?d_?(.+)",
    r"(?:dL|dJ|dloss|dE|dC|dout|del|partial)_?d?_?(.+)",
)
UPSTREAM = re.compile(r"(d|grad|upstream|delta|dL|top_diff|g)(_|$)?\w*")
CACHES = re.compile(r"(cache|caches|ctx|context|saved|stash|memo|state|fc_cache|linear_cache|tape)\w*|\w+_(cache|ctx)")


def bare(key: str) -> str:
    """``W1`` of ``grads['W1']``; ``dW`` of ``self.dW``; a name itself.

    >>> bare("grads['W1']"), bare("self.dW"), bare("dx")
    ('W1', 'dW', 'dx')
    """
    found = re.search(r"\[['\"](\w+)['\"]\]$", key)
    return found[1] if found else key.removeprefix("self.").rpartition(".")[2]


def meant(key: str, known: Collection[str]) -> str | None:
    """Which of the known variables a gradient's name is about.

    >>> meant("dx", ["x", "w"]), meant("grads['W1']", ["W1"]), meant("dfdq", ["q"]), meant("N", ["x"])
    ('x', 'W1', 'q', None)
    """
    if "[" in key:  # of grads["W1"] the key itself may be the variable
        name = bare(key)
        if name in known and not key.startswith("cache"):
            return name
    name = bare(key)
    table = {k: k for k in known}
    folded = {k.lower(): k for k in reversed(list(known))}
    for form in FORMS:
        found = re.fullmatch(form, name)
        if found and found[1] in table:
            return found[1]
    for form in FORMS:
        found = re.fullmatch(form, name, re.IGNORECASE)
        if found and found[1].lower() in folded and name not in known:
            return folded[found[1].lower()]
    return None


def is_upstream(name: str) -> bool:
    """Whether a parameter's name says that it is a gradient that comes in."""
    return bool(
        re.fullmatch(r"(d|D)[A-Za-z_]\w*|(grad|grads|upstream|delta|error|top)\w*|g|gy|gout", name)
    ) and not is_cache(name)


def is_cache(name: str) -> bool:
    """Whether a parameter's name says that it is what the forward pass kept."""
    return bool(CACHES.fullmatch(name))
