"""The library behind the course on generative models.

`losses`, `bijectors` and `networks` are the parts from which `models` are put together; `data` has
the data sets and `metrics` the measures; `plotting`, `tensorboard` and `explorers` show results;
`grading` checks what students write.
"""
