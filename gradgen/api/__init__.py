"""The public door in Python: `generate`, and the decorator with what it needs to know of a live function."""

from gradgen.api.generate import generate

__all__ = ["generate"]
