# at: s=0.5, correct=2.0
# at: s=2.5, correct=2.0
def hinge(s, correct):
    margin = max(0, s - correct + 1.0)
    return margin
