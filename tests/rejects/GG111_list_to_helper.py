def dot(u, v):
    return u[0] * v[0] + u[1] * v[1]


def f(u, v):
    return dot(u, v) * 2  # error: GG111 col 12


# rewrite
def dot(u0, u1, v0, v1):
    return u0 * v0 + u1 * v1


def f(u, v):
    return dot(u[0], u[1], v[0], v[1]) * 2
