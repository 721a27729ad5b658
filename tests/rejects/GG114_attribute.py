def f(state, x):
    state.h = x  # error: GG114 col 5
    return x * 2
