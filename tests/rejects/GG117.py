x = 3  # error: GG117 col 1
y = -4
xpy = x + y
f = xpy * x
dxpy = x
dx = dxpy + xpy
