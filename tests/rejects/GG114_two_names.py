def f(x):
    a = {"k": x}
    b = a
    b["k"] = x * x  # error: GG114 col 5
    return a["k"]


# rewrite
def f(x):
    a = {"k": x}
    a["k"] = x * x
    return a["k"]
