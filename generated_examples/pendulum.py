"""A differential equation integrated step by step: by its parameters and by where it starts."""

import math


def pendulum(angle, damping, length, h, n):
    """The angle of a damped pendulum after ``n`` steps of Euler's method, semi-implicit; it starts at rest."""
    gravity = 9.81 / length
    velocity = 0.0
    for _ in range(n):
        acceleration = -gravity * math.sin(angle) - damping * velocity
        velocity = velocity + h * acceleration
        angle = angle + h * velocity
    return angle
