# options: wrt=w,b
# at: x=0.5, y=2.0, w=3.0, b=0.25
def loss(x, y, w, b):
    pred = w * x + b
    err = pred - y
    return err * err
