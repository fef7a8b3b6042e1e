"""Grade a class: in parallel, in sandboxes, stopped by no submission. `course grade` runs it.

    submissions  read what students handed in and repair it, or refuse it with a sentence
    roster       whom to grade, and how their names are spelt
    batch        who of them is new or has changed; have them graded, record what comes back
    workers      hand the work to processes here or on a cluster
    tasks        what is to be graded, what came of it, and the statuses in which it can end
    work         one submission: its cells, a verdict for each test, how it ended
    process      a student's process in its sandbox, and what watches it from outside
    judging      the hidden tests, run here, on functions that stay in the sandbox
    outputs      what cells printed and showed, as far as a page may show it
    recording    nbgrader's gradebook, the autograded notebook, the status of each student
    feedback, report   what students and instructors read

    box          what runs a student's code, and may see no secret

Nothing a student's process says decides points. It only computes: the hidden tests run in the
worker, which calls the student's functions across the socket and gets arrays back. No solution and
no hidden test is where the student's code can read it.

This package lies beside `course_utils.grading` and not in it because the zygote must not run a
TensorFlow operation before it forks, and importing `course_utils.grading` runs one.
"""
