"""(x + y) z, the notes' first circuit with a chain rule in it."""


def f(x, y, z):
    q = x + y
    f = q * z
    return f
