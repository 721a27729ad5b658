# at: S=1.2, r=0.05, T=2.0, flag=1
import math


def annuity(S, r, T, flag):
    growth = (1 + r) ** T
    late = S * math.sqrt(T) / (1 + r)
    if flag:
        late = late * math.sqrt(r)
    else:
        late = late + math.sqrt(r)
    return growth * (1 + r) - late / math.sqrt(T) * math.sqrt(r)

# output
import math


def annuity_value_and_grad(S, r, T, flag):
    """annuity(S, r, T, flag) and its gradient (dS, dr, dT), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    onepr = 1 + r  # (1)
    growth = onepr**T  # (2)
    sqrtT = math.sqrt(T)  # (3)
    num = S * sqrtT  # (4)
    late = num / onepr  # (5)
    if flag:
        sqrtr = math.sqrt(r)  # (6)
        late2 = late * sqrtr  # (7)
    else:
        sqrtr2 = math.sqrt(r)  # (8)
        late2 = late + sqrtr2  # (9)
    ratio = late2 / sqrtT  # (10)
    sqrtr3 = math.sqrt(r)  # (11)
    out = growth * onepr - ratio * sqrtr3  # (12)

    # backprop out = growth * onepr - ratio * sqrtr3
    dgrowth = onepr  # (12)
    donepr = growth  # (12)
    dratio = -sqrtr3  # (12)
    dsqrtr3 = -ratio  # (12)
    # backprop sqrtr3 = math.sqrt(r)
    dr = (0.5 / sqrtr3 if sqrtr3 else math.inf) * dsqrtr3  # (11)
    # backprop ratio = late2 / sqrtT
    dlate2 = dratio / sqrtT  # (10)
    dsqrtT = (-ratio / sqrtT) * dratio  # (10)
    if flag:
        # backprop late2 = late * sqrtr
        dsqrtr = late * dlate2  # (7)
        dlate = sqrtr * dlate2  # (7)
        # backprop sqrtr = math.sqrt(r)
        dr += (0.5 / sqrtr if sqrtr else math.inf) * dsqrtr  # (6)
    else:
        # backprop late2 = late + sqrtr2
        dsqrtr2 = dlate2  # (9)
        dlate = dlate2  # (9)
        # backprop sqrtr2 = math.sqrt(r)
        dr += (0.5 / sqrtr2 if sqrtr2 else math.inf) * dsqrtr2  # (8)
    # backprop late = num / onepr
    dnum = dlate / onepr  # (5)
    donepr -= (late / onepr) * dlate  # (5)
    # backprop num = S * sqrtT
    dS = sqrtT * dnum  # (4)
    dsqrtT += S * dnum  # (4)
    # backprop sqrtT = math.sqrt(T)
    dT = (0.5 / sqrtT if sqrtT else math.inf) * dsqrtT  # (3)
    # backprop growth = onepr**T
    # (2)
    donepr += (
        T * math.pow(onepr, T - 1) if onepr or T >= 1 else math.inf if T else 0.0
    ) * dgrowth
    # (2)
    dT += (
        growth * math.log(onepr) if onepr > 0 else math.nan if onepr else 0.0
    ) * dgrowth
    # backprop onepr = 1 + r
    dr += donepr  # (1)
    return out, (dS, dr, dT)

# output split
import math


def annuity_forward(S, r, T, flag):
    """annuity(S, r, T, flag) and the cache that annuity_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    sqrtr = None
    sqrtr2 = None
    onepr = 1 + r  # (1)
    growth = onepr**T  # (2)
    sqrtT = math.sqrt(T)  # (3)
    num = S * sqrtT  # (4)
    late = num / onepr  # (5)
    if flag:
        sqrtr = math.sqrt(r)  # (6)
        late2 = late * sqrtr  # (7)
    else:
        sqrtr2 = math.sqrt(r)  # (8)
        late2 = late + sqrtr2  # (9)
    ratio = late2 / sqrtT  # (10)
    sqrtr3 = math.sqrt(r)  # (11)
    out = growth * onepr - ratio * sqrtr3  # (12)
    cache = (S, T, flag, onepr, growth, sqrtT, late, sqrtr, sqrtr2, ratio, sqrtr3)
    return out, cache


def annuity_backward(dout, cache):
    """The gradient (dS, dr, dT) of annuity, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    S, T, flag, onepr, growth, sqrtT, late, sqrtr, sqrtr2, ratio, sqrtr3 = cache
    # backprop out = growth * onepr - ratio * sqrtr3
    dgrowth = onepr * dout  # (12)
    donepr = growth * dout  # (12)
    dratio = -sqrtr3 * dout  # (12)
    dsqrtr3 = -ratio * dout  # (12)
    # backprop sqrtr3 = math.sqrt(r)
    dr = (0.5 / sqrtr3 if sqrtr3 else math.inf) * dsqrtr3  # (11)
    # backprop ratio = late2 / sqrtT
    dlate2 = dratio / sqrtT  # (10)
    dsqrtT = (-ratio / sqrtT) * dratio  # (10)
    if flag:
        # backprop late2 = late * sqrtr
        dsqrtr = late * dlate2  # (7)
        dlate = sqrtr * dlate2  # (7)
        # backprop sqrtr = math.sqrt(r)
        dr += (0.5 / sqrtr if sqrtr else math.inf) * dsqrtr  # (6)
    else:
        # backprop late2 = late + sqrtr2
        dsqrtr2 = dlate2  # (9)
        dlate = dlate2  # (9)
        # backprop sqrtr2 = math.sqrt(r)
        dr += (0.5 / sqrtr2 if sqrtr2 else math.inf) * dsqrtr2  # (8)
    # backprop late = num / onepr
    dnum = dlate / onepr  # (5)
    donepr -= (late / onepr) * dlate  # (5)
    # backprop num = S * sqrtT
    dS = sqrtT * dnum  # (4)
    dsqrtT += S * dnum  # (4)
    # backprop sqrtT = math.sqrt(T)
    dT = (0.5 / sqrtT if sqrtT else math.inf) * dsqrtT  # (3)
    # backprop growth = onepr**T
    # (2)
    donepr += (
        T * math.pow(onepr, T - 1) if onepr or T >= 1 else math.inf if T else 0.0
    ) * dgrowth
    # (2)
    dT += (
        growth * math.log(onepr) if onepr > 0 else math.nan if onepr else 0.0
    ) * dgrowth
    # backprop onepr = 1 + r
    dr += donepr  # (1)
    return dS, dr, dT
