"""How good is a model? Each module has measures for one purpose, computed from arrays.

`likelihood` is for models with a density, `sample_quality` for models that can only be sampled,
`disentanglement` for codes, `clustering` for groups, `segmentation` for label maps, `manifold` for
the dimension of data, and `close_ups` for the faces of the deepfake.
"""
