"""The referee: is the emitted text the gradient of the source text?  It sees only the two texts and the claim."""
