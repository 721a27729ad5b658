# at: x=0.5, y=2.0, z=-1.0
# at: x=-0.5, y=-2.0, z=3.0
# at: x=4.5, y=-2.0, z=3.0
def f(x, y, z):
    return max(x, y, z) * min(x, 1) + abs(z) + max(0, x * y)
