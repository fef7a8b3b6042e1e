"""For instructors: the course's own versions, the hidden tests and the misconceptions.

Nothing of this package is in what students get.
"""
