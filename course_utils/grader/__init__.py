"""Grade a class in parallel, in sandboxes; no submission can stop it. `course grade` runs it.

    submissions  read what students handed in and repair it, or refuse it and say why
    roster       whom to grade, and how their names are spelt
    batch        find who is new or has changed, have them graded, and record the results
    workers      hand the work to processes on this machine or on a cluster
    tasks        the plain data of a task and its result, and the possible statuses
    work         one submission: its cells, a verdict for each test, how it ended
    process      a student's process in its sandbox, and the thread that watches it
    judging      the hidden tests, run here, on functions that stay in the sandbox
    outputs      what cells printed and displayed, reduced to what is safe on a page
    recording    nbgrader's gradebook, the autograded notebook, the status of each student
    feedback, report   what students and instructors read

    box          what runs a student's code; it contains no secret

Nothing that a student's process reports decides points. The process only computes: the hidden tests
run in the worker, which calls the student's functions across the socket and gets arrays back. No
solution and no hidden test is where the student's code can read it.

This package stands beside `course_utils.grading` rather than in it because the zygote must not run
a TensorFlow operation before it forks, and importing `course_utils.grading` runs one.
"""
