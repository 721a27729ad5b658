RATE = 0.1


def f(x, rate=RATE * 2):  # error: GG109 col 15
    return x * rate
