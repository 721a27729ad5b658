def f(x):
    y = x
	return y  # error: GG002 col 1
