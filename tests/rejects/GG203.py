def f():  # error: GG203 col 1
    return 3.0
