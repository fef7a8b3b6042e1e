"""What runs a student's code. It holds no secrets and imports nothing else of the grader.

    imported     imports TensorFlow without using it: the state that every process is forked from
    zygote       has imported all that and forks a process for each submission
    sandbox      bubblewrap, limits, and how a forked process enters a sandbox
    seccomp      the system calls that are refused there
    inside       what runs in the forked process: the student's cells, then calls to functions
    training     what runs there for the project: the student's model is trained and sampled
    shell        the notebook's kernel there, and what its cells print and show
    state        what a notebook has set, saved for each function at its test
    integrity    whether the self-check is still the course's
    wire, remote arrays sent through a socket, and functions called through it

Of the whole grader, a sandbox shows only this folder.
"""
