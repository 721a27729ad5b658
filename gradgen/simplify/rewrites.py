"""Rewrites of gradient expressions, one row each: the left side becomes the right side.

Names stand for any expression.  Every row is an identity over the reals that keeps nan and infinity where they
were (``0 * e`` is never dropped); the test that proves the rules proves these.
"""

REWRITES: tuple[tuple[str, str], ...] = (
    ("1 * e", "e"),
    ("e * 1", "e"),
    ("e / 1", "e"),
    ("e ** 1", "e"),
    ("-(-e)", "e"),
    ("-1 * e", "-e"),
    ("a * (b * c)", "a * b * c"),
    ("a * -b", "-(a * b)"),
    ("-a * b", "-(a * b)"),
    ("-a / b", "-(a / b)"),
    ("a / -b", "-(a / b)"),
    ("1 * e / b", "e / b"),
)
