def unbroadcast(grad, x):
    """The gradient summed over the axes along which x was broadcast."""
    lead = np.ndim(grad) - np.ndim(x)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(np.shape(x)) if n == 1)
    return np.sum(grad, axis=axes).reshape(np.shape(x))
