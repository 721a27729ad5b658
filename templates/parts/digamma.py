def digamma(x):
    """Slope of log(gamma(x)): recurrence up to 10, then the asymptotic series; reflection below 0."""
    if x <= 0:
        return digamma(1 - x) - math.pi / math.tan(math.pi * x)
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    r = 1 / (x * x)
    series = 1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * 691 / 32760))))
    return shift + math.log(x) - 0.5 / x - r * series
