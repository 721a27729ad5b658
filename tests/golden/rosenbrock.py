# at: x=1.5, y=0.5
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2
