"""The last touch: black's layout, so that the text is stable under black."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=64)
def layout(text: str) -> str:
    """The text as black writes it (88 columns)."""
    import black

    return black.format_str(text, mode=black.Mode())
