"""From the hand-edited text of a notebook to the .ipynb files that people open.

`text` reads one text file, `release` makes the students' version of an assignment, `folders` keeps
the three built folders equal to the texts, `execution` runs lectures, `student_copy` writes what
students get, and `gradebook`, `stock_release` and `stock_feedback` work with nbgrader.
"""
