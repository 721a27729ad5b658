LEARNING_RATE = 0.1


def f(x):
    return x * LEARNING_RAT  # error: GG118 col 16


# rewrite
LEARNING_RATE = 0.1


def f(x):
    return x * LEARNING_RATE
