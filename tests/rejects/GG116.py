import os

SCALE = float(os.environ.get("SCALE", 1))


def f(x):
    return SCALE * x  # error: GG116 col 12


# rewrite
SCALE = 3.0


def f(x):
    return SCALE * x
