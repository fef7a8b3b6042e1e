"""How good is a model? Each module answers for one purpose, from arrays alone.

`likelihood` for models with a density, `sample_quality` for models that only draw,
`disentanglement` for codes, `clustering` for groups, `manifold` for the dimension of data.
"""
