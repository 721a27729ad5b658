def f(x, path):
    try:  # error: GG103 col 5
        y = 1 / x
    except ZeroDivisionError:
        y = 0.0
    with open(path) as file:  # error: GG103 col 5
        y = y * 2
    del path  # error: GG103 col 5
    global z  # error: GG103 col 5
    match y:  # error: GG103 col 5
        case 0:
            y = 1.0
    import math  # error: GG103 col 5
    from math import exp  # error: GG103 col 5

    return y
