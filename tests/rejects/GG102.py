def f(x):
    while x < 100:  # error: GG102 col 5
        x = x * x
    return x
