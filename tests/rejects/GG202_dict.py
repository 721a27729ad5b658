def f(x):
    return {"y": x * x}  # error: GG202 col 12


# rewrite
def f(x):
    return x * x, {"y": x * x}
