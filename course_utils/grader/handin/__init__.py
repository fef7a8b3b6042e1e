"""What students hand in, made ready to be graded. Nothing here trusts a file or runs one.

`files` looks into the folder, `notebook_file` says which file is the notebook, `reading` makes a
notebook of its bytes, `cells` finds the assignment's cells in it, `answers` gathers what a person
will grade, `pictures` brings the pictures of an answer along.
"""


class Refused(Exception):
    """It cannot be graded; the message tells the student why and what to do."""


class Missing(Exception):
    """Nothing was handed in."""
