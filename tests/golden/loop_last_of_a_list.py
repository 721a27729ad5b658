# at: principal=100.0, rate=0.05, years=3
# at: principal=100.0, rate=0.05, years=0
def compound(principal, rate, years):
    balances = [principal]
    for _ in range(years):
        balances.append(balances[-1] * (1 + rate))
    return balances[-1]

# output
def compound_value_and_grad(principal, rate, years):
    """compound(principal, rate, years) and its gradient (dprincipal, drate), for real
    numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    balances = [principal]
    balance_hist = []
    balance = principal
    for i in range(years):
        balance_hist.append(balance)
        oneprate = 1 + rate  # (1)
        balance = balance * oneprate  # (2)
        balances.append(balance)

    dbalance = 1.0
    drate = 0.0
    # backprop the loop over i
    for i in reversed(range(years)):
        oneprate = 1 + rate
        # backprop balance = balance * oneprate
        doneprate = balance_hist[i] * dbalance  # (2)
        dbalance = oneprate * dbalance  # (2)
        # backprop oneprate = 1 + rate
        drate += doneprate  # (1)
    dprincipal = dbalance
    return balance, (dprincipal, drate)

# output split
def compound_forward(principal, rate, years):
    """compound(principal, rate, years) and the cache that compound_backward needs, for
    real numbers.

    UNCHECKED (not asked for).
    """
    balances = [principal]
    balance_hist = []
    balance = principal
    for i in range(years):
        balance_hist.append(balance)
        oneprate = 1 + rate  # (1)
        balance = balance * oneprate  # (2)
        balances.append(balance)
    return balance, (rate, years, balance_hist)


def compound_backward(dout, cache):
    """The gradient (dprincipal, drate) of compound, from the gradient on its result
    and the cache.

    UNCHECKED (not asked for).
    """
    rate, years, balance_hist = cache
    dbalance = dout
    drate = 0.0
    # backprop the loop over i
    for i in reversed(range(years)):
        oneprate = 1 + rate
        # backprop balance = balance * oneprate
        doneprate = balance_hist[i] * dbalance  # (2)
        dbalance = oneprate * dbalance  # (2)
        # backprop oneprate = 1 + rate
        drate += doneprate  # (1)
    dprincipal = dbalance
    return dprincipal, drate
