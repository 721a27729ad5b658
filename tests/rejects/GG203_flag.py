def f(name):  # error: GG203 col 1
    print(name)
    if name == "a":
        return 1.0
    return 2.0
