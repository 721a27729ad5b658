# at: t=0.7, e=0.3
import math


def kepler(t, e):
    x = math.cos(t) - e
    y = math.sqrt(1 - e * e) * math.sin(t)
    return math.atan2(y, x) * math.hypot(x, y)
