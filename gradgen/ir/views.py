"""Library functions whose result shares its memory with their first argument."""

VIEWS = frozenset(
    {".T", "np.transpose", ".transpose", "np.swapaxes", ".swapaxes", "np.squeeze", ".squeeze", "np.expand_dims", "np.flip", "np.fliplr", "np.flipud",
     "np.moveaxis", "np.diagonal", "np.broadcast_to", "np.rot90"}
)  # fmt: skip
RESHAPED = frozenset(
    {
        "np.reshape",
        ".reshape",
        "np.ravel",
        ".ravel",
        "np.asarray",
        "np.asanyarray",
        "np.real",
        "np.real_if_close",
        "np.ascontiguousarray",
        "np.atleast_1d",
        "np.atleast_2d",
        "np.atleast_3d",
        "gate.part",
    }
)  # as it may be
