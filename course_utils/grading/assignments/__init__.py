"""For instructors: the course's own versions, the hidden tests and the misconceptions.

Students get no part of this package.
"""
