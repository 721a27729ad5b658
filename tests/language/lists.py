"""Functions of numbers and of lists of them, as people write them who have no NumPy at hand."""

import math


def dot(w, x):
    s = 0.0
    for i in range(len(w)):
        s += w[i] * x[i]
    return s


def neuron(w, x, b):
    total = b
    for wi, xi in zip(w, x):
        total += wi * xi
    return 1.0 / (1.0 + math.exp(-total))


def polynomial(coefficients, x):
    out = 0.0
    for k, c in enumerate(coefficients):
        out += c * x**k
    return out


def horner(coefficients, x):
    y = 0.0
    for c in reversed(coefficients):
        y = y * x + c
    return y


def garch(omega, alpha, beta, returns):
    var = omega / (1 - alpha - beta)
    total = 0.0
    for r in returns:
        total += -0.5 * (math.log(2 * math.pi) + math.log(var) + r * r / var)
        var = omega + alpha * r * r + beta * var
    return total


def kalman(q, r, ys):
    x, p = 0.0, 1.0
    nll = 0.0
    for y in ys:
        p = p + q
        s = p + r
        k = p / s
        e = y - x
        nll += 0.5 * (math.log(s) + e * e / s)
        x = x + k * e
        p = (1 - k) * p
    return nll


def huber(w, x, y, delta=1.0):
    loss = 0.0
    for xi, yi in zip(x, y):
        e = abs(w * xi - yi)
        if e < delta:
            loss += 0.5 * e**2
        else:
            loss += delta * (e - 0.5 * delta)
    return loss / len(x)


def deviation(xs):
    n = len(xs)
    m = 0.0
    for x in xs:
        m += x
    m /= n
    s = 0
    for x in xs:
        s += (x - m) ** 2
    return (s / (n - 1)) ** 0.5


def smoothed(xs, a):
    y = xs[0]
    total = 0.0
    for i in range(1, len(xs)):
        y = a * xs[i] + (1 - a) * y
        total += (xs[i] - xs[i - 1]) ** 2 * y
    return total


def largest(xs):
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    return best * xs[-1]


def kept(xs, k):
    ys = []
    for x in xs:
        ys.append(x * k)
    t = 0.0
    for y in ys:
        t += y * y
    return t


def activation(z, k):
    s = z
    s += k
    return math.tanh(s)


def network(w, x, b, v):
    out = 0.0
    for j in range(len(v)):
        h = b[j]
        for i in range(len(x)):
            h += w[j] * x[i]
        out += v[j] * activation(h, 0.5)
    return out


def summed(w, x, b):
    act = sum((wi * xi for wi, xi in zip(w, x))) + b
    return math.tanh(act)


def energy(xs, k):
    ys = [math.exp(-k * x) for x in xs]
    return math.log(sum(ys))


def mean(xs):
    if not xs:
        return 0.0
    t = 0.0
    for x in xs:
        t += x
    return t / len(xs)


def variance(xs):
    m = sum(xs) / len(xs)
    t = 0.0
    for x in xs:
        t += (x - m) ** 2
    return t / len(xs)


def sum_and_entry(xs, k):
    return sum(xs) * sum(xs) + xs[0] * k


def similarity(u, v, scale):
    return math.tanh(scale * dot(u, v) / math.sqrt(dot(u, u) * dot(v, v)))


def spread_of(xs, k):
    m = mean(xs)
    return k * sum((x - m) ** 2 for x in xs) + variance(xs)


def filtered(xs, k):
    n = len(xs)
    y = [0.0] * n
    y[0] = xs[0]
    for i in range(1, n):
        y[i] = k * y[i - 1] + xs[i] ** 2
    return sum(y)


def compounded(x, n):
    y = [1.0 for _ in range(n + 1)]
    for i in range(n):
        y[i + 1] = y[i] * x
    return y[-1]


def cheapest(costs):
    n = len(costs)
    best = [0.0] * (n + 1)
    best[1] = costs[0]
    for i in range(2, n + 1):
        best[i] = min(best[i - 1], best[i - 2]) + costs[i - 1]
    return best[n]


def overwritten(xs):
    y = [1.0] * (len(xs) + 1)
    for i in reversed(range(len(xs))):
        y[i + 1] = y[i] * xs[i] + xs[i]
    return y[1] * y[2] + sum(y)


def rows(xs, k):
    n = len(xs)
    prev = [0.0] * n
    for t in range(3):
        cur = [0.0] * n
        for i in range(n):
            cur[i] = k * prev[i] + t * xs[i] ** 2
        prev = cur
    return sum(prev)


def tracked(ys, q, r):
    n = len(ys)
    m = [0.0] * (n + 1)
    p = [1.0] * (n + 1)
    nll = 0.0
    for t in range(n):
        prior = p[t] + q
        s = prior + r
        e = ys[t] - m[t]
        m[t + 1] = m[t] + prior / s * e
        p[t + 1] = (1 - prior / s) * prior
        nll += 0.5 * (math.log(s) + e * e / s)
    return nll
