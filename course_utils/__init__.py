"""The library behind the course on generative models.

By role: `losses`, `bijectors` and `networks` are the parts, `models` puts them together, `data` and
`metrics` feed and judge them, `plotting`, `tensorboard` and `explorers` show them, `grading` checks
what students write.
"""
