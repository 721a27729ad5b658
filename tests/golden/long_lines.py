# at: first_value=0.5, second_value=2.0, third_value=1.5
def f(first_value, second_value, third_value):
    intermediate_result = first_value * second_value * third_value + first_value * first_value
    another_long_name = intermediate_result * (first_value + second_value) - third_value * second_value
    return another_long_name
