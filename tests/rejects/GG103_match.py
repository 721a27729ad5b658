def f(x, kind):
    match kind:  # error: GG103 col 5
        case "square":
            y = x * x
        case _:
            y = x
    return y


# rewrite
def f(x, kind):
    if kind == "square":
        y = x * x
    else:
        y = x
    return y
