"""The array proof: both texts run over symbols, entry by entry, and every gradient entry is compared with the derivative.

The texts run on gradgen's own interpreter over NumPy object arrays whose entries are nodes of an expression graph (`symbols`,
`machine`), so views, copies, in-place stores and axes are NumPy's own.  What comes out is, for each entry of a gradient, the
expression that the text computes.  The derivative is worked out on the *source's* expressions, one scalar operation at a time
(`slopes`), and the two are shown equal as polynomials over transcendental symbols (`polynomials`), piece by piece from the
inputs up (`sweep`).  Several sizes, labels and paths are run (`cases`); a claim is proved for these, and no more is said.
"""
