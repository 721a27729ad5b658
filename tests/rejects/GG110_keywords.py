def f(x, **options):  # error: GG110 col 12
    return x * 2
