def energy(x, y):
    square = x * x
    return square + y * y * y


def f(x, y):
    while energy(x, y) < 100:  # error: GG102 col 11
        x = x * 1.5
    return x * y


# rewrite
def energy(x, y):
    square = x * x
    return square + y * y * y


def f(x, y):
    while True:
        if not (energy(x, y) < 100):
            break
        x = x * 1.5
    return x * y
