"""Prepare what students hand in for grading. Nothing here trusts a file or runs one.

`files` lists the folder, `notebook_file` decides which file is the notebook, `reading` turns its
bytes into a notebook, `cells` finds the assignment's cells in it, `answers` gathers what a person
will grade, and `pictures` keeps the pictures that belong to an answer.
"""


class Refused(Exception):
    """What was handed in cannot be graded; the message tells the student why and what to do."""


class Missing(Exception):
    """Nothing was handed in."""
