"""Import TensorFlow and what goes with it, for processes that are forked afterwards.

Importing takes seconds; forking takes milliseconds. No TensorFlow operation runs here, because that
would start threads, which a fork does not copy.
"""

import importlib
import os
import sys

# `course_utils.quiet` reads this variable when it is imported, too early to take the name from it.
TO_BE_FORKED = "COURSE_UTILS_TO_BE_FORKED"
# Submissions run in parallel; with several threads each they would only wait for each other.
ONE_THREAD = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")

for _variable in ONE_THREAD:
    os.environ.setdefault(_variable, "1")
os.environ[TO_BE_FORKED] = "1"
for _module in ("course_utils.quiet", "keras", "scipy.stats", "course_utils.grading"):
    importlib.import_module(_module)
# Read the data of the students' self-checks once, for all forked processes.
sys.modules["course_utils.grading.selfcheck"].load_checks()
# A program that a forked process starts is not itself going to be forked.
del os.environ[TO_BE_FORKED]
