# at: first_value=0.5, second_value=2.0, third_value=1.5
def f(first_value, second_value, third_value):
    intermediate_result = first_value * second_value * third_value + first_value * first_value
    another_long_name = intermediate_result * (first_value + second_value) - third_value * second_value
    return another_long_name

# output
def f_value_and_grad(first_value, second_value, third_value):
    """f(first_value, second_value, third_value) and its gradient (dfirst_value,
    dsecond_value, dthird_value), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    prod = first_value * second_value  # (1)
    intermediate_result = prod * third_value + first_value * first_value  # (2)
    total = first_value + second_value  # (3)
    another_long_name = intermediate_result * total - third_value * second_value  # (4)

    dintermediate_result = total  # (4)
    dtotal = intermediate_result  # (4)
    dthird_value = -second_value  # (4)
    dsecond_value = -third_value  # (4)
    # backprop total = first_value + second_value
    dfirst_value = dtotal  # (3)
    dsecond_value += dtotal  # (3)
    # backprop intermediate_result = prod * third_value + first_value * first_value
    dprod = third_value * dintermediate_result  # (2)
    dthird_value += prod * dintermediate_result  # (2)
    dfirst_value += (2 * first_value) * dintermediate_result  # (2)
    # backprop prod = first_value * second_value
    dfirst_value += second_value * dprod  # (1)
    dsecond_value += first_value * dprod  # (1)
    return another_long_name, (dfirst_value, dsecond_value, dthird_value)

# output split
def f_forward(first_value, second_value, third_value):
    """f(first_value, second_value, third_value) and the cache that f_backward needs,
    for real numbers.

    UNCHECKED (not asked for).
    """
    prod = first_value * second_value  # (1)
    intermediate_result = prod * third_value + first_value * first_value  # (2)
    total = first_value + second_value  # (3)
    another_long_name = intermediate_result * total - third_value * second_value  # (4)
    cache = (first_value, second_value, third_value, prod, intermediate_result, total)
    return another_long_name, cache


def f_backward(dout, cache):
    """The gradient (dfirst_value, dsecond_value, dthird_value) of f, from the gradient
    on its result and the cache.

    UNCHECKED (not asked for).
    """
    first_value, second_value, third_value, prod, intermediate_result, total = cache
    dintermediate_result = total * dout  # (4)
    dtotal = intermediate_result * dout  # (4)
    dthird_value = -second_value * dout  # (4)
    dsecond_value = -third_value * dout  # (4)
    # backprop total = first_value + second_value
    dfirst_value = dtotal  # (3)
    dsecond_value += dtotal  # (3)
    # backprop intermediate_result = prod * third_value + first_value * first_value
    dprod = third_value * dintermediate_result  # (2)
    dthird_value += prod * dintermediate_result  # (2)
    dfirst_value += (2 * first_value) * dintermediate_result  # (2)
    # backprop prod = first_value * second_value
    dfirst_value += second_value * dprod  # (1)
    dsecond_value += first_value * dprod  # (1)
    return dfirst_value, dsecond_value, dthird_value
