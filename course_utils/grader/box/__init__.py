"""What runs a student's code. No secret is here, and nothing here imports the rest of the grader.

    imported     TensorFlow imported and not yet used: what every process is forked from
    zygote       has it imported and forks a process for each submission
    sandbox      bubblewrap, limits, and how a forked process steps into a sandbox
    seccomp      the system calls that are refused there
    inside       what runs in the forked process: the student's cells, then calls of functions
    shell        the notebook's kernel there, and what its cells print and show
    state        what a notebook has set, kept for each function as it was at its test
    integrity    whether the self-check is still the course's
    wire, remote arrays through a socket, and functions that are called through it

A sandbox shows this folder, and of the grader nothing else.
"""
