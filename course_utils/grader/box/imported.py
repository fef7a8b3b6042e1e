"""TensorFlow, imported and not yet used.

Importing takes seconds and forking takes milliseconds, so the workers of a machine are forked from
one process that has imported this. It runs no operation, because that would start threads, which a
fork does not copy.
"""

import os
import sys

# Submissions run side by side; more threads each would only wait for each other.
for _variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# TensorFlow greets on standard error, whatever its level is.
sys.stderr.flush()
_saved, _nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, 2)
try:
    import keras  # noqa: F401
    import scipy.stats  # noqa: F401
    import tensorflow  # noqa: F401
finally:
    os.dup2(_saved, 2)
    os.close(_saved)
    os.close(_nowhere)
