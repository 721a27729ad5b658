# wrt: verbose
def f(x, verbose):  # error: GG204 col 1
    if verbose:
        print(x)
    return x * x
