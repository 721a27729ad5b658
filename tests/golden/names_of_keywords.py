# at: lambda_=0.5, x1=2.0
def f(lambda_, x1):
    x2 = x1 * x1
    x1 = x2 * lambda_
    x1 = x1 * x1
    return x1 + x2
