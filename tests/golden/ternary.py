# at: x=0.5, y=2.0
# at: x=-0.5, y=2.0
import math


def f(x, y):
    a = x * y if x > 0 else y
    b = math.log(x * x + 1) if x > 0 else math.exp(x * y)
    return a * b
