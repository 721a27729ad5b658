def f(x):
    def g(t):  # error: GG103 col 5
        return t * t

    class C:  # error: GG103 col 5
        pass

    async def h(t):  # error: GG103 col 5
        return t

    print(g)
    return x


# rewrite
def f(x):
    def g(t):
        return t * t

    return g(x)
