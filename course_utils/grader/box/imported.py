"""What every process of the grader is forked from: TensorFlow imported and not yet used.

Importing takes seconds and forking takes milliseconds. No operation runs here, because that would
start threads, which a fork does not copy.
"""

import importlib
import os
import sys

# `course_utils.quiet` reads it, and cannot be asked for its name before it has.
TO_BE_FORKED = "COURSE_UTILS_TO_BE_FORKED"
# Submissions run side by side; more threads each would only wait for each other.
ONE_THREAD = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")

for _variable in ONE_THREAD:
    os.environ.setdefault(_variable, "1")
os.environ[TO_BE_FORKED] = "1"
for _module in ("course_utils.quiet", "keras", "scipy.stats", "course_utils.grading"):
    importlib.import_module(_module)
# Read once for all of them: what students' self-checks compare with.
sys.modules["course_utils.grading.selfcheck"].load_checks()
# The programs that a forked process starts are not forked from.
del os.environ[TO_BE_FORKED]
